"""One article as a reader of the terminal sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Group
from rich.text import Text

from newscrawl.cli.render_diff import changes_in_short
from newscrawl.cli.tables import aligned


def render(article: Mapping[str, Any]) -> Group:
    """One article as a reader sees it: headline, facts, text by sections. Print it with `crop=False`."""
    dateline, views = article.get("dateline") or {}, article.get("views") or {}
    rows: list[tuple[str, Any]] = [
        ("address", article["url"]),
        ("id", article.get("_id")),
        ("also at", "\n".join(article.get("aliases") or ())),
        ("publisher", article.get("publisher")),
        ("language", article.get("language")),
        ("published", _instant(article.get("published"))),
        ("modified", _instant(article.get("modified"))),
        ("kind", _kind(article)),
        ("gone", _gone(article.get("gone"))),
        ("next visit", _moment(article.get("next_visit_at"))),
        ("dateline", ", ".join(str(part) for part in (dateline.get("place"), dateline.get("agency")) if part)),
        ("by agency", (article.get("syndication") or {}).get("agency")),
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
        parts.append(Text("The story in other editions", style="bold"))
        for twin in twins:
            edition = twin["edition"] or twin["language"] or ""
            parts.append(Text(f"{edition}  {twin['headline']}" if edition else twin["headline"]))
            parts.append(_whole("", twin["url"]))
        parts.append(Text())
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


def _kind(article: Mapping[str, Any]) -> str | None:
    """What is unusual of it."""
    kind = str(article.get("content_type") or "article").replace("_", " ")
    said = [kind if kind != "article" else "", "live" if article.get("is_live") and kind != "live" else ""]
    if article.get("is_paywalled"):
        said.append("behind a paywall")
    return ", ".join(filter(None, said)) or None


_ZONES = {
    "stated": "the zone is stated",
    "site": "the zone is that of the site",
    "assumed": "no zone is known: UTC was taken",
}
_SHAPES = {"second": "%Y-%m-%d %H:%M:%S UTC", "day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
"""Precision to as much of an instant as the page states."""


def _instant(timestamp: Mapping[str, Any] | None) -> str | None:
    """An instant no finer than it is known, how sure its zone is, and what is printed."""
    if not timestamp:
        return None
    at, raw = timestamp.get("at"), timestamp["raw"]
    if at is None:
        return f"unreadable: {raw}"
    precision = timestamp.get("precision") or "minute"
    if precision == "second" and at.second == 0:
        precision = "minute"
    told = [f"printed: {raw}"]
    offset = timestamp.get("offset")
    if zone := _ZONES.get(timestamp.get("zone") or ""):
        told.append(zone if timestamp.get("zone") == "assumed" or not offset else f"{zone}, {_offset(offset)}")
    return f"{at:{_SHAPES.get(precision, '%Y-%m-%d %H:%M UTC')}} ({'; '.join(told)})"


def _offset(minutes: int) -> str:
    """An offset from UTC as ISO 8601 writes it."""
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def render_versions(versions: Sequence[Mapping[str, Any]]) -> Group:
    """The versions of a text, each with what made it; empty where there is but one."""
    if len(versions) < 2:
        return Group()
    rows = [
        (
            str(version["revision"]),
            f"{version['seen_at']:%Y-%m-%d %H:%M}" if version.get("seen_at") else "",
            changes_in_short(version),
            f"{version['change']['share']:.0%} of the words kept" if version.get("change") else "",
            "not told on the page" if (version.get("change") or {}).get("is_stealth") else "",
        )
        for version in versions
    ]
    return Group(Text("Versions (seen, UTC)", style="bold"), *_table(rows), Text())


def render_sources(provenance: Mapping[str, str]) -> Group:
    """Where each field was read; empty where that is not known."""
    if not provenance:
        return Group()
    rows = [("  " + field, source) for field, source in sorted(provenance.items())]
    return Group(Text("Read from", style="bold"), *_table(rows), Text())
