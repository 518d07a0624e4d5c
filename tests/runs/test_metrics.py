"""What a scheduler tells Prometheus, against a real database; and that its crawls tell the rest through it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newscrawl.metrics import families
from newscrawl.metrics.tally import Tally
from newscrawl.runs.crawls import Crawls
from newscrawl.runs.metrics import INDEX, SchedulerMetrics, successes_pipeline
from newscrawl.runs.orphans import Orphans
from newscrawl.runs.planner import Planner
from newscrawl.schedule import Schedule
from newscrawl.store.connect import Connection
from newscrawl.store.schema import apply_schema
from tests.conftest import Newscrawl, Website

NOW = datetime.now(UTC).replace(microsecond=0)
MINUTE = timedelta(minutes=1)


def schedule(name: str, *, last: datetime, paused: bool = False) -> Schedule:
    """One of every 30 minutes, planned up to `last`."""
    return Schedule.model_validate(
        {
            **{"name": name, "sites": ["unn"], "kind": "every", "every": 1800, "created_by": "me"},
            **{"created_at": last, "planned_until": last, "paused_at": NOW if paused else None},
        }
    )


def number(told: Tally, family: families.Family, *labels: str) -> float | None:
    return told.numbers.get(family.name, {}).get(labels)


@pytest.fixture
def metrics(crawls: Crawls) -> SchedulerMetrics:
    found = SchedulerMetrics()
    found.is_planning = found.database_answers = True
    found.planner = Planner(crawls, Orphans(crawls.database, "me"), lambda _line: None)
    return found


async def test_the_lag_is_that_of_the_oldest_slot_that_waits(metrics: SchedulerMetrics) -> None:
    now = datetime.now(UTC)
    metrics.schedules = [schedule("unn", last=now - 40 * MINUTE), schedule("bbc", last=now)]
    lag = number(metrics.tally(), families.LAG)
    assert lag is not None
    assert 600 <= lag < 660
    metrics.schedules = [schedule("bbc", last=now), schedule("unn", last=now - 40 * MINUTE, paused=True)]
    told = metrics.tally()
    assert number(told, families.LAG) == 0
    assert (number(told, families.SCHEDULES, "active"), number(told, families.SCHEDULES, "paused")) == (1, 1)


async def test_one_that_stands_by_tells_no_lag(metrics: SchedulerMetrics) -> None:
    metrics.schedules, metrics.is_planning = [schedule("unn", last=NOW - 40 * MINUTE)], False
    told = metrics.tally()
    assert (number(told, families.PLANNING), number(told, families.LAG)) == (0, 0)


async def test_crawls_are_counted_by_their_exit_code(metrics: SchedulerMetrics) -> None:
    assert metrics.planner is not None
    metrics.planner.crawls.codes += [0, 0, 5]
    told = metrics.tally()
    assert (number(told, families.EXITS, "0"), number(told, families.EXITS, "5")) == (2, 1)
    assert number(told, families.STARTED) == 3
    assert number(told, families.MOST_PARALLEL) == 2


async def test_the_last_success_of_each_site_is_read_out_of_one_index(connection: Connection) -> None:
    await apply_schema(connection)
    runs = connection.database["runs"]
    fields = {"command": "", "version": "1", "pid": 1, "host": "here"}
    rows = [("unn", "ok", 50), ("unn", "ok", 20), ("unn", "failed", 10), ("bbc", "failed", 5), ("old", "ok", 99999)]
    await runs.insert_many(
        {"_id": str(n), **fields, "site": site, "outcome": outcome, "started_at": NOW - minutes * MINUTE}
        for n, (site, outcome, minutes) in enumerate(rows)
    )
    metrics = SchedulerMetrics()
    await metrics.look_at_sites(connection.database, ["unn", "bbc", "old"], NOW)
    told = metrics.tally()
    assert told.numbers[families.LAST_SUCCESS.name] == {("unn",): (NOW - 20 * MINUTE).timestamp()}
    pipeline = successes_pipeline(["unn", "bbc"], NOW - timedelta(days=8))
    command = {"aggregate": "runs", "pipeline": pipeline, "cursor": {}, "hint": INDEX}
    plan = str(await connection.database.command({"explain": command, "verbosity": "queryPlanner"}))
    assert "IXSCAN" in plan
    assert "'FETCH'" not in plan  # the keys alone answer it


def test_a_scheduler_tells_what_its_crawls_have_counted(newscrawl: Newscrawl, website: Website) -> None:
    website.listing("one", "two")
    newscrawl.add_site("small", website.site_file())
    newscrawl.environment["NEWSCRAWL_METRICS"] = str(newscrawl.folder / "newscrawl.prom")
    newscrawl("schedule", "add", "small", "--every", "30m")
    newscrawl("schedule", "run", "--once")
    text = (newscrawl.folder / "newscrawl.prom").read_text()
    assert 'newscrawl_articles_total{outcome="new",site="small"} 2.0' in text
    assert 'newscrawl_runs_total{outcome="ok",site="small"} 1.0' in text
    assert 'newscrawl_scheduler_exits_total{code="0"} 1.0' in text
    assert "newscrawl_scheduler_planning 1.0" in text
