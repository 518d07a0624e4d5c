"""What runs did day by day, and why they lost what they lost: for charts of the past. Days are those of UTC."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.asynchronous.database import AsyncDatabase

Database = AsyncDatabase[dict[str, Any]]
Document = dict[str, Any]

_SITE_KEYS = ("site", "started_at", "outcome", "counts.new", "_id")
DAYS = IndexModel(
    [("started_at", DESCENDING), ("site", ASCENDING), ("outcome", ASCENDING), ("counts.new", ASCENDING)],
    name="days",
)
SITE_DAYS = IndexModel(
    [(name, DESCENDING if name == "started_at" else ASCENDING) for name in _SITE_KEYS],
    name="site_days",
)
"""Of the collection `runs`: these hold all that the days are made of, so no run is read."""
MOST_RUNS = 2000
"""The newest runs whose reasons are added up."""
OUTCOMES = ("ok", "degraded", "failed")


@dataclass(slots=True)
class Day:
    """The runs begun on one day."""

    day: date
    new: int = 0
    """Articles that they stored for the first time."""
    outcomes: Counter[str] = field(default_factory=Counter)
    """`ok`, `degraded`, `failed` or `running` to runs; a run that has no outcome yet counts as running."""

    @property
    def runs(self) -> int:
        """How many there were."""
        return self.outcomes.total()

    @property
    def worst(self) -> str | None:
        """The gravest way in which more than a quarter of them ended; None: there was no run.

        One failure among many runs makes no bad day.
        """
        for outcome in ("failed", "degraded"):
            if self.outcomes[outcome] * 4 > self.runs:
                return outcome
        return "ok" if self.runs else None


@dataclass(slots=True)
class Reasons:
    """Why runs ended early, and why links and pages were lost: reason to number."""

    runs: int = 0
    """How many were looked at."""
    since: datetime | None = None
    """When the oldest of them began."""
    ended: Counter[str] = field(default_factory=Counter)
    """Of runs that did not come to their own end."""
    dropped: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)


def days_pipeline(begin: datetime, sites: Collection[str] | None) -> list[Document]:
    """The aggregation of `run_days` and `run_days_of`."""
    by_site = {} if sites is None else {"site": {"$in": [*sites]}}
    day = {"$dateTrunc": {"date": "$started_at", "unit": "day"}}
    outcome = {"$ifNull": ["$outcome", "running"]}
    identity = {"day": day, "outcome": outcome, **({} if sites is None else {"site": "$site"})}
    return [
        {"$match": {"started_at": {"$gte": begin}, **by_site}},
        {"$group": {"_id": identity, "runs": {"$sum": 1}, "new": {"$sum": "$counts.new"}}},
    ]


async def run_days(database: Database, now: datetime, days: int = 14) -> list[Day]:
    """The last days, today as the last one, over all sites."""
    found = _empty(now, days)
    cursor = await database["runs"].aggregate(days_pipeline(_begin(now, days), None), hint="days")
    async for group in cursor:
        _add(found, group)
    return [*found.values()]


async def run_days_of(
    database: Database, sites: Collection[str], now: datetime, days: int = 14
) -> dict[str, list[Day]]:
    """Site to its last days, today as the last one. One aggregation for all sites, over an index alone."""
    found = {site: _empty(now, days) for site in sites}
    cursor = await database["runs"].aggregate(days_pipeline(_begin(now, days), sites), hint="site_days")
    async for group in cursor:
        _add(found[group["_id"]["site"]], group)
    return {site: [*by_day.values()] for site, by_day in found.items()}


async def reasons(database: Database, since: datetime, *, limit: int = MOST_RUNS) -> Reasons:
    """Why the newest runs lost what they lost. `since`: none that began before; `limit`: runs at most."""
    fields = dict.fromkeys(("started_at", "outcome", "reason", "dropped", "errors"), 1)
    newest = database["runs"].find({"started_at": {"$gte": since}}, fields).sort("started_at", -1).limit(limit)
    total = Reasons()
    async for run in newest:
        total.runs += 1
        total.since = run["started_at"]
        if run.get("reason") not in (None, "finished"):
            total.ended[run["reason"]] += 1
        total.dropped.update(run.get("dropped") or {})
        total.errors.update(run.get("errors") or {})
    return total


def newest_storing_pipeline(sites: Collection[str], since: datetime) -> list[Document]:
    """The aggregation that gives the newest run of each site that stored new articles."""
    return [
        {"$match": {"site": {"$in": [*sites]}, "started_at": {"$gte": since}, "counts.new": {"$gt": 0}}},
        {"$sort": {"site": 1, "started_at": -1}},
        {"$group": {"_id": "$site", "run": {"$first": "$_id"}}},
    ]


async def last_coverage(database: Database, sites: Collection[str], since: datetime) -> dict[str, dict[str, float]]:
    """Site to the share of articles that had each field, in its newest run that stored new ones.

    By two queries for all sites. A site without such a run since an instant is left out.
    """
    cursor = await database["runs"].aggregate(newest_storing_pipeline(sites, since), hint="site_days")
    newest = [group["run"] async for group in cursor]
    found = database["runs"].find({"_id": {"$in": newest}}, {"site": 1, "coverage": 1})
    return {run["site"]: run["coverage"] async for run in found if run.get("coverage")}


def _begin(now: datetime, days: int) -> datetime:
    return datetime.combine(now.astimezone(UTC).date() - timedelta(days=days - 1), time(), UTC)


def _empty(now: datetime, days: int) -> dict[date, Day]:
    first = _begin(now, days).date()
    return {day: Day(day) for day in (first + timedelta(days=number) for number in range(days))}


def _add(days: dict[date, Day], group: Document) -> None:
    day = days.get(group["_id"]["day"].date())
    if day is not None:  # one of a clock that is ahead
        day.outcomes[group["_id"]["outcome"]] += group["runs"]
        day.new += group["new"]
