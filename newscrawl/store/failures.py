"""Failures as operators see them: grouped, one by one, tried again, given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.normalize.urls import article_id, canonical_url

Database = AsyncDatabase[dict[str, Any]]
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which failures: all that every given condition holds for. `urls`: at these addresses, tracking or not."""

    site: str | None = None
    reason: str | None = None
    stage: str | None = None
    since: datetime | None = None
    urls: Sequence[str] = ()
    dropped: bool = False
    """Those that were given up, in place of those that were not."""

    @property
    def query(self) -> Document:
        """The filter; every part of it is within an index."""
        query: Document = {"dropped_at": {"$ne": None} if self.dropped else None}
        query |= {
            name: value
            for name, value in (("site", self.site), ("reason", self.reason), ("stage", self.stage))
            if value is not None
        }
        if self.since is not None:
            query["last_at"] = {"$gte": self.since}
        if self.urls:
            query = {"_id": {"$in": [article_id(form) for url in self.urls for form in _forms(url)]}}
        return query


def _forms(url: str) -> list[str]:
    try:
        return list(dict.fromkeys((url, canonical_url(url))))
    except ValueError:
        return [url]


async def list_failures(database: Database, chosen: Chosen, limit: int) -> list[Document]:
    """The newest of the chosen failures."""
    return await database["failures"].find(chosen.query).sort("last_at", -1).limit(limit).to_list()


async def grouped_failures(database: Database, chosen: Chosen, limit: int) -> list[Document]:
    """Failures by site, stage and reason: how many, the newest one of each, and the earliest next try."""
    pipeline: list[Document] = [
        {"$match": chosen.query},
        {"$sort": {"last_at": -1}},
        {
            "$group": {
                "_id": {"site": "$site", "stage": "$stage", "reason": "$reason"},
                "count": {"$sum": 1},
                "last_at": {"$first": "$last_at"},
                "url": {"$first": "$url"},
                "next_try_at": {"$min": "$next_try_at"},  # null counts only where all are
            }
        },
        {"$sort": {"count": -1, "last_at": -1, "_id": 1}},
        {"$limit": limit},
    ]
    groups = await database["failures"].aggregate(pipeline)
    return [{**group.pop("_id"), **group} async for group in groups]


async def count_failures(database: Database, chosen: Chosen) -> int:
    """How many are chosen."""
    return await database["failures"].count_documents(chosen.query)


async def make_due(database: Database, found: Sequence[Document], now: datetime) -> None:
    """Let failures be tried again by the next run, also those that were given up or never would be.

    Of a stored article that could not be visited, the visit becomes due.
    """
    ids = [failure["_id"] for failure in found]
    await database["failures"].update_many({"_id": {"$in": ids}}, {"$set": {"next_try_at": now, "dropped_at": None}})
    visits = [
        UpdateOne({"_id": failure["article"]}, {"$set": {"next_visit_at": now}})
        for failure in found
        if failure.get("article")
    ]
    if visits:
        await database["articles"].bulk_write(visits, ordered=False)


async def drop_failures(database: Database, found: Sequence[Document], now: datetime) -> None:
    """Give failures up. An article page stays known as given up, so that no listing brings it again.

    Listings, feeds and sitemaps are read by every run anyway, and stored articles visited as planned: of these the
    failure alone is forgotten, until there is another one.
    """
    pages = [f["_id"] for f in found if f["stage"] != "discover" and not f.get("article")]
    others = [f["_id"] for f in found if f["_id"] not in set(pages)]
    given_up = {"$set": {"next_try_at": None, "dropped_at": now}}
    await database["failures"].update_many({"_id": {"$in": pages}}, given_up)
    await database["failures"].delete_many({"_id": {"$in": others}})


async def article_at(database: Database, failure: Document) -> Document | None:
    """The stored article that a failure is of, where there is one."""
    fields = {"url": 1, "headline": 1, "published.at": 1, "next_visit_at": 1}
    return await database["articles"].find_one({"_id": failure.get("article") or failure["_id"]}, fields)


async def sightings_of(database: Database, failure: Document, most: int = 5) -> list[Document]:
    """The sources that have shown the address of a failure, as far as the ledger of its site tells."""
    query = {"site": failure["site"], "seen": {"$gt": datetime.min}, "url": failure["url"]}
    return await database["sightings"].find(query, {"source": 1, "at": 1, "_id": 0}).limit(most).to_list()
