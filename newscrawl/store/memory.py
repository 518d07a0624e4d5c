"""What crawls have learnt: the collections `sites` and `hosts`, and `backfills`, how far they came back in time."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from pymongo import ReplaceOne

from newscrawl.normalize.urls import article_id
from newscrawl.records import Backfill, Host, SiteMemory
from newscrawl.store.queries import Database


async def site_memory(database: Database, site: str) -> SiteMemory:
    """What is remembered of a site; empty where nothing is."""
    found = await database["sites"].find_one({"_id": site}, {"_id": 0})
    return SiteMemory.model_validate(found) if found else SiteMemory(site=site)


async def remember_parameters(database: Database, site: str, names: Iterable[str]) -> None:
    """Add query parameters that make new addresses of the same articles."""
    change = {"$addToSet": {"parameters": {"$each": sorted(names)}}, "$setOnInsert": {"site": site}}
    await database["sites"].update_one({"_id": site}, change, upsert=True)


async def addresses_of(database: Database, urls: Collection[str]) -> dict[str, list[str]]:
    """Every address of the articles that are stored under some, by identity."""
    either = [{"url": {"$in": list(urls)}}, {"aliases": {"$in": list(urls)}}]
    found = database["articles"].find({"$or": either}, {"url": 1, "aliases": 1})
    return {document["_id"]: [document["url"], *(document.get("aliases") or ())] async for document in found}


async def site_backfills(database: Database, site: str) -> dict[str, Backfill]:
    """How far every source of a site was read for days of the past, by source."""
    found = database["backfills"].find({"site": site}, {"_id": 0})
    return {document["source"]: Backfill.model_validate(document) async for document in found}


async def remember_backfills(database: Database, records: Iterable[Backfill]) -> None:
    """Keep how far sources were read. Idempotent."""
    operations = [
        ReplaceOne({"_id": article_id(f"{record.site}\n{record.source}")}, record.model_dump(), upsert=True)
        for record in records
    ]
    if operations:
        await database["backfills"].bulk_write(operations, ordered=False)


async def hosts_of(database: Database, names: Iterable[str]) -> list[Host]:
    """What is remembered of some hosts."""
    found = database["hosts"].find({"host": {"$in": list(names)}}, {"_id": 0})
    return [Host.model_validate(document) async for document in found]


async def remember_hosts(database: Database, records: Iterable[Host]) -> None:
    """Keep how hosts want to be asked. Idempotent."""
    operations = [ReplaceOne({"_id": record.host}, record.model_dump(), upsert=True) for record in records]
    if operations:
        await database["hosts"].bulk_write(operations, ordered=False)
