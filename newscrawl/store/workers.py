"""The workers of the fleet in the database: each gives a sign of life, so that others see when one is dead."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.job import Worker
from newscrawl.process_table import is_gone
from newscrawl.store.leases import STALE
from newscrawl.store.runs import server_time

Database = AsyncDatabase[dict[str, Any]]

BEAT = timedelta(seconds=2)
"""Between two signs of life of a worker."""


async def show_life(database: Database, worker: Worker) -> None:
    """Register a worker, or give a sign of life of it."""
    fixed = worker.model_dump(exclude={"since", "seen_at", "done"})
    change = {**fixed, "since": {"$ifNull": ["$since", "$$NOW"]}, "seen_at": "$$NOW", "done": worker.done}
    await database["workers"].update_one({"_id": worker.name}, [{"$set": change}], upsert=True)


async def leave(database: Database, worker: Worker) -> None:
    """A worker ends in order: nothing more is to be told of it."""
    await database["workers"].delete_one({"_id": worker.name})


async def all_workers(database: Database) -> tuple[list[Worker], datetime]:
    """Every worker that did not end in order, by machine and start, and the clock of the database."""
    now = await server_time(database)
    found = database["workers"].find({}, {"_id": 0}, max_time_ms=20_000)
    workers = [Worker.model_validate(document) async for document in found]
    return sorted(workers, key=lambda worker: (worker.host, worker.since)), now


def is_alive(worker: Worker, now: datetime) -> bool:
    """Whether a worker goes on. On the same machine the process tells at once, elsewhere its last sign of life."""
    return not is_gone(worker.table, worker.host, worker.pid) and now - worker.seen_at <= STALE


def dead_of(names: Iterable[str], workers: Collection[Worker], now: datetime) -> set[str]:
    """Which of these workers are dead: those that are not among the living."""
    living = {worker.name for worker in workers if is_alive(worker, now)}
    return {name for name in names if name not in living}
