"""A lease in the database: one process at a time plans. All times are by the clock of the server."""

from __future__ import annotations

import contextlib
import os
import socket
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from newscrawl.process_table import is_gone, process_table
from newscrawl.schedule import Lease

Database = AsyncDatabase[dict[str, Any]]

STALE = timedelta(seconds=30)
"""Without a sign of life for so long the holder counts as dead: it gives one every second that it plans."""


class SchedulerLease:
    """The lease of the scheduler of a database."""

    def __init__(self, database: Database, name: str = "scheduler") -> None:
        self.database = database
        self.name = name
        self.holder = uuid4().hex
        self.seen_before: datetime | None = None
        """Last sign of life of the holder before this one; null: there was none."""

    async def take(self) -> Lease | None:
        """Take the lease, or renew it; else who holds it."""
        known = await read_lease(self.database, self.name)
        if known is None:
            await self._make()
        is_own = known is not None and known.holder == self.holder
        if known is not None and not is_own and is_dead(known):
            free: list[dict[str, Any]] = [{"holder": known.holder, "pid": known.pid}]
        else:
            free = [{"holder": None}, {"$expr": {"$lt": ["$seen_at", {"$subtract": ["$$NOW", _milliseconds(STALE)]}]}}]
        mine = {
            "name": self.name,
            "holder": self.holder,
            "host": socket.gethostname(),
            "table": process_table(),
            "pid": os.getpid(),
            "taken_at": {"$cond": [{"$eq": ["$holder", self.holder]}, "$taken_at", "$$NOW"]},
            "seen_at": "$$NOW",
        }
        query = {"_id": self.name, "$or": [{"holder": self.holder}, *free]}
        if not (await self.database["leases"].update_one(query, [{"$set": mine}])).matched_count:
            return await read_lease(self.database, self.name)
        if not is_own:
            self.seen_before = known.seen_at if known else None
        return None

    async def _make(self) -> None:
        """The lease that nobody holds. Of two processes that make it one does."""
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        free = Lease(name=self.name, holder=None, host="", pid=0, taken_at=epoch, seen_at=epoch)
        with contextlib.suppress(DuplicateKeyError):
            await self.database["leases"].insert_one({"_id": self.name, **free.model_dump()})

    async def give_back(self) -> None:
        """Let another process take it at once."""
        mine = {"_id": self.name, "holder": self.holder}
        await self.database["leases"].update_one(mine, [{"$set": {"holder": None, "seen_at": "$$NOW"}}])


async def read_lease(database: Database, name: str = "scheduler") -> Lease | None:
    """The lease as it is, if it was ever taken."""
    found = await database["leases"].find_one({"_id": name}, {"_id": 0})
    return Lease.model_validate(found) if found else None


def is_dead(lease: Lease) -> bool:
    """Whether the holder is a process of this machine that is no more."""
    return lease.holder is not None and is_gone(lease.table, lease.host, lease.pid)


def is_held(lease: Lease | None, now: datetime) -> bool:
    """Whether a living process holds the lease."""
    return lease is not None and lease.holder is not None and not is_dead(lease) and now - lease.seen_at <= STALE


def _milliseconds(span: timedelta) -> int:
    return int(span / timedelta(milliseconds=1))
