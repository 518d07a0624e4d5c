"""Readers of the view counters: the series of one article, and the articles that grow most."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.normalize.growth import HOUR, Growth, Reading, falls, growth, half_life, in_order
from newscrawl.normalize.urls import article_id
from newscrawl.records import ViewObservation

Database = AsyncDatabase[dict[str, Any]]
Document = dict[str, Any]

FINE = ("second", "minute", "hour")
"""Precisions of a publication from which a half-life can be counted."""

MOST_ASKED = 5000  # addresses that one query asks for


@dataclass(slots=True)
class Attention:
    """What the counters of an article tell."""

    readings: list[Reading]
    growth: Growth | None
    """Over all readings."""
    lately: Growth | None
    """Over the day that ends with the last reading."""
    half_life: timedelta | None
    falls: list[tuple[Reading, Reading]]
    """Each reading that is lower than the one before it, after that one."""


async def series(database: Database, article: Mapping[str, Any]) -> list[ViewObservation]:
    """The observations of a stored article under all of its addresses, oldest first, falls flagged anew.

    What several runs saw in the same instant is given once.
    """
    addresses = (article["url"], *(article.get("aliases") or ()))
    identities = list({article["_id"], *map(article_id, addresses)})
    found = database["views"].find({"article": {"$in": identities}}, {"_id": 0}).sort("at", 1)
    views = {
        (view.at, view.source, view.count): view
        for view in [ViewObservation.model_validate(document) async for document in found]
    }
    ordered = sorted(views.values(), key=lambda view: (view.at, view.count))
    fallen = {after for _, after in falls(readings_of(ordered))}
    return [view.model_copy(update={"fell": view.fell or Reading(view.at, view.count) in fallen}) for view in ordered]


def readings_of(views: Iterable[ViewObservation]) -> list[Reading]:
    """Observations as readings of one counter."""
    return in_order((view.at, view.count) for view in views)


def attention(article: Mapping[str, Any], views: Iterable[ViewObservation]) -> Attention:
    """What the observations of a stored article tell."""
    readings = readings_of(views)
    published = article.get("published") or {}
    can_tell = published.get("at") is not None and published.get("precision") in FINE
    return Attention(
        readings=readings,
        growth=growth(readings),
        lately=growth(readings, readings[-1].at - 24 * HOUR) if readings else None,
        half_life=half_life(readings, published["at"]) if can_tell else None,
        falls=falls(readings),
    )


async def top(
    database: Database, hours: float, *, now: datetime, limit: int = 20, site: str | None = None
) -> list[Document]:
    """The stored articles whose counters grew most within the last hours, most first, by one aggregation.

    Each as `_id`, `url`, `headline`, `site`, `language`, `growth`, `hours`, `per_hour`, `count`, `seen_at`. Growth is
    that of `newscrawl.normalize.growth`; readings from before the hours count as far back again. One query gives the
    articles, further ones only where many candidates are of other sites or not stored.
    """
    since = now - timedelta(hours=hours)
    rows: list[Document] = []
    shown: set[str] = set()
    async for chunk in _chunks(
        await database["views"].aggregate(growing(since, hours), allowDiskUse=True), max(100, 2 * limit)
    ):
        stored = await _articles(database, chunk, site)
        for candidate in chunk:
            article = stored.get(candidate["url"])
            if article is None or article["_id"] in shown:
                continue
            shown.add(article["_id"])
            rows.append(
                {
                    "_id": article["_id"],
                    **{name: article.get(name) for name in ("url", "headline", "site", "language")},
                    "growth": round(candidate["growth"]),
                    "hours": round(candidate["hours"], 2),
                    "per_hour": round(candidate["growth"] / candidate["hours"], 1),
                    "count": candidate["last"]["count"],
                    "seen_at": candidate["last"]["at"],
                }
            )
            if len(rows) == limit:
                return rows
    return rows


async def _chunks(cursor: Any, size: int) -> AsyncIterator[list[Document]]:
    """Documents in lists, each four times as long as the one before, up to what one query can ask for."""
    chunk: list[Document] = []
    async with cursor:
        async for document in cursor:
            chunk.append(document)
            if len(chunk) == size:
                yield chunk
                chunk, size = [], min(size * 4, MOST_ASKED)
    if chunk:
        yield chunk


async def _articles(database: Database, candidates: list[Document], site: str | None) -> dict[str, Document]:
    """The stored article at each address, those of one site where it is named."""
    urls = [candidate["url"] for candidate in candidates]
    matches: dict[str, Any] = {"$or": [{"url": {"$in": urls}}, {"aliases": {"$in": urls}}]}
    fields = dict.fromkeys(("url", "aliases", "headline", "site", "language"), 1)
    found = await database["articles"].find({**matches, **({"site": site} if site else {})}, fields).to_list()
    by_alias = {address: document for document in found for address in document.get("aliases") or ()}
    return by_alias | {document["url"]: document for document in found}


def growing(since: datetime, hours: float) -> list[Document]:
    """The aggregation: growth of each article from `since` to its last reading, as `normalize.growth` defines it."""
    reading = {"at": "$at", "count": "$count"}  # documents compare by their fields in order: time, then count
    is_within = {"$gte": ["$at", since]}
    hour = HOUR / timedelta(milliseconds=1)
    risen = {"$subtract": ["$first.count", "$before.count"]}
    passed = {"$divide": [{"$subtract": [since, "$before.at"]}, {"$subtract": ["$first.at", "$before.at"]}]}
    at_start = {"$add": ["$before.count", {"$multiply": [risen, passed]}]}
    return [
        {"$match": {"at": {"$gte": since - timedelta(hours=hours)}}},
        {
            "$group": {
                "_id": "$article",
                "url": {"$last": "$url"},
                "before": {"$max": {"$cond": [is_within, None, reading]}},
                "first": {"$min": {"$cond": [is_within, reading, None]}},
                "last": {"$max": {"$cond": [is_within, reading, None]}},
                "lowest": {"$min": {"$cond": [is_within, "$count", None]}},
            }
        },
        {"$match": {"last": {"$ne": None}}},
        {
            "$set": {
                "began": {"$cond": ["$before", since, "$first.at"]},
                "start": {
                    "$cond": [{"$and": ["$before", {"$gt": [risen, 0]}]}, at_start, "$first.count"],
                },
            }
        },
        {
            "$set": {
                "hours": {"$divide": [{"$subtract": ["$last.at", "$began"]}, hour]},
                "growth": {
                    "$subtract": [
                        "$last.count",
                        {"$cond": [{"$lt": ["$last.count", "$start"]}, "$lowest", "$start"]},
                    ]
                },
            }
        },
        {"$match": {"hours": {"$gt": 0}, "growth": {"$gte": 0.5}}},
        {"$sort": {"growth": -1, "_id": 1}},
        {"$project": {"url": 1, "growth": 1, "hours": 1, "last": 1}},
    ]
