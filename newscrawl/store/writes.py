"""Bulk writes whose operations stand for themselves: what the server refuses is told apart from what only failed."""

from __future__ import annotations

import logging
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError

from newscrawl.store.connect import PASSING
from newscrawl.store.upsert import unstorable

logger = logging.getLogger(__name__)

Database = AsyncDatabase[dict[str, Any]]
Refused = dict[str, Any]
"""What the server says of an operation that it refuses: its `code` and `errmsg`."""

DUPLICATE_KEY = 11000


async def bulk(database: Database, collection: str, operations: list[Any]) -> dict[int, Refused]:
    """Write; give the position and error of each operation that the server refused.

    Raises PyMongoError where it is not certain what was written, so that the same operations are to be tried again.
    """
    if not operations:
        return {}
    try:
        await database[collection].bulk_write(operations, ordered=False)
    except BulkWriteError as error:
        errors = (error.details or {}).get("writeErrors") or []
        if not errors or any(refused.get("code") in PASSING for refused in errors):
            raise
        return {refused["index"]: refused for refused in errors}
    return {}


async def bulk_of(database: Database, collection: str, operations: dict[str, Any]) -> dict[str, Refused]:
    """The same for operations with names."""
    errors = await bulk(database, collection, list(operations.values()))
    return {name: errors[position] for position, name in enumerate(operations) if position in errors}


async def write_or_log(database: Database, collection: str, operations: list[Any]) -> None:
    """Write records that need no answer; what is there already is no fault. Raises PyMongoError as `bulk` does."""
    storable = [operation for operation in operations if unstorable(operation) is None]
    errors = await bulk(database, collection, storable)
    refused: list[Refused | None] = [error for error in errors.values() if error["code"] != DUPLICATE_KEY]
    for error in [*refused, *([None] * (len(operations) - len(storable)))]:
        logger.error("a record of %s is refused: %s", collection, error or "it cannot be written as BSON")
