"""Stored articles of earlier forms brought to the present one, step by step.

`forms` says in which form all articles are. Where that is an earlier one, every article is looked at once, in the order
of `_id`; each is written with its new `schema_version`, so that a migration that was killed goes on where it was. What
it writes depends on the document alone: any number of processes may do it at once.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bson import ObjectId
from pydantic import ValidationError
from pymongo import UpdateOne
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure

from newscrawl.article import SCHEMA_VERSION, Article
from newscrawl.normalize.origin import foreign_agency
from newscrawl.store.order import search_fields

logger = logging.getLogger(__name__)

Database = AsyncDatabase[dict[str, Any]]
Document = Mapping[str, Any]
Change = dict[str, dict[str, Any]]

NAME = "articles"
FORMER_INDEXES = ("terms_1_order_-1", "similarity_1")
"""Of articles in an earlier form: nobody asks for them any more, and every write pays for them."""
BATCH = 500
TOLD_EVERY = 20_000  # articles


def to_version_2(document: Document) -> Change:
    """The update from version 1: certainty of time zones, sources of dates, syndication, status,
    `seq`, search terms, place in lists.

    Version 1 did not keep whether an offset was stated or the site's: `zone` says what can still be told of it.
    Raises ValidationError where the document is no article.
    """
    changed: dict[str, Any] = {"status": "gone" if document.get("gone") else "active"}
    sources = document.get("provenance") or {}
    for name in ("published", "modified"):
        if document.get(name):
            zone = "assumed" if document[name].get("offset") is None else None
            changed[name] = {**document[name], "zone": zone, "source": sources.get(name)}
    agency = foreign_agency(
        document.get("body") or "",
        dateline=(document.get("dateline") or {}).get("agency"),
        authors=[author["name"] for author in document.get("authors") or ()],
        publisher=document.get("publisher"),
    )
    changed["syndication"] = {"agency": agency} if agency else None
    known = {name: value for name, value in document.items() if name in Article.model_fields}
    changed |= {
        **search_fields(Article.model_validate(known | changed), str(document["_id"])),
        "seq_due": _mark_since(document.get("first_seen_at")),
        "schema_version": 2,
    }
    return {"$set": changed, "$unset": {"duplicate_of": ""}}


def to_version_3(document: Document) -> Change:
    """The update from version 2: the week, and other terms of fields. Raises ValidationError where the document is no
    article."""
    known = {name: value for name, value in document.items() if name in Article.model_fields}
    found_by = search_fields(Article.model_validate(known), str(document["_id"]))
    return {"$set": found_by | {"schema_version": 3}}


STEPS: dict[int, Callable[[Document], Change]] = {1: to_version_2, 2: to_version_3}
"""Version to the step that leads from it to the next."""


def _mark_since(first_seen: datetime | None) -> str:
    """A mark of `newscrawl.store.sequence`: articles are numbered in the order in which they were first seen."""
    begins = ObjectId.from_datetime(first_seen) if first_seen else ObjectId("0" * 24)
    return f"due:{str(begins)[:8]}{str(ObjectId())[8:]}"


async def migrate(database: Database) -> int:
    """Bring all articles to the present form; give how many were changed. Raises PyMongoError.

    Where the present form is stored already, that is known by one read.
    """
    known = await database["forms"].find_one({"_id": NAME})
    version = await _version(database, known)
    changed = 0
    while version < SCHEMA_VERSION:
        changed = max(changed, await _step(database, version))  # a later step changes those of the earlier ones, too
        version += 1
    if known is None or int(known["schema_version"]) < version:
        for index in FORMER_INDEXES:
            with contextlib.suppress(OperationFailure):  # it is not there, as in most databases
                await database["articles"].drop_index(index)
        await database["forms"].update_one({"_id": NAME}, {"$max": {"schema_version": version}}, upsert=True)
    return changed


async def is_present(database: Database) -> bool:
    """Whether all articles are in the present form, so that what reads them finds them. Raises PyMongoError."""
    return await _version(database, await database["forms"].find_one({"_id": NAME})) >= SCHEMA_VERSION


async def _version(database: Database, known: Document | None) -> int:
    """The form that all articles have at least. `known`: what `forms` says."""
    if known is not None:
        return int(known["schema_version"])
    return 1 if await database["articles"].find_one({}, {"_id": 1}) else SCHEMA_VERSION


async def _step(database: Database, version: int) -> int:
    articles, last, changed, told = database["articles"], "", 0, 0
    while True:
        batch = await articles.find({"_id": {"$gt": last}}).sort("_id", 1).limit(BATCH).to_list()
        if not batch:
            return changed
        last = batch[-1]["_id"]
        operations = []
        for document in batch:
            if document.get("schema_version", 1) != version:
                continue
            try:
                change = STEPS[version](document)
            except ValidationError as error:
                said = error.errors()[0]
                logger.warning("%s stays in form %d: %s: %s", document.get("url"), version, said["loc"], said["msg"])
                continue
            unchanged = {name: document.get(name) for name in ("fingerprint", "revision", "schema_version")}
            operations.append(UpdateOne({"_id": document["_id"], **unchanged}, change))
        if operations:
            changed += (await articles.bulk_write(operations, ordered=False)).modified_count
        if changed >= told + TOLD_EVERY:
            told = changed
            logger.info("%d articles are in form %d by now", changed, version + 1)
