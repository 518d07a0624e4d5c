"""Reading for the tools: stored documents to answers. Nothing here writes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from newscrawl.mcp.answers import (
    Absence,
    ChangedParagraph,
    Difference,
    Found,
    FullArticle,
    FullTexts,
    Got,
    History,
    Relative,
    Summary,
    Texts,
    Version,
    VersionTexts,
    ViewReading,
)
from newscrawl.normalize.changes import compare
from newscrawl.normalize.growth import HOUR, Reading
from newscrawl.normalize.spans import parse_span
from newscrawl.selection import Selection
from newscrawl.store.history import history
from newscrawl.store.lookup import Database, Document, get_article, get_by_id
from newscrawl.store.related import relatives
from newscrawl.store.revise import text_of
from newscrawl.store.select import select
from newscrawl.store.views import attention, series

LONGEST_LEAD = 600  # characters of a lead in a list
LONGEST_CHANGES = 20_000  # characters of the changed paragraphs of one answer
LONGEST_REFERENCE = 2048
MOST_NAMES = 20  # tags and authors of one article
MOST_RELATIVES = 20
MOST_VERSIONS = 50
MOST_READINGS = 60

SUMMARY = (
    *("url", "site", "publisher", "language", "headline", "lead", "dateline", "published", "authors", "section"),
    *("tags", "views", "word_count", "revision", "status", "seq"),
)
"""Fields of an article in a list."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_IDENTITY = re.compile(r"[0-9a-f]{32}")


class Unknown(LookupError):
    """What was asked for is not there. The message says so."""


def instant(text: str, name: str, now: datetime, *, is_end: bool = False) -> datetime:
    """The instant that an ISO date, an ISO instant or a span before now names; the end of a mere date where `is_end`.

    Raises ValueError.
    """
    try:
        return now - parse_span(text)
    except (ValueError, OverflowError):
        pass
    try:
        found = datetime.fromisoformat(text.strip())
        found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        return found + timedelta(days=1) if is_end and _DAY.fullmatch(text.strip()) else found
    except (ValueError, OverflowError):
        raise ValueError(
            f"{name}: {text[:100]!r} is no date such as 2026-01-31, no instant such as 2026-01-31T08:00:00Z and no "
            "span such as 2d"
        ) from None


async def find(database: Database, selection: Selection, limit: int, cursor: str | None) -> Found:
    """The newest articles of a selection. Raises WrongCursor, TooBroad, PyMongoError."""
    page = await select(database, selection, limit=limit, cursor=cursor, fields=SUMMARY)
    return Found(articles=[Summary(**_summary(article)) for article in page.articles], next_cursor=page.cursor)


async def article_of(database: Database, reference: str) -> Document:
    """The stored article of an identity or of one of its addresses. Raises Unknown, PyMongoError."""
    reference = reference.strip()
    found = None
    if _IDENTITY.fullmatch(reference):
        found = await get_by_id(database, reference)
    elif len(reference) <= LONGEST_REFERENCE and reference.startswith(("http://", "https://")):
        found = await get_article(database, reference)
    else:
        raise Unknown(f"{reference[:100]!r} is neither an id, as `search` gives them, nor an http or https address")
    if found is None:
        raise Unknown(f"no article is stored under {reference}; `search` finds articles")
    return found


async def get(database: Database, reference: str, offset: int, most: int) -> Got:
    """One article with a piece of its text. Raises Unknown, PyMongoError."""
    article = await article_of(database, reference)
    body = article.get("body") or ""
    if offset > len(body):
        raise Unknown(f"the text has {len(body)} characters; offset {offset} is behind its end")
    end = min(offset + most, len(body))
    near = await relatives(database, article)
    rights = article.get("rights") or {}
    base = _summary(article)
    base["untrusted"] = FullTexts(
        **{**dict(base["untrusted"]), "lead": article.get("lead")},
        text=body[offset:end],
        syndicated_from=(article.get("syndication") or {}).get("agency"),
    )
    full = FullArticle(
        **base,
        modified_at=(article.get("modified") or {}).get("at"),
        first_seen_at=article.get("first_seen_at"),
        changed_at=article.get("changed_at"),
        gone_at=(article.get("gone") or {}).get("at"),
        text_from=offset,
        text_length=len(body),
        next_offset=end if end < len(body) else None,
        is_paywalled=article.get("is_paywalled"),
        kind=article.get("content_type") or "article",
        is_reserved=any(rights.get(name) for name in ("noai", "nosnippet", "noarchive", "tdm_reserved"))
        or rights.get("ai_txt") == "disallowed",
        twins=[_relative(other) for other in near.twins[:MOST_RELATIVES]],
        copies=[_relative(other) for other in near.copies[:MOST_RELATIVES]],
    )
    return Got(article=full)


