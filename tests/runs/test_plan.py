"""Which slots a schedule has, and what becomes of those that are due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from newscrawl.runs.plan import (
    MOST_RECORDED,
    adaptive_slot,
    due_slots,
    next_slots,
    rhythm_of,
    settle,
    settle_pause,
)
from newscrawl.schedule import Schedule

NOON = datetime(2026, 1, 6, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def schedule(**values: Any) -> Schedule:
    """Every 30 minutes since noon, with a grace of an hour."""
    plan = {
        "name": "unn",
        "sites": ["unn"],
        "kind": "every",
        "every": 1800,
        "created_at": NOON,
        "created_by": "me@here",
    }
    return Schedule.model_validate({**plan, "planned_until": NOON - timedelta(seconds=1), **values})


def at(text: str) -> datetime:
    """An instant of that day, as `14:30`."""
    hour, minute = map(int, text.split(":"))
    return NOON.replace(hour=hour, minute=minute)


def told(records: Any) -> list[tuple[str, str, int]]:
    return [(f"{slot.planned_at:%H:%M}", slot.state, slot.number) for slot in records]


def test_slots_of_an_interval_are_counted_from_the_creation_of_the_schedule() -> None:
    assert due_slots(schedule(), at("13:10")) == [at("12:00"), at("12:30"), at("13:00")]


def test_what_is_recorded_is_not_due_again() -> None:
    assert due_slots(schedule(planned_until=at("12:30")), at("13:10")) == [at("13:00")]


def test_the_latest_slot_starts_and_stands_for_those_before_it() -> None:
    settled = settle(schedule(), due_slots(schedule(), at("13:05")), at("13:05"), why_late="")
    assert settled.start == at("13:00")
    # 12:00 is 65 minutes late, and its grace an hour.
    assert told(settled.records) == [("12:00", "missed", 1), ("12:30", "coalesced", 1)]


def test_after_a_long_time_without_a_scheduler_one_run_starts_and_the_others_are_missed_with_the_reason() -> None:
    now = at("12:10") + timedelta(days=1)
    settled = settle(schedule(), due_slots(schedule(), now), now, why_late="no scheduler ran")
    assert settled.start == NOON + timedelta(days=1)
    assert {slot.state for slot in settled.records[-2:]} == {"coalesced"} or settled.records[-1].state == "coalesced"
    assert sum(slot.state == "missed" for slot in settled.records) == 47
    assert settled.records[0].reason == "no scheduler ran"


def test_what_is_past_its_grace_does_not_start() -> None:
    daily = schedule(every=86400)
    settled = settle(daily, [NOON], NOON + 2 * HOUR, why_late="no scheduler ran")
    assert settled.start is None
    assert told(settled.records) == [("12:00", "missed", 1)]


def test_a_slot_waits_within_its_grace_for_what_keeps_it_from_starting() -> None:
    settled = settle(schedule(), [at("12:00"), at("12:30")], at("12:40"), why_late="", may_start=False)
    assert (settled.records, settled.start, settled.waits) == ([], None, at("12:00"))


def test_a_paused_schedule_starts_nothing_and_misses_nothing() -> None:
    paused = schedule(paused_at=NOON)
    settled = settle(paused, due_slots(paused, at("14:10")), at("14:10"), why_late="")
    assert settled.start is None
    assert {slot.state for slot in settled.records} == {"paused"}


def test_after_a_pause_one_run_is_made_up_for_where_it_is_within_its_grace() -> None:
    paused = schedule(paused_at=NOON)
    records = settle_pause(paused, at("14:10"))
    assert told(records)[-1] == ("13:30", "paused", 1)
    resumed = schedule(planned_until=records[-1].planned_at)
    assert settle(resumed, due_slots(resumed, at("14:10")), at("14:10"), why_late="").start == at("14:00")


def test_of_very_many_slots_the_oldest_share_one_record() -> None:
    now = NOON + timedelta(days=60)
    records = settle(schedule(), due_slots(schedule(), now), now, why_late="").records
    assert len(records) <= MOST_RECORDED + 3
    assert records[0].number > 1
    assert sum(slot.number for slot in records) == 60 * 48


def test_the_next_slots_begin_with_one_that_is_due() -> None:
    assert next_slots(schedule(), at("12:10"), 3) == [at("12:00"), at("12:30"), at("13:00")]
    assert next_slots(schedule(planned_until=at("12:00")), at("12:10"), 2) == [at("12:30"), at("13:00")]


def test_an_adaptive_schedule_is_due_when_the_first_of_its_sites_is() -> None:
    adaptive = schedule(kind="adaptive", shortest=300, planned_until=at("12:00"))
    slot = adaptive_slot(adaptive, {"unn": at("12:20"), "bbc": at("13:00")}, at("12:20"))
    assert slot is not None
    assert (slot.planned_at, slot.sites) == (at("12:20"), ("unn",))


def test_an_adaptive_schedule_keeps_the_shortest_interval_between_two_runs() -> None:
    adaptive = schedule(kind="adaptive", shortest=300, planned_until=at("12:00"))
    slot = adaptive_slot(adaptive, {"unn": at("12:01"), "bbc": at("12:04")}, at("12:05"))
    assert slot is not None
    assert (slot.planned_at, slot.sites) == (at("12:05"), ("unn", "bbc"))


def test_the_identity_of_a_slot_is_its_schedule_and_its_instant() -> None:
    [slot] = settle(schedule(every=86400), [NOON], NOON + 2 * HOUR, why_late="").records
    assert slot.id == "unn/2026-01-06T12:00:00Z"


def test_a_rhythm_is_told_in_words() -> None:
    assert rhythm_of(schedule()) == "every 30m"
    assert rhythm_of(schedule(kind="cron", cron="0 6 * * *")) == "0 6 * * *"
    assert rhythm_of(schedule(kind="adaptive")) == "adaptive, 5m to 6h"
