"""What a scheduler tells Prometheus of itself, from what it knows anyway; its crawls tell the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.metrics import families
from newscrawl.metrics.tally import Sites, Tally
from newscrawl.runs.planner import Planner
from newscrawl.schedule import Schedule

Database = AsyncDatabase[dict[str, Any]]

FAR_BACK = timedelta(days=8)
"""How far a scheduler that begins looks back for the last run of each site that ended well: over a week and its day."""
PATIENCE = 5000  # milliseconds
INDEX = {"site": 1, "outcome": 1, "started_at": -1}
"""What the query is told to go by: its keys answer it alone, and the server would take another index."""


def successes_pipeline(names: Collection[str], since: datetime) -> list[dict[str, Any]]:
    """The start of the last run of each site that ended well; read out of one index."""
    return [
        {"$match": {"site": {"$in": [*names]}, "outcome": "ok", "started_at": {"$gte": since}}},
        {"$group": {"_id": "$site", "at": {"$max": "$started_at"}}},
    ]


class SchedulerMetrics:
    """What is told of one scheduler. It sets what changes; the rest is looked at when it is asked for."""

    def __init__(self) -> None:
        self.is_planning = False
        self.database_answers = False
        self.planner: Planner | None = None
        self.schedules: list[Schedule] = []
        self._successes: dict[str, datetime] = {}
        self._sites = Sites()

    async def look_at_sites(self, database: Database, names: Collection[str], now: datetime) -> None:
        """Read when a run of each site last ended well, wherever it ran. Raises PyMongoError."""
        since = now - (timedelta(days=1) if self._successes else FAR_BACK)
        found = await database["runs"].aggregate(successes_pipeline(names, since), maxTimeMS=PATIENCE, hint=INDEX)
        news = {document["_id"]: document["at"] async for document in found}
        self._successes = {name: at for name, at in (self._successes | news).items() if name in names}

    def tally(self) -> Tally:
        """All of it, now."""
        told, now = Tally(), datetime.now(UTC)
        told.add(families.PLANNING, self.is_planning)
        told.add(families.DATABASE_UP, self.database_answers)
        paused = sum(schedule.paused_at is not None for schedule in self.schedules)
        told.add(families.SCHEDULES, paused, "paused")
        told.add(families.SCHEDULES, len(self.schedules) - paused, "active")
        for site, at in self._successes.items():
            told.add(families.LAST_SUCCESS, at.timestamp(), self._sites.label(site))
        if self.planner is not None:
            crawls = self.planner.crawls
            told.add(families.LAG, self._lag(self.planner, now))
            told.add_table(families.JOBS, crawls.jobs)
            told.add(families.PARALLEL, len(crawls))
            told.add(families.MOST_PARALLEL, crawls.most)
            told.add(families.STARTED, len(crawls.codes) + len(crawls))
            told.add(families.MISSED, self.planner.missed)
            told.add_table(families.EXITS, {str(code): number for code, number in Counter(crawls.codes).items()})
        return told

    def _lag(self, planner: Planner, now: datetime) -> float:
        if not self.is_planning:
            return 0.0
        waits = planner.crawls.waiting_since
        late = max(0.0, (now - waits).total_seconds()) if waits is not None else 0.0
        for schedule in self.schedules:
            try:
                at = planner.next(schedule, now)
            except (ValueError, KeyError):  # edited by hand, and wrongly: the scheduler says so
                continue
            if at is not None:
                late = max(late, (now - at).total_seconds())
        return late
