"""Query parameters that say nothing about the article, such as session ids, learnt from addresses. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from urllib.parse import unquote, urlsplit, urlunsplit

FEWEST = 3  # articles that a parameter was seen to change nothing of


def without(url: str, names: Collection[str]) -> str:
    """An address without the query parameters of these names."""
    if not names or "?" not in url:
        return url
    parts = urlsplit(url)
    kept = [pair for pair in parts.query.split("&") if _name(pair) not in names]
    return urlunsplit(parts._replace(query="&".join(kept)))


def parameters(url: str) -> dict[str, str]:
    """The query parameters of an address; of several with one name the last."""
    query = urlsplit(url).query if "?" in url else ""
    return {_name(pair): pair.partition("=")[2] for pair in query.split("&") if pair}


def empty_parameters(addresses: Mapping[str, Iterable[str]]) -> set[str]:
    """Parameters that lead to the same articles whatever they say. `addresses`: identity to addresses of an article.

    At least `FEWEST` articles have two addresses that differ in this parameter alone, and no two articles have.
    """
    shared: dict[str, set[str]] = defaultdict(set)
    telling: set[str] = set()
    owners: dict[tuple[str, str], str] = {}
    for article, urls in addresses.items():
        forms: dict[tuple[str, str], set[str | None]] = defaultdict(set)
        given = {url: parameters(url) for url in urls}
        names = {name for values in given.values() for name in values}
        for url, values in given.items():
            for name in names:
                forms[name, without(url, {name})].add(values.get(name))
        for (name, rest), different in forms.items():
            if len(different) > 1:
                shared[name].add(article)
            if owners.setdefault((name, rest), article) != article:
                telling.add(name)
    return {name for name, articles in shared.items() if len(articles) >= FEWEST} - telling


def _name(pair: str) -> str:
    return unquote(pair.partition("=")[0])
