"""One article as a reader of the terminal sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Group
from rich.text import Text

from newscrawl.cli.tables import aligned


def render(article: Mapping[str, Any]) -> Group:
    """One article as a reader sees it: headline, facts, text by sections. Print it with `crop=False`."""
    dateline, views = article.get("dateline") or {}, article.get("views") or {}
    rows: list[tuple[str, Any]] = [
        ("address", article["url"]),
        ("also at", "\n".join(article.get("aliases") or ())),
        ("publisher", article.get("publisher")),
        ("language", article.get("language")),
        ("published", _instant(article.get("published"))),
        ("modified", _instant(article.get("modified"))),
        ("gone", _gone(article.get("gone"))),
        ("next visit", _moment(article.get("next_visit_at"))),
        ("dateline", ", ".join(str(part) for part in (dateline.get("place"), dateline.get("agency")) if part)),
        ("views", _count(views) if views else None),
        ("authors", ", ".join(author["name"] for author in article.get("authors") or ())),
        ("section", article.get("section")),
        ("tags", ", ".join(article.get("tags") or ())),
        ("publisher says", _rights(article.get("rights") or {})),
        ("image", (article.get("images") or [{"url": None}])[0]["url"]),
        ("related", "\n".join(str(card.get("headline") or card["url"]) for card in article.get("related") or ())),
    ]
    parts: list[Any] = [Text(article["headline"], style="bold"), *fact_lines(rows)]
    if article.get("lead"):
        parts += [Text(), Text(article["lead"], style="italic")]
    for section in article.get("sections") or ():
        if section.get("heading"):
            parts += [Text(), Text(section["heading"], style="bold")]
        for paragraph in section["paragraphs"]:
            parts += [Text(), Text(paragraph)]
    return Group(*parts, Text())


def fact_lines(rows: Iterable[tuple[str, Any]]) -> list[Text]:
    """Names and values that are there, in lines that are never broken: an address is to be copied whole."""
    told = [(name, str(value)) for name, value in rows if value]
    width = max((len(name) for name, _ in told), default=0)
    lines = []
    for name, value in told:
        for number, line in enumerate(value.split("\n")):
            lines.append(_whole(("" if number else name).ljust(width), line))
    return lines


def _whole(name: str, line: str) -> Text:
    return Text.assemble((f"{name}  ", "dim"), line, no_wrap=True, overflow="ignore")


def render_relatives(
    article: Mapping[str, Any], twins: Sequence[Mapping[str, Any]], copies: Sequence[Mapping[str, Any]]
) -> Group:
    """The same story in other editions, and where else its text stands; empty where there is neither."""
    parts: list[Any] = []
    if twins:
        editions = [(twin["edition"] or twin["language"] or "", twin["headline"], twin["url"]) for twin in twins]
        parts += [Text("The story in other editions", style="bold"), *_table(editions), Text()]
    if copies:
        own = article.get("copied")
        first = f"This text: {_share(own)}, from {own['url']}" if own else "This text was there first"
        rows = [
            (
                copy["site"] or "",
                "first" if copy["is_first"] else _share(copy),
                f"{copy['published_at'] or copy['first_seen_at']:%Y-%m-%d %H:%M}",
                copy["url"],
            )
            for copy in copies
        ]
        parts += [Text("Copies", style="bold"), Text(first, no_wrap=True, overflow="ignore"), *_table(rows), Text()]
    return Group(*parts)


def _table(rows: Sequence[Sequence[str]]) -> list[Text]:
    return [Text(line, no_wrap=True, overflow="ignore") for line in aligned(rows)]


def _share(copied: Mapping[str, Any]) -> str:
    """How much of a copy's text is its source's, and the agency that it names."""
    share = f"{copied['share']:.0%}" if copied.get("share") is not None else "a copy"
    return f"{share}, {copied['agency']}" if copied.get("agency") else share


def _rights(rights: Mapping[str, Any]) -> str:
    """What the publisher says of the use of the article, in the words of its directives where they have words."""
    flags = ("noindex", "noarchive", "nosnippet", "noai", "noimageai")
    said = [name for name in flags if rights.get(name)]
    if rights.get("max_snippet") is not None:
        said.append(f"max-snippet {rights['max_snippet']}")
    if rights.get("unavailable_after"):
        said.append(f"unavailable after {rights['unavailable_after']}")
    if (is_reserved := rights.get("tdm_reserved")) is not None:
        policy = f" ({rights['tdm_policy']})" if rights.get("tdm_policy") else ""
        said.append(f"text mining {'reserved' if is_reserved else 'not reserved'}{policy}")
    if rights.get("ai_txt"):
        said.append(f"training {rights['ai_txt']} by ai.txt")
    return ", ".join(said)


def _gone(gone: Mapping[str, Any] | None) -> str | None:
    """Since when the site does not show it, and how sure that is."""
    if not gone:
        return None
    target = gone.get("redirected_to")
    answer = f"redirected to {target}" if target else f"answered {gone['status']}"
    return f"since {_moment(gone['at'])} ({answer}{', seen once' if gone['sightings'] == 1 else ''})"


def _moment(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else None


def _count(views: Mapping[str, Any]) -> str:
    return f"{views['count']:,}" if views["count"] is not None else f"unreadable: {views['raw']}"


def _instant(timestamp: Mapping[str, Any] | None) -> str | None:
    if not timestamp:
        return None
    at = timestamp.get("at")
    return f"{at:%Y-%m-%d %H:%M} UTC (printed: {timestamp['raw']})" if at else f"unreadable: {timestamp['raw']}"
