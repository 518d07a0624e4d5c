"""`seq`: one order of everything that readers want to know, so that `seq > last` misses nothing.

A write that is news bears a mark (`seq_due`), set with it at once, so that no crash loses one. Whoever has written then
gives numbers to what is marked: it reserves as many, writes each under the mark that it has read, and gives the
reservation back. The record `sequence` says up to where everything is `settled`: below the lowest number that is
reserved still. Readers go no further, so what a slower process writes meanwhile is never behind them. Of two who
number one document one finds the mark, and the other's number is not used. What a process that died has reserved is
given back after `PATIENCE`, when everything that was marked by then has got another mark: a write that comes late after
all finds nothing to number.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import ObjectId
from pymongo import ReturnDocument, UpdateOne
from pymongo.asynchronous.database import AsyncDatabase

Database = AsyncDatabase[dict[str, Any]]

NUMBERED = ("articles", "tombstones")
"""Collections whose documents have a place in the order."""
NAME = "articles"
BATCH = 1000
PATIENCE = timedelta(seconds=30)
IS_MARKED = {"$gt": ""}
_TOKEN = "claim:"


def seq_mark() -> str:
    """A mark that no other write has, later than those before it: what was read under another one is not numbered."""
    return f"due:{ObjectId()}"


async def settled(database: Database) -> int:
    """Up to this `seq` nothing new can appear; 0 where nothing is numbered. One read."""
    known = await database["sequence"].find_one({"_id": NAME})
    return int(known["settled"]) if known else 0


async def give_numbers(database: Database) -> int:
    """Number whatever is marked, in the order in which it was marked; give how many. Raises PyMongoError."""
    return sum([await _number(database, collection) for collection in NUMBERED])


async def _number(database: Database, collection: str) -> int:
    documents, number = database[collection], 0
    while True:
        query = documents.find({"seq_due": IS_MARKED}, {"seq_due": 1}).hint("seq_due_1")
        marked = await query.sort("seq_due", 1).limit(BATCH).to_list()
        if not marked:
            return number
        async with reserved(database, len(marked)) as numbers:
            writes = [
                UpdateOne(
                    {"_id": document["_id"], "seq_due": document["seq_due"]},
                    {"$set": {"seq": next(numbers)}, "$unset": {"seq_due": ""}},
                )
                for document in marked
            ]
            written = (await documents.bulk_write(writes, ordered=False)).matched_count
        number += written
        if written == len(marked) < BATCH:
            return number


@contextlib.asynccontextmanager
async def reserved(database: Database, number: int) -> AsyncIterator[Iterator[int]]:
    """So many numbers, in order, to be written within the block under the marks that were read before it.

    After an error they stay reserved until they are taken over: nobody knows what is written. Raises PyMongoError.
    """
    if not number:
        yield iter(())
        return
    token = f"{_TOKEN}{ObjectId()}"
    last = await _reserve(database, token, number)
    yield iter(range(last - number + 1, last + 1))
    await _release(database, token)


async def _reserve(database: Database, token: str, number: int) -> int:
    """The last of so many numbers that are this token's."""
    last = {"$add": [{"$ifNull": ["$last", 0]}, number]}
    opened = {"token": token, "first": {"$add": [{"$ifNull": ["$last", 0]}, 1]}, "at": "$$NOW"}
    stages: list[dict[str, Any]] = [
        {"$set": {"open": {"$concatArrays": [{"$ifNull": ["$open", []]}, [opened]]}, "last": last}},
        _SETTLE,
    ]
    known = await database["sequence"].find_one_and_update(
        {"_id": NAME}, stages, upsert=True, return_document=ReturnDocument.AFTER
    )
    assert known is not None
    place = next(index for index, one in enumerate(known["open"]) if one["token"] == token)
    return int(known["open"][place]["first"]) + number - 1


async def _release(database: Database, token: str) -> None:
    left = {"$filter": {"input": "$open", "cond": {"$ne": ["$$this.token", token]}}}
    await database["sequence"].update_one({"_id": NAME}, [{"$set": {"open": left}}, _SETTLE])


_SETTLE = {"$set": {"settled": {"$cond": [{"$size": "$open"}, {"$subtract": [{"$min": "$open.first"}, 1]}, "$last"]}}}


async def take_over(database: Database) -> None:
    """Give back what a process has reserved so long ago that it is dead; what it may still number is marked anew first.

    Raises PyMongoError. One query where there is nothing to do. What is marked then waits for `give_numbers`.
    """
    oldest = f"{_TOKEN}{ObjectId.from_datetime(datetime.now(UTC) - PATIENCE)}"
    known = await database["sequence"].find_one({"_id": NAME})
    stale = [one["token"] for one in (known["open"] if known else ()) if one["token"] < oldest]
    if not stale:
        return
    for collection in NUMBERED:
        await database[collection].update_many({"seq_due": IS_MARKED}, {"$set": {"seq_due": seq_mark()}})
    for token in stale:
        await _release(database, token)
