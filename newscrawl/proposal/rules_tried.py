"""Whether a proposed rule helps: it reads what the general extraction does not, and contradicts it nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from newscrawl.article import Article


def without_harm(rules: Iterable[str], plain: Mapping[str, Article], ruled: Mapping[str, Article]) -> set[str]:
    """Those of the fields `views` and `dateline` whose rules are worth keeping.

    `plain` and `ruled`: address to the article read without the rules and with them.
    """
    kept = set()
    for field in rules:
        before = {url: _value(article, field) for url, article in plain.items()}
        after = {url: _value(article, field) for url, article in ruled.items()}
        is_same = all(after.get(url) == value for url, value in before.items() if value is not None)
        if is_same and any(value is not None for value in after.values()):
            kept.add(field)
    return kept


def _value(article: Article, field: str) -> object:
    if field == "views":
        return article.views.count if article.views else None
    return article.dateline.place if article.dateline else None
