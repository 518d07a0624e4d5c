"""What runs did day by day, on a real server: by an index alone, and why they lost what they lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newscrawl.records import Run
from newscrawl.store.connect import Connection
from newscrawl.store.run_days import (
    Day,
    days_pipeline,
    last_coverage,
    newest_storing_pipeline,
    reasons,
    run_days,
    run_days_of,
)

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


async def put(connection: Connection, *runs: dict[str, Any]) -> None:
    plain = {"command": "newscrawl crawl", "version": "0", "pid": 1, "host": "h", "reason": "finished"}
    records = [Run(**{"site": "unn", "started_at": NOW, "outcome": "ok", **plain, **run}) for run in runs]
    await connection.database["runs"].insert_many(
        {"_id": f"r{number}", **record.model_dump()} for number, record in enumerate(records)
    )


async def test_each_day_has_its_runs_and_new_articles_and_days_without_one_are_there(connection: Connection) -> None:
    await put(
        connection,
        {"counts": {"new": 3}},
        {"counts": {"new": 2}, "started_at": NOW - timedelta(hours=1), "site": "bbc"},
        {"outcome": "failed", "started_at": NOW - timedelta(days=2)},
        {"outcome": None, "reason": None, "started_at": NOW - timedelta(days=2)},
        {"counts": {"new": 99}, "started_at": NOW - timedelta(days=30)},
    )
    days = await run_days(connection.database, NOW, days=3)
    assert [(day.day.day, day.new, dict(day.outcomes)) for day in days] == [
        (26, 0, {"failed": 1, "running": 1}),
        (27, 0, {}),
        (28, 5, {"ok": 2}),
    ]
    by_site = await run_days_of(connection.database, ["unn", "never"], NOW, days=3)
    assert [day.new for day in by_site["unn"]] == [0, 0, 3]
    assert [day.runs for day in by_site["never"]] == [0, 0, 0]


@pytest.mark.parametrize(
    ("outcomes", "worst"),
    [({}, None), ({"ok": 9}, "ok"), ({"ok": 9, "failed": 1}, "ok"), ({"ok": 2, "failed": 1}, "failed"),
     ({"ok": 1, "degraded": 1}, "degraded"), ({"degraded": 2, "failed": 2}, "failed")],
)  # fmt: skip
def test_a_day_is_as_bad_as_a_good_part_of_its_runs(outcomes: dict[str, int], worst: str | None) -> None:
    day = Day(NOW.date())
    day.outcomes.update(outcomes)
    assert day.worst == worst


async def test_the_reasons_of_the_newest_runs_are_added_up(connection: Connection) -> None:
    await put(
        connection,
        {"errors": {"timeout": 2}, "dropped": {"too-old": 5}},
        {"errors": {"timeout": 1, "http-503": 1}, "reason": "shutdown", "started_at": NOW - timedelta(hours=1)},
        {"errors": {"dns": 7}, "started_at": NOW - timedelta(hours=2)},
    )
    why = await reasons(connection.database, NOW - timedelta(days=1), limit=2)
    assert (why.runs, why.since) == (2, NOW - timedelta(hours=1))
    assert dict(why.errors) == {"timeout": 3, "http-503": 1}
    assert dict(why.dropped) == {"too-old": 5}
    assert dict(why.ended) == {"shutdown": 1}


async def test_coverage_is_that_of_the_newest_run_that_stored_something(connection: Connection) -> None:
    await put(
        connection,
        {"counts": {"new": 0}, "coverage": {}},
        {"counts": {"new": 4}, "coverage": {"lead": 0.75}, "started_at": NOW - timedelta(hours=1)},
        {"counts": {"new": 9}, "coverage": {"lead": 0.1}, "started_at": NOW - timedelta(hours=2)},
    )
    found = await last_coverage(connection.database, ["unn", "never"], NOW - timedelta(days=1))
    assert found == {"unn": {"lead": 0.75}}


@pytest.mark.parametrize(
    "pipeline",
    [days_pipeline(NOW, None), days_pipeline(NOW, ["unn"]), newest_storing_pipeline(["unn"], NOW)],
)
async def test_no_run_is_read_for_the_days(connection: Connection, pipeline: list[dict[str, Any]]) -> None:
    await put(connection, {"counts": {"new": 3}}, {"counts": {"new": 1}})
    hint = "days" if "site" not in pipeline[0]["$match"] else "site_days"
    told = await connection.database.command(
        {"explain": {"aggregate": "runs", "pipeline": pipeline, "cursor": {}, "hint": hint}}
    )
    assert "IXSCAN" in str(told) or "DISTINCT_SCAN" in str(told)
    assert "FETCH" not in str(told)
    assert "COLLSCAN" not in str(told)
