"""When sites are crawled: schedules, what became of their planned runs, and who plans. Records alone; no I/O."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field

from newscrawl.article import Count, Instant, Part
from newscrawl.storable import Line, Name

KEPT_SLOTS = timedelta(days=400)
"""How long it is kept what became of the slots of schedules: a year, and a month to look at it."""


class CrawlOptions(Part):
    """What a schedule asks of its crawls: the options of `newscrawl crawl` of the same names."""

    limit: int | None = Field(default=None, ge=1, description="Most articles of a crawl; null: all.")
    since: Line | None = Field(default=None, description="A span before the start of each crawl, such as `2d`.")
    max_pages: int | None = Field(
        default=None, ge=1, description="Most pages of each listing; null: all that are needed."
    )
    revisit: bool = Field(default=False, description="Only articles that are due for another visit.")
    no_revisits: bool = Field(default=False, description="Stored articles are not visited again.")


class Schedule(Part):
    """When which sites are crawled: the document of the collection `schedules`. Spans in seconds."""

    name: Name = Field(description="Its name.")
    sites: list[Name] = Field(default_factory=list, description="Empty: every site that there is at the time.")
    kind: Literal["every", "cron", "adaptive"] = Field(description="What tells the times.")
    every: int | None = Field(default=None, ge=60, description="Of `every`: seconds from one slot to the next.")
    cron: Line | None = Field(default=None, description="Of `cron`: minute, hour, day, month and day of the week.")
    pace: int = Field(default=1800, ge=60, description="Of `adaptive`: of a listing with one new article an hour.")
    shortest: int = Field(default=300, ge=60, description="Of `adaptive`: least time between two visits.")
    longest: int = Field(default=21600, ge=60, description="Of `adaptive`: most time between two visits.")
    timezone: Name = Field(default="UTC", description="IANA name of the zone by whose clock it goes.")
    grace: int = Field(default=3600, ge=60, description="How late a slot may start; later it is missed.")
    options: CrawlOptions = Field(default_factory=CrawlOptions, description="What its crawls are asked for.")
    created_at: Instant = Field(description="Slots of `every` are counted from here.")
    created_by: Line = Field(description="`user@host`.")
    planned_until: Instant = Field(description="Every slot up to here is recorded.")
    paused_at: Instant | None = Field(default=None, description="Null: it is not paused.")
    wanted_at: Instant | None = Field(default=None, description="When an operator asked for a run now.")


class Slot(Part):
    """One planned run of a schedule and what became of it: the document of the collection `slots`."""

    schedule: Name = Field(description="Name of the schedule.")
    planned_at: Instant = Field(description="When it was to start, UTC.")
    state: Literal["running", "ended", "missed", "coalesced", "paused"] = Field(
        description="Coalesced: a later slot that ran stands for it, too."
    )
    number: int = Field(default=1, ge=1, description="Slots that this record stands for, `planned_at` the last one.")
    sites: list[Name] = Field(default_factory=list, description="Sites that were crawled.")
    started_at: Instant | None = Field(default=None, description="When its crawl began; null: it did not.")
    ended_at: Instant | None = Field(default=None, description="When its crawl ended; null: not yet.")
    code: int | None = Field(default=None, description="Exit code of the crawl.")
    reason: Line | None = Field(default=None, description="Why it did not start, or what was wrong, for people.")
    host: Name | None = Field(default=None, description="Where it runs.")
    pid: int | None = Field(default=None, description="Process of the crawl there; null: not known yet.")
    scheduler: Name | None = Field(default=None, description="Identity of the scheduler that started it.")
    jobs: Count | None = Field(
        default=None, description="Jobs of the fleet that it was split into; null: it is a process."
    )

    @property
    def id(self) -> str:
        """Identity in the database, and the key of its crawl: the schedule, and the instant in UTC."""
        return f"{self.schedule}/{self.planned_at:%Y-%m-%dT%H:%M:%SZ}"


class Lease(Part):
    """Which process plans, or crawls a site: the document of the collection `leases`. Times: clock of the database."""

    name: Name = Field(description="Of what: `scheduler`, `site NAME`, `host NAME`, or `process` and its `holder`.")
    holder: Name | None = Field(description="Identity of the process; null: it ended and gave the lease back.")
    host: Name = Field(description="Machine of the process.")
    table: Name | None = Field(default=None, description="The table of processes that `pid` is a number in.")
    pid: int = Field(description="Its process on `host`.")
    taken_at: Instant = Field(description="When the process took it.")
    seen_at: Instant = Field(description="Last sign of life.")
