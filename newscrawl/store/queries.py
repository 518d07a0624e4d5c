"""What a crawl asks the database: what is known already, what failed, and what its sources have shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.article import Article
from newscrawl.normalize.urls import article_id
from newscrawl.records import Listing, Robots
from newscrawl.settings import RETRY_WAITS
from newscrawl.store.lookup import HIDDEN
from newscrawl.store.observations import Counter, counter_fields, counters_of

Database = AsyncDatabase[dict[str, Any]]
Document = dict[str, Any]


@dataclass(slots=True)
class Known:
    """What the database knows of some addresses."""

    articles: set[str] = field(default_factory=set)
    """Identities of stored articles."""
    aliases: set[str] = field(default_factory=set)
    """Addresses under which articles are stored, the canonical ones among them."""
    postponed: set[str] = field(default_factory=set)
    """Identities of addresses that failed and are not due again."""
    counters: dict[str, Counter] = field(default_factory=dict)
    """Address to the counter of the article that is stored under it."""


async def known(database: Database, identities: list[str], urls: list[str], now: datetime) -> Known:
    """What is known of the cards of a listing, by one query."""
    failed = [
        {"$match": {"_id": {"$in": [article_id(url) for url in urls]}, "stage": {"$nin": ["discover", "ingest"]}}},
        {"$match": {"$or": [{"next_try_at": None}, {"next_try_at": {"$gt": now, "$lte": now + RETRY_WAITS[-1]}}]}},
        {"$project": {"failed": "$url"}},
    ]
    pipeline: list[dict[str, Any]] = [
        {"$match": {"$or": [{"_id": {"$in": identities}}, {"url": {"$in": urls}}, {"aliases": {"$in": urls}}]}},
        {"$project": counter_fields(urls)},
        {"$unionWith": {"coll": "failures", "pipeline": failed}},
    ]
    found = await (await database["articles"].aggregate(pipeline)).to_list()
    articles = [document for document in found if "failed" not in document]
    counters = counters_of(articles)
    return Known(
        articles={document["_id"] for document in articles},
        aliases=set(counters),
        postponed={document["failed"] for document in found if "failed" in document},
        counters=counters,
    )


async def newest_articles(database: Database, site: str, most: int) -> list[Article]:
    """Articles of a site that were fetched and are still there, the newest publications first."""
    wanted = {"site": site, "gone": None, "fetch.at": {"$ne": None}}
    found = database["articles"].find(wanted, {"_id": 0, "labels": 0, **HIDDEN}).sort("published.at", -1).limit(most)
    return [Article.model_validate(document) async for document in found]


class Failed(NamedTuple):
    """What a crawl has to know of an address that failed: there may be hundreds of thousands. `article`: the stored one
    whose visit it was."""

    url: str
    stage: str
    attempts: int
    article: str | None


async def _failed(database: Database, query: Document) -> list[Failed]:
    fields = dict.fromkeys(Failed._fields, 1)
    found = database["failures"].find(query, fields)
    return [Failed(f["url"], f["stage"], f.get("attempts", 1), f.get("article")) async for f in found]


async def site_failures(database: Database, site: str, now: datetime, *, also_early: bool = False) -> list[Failed]:
    """Failures of a site that are to be tried again by now, but for visits of stored articles, which are planned.

    A time beyond every wait was set by a clock that was wrong. `also_early`: those, too, whose time has not come.
    """
    times: list[dict[str, Any]] = [{"next_try_at": {"$lte": now}}, {"next_try_at": {"$gt": now + RETRY_WAITS[-1]}}]
    if also_early:
        times = [{"next_try_at": {"$ne": None}}]
    return await _failed(database, {"$or": [{"site": site, "article": None, **time} for time in times]})


async def failures_at(database: Database, site: str, urls: list[str]) -> list[Failed]:
    """Failures of a site at some addresses, whatever their next try."""
    return await _failed(database, {"_id": {"$in": [article_id(url) for url in urls]}, "site": site})


async def attempts_at(database: Database, urls: list[str]) -> dict[str, int]:
    """How often in a row addresses have failed; those that have not are left out."""
    found = database["failures"].find({"_id": {"$in": [article_id(url) for url in urls]}}, {"url": 1, "attempts": 1})
    return {document["url"]: document["attempts"] async for document in found}


async def site_listings(database: Database, site: str) -> dict[str, Listing]:
    """What is known of every listing, feed and sitemap of a site, by address."""
    found = database["listings"].find({"site": site}, {"_id": 0})
    return {document["url"]: Listing.model_validate(document) async for document in found}


async def known_robots(database: Database, origins: Iterable[str]) -> dict[str, Robots]:
    """What is known of the robots.txt of some origins, by origin."""
    found = database["robots"].find({"_id": {"$in": [article_id(origin) for origin in origins]}}, {"_id": 0})
    return {document["origin"]: Robots.model_validate(document) async for document in found}
