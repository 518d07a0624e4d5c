"""The crawls of a planner that has a fleet: jobs, recorded in the database first, then sent to the broker.

All that is known is in the database, so that another planner goes on where this one ended. What the broker has lost is
sent again; what a dead worker had waits again, within half a minute.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pymongo.errors import PyMongoError

from newscrawl.crawl.groups import keys_of
from newscrawl.fleet.batches import batches
from newscrawl.fleet.broker import BrokerDown, send, waiting
from newscrawl.fleet.outcome import outcome_of_jobs
from newscrawl.job import Job
from newscrawl.normalize.spans import span_text
from newscrawl.runs.evaluations import Evaluations
from newscrawl.runs.holds import Holds
from newscrawl.schedule import Schedule, Slot
from newscrawl.site import Sites
from newscrawl.store.jobs import add_jobs, free_jobs_of, jobs_of, note_sent, send_again, unended_jobs
from newscrawl.store.leases import STALE
from newscrawl.store.schedules import Database, claim_slot, running_slots, update_slot
from newscrawl.store.workers import all_workers, dead_of

if TYPE_CHECKING:
    from celery import Celery

LOST = timedelta(seconds=30)
"""After so long a job whose name the broker has not any more, and which no worker has taken, is sent again."""
MOST_SENT = 200  # names at a time
MOST_SLOTS = 10_000
FIRST_BACKOFF, LONGEST_BACKOFF = 1.0, 30.0  # seconds between two attempts to reach the broker


class Dispatch:
    """The jobs of all planned runs. `planner`: the identity of the one that records them. `size`: sites of a job.

    It has as many runs at a time as there are.
    """

    def __init__(
        self,
        database: Database,
        planner: str,
        app: Celery,
        say: Callable[[str], None],
        *,
        size: int,
    ) -> None:
        self.database, self.planner, self.app, self.say = database, planner, app, say
        self.size, self._known = size, Sites()
        self.most = MOST_SLOTS
        self.codes: list[int] = []
        """Exit codes of the runs that have ended while this process planned."""
        self.woken = asyncio.Event()
        """One may have ended: unused here, for the database tells it at the next look."""
        self._slots: dict[str, Slot] = {}
        self._jobs: list[Job] = []
        self._holds = Holds()
        self._alerts = Evaluations(say)
        self._looked_at, self._buries_at = time.monotonic(), 0.0
        self._sending: asyncio.Task[None] | None = None
        self._backoff, self._send_at = FIRST_BACKOFF, 0.0
        self._broker_is_away = False

    def __len__(self) -> int:
        return len(self._slots)

    @property
    def sites(self) -> set[str]:
        """Sites whose job has not ended."""
        return {name for job in self._jobs for name in job.sites}

    @property
    def jobs(self) -> Mapping[str, int]:
        """Jobs that have not ended, by state."""
        running = sum(job.state == "running" for job in self._jobs)
        return {"running": running, "waiting": len(self._jobs) - running}

    @property
    def waiting_since(self) -> datetime | None:
        """When the oldest job that waits for a worker was to start."""
        return min((job.planned_at for job in self._jobs if job.state == "waiting"), default=None)

    def held(self, now: datetime) -> set[str]:
        """Sites that are left alone after a crawl that failed."""
        return self._holds.at(now)

    def know(self, sites: Sites) -> None:
        """These are all the sites that there are now: which of them share a host decides which go into one job."""
        self._known = sites

    def describe(self, now: datetime) -> str:
        """What runs, in words."""
        if not self._slots:
            return "nothing"
        jobs = self.jobs
        spans = [f"{slot.schedule} for {span_text(now - (slot.started_at or now))}" for slot in self._slots.values()]
        return f"{', '.join(spans)}; {jobs['running']} jobs run, {jobs['waiting']} wait"

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
        """Record the jobs of a slot, unless some process has taken it before."""
        groups = self._groups(sites)
        slot = Slot(
            schedule=schedule.name,
            planned_at=planned_at,
            state="running",
            sites=list(sites),
            started_at=now,
            reason=note,
            host=socket.gethostname(),
            scheduler=self.planner,
            jobs=len(groups),
        )
        if not await claim_slot(self.database, slot):
            return
        plan = schedule.model_copy(update={"sites": []})
        jobs = [
            Job(slot=slot.id, number=number, plan=plan, planned_at=planned_at, only_due=only_due, sites=group)
            for number, group in enumerate(groups, 1)
        ]
        await add_jobs(self.database, jobs)
        self._slots[slot.id] = slot
        self._jobs += jobs
        self._send_at = 0.0
        number = f"{len(sites)} sites in {len(jobs)} jobs" if len(jobs) > 1 else ", ".join(sites[:5])
        if len(jobs) == 1 and len(sites) > 5:
            number += f" and {len(sites) - 5} more"
        self.say(f"{schedule.name}: sending {number}, planned for {planned_at:%Y-%m-%d %H:%M} UTC")

    def _groups(self, sites: Sequence[str]) -> list[list[str]]:
        hosts = {name: keys_of(self._known[name]) for name in sites if name in self._known}
        return batches(sites, hosts, self.size)

    def want_alerts(self) -> None:
        """Let alerts be evaluated at the next look."""
        self._alerts.want()

    async def reap(self) -> bool:
        """Look at everything: record the slots whose jobs have ended, free the jobs of the dead, send what waits.

        Whether any slot has ended.
        """
        if (now := time.monotonic()) - self._looked_at > STALE / timedelta(seconds=2):
            # The database was away, or this process stood still: the living have first to show that they are.
            self._buries_at = now + STALE.total_seconds()
        slots = [slot for slot in await running_slots(self.database) if slot.jobs is not None]
        self._jobs, self._slots = await unended_jobs(self.database), {slot.id: slot for slot in slots}
        going = {job.slot for job in self._jobs}
        ended = [slot for slot in slots if slot.id not in going]
        for slot in ended:
            await self._end(slot)
        await self._free_the_dead()
        self._looked_at = time.monotonic()
        self._send_what_waits()
        self._alerts.look()
        return bool(ended)

    async def _end(self, slot: Slot) -> None:
        """Record a slot of which no job is left; those that were never recorded, for the planner died, are made now."""
        jobs = await jobs_of(self.database, slot.id)
        known = {name for job in jobs for name in job.sites}
        missing = [name for name in slot.sites if name not in known]
        if missing:
            await self._complete(slot, jobs, missing)
            return
        now = datetime.now(UTC)
        code, outcome = outcome_of_jobs(jobs)
        for job in jobs:
            self._holds.note(job.sites, job.code or 0, now)
        self.say(f"{slot.schedule}: {outcome or 'ok'}, after {span_text(now - (slot.started_at or now))}")
        reason = "; ".join(part for part in (outcome, slot.reason) if part) or None
        ended = {"state": "ended", "ended_at": now, "code": code, "reason": reason}
        await update_slot(self.database, Slot.model_validate(slot.model_dump() | ended))
        self._slots.pop(slot.id, None)
        self.codes.append(code)
        self._alerts.want()

    async def _complete(self, slot: Slot, jobs: Sequence[Job], missing: Sequence[str]) -> None:
        found = await self.database["schedules"].find_one({"_id": slot.schedule}, {"_id": 0})
        if found is None:
            reason = "the planner was killed as it began this run, and the schedule is gone"
            await update_slot(self.database, slot.model_copy(update={"state": "missed", "reason": reason}))
            return
        schedule = Schedule.model_validate(found)
        plan = schedule.model_copy(update={"sites": []})
        groups = self._groups(missing)
        is_adaptive = schedule.kind == "adaptive"
        made = [
            Job(slot=slot.id, number=number, plan=plan, planned_at=slot.planned_at, only_due=is_adaptive, sites=group)
            for number, group in enumerate(groups, len(jobs) + 1)
        ]
        await add_jobs(self.database, made)
        self.say(f"{slot.schedule}: going on with a run that another planner began")

    async def _free_the_dead(self) -> None:
        having = {job.worker for job in self._jobs if job.state == "running" and job.worker is not None}
        if not having or time.monotonic() < self._buries_at:
            return
        workers, now = await all_workers(self.database)
        dead = dead_of(having, workers, now)
        if freed := await free_jobs_of(self.database, dead) if dead else []:
            named = {worker.name: f"process {worker.pid} on {worker.host}" for worker in workers}
            who = ", ".join(sorted(named.get(name, "one that is gone") for name in dead))
            self.say(f"dead: {who}; sending again {len(freed)} jobs: {', '.join(freed[:5])}")
            self._jobs = await unended_jobs(self.database)
            self._send_at = 0.0

    def _send_what_waits(self) -> None:
        if self._sending is not None:
            if not self._sending.done():
                return
            self._sending.result()
            self._sending = None
        if time.monotonic() < self._send_at:
            return
        waits = [job for job in self._jobs if job.state == "waiting"]
        unsent = [job.id for job in waits if job.sent_at is None][:MOST_SENT]
        old = [job.id for job in waits if job.sent_at is not None and datetime.now(UTC) - job.sent_at > LOST]
        if unsent or old:
            self._sending = asyncio.create_task(self._send(unsent, old))

    async def _send(self, unsent: Sequence[str], old: Sequence[str]) -> None:
        """Send names of jobs, and look whether the broker has those of old ones. Never raises: it is tried again."""
        try:
            if unsent:
                await asyncio.to_thread(send, self.app, unsent)
                await note_sent(self.database, unsent)
            elif not await asyncio.to_thread(waiting, self.app):
                self.say(f"the broker has lost {len(old)} jobs, and no worker has them; sending them again")
                await send_again(self.database, old)
            else:
                self._send_at = time.monotonic() + LOST.total_seconds() / 3
        except BrokerDown as error:
            if not self._broker_is_away:
                self.say(f"{error}; trying again")
            self._broker_is_away, self._send_at = True, time.monotonic() + self._backoff
            self._backoff = min(2 * self._backoff, LONGEST_BACKOFF)
        except PyMongoError:
            self._send_at = time.monotonic() + FIRST_BACKOFF  # planning says that the database is away
        else:
            if self._broker_is_away:
                self.say("the broker answers again")
            self._broker_is_away, self._backoff = False, FIRST_BACKOFF

    def kill(self) -> None:
        """Nothing: what was sent goes on without a planner."""

    async def end(self) -> None:
        """Wait for what is being sent; the workers go on without a planner."""
        if self._sending is not None:
            await asyncio.wait([self._sending])

    async def end_alerts(self, *, at_once: bool) -> None:
        """Let the evaluation of alerts come to its end, or give it up."""
        await self._alerts.end(at_once=at_once)
