"""What a scheduler does at each look: what starts, what waits, what is recorded. Against a real database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newscrawl.runs.crawls import Crawls
from newscrawl.runs.orphans import Orphans
from newscrawl.runs.planner import Planner
from newscrawl.schedule import Schedule, Slot
from newscrawl.site import SiteError
from newscrawl.store.connect import Connection
from newscrawl.store.schedules import add_schedule, all_schedules, change_schedule, claim_slot, latest_slots

NOON = datetime(2026, 1, 6, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def planner(crawls: Crawls) -> Planner:
    made = Planner(crawls, Orphans(crawls.database, "me"), lambda _line: None)
    made.why_late = "no scheduler ran"
    return made


async def plan(planner: Planner, **values: Any) -> None:
    """Add a schedule: `unn` every 30 minutes from noon on."""
    fields = {"name": "unn", "sites": ["unn"], "kind": "every", "every": 1800, "created_at": NOON, "created_by": "me"}
    fields = {**fields, "planned_until": NOON - timedelta(seconds=1), **values}
    assert await add_schedule(planner.database, Schedule.model_validate(fields))


async def look(planner: Planner, now: datetime) -> None:
    for schedule in await all_schedules(planner.database):
        await planner.plan(schedule, now)


async def became(planner: Planner, name: str = "unn") -> list[tuple[str, str]]:
    """Of each slot, the oldest first, when it was planned and what became of it."""
    return [
        (f"{slot.planned_at:%H:%M}", slot.state) for slot in reversed(await latest_slots(planner.database, name, 99))
    ]


async def test_a_due_slot_starts_once_however_often_is_looked(planner: Planner) -> None:
    await plan(planner)
    for _ in range(3):
        await look(planner, NOON)
    assert await became(planner) == [("12:00", "running")]
    assert len(planner.crawls) == 1


async def test_a_slot_that_another_process_has_claimed_starts_nothing_here(planner: Planner) -> None:
    await plan(planner)
    other = Slot(schedule="unn", planned_at=NOON, state="running", sites=["unn"], started_at=NOON, scheduler="other")
    assert await claim_slot(planner.database, other)
    await look(planner, NOON)
    assert len(planner.crawls) == 0


async def test_a_site_is_never_crawled_twice_at_a_time(planner: Planner) -> None:
    await plan(planner)
    await plan(planner, name="night", sites=["unn", "bbc"])
    await look(planner, NOON)
    assert await became(planner, "night") == [("12:00", "running")]
    assert await became(planner, "unn") == []


async def test_what_is_left_out_of_a_run_is_told(planner: Planner) -> None:
    await plan(planner)
    await look(planner, NOON)
    await plan(planner, name="zzz", sites=["unn", "bbc"])
    await look(planner, NOON + MINUTE)
    [slot] = await latest_slots(planner.database, "zzz")
    assert slot.sites == ["bbc"]
    assert "unn" in str(slot.reason)


async def test_a_site_whose_file_is_wrong_is_left_out_of_a_run(planner: Planner) -> None:
    planner.sites.wrong["bbc"] = SiteError("bbc.toml: timezon: unknown key")
    await plan(planner, sites=["bbc", "unn"])
    await look(planner, NOON)
    [slot] = await latest_slots(planner.database, "unn")
    assert slot.sites == ["unn"]
    assert "site file: bbc" in str(slot.reason)


async def test_a_run_of_wrong_site_files_alone_is_missed_with_that_reason(planner: Planner) -> None:
    planner.sites.wrong["unn"] = SiteError("unn.toml: timezon: unknown key")
    await plan(planner, grace=60)
    await look(planner, NOON)
    await look(planner, NOON + 2 * MINUTE)
    [slot] = await latest_slots(planner.database, "unn")
    assert slot.state == "missed"
    assert "site file of unn" in str(slot.reason)


async def test_a_slot_waits_for_the_run_before_it_and_is_missed_after_its_grace_with_that_reason(
    planner: Planner,
) -> None:
    await plan(planner, grace=600)
    await look(planner, NOON)
    await look(planner, NOON + 31 * MINUTE)
    assert await became(planner) == [("12:00", "running")]
    await look(planner, NOON + 41 * MINUTE)
    [missed, _] = await latest_slots(planner.database, "unn")
    assert missed.state == "missed"
    assert "still being crawled" in str(missed.reason)


async def test_no_more_crawls_run_at_a_time_than_are_allowed(planner: Planner) -> None:
    for name in ("a", "b", "c"):
        await plan(planner, name=name, sites=[name])
    await look(planner, NOON)
    assert len(planner.crawls) == 2


async def test_slots_of_a_time_without_a_scheduler_are_missed_and_one_runs(planner: Planner) -> None:
    await plan(planner)
    await look(planner, NOON + 125 * MINUTE)
    assert await became(planner) == [
        ("12:00", "missed"),
        ("12:30", "missed"),
        ("13:00", "missed"),
        ("13:30", "coalesced"),
        ("14:00", "running"),
    ]


async def test_a_wish_starts_at_once_also_of_a_paused_schedule(planner: Planner) -> None:
    await plan(planner, paused_at=NOON)
    await change_schedule(planner.database, "unn", wanted_at=NOON + 5 * MINUTE)
    await look(planner, NOON + 5 * MINUTE)
    assert await became(planner) == [("12:05", "running")]
    [schedule] = await all_schedules(planner.database)
    assert schedule.wanted_at is None


async def test_a_clock_that_was_ahead_does_not_silence_a_schedule(planner: Planner) -> None:
    await plan(planner, planned_until=NOON + timedelta(days=400))
    await look(planner, NOON + 5 * MINUTE)
    await look(planner, NOON + 30 * MINUTE)
    assert await became(planner) == [("12:30", "running")]


async def test_an_adaptive_schedule_runs_the_sites_that_are_due(planner: Planner) -> None:
    await plan(planner, kind="adaptive", sites=["unn", "bbc"])
    planner.dues = {"unn": {"a": NOON, "b": NOON + 60 * MINUTE}, "bbc": {"c": NOON + 20 * MINUTE}}
    await look(planner, NOON + 5 * MINUTE)
    [slot] = await latest_slots(planner.database, "unn")
    assert slot.sites == ["unn"]


async def test_a_crawl_that_has_ended_is_recorded_with_its_code(planner: Planner) -> None:
    await plan(planner)
    await look(planner, NOON)
    await planner.crawls.end()
    [slot] = await latest_slots(planner.database, "unn")
    assert (slot.state, slot.code, slot.reason) == ("ended", 143, "ended by SIGTERM")
    assert len(planner.crawls) == 0


async def test_a_crawl_whose_scheduler_was_killed_keeps_its_site_and_is_recorded_when_it_ends(
    planner: Planner, connection: Connection
) -> None:
    await plan(planner)
    await look(planner, NOON)
    heir = Orphans(connection.database, "heir")
    await heir.take_over(NOON, lambda _line: None)
    assert heir.sites == {"unn"}
    planner.crawls.kill()
    for child in planner.crawls._children:
        await child.process.wait()
    await heir.look(NOON + MINUTE, lambda _line: None)
    assert heir.sites == set()
    [slot] = await latest_slots(connection.database, "unn")
    assert (slot.state, slot.code) == ("ended", None)


async def test_a_slot_whose_crawl_never_began_is_missed(connection: Connection) -> None:
    begun = Slot(schedule="unn", planned_at=NOON, state="running", sites=["unn"], scheduler="killed", host=None)
    assert await claim_slot(connection.database, begun)
    await Orphans(connection.database, "heir").take_over(NOON + MINUTE, lambda _line: None)
    [slot] = await latest_slots(connection.database, "unn")
    assert slot.state == "missed"
