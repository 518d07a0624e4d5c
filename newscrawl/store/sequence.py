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
    number = 0
    while True:
        await _take_over(database)
        claimed = 0
        for collection in NUMBERED:
            claimed += await _number(database, collection)
        number += claimed
        if claimed == 0:
            return number


async def _number(database: Database, collection: str) -> int:
    documents = database[collection]
    found = documents.find({"seq_due": _WAITS}, {"_id": 1, "seq_due": 1}).hint("seq_due_1").sort("seq_due", 1)
    marks = {document["_id"]: document["seq_due"] async for document in found.limit(BATCH)}
    if not marks:
        return 0
    token = f"{_CLAIM}{ObjectId()}"
    # By identity and mark: what was marked anew since is left to the next round.
    claims = [UpdateOne({"_id": i, "seq_due": mark}, {"$set": {"seq_due": token}}) for i, mark in marks.items()]
    await documents.bulk_write(claims, ordered=False)
    own = {document["_id"] async for document in documents.find({"seq_due": token}, {"_id": 1}).hint("seq_due_1")}
    ordered = [identity for identity in marks if identity in own]
    if not ordered:
        return 0
    last = await _reserve(database, token, len(ordered))
    first = last - len(ordered) + 1
    numbers = [
        UpdateOne({"_id": identity, "seq_due": token}, {"$set": {"seq": first + place}, "$unset": {"seq_due": ""}})
        for place, identity in enumerate(ordered)
    ]
    await documents.bulk_write(numbers, ordered=False)
    await _release(database, token)
    return len(ordered)


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


async def _take_over(database: Database) -> None:
    """Mark anew what a process has claimed so long ago that it is dead, and give its reservation back after that."""
    oldest = ObjectId.from_datetime(datetime.now(UTC) - PATIENCE)
    stale = {"$gte": _CLAIM, "$lt": f"{_CLAIM}{oldest}"}
    for collection in NUMBERED:
        if await database[collection].find_one({"seq_due": stale}, {"_id": 1}, hint="seq_due_1"):
            await database[collection].update_many({"seq_due": stale}, {"$set": {"seq_due": seq_mark()}})
    known = await database["sequence"].find_one({"_id": NAME})
    for one in known["open"] if known else ():
        if one["token"] < f"{_CLAIM}{oldest}":
            await _release(database, one["token"])
