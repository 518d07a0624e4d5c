"""Crawls of a scheduler that is no more: they go on without it, and what became of them is found out here."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.process_table import is_process
from newscrawl.schedule import Slot
from newscrawl.store.schedules import running_slots, runs_of, update_slot

Database = AsyncDatabase[dict[str, Any]]

ELSEWHERE = timedelta(hours=6)
"""How long a crawl on another machine is believed to go on."""
CODES = {"ok": 0, "degraded": 3, "failed": 1}


class Orphans:
    """The slots that other schedulers have begun, and that have no end yet. `own`: the identity of this scheduler."""

    def __init__(self, database: Database, own: str) -> None:
        self.database = database
        self.own = own
        self._slots: list[Slot] = []

    @property
    def sites(self) -> set[str]:
        """Sites that are crawled by them."""
        return {name for slot in self._slots for name in slot.sites}

    async def take_over(self, now: datetime, say: Callable[[str], None]) -> None:
        """Find them, when this scheduler begins to plan."""
        running = [slot for slot in await running_slots(self.database) if slot.scheduler != self.own]
        self._slots = [slot for slot in running if slot.jobs is None]  # else its workers record what becomes of it
        for slot in self._slots:
            say(f"{slot.schedule}: looking after the crawl of {', '.join(slot.sites[:5])} that another scheduler began")
        await self.look(now, say)

    async def look(self, now: datetime, say: Callable[[str], None]) -> None:
        """Record the end of those that have ended."""
        for slot in [slot for slot in self._slots if not _goes_on(slot, now)]:
            ended = await self._ended(slot, now)
            await update_slot(self.database, ended)
            self._slots.remove(slot)
            say(f"{slot.schedule}: {ended.reason}")

    async def _ended(self, slot: Slot, now: datetime) -> Slot:
        if slot.pid is None:
            return slot.model_copy(
                update={"state": "missed", "reason": "the scheduler was killed as it began this crawl"}
            )
        outcomes = [run.get("outcome") for run in await runs_of(self.database, slot)]
        codes = [CODES.get(str(outcome), 1) for outcome in outcomes]
        code = 1 if 1 in codes else max(codes, default=None)
        known = (
            f"{len(outcomes)} of {len(slot.sites)} sites have a record of it" if outcomes else "its end is not known"
        )
        reason = f"the scheduler that began this crawl ended before it; {known}"
        update = {"state": "ended", "ended_at": now, "code": code, "reason": reason}
        return Slot.model_validate(slot.model_dump() | update)


def _goes_on(slot: Slot, now: datetime) -> bool:
    if slot.host != socket.gethostname():
        return slot.started_at is not None and now - slot.started_at < ELSEWHERE
    return slot.pid is not None and is_process(slot.pid)
