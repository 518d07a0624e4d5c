"""What a process holds in the database so that no other one crawls it: sites, and in a fleet their hosts, too.

One document for each name, and one for the process, which alone is renewed: a sign of life costs the same for one site
as for a thousand. Whoever finds that a process is dead removes its document first, which one process alone can do, and
which tells it, should it only have slept, that it holds nothing any more. All times are by the clock of the server.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import uuid4

from pymongo import timeout
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError, PyMongoError

from newscrawl.process_table import process_table
from newscrawl.schedule import Lease
from newscrawl.store.leases import STALE, is_dead
from newscrawl.store.runs import server_time

logger = logging.getLogger(__name__)
Database = AsyncDatabase[dict[str, Any]]

BEAT = 2.0  # seconds between two signs of life
PATIENCE = 5.0  # seconds that one may take
SURE = STALE.total_seconds() - 5.0
"""Seconds after the last sign of life until which a process knows by its own clock that it is not taken for dead."""
_TAKEN = 11000  # code of MongoDB: there is such a document already


class Holdings:
    """What this process holds. Several of its crawls may hold one name together."""

    def __init__(self, database: Database) -> None:
        self._leases = database["leases"]
        self._database = database
        self.holder = uuid4().hex
        self._users: Counter[str] = Counter()
        self._beginning = asyncio.Lock()
        self._changing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._task: asyncio.Task[None] | None = None
        self._seen = time.monotonic()
        self._calls: list[Callable[[], None]] = []

    @property
    def is_sure(self) -> bool:
        """Whether no other process can have taken this one for dead, by the clock of this one."""
        return self._task is None or time.monotonic() - self._seen < SURE

    def when_lost(self, call: Callable[[], None]) -> None:
        """Call this where another process has taken this one for dead, so that it holds nothing any more."""
        self._calls.append(call)

    async def take(self, names: Collection[str]) -> list[Lease]:
        """Hold all of these, or none: then the leases by which others hold some of them. Raises PyMongoError."""
        async with self._alone(names):
            wanted = [name for name in dict.fromkeys(names) if not self._users[name]]
            if wanted:
                async with self._beginning:
                    if self._task is None:
                        await self._begin()
                others = await self._take(wanted)
                if others and all(lease.holder is None for lease in others):  # given back just now
                    others = await self._take(wanted)
                if others:
                    return others
            self._users.update(set(names))
            return []

    @asynccontextmanager
    async def _alone(self, names: Collection[str]) -> AsyncIterator[None]:
        """No other crawl of this process takes or gives back one of these meanwhile; of other names many do."""
        async with AsyncExitStack() as stack:
            for name in sorted(set(names)):  # in one order, so that nobody waits for one who waits for him
                await stack.enter_async_context(self._changing[name])
            yield

    async def _take(self, names: Sequence[str]) -> list[Lease]:
        taken, others = await self._insert(names)
        if others:
            inherited, others = await self._inherit(others)
            taken += inherited
        if others:
            await self._remove(taken)
        return others

    async def give_back(self, names: Collection[str]) -> None:
        """Hold these no more, as far as no other crawl of this process does. Raises PyMongoError."""
        async with self._alone(names):
            self._users.subtract(set(names))
            free = [name for name in set(names) if self._users[name] <= 0]
            for name in free:
                del self._users[name]
            await self._remove(free)

    async def close(self) -> None:
        """End the signs of life: what is still held, for something went wrong, is free. Raises PyMongoError."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
            await self._leases.delete_one({"_id": self._own})

    @property
    def _own(self) -> str:
        return f"process {self.holder}"

    async def _begin(self) -> None:
        """Tell of this process, and go on doing so."""
        self._seen = time.monotonic()
        await self._leases.update_one({"_id": self._own}, [{"$set": self._lease(self._own)}], upsert=True)
        self._task = asyncio.create_task(self._beat())

    def _lease(self, name: str) -> dict[str, Any]:
        return {
            "name": name,
            "holder": self.holder,
            "host": socket.gethostname(),
            "table": process_table(),
            "pid": os.getpid(),
            "taken_at": "$$NOW",
            "seen_at": "$$NOW",
        }

    async def _insert(self, names: Sequence[str]) -> tuple[list[str], list[Lease]]:
        """Names that were free and are held now, and the leases of those that are not."""
        now = await server_time(self._database)
        documents = [{"_id": name, **self._lease(name), "taken_at": now, "seen_at": now} for name in names]
        try:
            await self._leases.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            faults = error.details["writeErrors"]
            if any(fault["code"] != _TAKEN for fault in faults):
                raise
            held = {names[fault["index"]] for fault in faults}
        else:
            return list(names), []
        found = await self._leases.find({"_id": {"$in": sorted(held)}}, {"_id": 0}, max_time_ms=20_000).to_list()
        others = {lease["name"]: Lease.model_validate(lease) for lease in found}
        mine = [name for name, lease in others.items() if lease.holder == self.holder]  # a write that came twice
        gone = held - set(others)  # given back in between: the next attempt takes it
        for name in gone:
            others[name] = Lease.model_validate(self._lease(name) | {"holder": None, "taken_at": now, "seen_at": now})
        return [name for name in names if name not in held or name in mine], [
            lease for name, lease in others.items() if name not in mine
        ]

    async def _inherit(self, others: Sequence[Lease]) -> tuple[list[str], list[Lease]]:
        """Names that processes held which are dead, and the leases of those that are not."""
        now = await server_time(self._database)
        holders = {lease.holder for lease in others if lease.holder is not None}
        of_holders = {"_id": {"$in": [f"process {holder}" for holder in holders]}}
        found = await self._leases.find(of_holders, {"_id": 0}, max_time_ms=20_000).to_list()
        signs = {lease.holder: lease for lease in map(Lease.model_validate, found)}
        dead = holders - set(signs)
        for holder, sign in signs.items():
            if holder is not None and (is_dead(sign) or now - sign.seen_at > STALE):
                same = {"_id": sign.name, "seen_at": sign.seen_at}
                is_buried = bool((await self._leases.delete_one(same)).deleted_count)
                # Who takes other sites of the same process may have buried it a moment ago.
                if is_buried or await self._leases.find_one({"_id": sign.name}, {"_id": 1}) is None:
                    dead.add(holder)
        taken: list[str] = []
        for lease in others:
            if lease.holder in dead:
                same = {"_id": lease.name, "holder": lease.holder}
                if (await self._leases.update_one(same, [{"$set": self._lease(lease.name)}])).matched_count:
                    taken.append(lease.name)
        return taken, [lease for lease in others if lease.name not in taken]

    async def _remove(self, names: Collection[str]) -> None:
        if names:
            await self._leases.delete_many({"_id": {"$in": list(names)}, "holder": self.holder})

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            began = time.monotonic()
            try:
                with timeout(PATIENCE):
                    sign = [{"$set": {"seen_at": "$$NOW"}}]
                    is_there = (await self._leases.update_one({"_id": self._own}, sign)).matched_count
            except PyMongoError as error:
                logger.debug("the sign of life was not written: %s", str(error)[:200])
                continue
            if is_there:
                self._seen = began
                continue
            logger.warning("another process has taken this one for dead, and crawls its sites: this one ends")
            for call in self._calls:
                call()
            return
