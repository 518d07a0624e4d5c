"""The long-running process that starts crawls when their slots are due. One at a time plans, by a lease.

What was planned, and what became of it, is in the database before anything is started: a scheduler may be killed at any
instant, and the next one goes on. Every second it reads the schedules anew, so that it sees what others change.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from pymongo.errors import PyMongoError

from newscrawl.metrics.exposure import exposed
from newscrawl.normalize.spans import span_text
from newscrawl.runs.crawls import Crawls
from newscrawl.runs.dues import dues_of
from newscrawl.runs.metrics import SchedulerMetrics
from newscrawl.runs.orphans import Orphans
from newscrawl.runs.planner import Planner
from newscrawl.runs.starter import Database, MakeStarter, Starter
from newscrawl.schedule import Lease, Schedule
from newscrawl.settings import Settings
from newscrawl.site import SiteError, load_sites
from newscrawl.store.connect import Connection, DatabaseDown, describe, open_connection
from newscrawl.store.leases import SchedulerLease
from newscrawl.store.schedules import all_schedules
from newscrawl.store.schema import apply_schema

TICK = 1.0  # seconds between two looks at the schedules
LOOK_AT_SITES = 30.0  # seconds between two looks at the site files
LOOK_AT_DUES = 10.0  # seconds between two looks at what is due of adaptive schedules
LOOK_AT_HEALTH = 3600.0  # seconds between two evaluations of alerts while no crawl ends
LOOK_AT_SUCCESSES = 600.0  # seconds between two looks at when sites were last crawled well, for their metrics
LONGEST_BACKOFF = 30.0  # seconds between two attempts to reach the database
HELD_UP = timedelta(seconds=60)  # between two looks: the machine slept, or its clock was set
NEVER = float("-inf")


class SchedulerRuns(RuntimeError):
    """Another scheduler plans. The message names it."""

    def __init__(self, lease: Lease) -> None:
        super().__init__(
            f"another scheduler plans for this database: process {lease.pid} on {lease.host}, since "
            f"{lease.taken_at:%Y-%m-%d %H:%M} UTC; stop it, or wait for its end with --standby"
        )


class Scheduler:
    """Plans and starts the crawls of a database.

    `say`: takes lines for people. `once`: it ends when nothing is due and nothing runs. `standby`: it waits while
    another one plans. `beat`: seconds between two lines that say what runs; None: no such lines. `fleet`: makes what
    sends the crawls to other machines; None: each is a process of this one.
    """

    def __init__(
        self,
        own: Settings,
        say: Callable[[str], None],
        *,
        max_parallel: int = 4,
        once: bool = False,
        standby: bool = False,
        beat: float | None = 30,
        fleet: MakeStarter | None = None,
    ) -> None:
        self.own, self.say, self.fleet = own, say, fleet
        self.max_parallel, self.once, self.standby, self.beat = max_parallel, once, standby, beat
        self.codes: list[int] = []
        """Exit codes of the crawls that have ended."""
        self._signals = 0
        self._woken = asyncio.Event()
        self._crawls: Starter | None = None
        self._connection: Connection | None = None
        self._sites_at = self._dues_at = self._beat_at = NEVER
        self._health_at = time.monotonic()
        self._looked_at: datetime | None = None
        self._told: set[str] = set()
        self.metrics = SchedulerMetrics()
        self._successes_at = NEVER

    def stop(self) -> None:
        """End: the first time in order, the second time at once. To be called in its event loop."""
        self._signals += 1
        self._woken.set()
        if self._signals > 1 and self._crawls is not None:
            self._crawls.kill()

    async def run(self) -> None:
        """Plan until `stop`. Raises SchedulerRuns, and with `once` DatabaseDown."""
        async with exposed(
            self.own.metrics, self.say, self.metrics.tally, has_children=True, announces=True
        ) as exposure:
            await self._run(exposure.environment)

    async def _run(self, environment: Mapping[str, str]) -> None:
        connection = await self._open()
        if connection is None:
            return
        lease = SchedulerLease(connection.database)
        crawls = self._starter(connection.database, lease.holder, environment)
        self._crawls, self.codes, crawls.woken = crawls, crawls.codes, self._woken
        try:
            await self._plan_while_wanted(connection, lease, crawls)
        finally:
            await crawls.end()
            with contextlib.suppress(PyMongoError):
                await lease.give_back()
            await crawls.end_alerts(at_once=self._signals > 0)
            await connection.close()

    def _starter(self, database: Database, holder: str, environment: Mapping[str, str]) -> Starter:
        if self.fleet is not None:
            return self.fleet(database, holder, self.say)
        crawls = Crawls(database, holder, self.own.data / "logs", self.say, most=self.max_parallel)
        crawls.environment = environment
        return crawls

    async def _open(self) -> Connection | None:
        """The database, with its schema, as soon as it is there; None where the end came first."""
        backoff = TICK
        while not self._signals:
            connection = None
            try:
                connection = await open_connection(self.own)
                await apply_schema(connection)
                return connection
            except (DatabaseDown, PyMongoError) as error:
                if connection is not None:
                    await connection.close()
                said = describe(error, self.own.mongo_uri)
                if self.once:
                    raise DatabaseDown(said) from None
                self.say(f"{said}; trying again in {backoff:.0f} seconds")
            await self._sleep(backoff)
            backoff = min(2 * backoff, LONGEST_BACKOFF)
        return None

    async def _plan_while_wanted(self, connection: Connection, lease: SchedulerLease, crawls: Starter) -> None:
        planner = Planner(crawls, Orphans(connection.database, lease.holder), self.say)
        backoff, is_planning, away_since = TICK, False, None
        self.metrics.planner = planner
        while not self._signals:
            try:
                is_planning = self.metrics.is_planning = await self._holds(lease, planner, is_planning)
                self.metrics.database_answers = True
                if away_since is not None:
                    planner.why_late = f"the database was away from {away_since:%Y-%m-%d %H:%M} UTC on"
                    self.say("the database answers again")
                backoff, away_since = TICK, None
                await self._tick(planner, datetime.now(UTC), is_planning)
                if self.once and is_planning and not crawls:
                    return
            except PyMongoError as error:
                # The driver goes on with its time-outs and what it knows of the servers.
                said = describe(error, self.own.mongo_uri).partition(" (configured timeouts")[0]
                if self.once and not crawls:
                    raise DatabaseDown(said) from None
                self.say(f"nothing can be planned: {said}; trying again in {backoff:.0f} seconds")
                away_since = away_since or datetime.now(UTC)
                self.metrics.database_answers = False
                await connection.revive()
                await self._sleep(backoff)
                backoff = min(2 * backoff, LONGEST_BACKOFF)
            else:
                await self._sleep(TICK)

    async def _holds(self, lease: SchedulerLease, planner: Planner, was_planning: bool) -> bool:
        """Whether this process plans. Raises SchedulerRuns where another one does, and this one is not to wait."""
        other, now = await lease.take(), datetime.now(UTC)
        if other is not None:
            who = f"process {other.pid} on {other.host}"
            if was_planning:
                self.say(f"{who} has taken over, for this one gave no sign of life; standing by")
            elif not self.standby and self._looked_at is None:
                raise SchedulerRuns(other)
            else:
                self._tell_once(f"standing by: {who} plans")
            return False
        if not was_planning:
            self._told.clear()
            since = f"from {lease.seen_before:%Y-%m-%d %H:%M} UTC" if lease.seen_before else "before, and"
            planner.why_late = f"no scheduler ran {since} until {now:%Y-%m-%d %H:%M} UTC"
            await planner.orphans.take_over(now, self.say)
            if not self.once:
                self.say(f"planning, as process {os.getpid()} on {socket.gethostname()}")
        return True

    async def _tick(self, planner: Planner, now: datetime, is_planning: bool) -> None:
        """One look at everything."""
        before, self._looked_at = self._looked_at, now
        if before is not None and not -HELD_UP < now - before < HELD_UP:
            span = f"from {before:%Y-%m-%d %H:%M} to {now:%Y-%m-%d %H:%M} UTC"
            planner.why_late = f"the scheduler was held up {span}: the machine slept, or its clock was set"
            self.say(planner.why_late)
        if is_planning and time.monotonic() - self._health_at > LOOK_AT_HEALTH:
            planner.crawls.want_alerts()
            self._health_at = time.monotonic()
        has_ended = await planner.crawls.reap()
        if not is_planning:
            return
        await planner.orphans.look(now, self.say)
        schedules = await all_schedules(planner.database)
        await self._look_at_sites(planner)
        if has_ended or time.monotonic() - self._dues_at > LOOK_AT_DUES:
            planner.dues = await dues_of(planner.database, schedules, planner.sites)
            self._dues_at = time.monotonic()
        for schedule in schedules:
            try:
                await planner.plan(schedule, now)
            except (ValueError, KeyError) as error:  # edited by hand: a zone or a cron line that there is not
                self._tell_once(f"{schedule.name}: this schedule cannot be planned: {error}")
        self.metrics.schedules = schedules
        if self.own.metrics and time.monotonic() - self._successes_at > LOOK_AT_SUCCESSES:
            await self.metrics.look_at_sites(planner.database, planner.sites, now)
            self._successes_at = time.monotonic()
        self._heartbeat(planner, schedules, now)

    async def _look_at_sites(self, planner: Planner) -> None:
        if time.monotonic() - self._sites_at < LOOK_AT_SITES:
            return
        self._sites_at = time.monotonic()
        try:
            sites = await asyncio.to_thread(load_sites, self.own.site_folders, keep_going=True)
        except SiteError as error:
            self._tell_once(str(error))
            return
        for said in sites.left_out():
            self._tell_once(said)
        planner.sites = sites
        planner.crawls.know(sites)

    def _tell_once(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self.say(text)

    def _heartbeat(self, planner: Planner, schedules: list[Schedule], now: datetime) -> None:
        if self.beat is None or self.once or time.monotonic() - self._beat_at < self.beat:
            return
        self._beat_at = time.monotonic()
        coming = [(at, schedule.name) for schedule in schedules if (at := planner.next(schedule, now)) is not None]
        following = "nothing is scheduled"
        if coming:
            at, name = min(coming)
            following = f"{name} at {at:%Y-%m-%d %H:%M} UTC, in {span_text(at - now)}"
        self.say(f"running: {planner.crawls.describe(now)}; next: {following}")

    async def _sleep(self, seconds: float) -> None:
        """Wait so long, or until a crawl has ended or all is to end."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)
        self._woken.clear()