async def tell_history(database: Database, reference: str, start: int | None, end: int | None) -> History:
    """The versions and the view counter of an article; between `start` and `end` what changed.

    Raises Unknown, PyMongoError.
    """
    article = await article_of(database, reference)
    present = article.get("revision", 1)
    shown = range(max(1, present - MOST_VERSIONS + 1), present + 1)
    versions = await history(database, article, shown, with_texts=False)
    known = attention(article, await series(database, article))
    return History(
        id=article["_id"],
        url=article["url"],
        status=article.get("status") or "active",
        versions=[_version(version) for version in versions],
        versions_total=present,
        difference=await _difference(database, article, start, end) if start is not None or end is not None else None,
        views=[ViewReading(at=reading.at, count=reading.views) for reading in thinned(known.readings)],
        views_total=len(known.readings),
        growth_last_day=round(known.lately.views, 1) if known.lately else None,
        half_life_hours=round(known.half_life / HOUR, 1) if known.half_life else None,
        gone_at=(article.get("gone") or {}).get("at"),
        absences=[Absence(gone_at=one["gone_at"], back_at=one["back_at"]) for one in article.get("absences") or ()],
    )


def thinned(readings: Sequence[Reading], most: int = MOST_READINGS) -> list[Reading]:
    """So many readings at most, spread evenly, with the first and the last one."""
    if len(readings) <= most:
        return list(readings)
    return [readings[round(step * (len(readings) - 1) / (most - 1))] for step in range(most)]


async def _difference(database: Database, article: Document, start: int | None, end: int | None) -> Difference:
    present = article.get("revision", 1)
    end = end if end is not None else present
    start = start if start is not None else end - 1
    if start == end:
        raise Unknown(f"revision {end} does not differ from itself; the article has {present}")
    found = {version["revision"]: version for version in await history(database, article, (start, end))}
    for number in (start, end):
        if number not in found:
            kept = "was not kept" if 1 <= number <= present else f"does not exist; the article has {present}"
            raise Unknown(f"revision {number} {kept}")
    changes = compare(text_of(found[start]), text_of(found[end]))
    parts = []
    if changes.headline:
        parts.append(ChangedParagraph(part="headline", old=changes.headline[0], new=changes.headline[1]))
    if changes.lead:
        parts.append(ChangedParagraph(part="lead", old=changes.lead[0], new=changes.lead[1]))
    parts += [
        ChangedParagraph(part="body", old=paragraph.old, new=paragraph.new)
        for paragraph in changes.paragraphs
        if paragraph.kind in ("changed", "removed", "added")
    ]
    told, length = [], 0
    for part in parts:
        length += len(part.old or "") + len(part.new or "")
        if length > LONGEST_CHANGES:
            break
        told.append(part)
    return Difference(from_revision=start, to_revision=end, is_cut=len(told) < len(parts), untrusted=told)


def _summary(article: Document) -> dict[str, Any]:
    """The values of a `Summary`."""
    dateline, published = article.get("dateline") or {}, article.get("published") or {}
    lead = article.get("lead")
    return {
        "id": article["_id"],
        "url": article["url"],
        "site": article.get("site"),
        "language": article.get("language"),
        "country": dateline.get("country"),
        "published_at": published.get("at"),
        "precision": published.get("precision"),
        "views": (article.get("views") or {}).get("count"),
        "words": article.get("word_count") or 0,
        "revision": article.get("revision", 1),
        "status": article.get("status") or "active",
        "seq": article.get("seq"),
        "untrusted": Texts(
            headline=article["headline"],
            lead=f"{lead[:LONGEST_LEAD]}…" if lead and len(lead) > LONGEST_LEAD else lead,
            place=dateline.get("place"),
            agency=dateline.get("agency_name") or dateline.get("agency"),
            publisher=article.get("publisher"),
            authors=[author["name"] for author in (article.get("authors") or [])[:MOST_NAMES]],
            section=article.get("section"),
            tags=(article.get("tags") or [])[:MOST_NAMES],
        ),
    }


def _relative(other: Document) -> Relative:
    return Relative(**{name: other.get(name) for name in Relative.model_fields})


def _version(version: Document) -> Version:
    change = version.get("change") or {}
    return Version(
        revision=version["revision"],
        seen_at=version.get("seen_at"),
        replaced_at=version.get("replaced_at"),
        changed=change.get("changed") or [],
        paragraphs_added=change.get("paragraphs_added", 0),
        paragraphs_removed=change.get("paragraphs_removed", 0),
        paragraphs_changed=change.get("paragraphs_changed", 0),
        share=change.get("share"),
        is_stealth=change.get("is_stealth"),
        untrusted=VersionTexts(headline=version["headline"]),
    )
