"""The fleet: jobs, each some sites of a planned run, and the workers that crawl them. Records alone; no I/O."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field

from newscrawl.article import Count, Instant, Part
from newscrawl.schedule import Schedule, Slot
from newscrawl.storable import Line, Name

KEPT_JOBS = timedelta(days=30)
"""How long a job is kept after its planned time; what became of its slot is kept for longer."""
KEPT_WORKERS = timedelta(days=7)
"""How long a worker that died is told of."""


class Job(Part):
    """Some sites of a slot, crawled by one worker: the document of the collection `jobs`."""

    slot: Line = Field(description="Identity of the slot, which is the key of its crawls, too.")
    number: int = Field(ge=1, description="Of the jobs of the slot, from 1.")
    plan: Schedule = Field(description="The schedule as it was then, without its list of sites.")
    planned_at: Instant = Field(description="Of the slot.")
    only_due: bool = Field(default=False, description="Only listings that are due by their own rhythm.")
    sites: list[Name] = Field(description="What to crawl: sites that share a host are in one job.")
    state: Literal["waiting", "running", "ended"] = Field(default="waiting", description="What has become of it.")
    sent_at: Instant | None = Field(default=None, description="When the broker last took it; null: it has to be sent.")
    worker: Name | None = Field(default=None, description="Identity of the worker that has taken it.")
    attempts: Count = Field(default=0, description="Times that a worker has taken it.")
    outages: Count = Field(default=0, description="Of these that the database or a signal ended.")
    started_at: Instant | None = Field(default=None, description="When that worker took it.")
    ended_at: Instant | None = Field(default=None, description="When it was done.")
    code: int | None = Field(default=None, description="Exit code of its crawl.")
    reason: Line | None = Field(default=None, description="What was wrong, for people.")

    @property
    def id(self) -> str:
        """Identity in the database, which is all that a message of the broker holds."""
        return f"{self.slot}/{self.number}"

    @property
    def part(self) -> Slot:
        """The job as a slot of its own sites, which is what a crawl is started for."""
        return Slot(
            schedule=self.plan.name,
            planned_at=self.planned_at,
            state="running",
            sites=self.sites,
            started_at=self.started_at,
        )


class Worker(Part):
    """A process that takes jobs: the document of the collection `workers`. Times by the clock of the database."""

    name: Name = Field(description="Its identity, new at each start.")
    host: Name = Field(description="Its machine.")
    table: Name | None = Field(default=None, description="The table of processes that `pid` is a number in.")
    pid: int = Field(description="Its process there.")
    version: Name = Field(description="Of newscrawl.")
    most: int = Field(ge=1, description="Jobs at a time.")
    since: Instant = Field(description="When it started.")
    seen_at: Instant = Field(description="Last sign of life.")
    done: Count = Field(default=0, description="Jobs that it has ended.")
