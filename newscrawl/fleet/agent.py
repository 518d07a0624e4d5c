"""What a worker does with a job: takes it in the database, lets a process crawl its sites, records what became of it.

The name of a job may come twice: the broker brings it again where a worker was lost, and the planner sends it again.
So the database tells who has a job; and whoever is brought one that another worker has waits until that one has ended
it, or is dead.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from pymongo import timeout
from pymongo.errors import PyMongoError

from newscrawl.job import Job, Worker
from newscrawl.normalize.spans import span_text
from newscrawl.process_table import process_table
from newscrawl.runs.children import Child, outcome_of, start
from newscrawl.runs.crawls import LAST_WORDS
from newscrawl.store.connect import Connection
from newscrawl.store.jobs import end_job, give_job_back, read_job, take_job
from newscrawl.store.leases import STALE
from newscrawl.store.runs import runs_with_key
from newscrawl.store.schedules import runs_of
from newscrawl.store.workers import BEAT, all_workers, dead_of, leave, show_life

T = TypeVar("T")
PATIENCE = 5.0  # seconds that a sign of life may take
PAUSE = 1.0  # seconds between two looks at a job that another worker has, or at a database that is away
DATABASE_DOWN = 5  # exit code of a crawl
MOST_OUTAGES = 5
"""Times that a job is begun of which the database was down each time."""
FAULT = 30.0  # seconds that a worker keeps a job which it cannot begin, so that another one comes to it


class Agent:
    """One worker. `say`: takes lines for people. `data`: the folder of what newscrawl keeps on this machine."""

    def __init__(self, connection: Connection, data: Path, say: Callable[[str], None], *, most: int) -> None:
        self.connection, self.database, self.data, self.say = connection, connection.database, data, say
        now = datetime.now(UTC)
        self.worker = Worker(
            name=uuid4().hex,
            host=socket.gethostname(),
            table=process_table(),
            pid=os.getpid(),
            version=version("newscrawl"),
            most=most,
            since=now,
            seen_at=now,
        )
        self.environment: Mapping[str, str] = {}
        """Further variables for the crawls."""
        self._ending = asyncio.Event()
        self._beating: asyncio.Task[None] | None = None
        self._children: list[Child] = []
        self._away_at = float("-inf")
        """When the database was last seen to be away."""

    @property
    def running(self) -> int:
        """Jobs that are being crawled."""
        return len(self._children)

    async def register(self) -> None:
        """Tell of this worker, and go on doing so. Raises PyMongoError."""
        await show_life(self.database, self.worker)
        self._beating = asyncio.create_task(self._beat())

    async def leave(self) -> None:
        """Tell that it is no more; what it has was given back."""
        if self._beating is not None:
            self._beating.cancel()
        with contextlib.suppress(PyMongoError), timeout(PATIENCE):
            await leave(self.database, self.worker)

    def end(self) -> None:
        """Take no more jobs, and give back those that go on: what they have fetched is stored. In the event loop."""
        self._ending.set()
        for child in self._children:
            child.ask_to_end()

    def kill(self) -> None:
        """End the crawls at once. In the event loop."""
        self._ending.set()
        for child in self._children:
            child.kill()

    async def work(self, identity: str) -> bool:
        """See to a job. False: it goes back to the broker, for this worker ends."""
        while not self._ending.is_set():
            try:
                job = await self._take(identity)
                if job is None:
                    return not self._ending.is_set()
                return await self._crawl(job)
            except PyMongoError as error:
                self._away_at = asyncio.get_running_loop().time()
                self.say(f"{identity}: the database is away: {str(error)[:100]}; trying again")
                await self.connection.revive()
                await self._sleep(PAUSE)
        return False

    async def _take(self, identity: str) -> Job | None:
        """Take the job; None where it has ended, another worker has it who lives, or this one is to end."""
        deadline = asyncio.get_running_loop().time() + STALE.total_seconds() + 2 * BEAT.total_seconds()
        told = False
        while not self._ending.is_set():
            if (job := await take_job(self.database, identity, self.worker.name)) is not None:
                return job
            known = await read_job(self.database, identity)
            if known is None or known.state == "ended":
                return None
            if known.worker == self.worker.name:
                return None  # brought twice to the same one, which is at it
            if known.state == "running" and known.worker is not None:
                workers, now = await all_workers(self.database)
                # After an outage the living have first to show that they are.
                has_settled = asyncio.get_running_loop().time() - self._away_at > STALE.total_seconds()
                if has_settled and dead_of([known.worker], workers, now):
                    job = await take_job(self.database, identity, self.worker.name, before=known.worker)
                    if job is not None:
                        self.say(f"{identity}: taking over from a worker that is dead")
                        return job
            if asyncio.get_running_loop().time() > deadline:
                return None
            if not told:
                told = True
                self.say(f"{identity}: another worker has it; waiting whether that one lives")
            await self._sleep(PAUSE)
        return None

    async def _crawl(self, job: Job) -> bool:
        """See to a job that this worker has taken, whatever happens: it must not stay with one that lives."""
        try:
            return await self._crawl_sites(job)
        except Exception as error:
            self.say(f"{job.id}: this worker failed at it: {type(error).__name__}: {error}")
            await self._record(job, 1, f"the worker failed: {type(error).__name__}: {error}"[:300])
            return True

    async def _crawl_sites(self, job: Job) -> bool:
        """Crawl the sites of the job that this worker has taken. False: the worker ends, and the job was given back."""
        some = ", ".join(job.sites[:5]) + (f" and {len(job.sites) - 5} more" if len(job.sites) > 5 else "")
        self.say(f"{job.id}: crawling {some}")
        began = datetime.now(UTC)
        try:
            child = await start(
                job.plan,
                job.part,
                self.data / "logs",
                only_due=job.only_due,
                job=job.id,
                environment=self.environment,
            )
        except OSError as error:  # of this machine, not of the job
            self.say(f"{job.id}: no crawl can be started: {error}; it is given back")
            await self._sleep(FAULT)
            await self._give_back(job)
            return False
        self._children.append(child)
        if self._ending.is_set():
            child.ask_to_end()
        try:
            code = await self._end_of(child)
        finally:
            self._children.remove(child)
        said = child.said()
        spent = span_text(datetime.now(UTC) - began)
        if self._ending.is_set() and code > 128:
            self.say(f"{job.id}: given back after {spent}: this worker ends")
            await self._give_back(job)
            return False
        if (code == DATABASE_DOWN or code > 128) and job.outages + 1 < MOST_OUTAGES and await self._is_open(job):
            # The database went away, or somebody ended the crawl and not the worker.
            self.say(f"{job.id}: {outcome_of(code, said, ())}; once more")
            await self._sleep(PAUSE)
            await self._give_back(job, after_outage=True)
            return await self.work(job.id)
        runs = await self._lasting(lambda: runs_of(self.database, job.part)) if code else None
        outcome = outcome_of(code, said, runs or ())
        await self._record(job, code, outcome)
        self.say(f"{job.id}: {outcome or 'ok'}, after {spent}")
        return True

    async def _is_open(self, job: Job) -> bool:
        """Whether any site of the job has no run yet that came to its end: a further attempt crawls those alone."""
        known = await self._lasting(lambda: runs_with_key(self.database, job.slot, job.sites))
        return known is None or not set(job.sites) <= set(known)

    async def _end_of(self, child: Child) -> int:
        """Exit code of a crawl; one that does not end in time where it was asked to is killed."""
        waits = asyncio.create_task(child.process.wait())
        ending = asyncio.create_task(self._ending.wait())
        await asyncio.wait([waits, ending], return_when=asyncio.FIRST_COMPLETED)
        if not waits.done():
            await asyncio.wait([waits], timeout=LAST_WORDS)
        if not waits.done():
            child.kill()
        await waits
        ending.cancel()
        assert child.code is not None
        return child.code

    async def _record(self, job: Job, code: int, reason: str | None) -> None:
        """Record the end of a job."""
        if await self._lasting(lambda: end_job(self.database, job, code, reason)):
            self.worker = self.worker.model_copy(update={"done": self.worker.done + 1})

    async def _give_back(self, job: Job, *, after_outage: bool = False) -> None:
        """Let the job wait again."""
        await self._lasting(lambda: give_job_back(self.database, job, after_outage=after_outage))

    async def _lasting(self, ask: Callable[[], Awaitable[T]]) -> T | None:
        """What the database says, as soon as it answers; None where this worker is to end before it does."""
        while True:
            try:
                return await ask()
            except PyMongoError:
                if self._ending.is_set():
                    return None
                await self.connection.revive()
                await self._sleep(PAUSE)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT.total_seconds())
            with contextlib.suppress(PyMongoError), timeout(PATIENCE):
                await show_life(self.database, self.worker)

    async def _sleep(self, seconds: float) -> None:
        """Wait so long, or until this worker is to end."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ending.wait(), seconds)
