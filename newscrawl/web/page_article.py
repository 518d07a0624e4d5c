"""The page of one article, and the page on which two versions of its text stand side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from newscrawl.article import Article
from newscrawl.normalize.changes import Difference, Piece, Text, compare, compare_words
from newscrawl.normalize.growth import Growth
from newscrawl.normalize.why import explain
from newscrawl.store.history import history
from newscrawl.store.lookup import Database, get_by_id
from newscrawl.store.related import Relatives, relatives
from newscrawl.store.revise import text_of
from newscrawl.store.views import Attention, attention, series
from newscrawl.web.charts import Chart, curve
from newscrawl.web.problems import Problem, wrong_parameters
from newscrawl.web.reading import DatabaseOf
from newscrawl.web.rendering import address, article_address, full_moment, number, page, span

router = APIRouter(include_in_schema=False)
Document = Mapping[str, Any]

MOST_POINTS = 240  # of a curve
MOST_VERSIONS = 200  # that are listed, the newest
MOST_IN_TIMELINE = 100
SHORTEST_HOURS = 1 / 6  # from less than that no growth per hour is told

_ABSENT = {name: field.get_default(call_default_factory=True) for name, field in Article.model_fields.items()}
FIELD_NAMES = {"is_paywalled": "paywall", "content_type": "kind", "url": "address"}


class Event(NamedTuple):
    """One article of a timeline."""

    at: datetime | None
    is_seen: bool
    """`at` is when newscrawl saw it first; its publication is not known."""
    href: str | None
    """None: the article that the page is about."""
    headline: str
    language: str | None
    site: str | None
    told: str


@router.get("/articles/{identity}")
async def article_page(request: Request, identity: str, database: DatabaseOf) -> Response:
    """One article."""
    article = await _stored(database, identity)
    if article["_id"] != identity:
        return RedirectResponse(article_address(article["_id"]), 308)
    views = await series(database, article)
    near = await relatives(database, article)
    versions = await _versions(database, article)
    told = attention(article, views)
    return page(
        request,
        "article.html",
        article=article,
        why={FIELD_NAMES.get(field, field): found for field, found in explain(article).items()},
        sections=article.get("sections") or _as_sections(article),
        chart=_chart(told),
        views_told=views_in_words(told),
        versions=versions,
        is_cut_short=article["revision"] > MOST_VERSIONS,
        timeline=timeline(article, near),
        compare=lambda start, end: address(f"{article_address(article['_id'])}/compare", {"from": start, "to": end}),
    )


@router.get("/articles/{identity}/compare")
async def compare_page(
    request: Request,
    identity: str,
    database: DatabaseOf,
    start: Annotated[int | None, Query(alias="from", ge=1, le=2**31)] = None,
    end: Annotated[int | None, Query(alias="to", ge=1, le=2**31)] = None,
) -> Response:
    """Two versions side by side; without their numbers the last two."""
    article = await _stored(database, identity)
    present = article["revision"]
    end = present if end is None else end
    start = max(end - 1, 1) if start is None else start
    if start == end and present > 1:
        raise wrong_parameters([("from", "is the same version as `to`: choose two different ones")])
    found = {version["revision"]: version for version in await history(database, article, (start, end))}
    for name, asked in (("from", start), ("to", end)):
        if asked not in found:
            told = "was not kept" if asked < present else f"is not there; the article has {present}"
            raise wrong_parameters([(name, f"version {asked} {told}")])
    old, new = found[start], found[end]
    # A text may have a million characters: others are not to wait for it.
    difference, rows = await asyncio.to_thread(_compared, text_of(old), text_of(new))
    return page(
        request,
        "compare.html",
        article=article,
        old=old,
        new=new,
        is_same=start == end,
        change=difference.summary(),
        rows=rows,
        numbers=range(1, present + 1) if present <= MOST_VERSIONS else None,
    )


def _compared(old: Text, new: Text) -> tuple[Difference, list[Row]]:
    difference = compare(old, new)
    return difference, [*rows_of(difference)]


async def _stored(database: Database, identity: str) -> dict[str, Any]:
    """The article of an identity, with every field of the record; one that was merged gives the other one.

    Raises Problem.
    """
    article = await get_by_id(database, identity)
    if article is None:
        raise Problem(404, "no-such-article", "No article of this identity is stored.")
    return _ABSENT | article


async def _versions(database: Database, article: dict[str, Any]) -> list[dict[str, Any]]:
    """The versions without their texts, the newest first."""
    present = article["revision"]
    if present == 1:
        return []
    wanted = range(max(1, present - MOST_VERSIONS + 1), present + 1)
    return (await history(database, article, wanted, with_texts=False))[::-1]


def _as_sections(article: Document) -> list[dict[str, Any]]:
    paragraphs = [paragraph for paragraph in (article.get("body") or "").split("\n\n") if paragraph.strip()]
    return [{"heading": None, "paragraphs": paragraphs}] if paragraphs else []


# --- views ------------------------------------------------------------------------------------


def _chart(told: Attention) -> Chart | None:
    if told.growth is None:
        return None
    points = _thinned([(reading.at, reading.views) for reading in told.readings])
    (first, low), (last, high) = points[0], points[-1]
    summary = f"Views from {low:,} on {full_moment(first)} to {high:,} on {full_moment(last)} UTC."
    return curve("Views over time", points, unit="views", summary=summary)


def _thinned(points: list[tuple[datetime, int]]) -> list[tuple[datetime, int]]:
    """At most so many points as a curve shows, the first and the last among them."""
    if len(points) <= MOST_POINTS:
        return points
    step = (len(points) - 1) / (MOST_POINTS - 1)
    return [points[round(place * step)] for place in range(MOST_POINTS)]


def views_in_words(told: Attention) -> list[tuple[str, str]]:
    """What the counters tell: name and sentence."""
    if not told.readings:
        return []
    last = told.readings[-1]
    if told.growth is None:
        return [("seen once", f"{last.views:,} views on {full_moment(last.at)}")]
    facts = [("in all", f"{last.views:,} views, read {len(told.readings)} times")]
    facts.append(("growth", _growth(told.growth)))
    if told.lately is not None and told.lately.hours < told.growth.hours:
        facts.append(("lately", _growth(told.lately)))
    if told.half_life is not None:
        hours = told.half_life.total_seconds() / 3600
        facts.append(("half-life", f"half of them within {span(hours)} of publication"))
    facts += [
        ("fell", f"from {before.views:,} to {after.views:,} on {full_moment(after.at)}")
        for before, after in told.falls[:3]
    ]
    return facts


def _growth(growth: Growth) -> str:
    an_hour = f", {number(growth.per_hour)} an hour" if growth.hours >= SHORTEST_HOURS else ""
    return f"{growth.views:+,.0f} in {span(growth.hours)}{an_hour}"


# --- relatives --------------------------------------------------------------------------------


def timeline(article: Document, near: Relatives) -> list[Event]:
    """The article, its twins and its copies, the earliest first; empty where it stands alone."""
    others = {twin["_id"]: (twin, _twin_told(twin)) for twin in near.twins}
    for copy in near.copies:
        told = _copy_told(copy)
        if copy["_id"] in others:
            told = f"{others[copy['_id']][1]}; {told}"
        others[copy["_id"]] = copy, told
    if not others:
        return []
    own = dict(article) | {"published_at": (article.get("published") or {}).get("at")}
    events = [_event(own, "this article", is_own=True)]
    events += [_event(other, told) for other, told in others.values()]
    return sorted(events, key=lambda event: (event.at is None, event.at))[:MOST_IN_TIMELINE]


def _event(document: Document, told: str, *, is_own: bool = False) -> Event:
    published = document.get("published_at")
    return Event(
        at=published or document.get("first_seen_at"),
        is_seen=published is None,
        href=None if is_own else article_address(document["_id"]),
        headline=document["headline"],
        language=document.get("language"),
        site=document.get("site"),
        told=told,
    )


def _twin_told(twin: Document) -> str:
    edition = twin.get("edition") or twin.get("language")
    return f"the same story, edition {edition}" if edition else "the same story in another edition"


def _copy_told(copy: Document) -> str:
    agency = f", which names {copy['agency']}" if copy.get("agency") else ""
    if copy.get("is_first"):
        return f"the first publisher of this text{agency}"
    share = copy.get("share")
    return f"a copy{f': {100 * share:.0f} % of it stands elsewhere' if share is not None else ''}{agency}"


# --- two versions -----------------------------------------------------------------------------


class Row(NamedTuple):
    """One row of two versions: what stood on the left, and what stands on the right."""

    kind: str
    label: str
    """What part of the article it is, where it is no paragraph."""
    old: Sequence[Piece]
    new: Sequence[Piece]
    skipped: int = 0
    """So many paragraphs that are the same in both."""


def rows_of(difference: Difference) -> Iterator[Row]:
    """The rows: headline and lead where they differ, then the paragraphs, those that are the same as one row."""
    for label, pair in (("Headline", difference.headline), ("Lead", difference.lead)):
        if pair:
            yield _row("changed", label, pair[0] or "", pair[1] or "")
    same = 0
    for kind, old, new in difference.paragraphs:
        if kind == "kept":
            same += 1
            continue
        if same:
            yield Row("kept", "", (), (), same)
            same = 0
        yield _row(kind, "", old or "", new or "")
    if same:
        yield Row("kept", "", (), (), same)


def _row(kind: str, label: str, old: str, new: str) -> Row:
    if kind == "moved":
        return Row(kind, label, (), (Piece("kept", new),))
    pieces = compare_words(old, new)
    return Row(
        kind,
        label,
        [piece for piece in pieces if piece.kind != "added"],
        [piece for piece in pieces if piece.kind != "removed"],
    )
