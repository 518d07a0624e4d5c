"""Readers of the database. All of them async; documents are plain dictionaries with aware datetimes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.article import Failure, Listing, Run, article_id

Database = AsyncDatabase[dict[str, Any]]
Document = dict[str, Any]


@dataclass(slots=True)
class Known:
    """What the database knows of some addresses."""

    articles: set[str] = field(default_factory=set)
    """Identities of stored articles."""
    aliases: set[str] = field(default_factory=set)
    """Addresses that are aliases of stored articles."""
    postponed: set[str] = field(default_factory=set)
    """Identities of addresses that failed and are not due again."""


async def known(database: Database, identities: list[str], urls: list[str], now: datetime) -> Known:
    """What is known of the cards of a listing, by one query."""
    failed = [
        {"$match": {"_id": {"$in": [article_id(url) for url in urls]}, "stage": {"$ne": "discover"}}},
        {"$match": {"$or": [{"next_try_at": None}, {"next_try_at": {"$gt": now}}]}},
        {"$project": {"failed": "$url"}},
    ]
    pipeline: list[dict[str, Any]] = [
        {"$match": {"$or": [{"_id": {"$in": identities}}, {"aliases": {"$in": urls}}]}},
        {"$project": {"aliases": {"$setIntersection": ["$aliases", urls]}}},
        {"$unionWith": {"coll": "failures", "pipeline": failed}},
    ]
    result = Known()
    async for document in await database["articles"].aggregate(pipeline):
        if "failed" in document:
            result.postponed.add(document["failed"])
        else:
            result.articles.add(document["_id"])
            result.aliases.update(document["aliases"] or ())
    return result


async def list_articles(database: Database, *, site: str | None = None, limit: int = 20) -> list[Document]:
    """The newest articles by publication, those without a date last."""
    found = database["articles"].find({"site": site} if site else {})
    return await found.sort("published.at", -1).limit(limit).to_list()


async def get_article(database: Database, url: str) -> Document | None:
    """The article at any of its addresses."""
    by_address = {"$or": [{"_id": article_id(url)}, {"url": url}, {"aliases": url}]}
    return await database["articles"].find_one(by_address)


async def list_runs(database: Database, *, site: str | None = None, limit: int = 20) -> list[Document]:
    """The newest runs."""
    return await database["runs"].find({"site": site} if site else {}).sort("started_at", -1).limit(limit).to_list()


async def get_run(database: Database, run: str) -> Document | None:
    """One run by its identity."""
    return await database["runs"].find_one({"_id": run})


async def start_run(database: Database, run: Run) -> str:
    """Record a run that begins; gives its identity."""
    identity = f"{run.started_at:%Y%m%dT%H%M%S}-{run.site}-{uuid4().hex[:6]}"
    await database["runs"].insert_one({"_id": identity, **run.model_dump()})
    return identity


async def end_run(database: Database, identity: str, run: Run) -> None:
    """Record how a run ended."""
    await database["runs"].update_one({"_id": identity}, {"$set": run.model_dump()}, upsert=True)


async def list_failures(database: Database, *, site: str | None = None, limit: int = 50) -> list[Document]:
    """The newest failures."""
    return await database["failures"].find({"site": site} if site else {}).sort("last_at", -1).limit(limit).to_list()


async def site_failures(database: Database, site: str, now: datetime) -> list[Failure]:
    """Failures of a site that are to be tried again by now."""
    found = database["failures"].find({"site": site, "next_try_at": {"$lte": now}}, {"_id": 0})
    return [Failure.model_validate(document) async for document in found]


async def get_listing(database: Database, url: str) -> Listing | None:
    """What is known of a listing, feed or sitemap."""
    document = await database["listings"].find_one({"_id": article_id(url)}, {"_id": 0})
    return Listing.model_validate(document) if document else None


async def put_listing(database: Database, listing: Listing) -> None:
    """Keep what is known of a listing, feed or sitemap."""
    await database["listings"].replace_one({"_id": article_id(listing.url)}, listing.model_dump(), upsert=True)
