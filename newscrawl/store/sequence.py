"""`seq`: one order of everything that readers want to know, so that `seq > last` misses nothing.

A write that is news bears a mark (`seq_due`), set with it at once, so that no crash loses one. Whoever writes then
gives numbers to what is marked: it claims documents under a token of its own, reserves as many numbers as it claimed,
writes each number under that token, and gives the reservation back. The record `sequence` says up to where everything
is `settled`: below the lowest number that is reserved still. Readers go no further, so what a slower process writes
meanwhile is never behind them. What a process that died has claimed or reserved is marked anew after `PATIENCE`; its
token is gone by then, so a write that comes late after all finds nothing to number.
"""

from __future__ import annotations

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
_CLAIM = "claim:"
_MARK = "due:"
_WAITS = {"$gte": _MARK, "$lt": "due;"}
"""Marks that nobody has claimed: all strings that begin with `due:`."""


def seq_mark() -> str:
    """A mark that no other write has: what was claimed under an older one is not numbered."""
    return f"{_MARK}{ObjectId()}"


async def settled(database: Database) -> int:
    """Up to this `seq` nothing new can appear; 0 where nothing is numbered. One read."""
    known = await database["sequence"].find_one({"_id": NAME})
    return int(known["settled"]) if known else 0


async def give_numbers(database: Database) -> int:
    """Number what is marked, in the order in which it was marked; give how many. Raises PyMongoError.

    Any number of processes at once; what one has claimed the others leave alone.
    """
    return sum([await _number(database, collection) for collection in NUMBERED])


async def _number(database: Database, collection: str) -> int:
    documents, number = database[collection], 0
    while True:
        found = documents.find({"seq_due": _WAITS}, {"_id": 1}).hint("seq_due_1").sort("seq_due", 1).limit(BATCH)
        marked = [document["_id"] async for document in found]
        if not marked:
            return number
        token = f"{_CLAIM}{ObjectId()}"
        # What was marked anew since it was found is claimed with the later mark; after this it is not numbered here.
        claim = {"_id": {"$in": marked}, "seq_due": _WAITS}
        claimed = await documents.update_many(claim, {"$set": {"seq_due": token}})
        if claimed.modified_count < len(marked):
            own = documents.find({"seq_due": token}, {"_id": 1}).hint("seq_due_1")
            kept = {document["_id"] async for document in own}
            marked, is_last = [identity for identity in marked if identity in kept], False
        else:
            is_last = len(marked) < BATCH
        if marked:
            await _give(database, collection, marked, token)
        number += len(marked)
        if is_last:
            return number


async def _give(database: Database, collection: str, claimed: list[str], token: str) -> None:
    last = await _reserve(database, token, len(claimed))
    first = last - len(claimed) + 1
    numbers = [
        UpdateOne({"_id": identity, "seq_due": token}, {"$set": {"seq": first + place}, "$unset": {"seq_due": ""}})
        for place, identity in enumerate(claimed)
    ]
    await database[collection].bulk_write(numbers, ordered=False)
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
    """Mark anew what a process has claimed so long ago that it is dead, and give its reservation back after that.

    Raises PyMongoError. One query where there is nothing to do, and one for each collection.
    """
    oldest = ObjectId.from_datetime(datetime.now(UTC) - PATIENCE)
    stale = {"$gte": _CLAIM, "$lt": f"{_CLAIM}{oldest}"}
    for collection in NUMBERED:
        if await database[collection].find_one({"seq_due": stale}, {"_id": 1}, hint="seq_due_1"):
            await database[collection].update_many({"seq_due": stale}, {"$set": {"seq_due": seq_mark()}})
    known = await database["sequence"].find_one({"_id": NAME})
    for one in known["open"] if known else ():
        if one["token"] < f"{_CLAIM}{oldest}":
            await _release(database, one["token"])
