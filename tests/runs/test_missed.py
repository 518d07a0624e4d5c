"""Planned runs that did not start are noticed, whether a scheduler recorded them or none was there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from newscrawl.runs.missed import missed_slots
from newscrawl.schedule import Schedule, Slot
from newscrawl.store.connect import Connection
from newscrawl.store.schedules import add_schedule, record_slots

NOON = datetime(2026, 1, 6, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def plan(connection: Connection, **values: Any) -> None:
    fields = {"name": "unn", "sites": ["unn"], "kind": "every", "every": 3600, "created_at": NOON, "created_by": "me"}
    await add_schedule(connection.database, Schedule.model_validate({**fields, "planned_until": NOON, **values}))


async def test_slots_that_no_scheduler_was_there_to_record_are_missed(connection: Connection) -> None:
    await plan(connection)
    [missed] = await missed_slots(connection.database, NOON + 5.5 * HOUR, {})
    assert (missed.schedule, missed.planned_at, missed.number) == ("unn", NOON + 4 * HOUR, 4)
    assert "no scheduler was ever started" in missed.reason


async def test_slots_within_their_grace_are_not(connection: Connection) -> None:
    await plan(connection)
    assert await missed_slots(connection.database, NOON + 1.5 * HOUR, {}) == []


async def test_a_paused_schedule_misses_nothing(connection: Connection) -> None:
    await plan(connection, paused_at=NOON)
    assert await missed_slots(connection.database, NOON + 9 * HOUR, {}) == []


async def test_what_a_scheduler_recorded_is_missed_for_a_day(connection: Connection) -> None:
    await plan(connection, planned_until=NOON + 30 * HOUR)
    slot = Slot(schedule="unn", planned_at=NOON + HOUR, state="missed", reason="the database was away")
    await record_slots(connection.database, [slot])
    [missed] = await missed_slots(connection.database, NOON + 3 * HOUR, {})
    assert missed.reason == "the database was away"
    assert await missed_slots(connection.database, NOON + 26 * HOUR, {}) == []


async def test_an_adaptive_schedule_whose_sites_nobody_visits_is_missed(connection: Connection) -> None:
    await plan(connection, kind="adaptive")
    assert await missed_slots(connection.database, NOON + 0.5 * HOUR, {}) == []
    [missed] = await missed_slots(connection.database, NOON + 2 * HOUR, {})
    assert missed.schedule == "unn"
