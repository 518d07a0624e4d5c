"""The crawls of a scheduler that go on: begun, watched, recorded when they end, ended with it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from newscrawl.normalize.spans import span_text
from newscrawl.runs.children import Child, outcome_of, start
from newscrawl.runs.evaluations import Evaluations
from newscrawl.runs.holds import Holds
from newscrawl.schedule import Schedule, Slot
from newscrawl.site import Sites
from newscrawl.store.schedules import claim_slot, runs_of, update_slot

Database = AsyncDatabase[dict[str, Any]]

LAST_WORDS = 10.0  # seconds that crawls have to end in order


class Crawls:
    """Crawls, each a process. `scheduler`: the identity of the one that starts them. `folder`: for what they say."""

    def __init__(
        self, database: Database, scheduler: str, folder: Path, say: Callable[[str], None], *, most: int
    ) -> None:
        self.database, self.scheduler, self.folder, self.say, self.most = database, scheduler, folder, say, most
        self.codes: list[int] = []
        """Exit codes of those that have ended."""
        self.woken = asyncio.Event()
        """One has ended."""
        self.environment: Mapping[str, str] = {}
        """Further variables for the crawls."""
        self._children: list[Child] = []
        self._watched: set[asyncio.Task[int]] = set()
        self._holds = Holds()
        self._alerts = Evaluations(say)

    def __len__(self) -> int:
        return len(self._children)

    @property
    def sites(self) -> set[str]:
        """Sites that are being crawled."""
        return {name for child in self._children for name in child.slot.sites}

    @property
    def jobs(self) -> Mapping[str, int]:
        """None: each crawl is a process."""
        return {}

    @property
    def waiting_since(self) -> datetime | None:
        """Nothing waits for a worker."""
        return None

    def held(self, now: datetime) -> set[str]:
        """Sites that are left alone after a crawl that failed: it may not have learnt when they are due again."""
        return self._holds.at(now)

    def know(self, sites: Sites) -> None:
        """Nothing: each crawl reads the site files itself."""

    def describe(self, now: datetime) -> str:
        """What runs, in words."""
        running = [(child.slot.schedule, now - (child.slot.started_at or now)) for child in self._children]
        return ", ".join(f"{name} for {span_text(span)}" for name, span in running) or "nothing"

    async def start(
        self,
        schedule: Schedule,
        planned_at: datetime,
        sites: Sequence[str],
        now: datetime,
        *,
        note: str | None = None,
        only_due: bool = False,
    ) -> None:
        """Start the crawl of a slot, unless some process has done so before."""
        slot = Slot(
            schedule=schedule.name,
            planned_at=planned_at,
            state="running",
            sites=list(sites),
            started_at=now,
            reason=note,
            host=socket.gethostname(),
            scheduler=self.scheduler,
        )
        if not await claim_slot(self.database, slot):
            return
        try:
            child = await start(schedule, slot, self.folder, only_due=only_due, environment=self.environment)
        except OSError as error:
            reason = f"no crawl can be started: {error}"
            await update_slot(self.database, slot.model_copy(update={"state": "missed", "reason": reason}))
            self.say(f"{schedule.name}: {reason}")
            return
        child.slot = slot.model_copy(update={"pid": child.process.pid})
        self._children.append(child)
        watched = asyncio.create_task(child.process.wait())
        self._watched.add(watched)
        watched.add_done_callback(self._ended)
        some = ", ".join(sites[:5]) + (f" and {len(sites) - 5} more" if len(sites) > 5 else "")
        self.say(f"{schedule.name}: crawling {some}, planned for {planned_at:%Y-%m-%d %H:%M} UTC")
        await update_slot(self.database, child.slot)

    def _ended(self, watched: asyncio.Task[int]) -> None:
        self._watched.discard(watched)
        self.woken.set()

    def want_alerts(self) -> None:
        """Let alerts be evaluated at the next look: that no crawl takes place is told, too."""
        self._alerts.want()

    async def reap(self) -> bool:
        """Record the crawls that have ended, and let alerts be evaluated then. Whether there were any."""
        ended = [child for child in self._children if child.code is not None]
        for child in ended:
            assert child.code is not None
            if child.slot.state == "running":
                child.slot = await self._end_of(child, child.code, datetime.now(UTC))
            await update_slot(self.database, child.slot)
            self._children.remove(child)
            self.codes.append(child.code)
            self._alerts.want()
        self._alerts.look()
        return bool(ended)

    async def _end_of(self, child: Child, code: int, now: datetime) -> Slot:
        slot = child.slot
        runs = await runs_of(self.database, slot) if code else []
        outcome = outcome_of(code, child.said(), runs)
        self.say(f"{slot.schedule}: {outcome or 'ok'}, after {span_text(now - (slot.started_at or now))}")
        self._holds.note(slot.sites, code, now)
        reason = "; ".join(part for part in (outcome, slot.reason) if part) or None
        ended = {"state": "ended", "ended_at": now, "code": code, "reason": reason}
        return Slot.model_validate(slot.model_dump() | ended)

    def kill(self) -> None:
        """End all at once."""
        for child in self._children:
            child.kill()

    async def end(self) -> None:
        """End all in order: what they have fetched is stored within ten seconds; what takes longer is killed."""
        for child in self._children:
            child.ask_to_end()
        if waits := list(self._watched):
            self.say(f"ending {len(self)} crawls in order; a second signal ends them at once")
            _, late = await asyncio.wait(waits, timeout=LAST_WORDS)
            if late:
                self.kill()
                await asyncio.wait(late)
        with contextlib.suppress(PyMongoError):
            await self.reap()

    async def end_alerts(self, *, at_once: bool) -> None:
        """Let the evaluation of alerts come to its end, or give it up."""
        await self._alerts.end(at_once=at_once)
