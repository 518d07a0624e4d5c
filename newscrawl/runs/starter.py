"""What a planner asks of that which starts crawls: processes of its own machine, or the jobs of a fleet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.schedule import Schedule
from newscrawl.site import Sites

Database = AsyncDatabase[dict[str, Any]]


class Starter(Protocol):
    """Starts the crawls of slots, records what becomes of them, and lets alerts be evaluated then."""

    database: Database
    most: int
    codes: list[int]
    woken: asyncio.Event

    def __len__(self) -> int: ...

    @property
    def sites(self) -> set[str]:
        """Sites that are being crawled, or wait for it."""

    @property
    def jobs(self) -> Mapping[str, int]:
        """Jobs of a fleet by state, `waiting` and `running`; nothing where crawls are processes of this machine."""

    @property
    def waiting_since(self) -> datetime | None:
        """When the oldest job that waits for a worker was to start."""

    def held(self, now: datetime) -> set[str]:
        """Sites that are left alone after a crawl that failed."""

    def describe(self, now: datetime) -> str:
        """What runs, in words."""

    def know(self, sites: Sites) -> None:
        """These are all the sites that there are now."""

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

    def want_alerts(self) -> None:
        """Let alerts be evaluated at the next look."""

    async def reap(self) -> bool:
        """Record the crawls that have ended. Whether there were any."""

    def kill(self) -> None:
        """End all at once."""

    async def end(self) -> None:
        """End in order what ends with the planner."""

    async def end_alerts(self, *, at_once: bool) -> None:
        """Let the evaluation of alerts come to its end, or give it up."""


MakeStarter = Callable[[Database, str, Callable[[str], None]], Starter]
"""Makes one: of the database, the identity of the planner, and what takes lines for people."""
