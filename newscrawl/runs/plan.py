"""Which slots a schedule has, and what is to become of those that are due. Pure: the clock is an argument.

A slot is one planned run. By the clock of the zone (`cron`) or by real time (`every`) it is known beforehand. An
adaptive schedule has one slot at a time: when the first of its listings is due.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from newscrawl.normalize.spans import span_text
from newscrawl.runs.crontab import Crontab
from newscrawl.schedule import Schedule, Slot

MOST_RECORDED = 1000
"""Slots that are recorded one by one after a long time without a scheduler; one record stands for all before them."""
CLOCK_ERROR = timedelta(minutes=2)
"""How far the plan may be ahead of the clock; further, and the clock was wrong when it was made."""


def slots_after(schedule: Schedule, instant: datetime) -> Iterator[datetime]:
    """The slots of a schedule by the clock after an instant, in UTC. None of an adaptive one."""
    if schedule.kind == "every":
        assert schedule.every is not None
        step = timedelta(seconds=schedule.every)
        number = max(0, (instant - schedule.created_at) // step + 1)
        while True:
            yield schedule.created_at + number * step
            number += 1
    elif schedule.kind == "cron":
        assert schedule.cron is not None
        yield from Crontab(schedule.cron, ZoneInfo(schedule.timezone)).after(instant)


def due_slots(schedule: Schedule, now: datetime) -> list[datetime]:
    """The slots up to now that are not recorded yet, the oldest first."""
    found: list[datetime] = []
    for slot in slots_after(schedule, schedule.planned_until):
        if slot > now:
            break
        found.append(slot)
    return found


@dataclass(frozen=True, slots=True)
class Adaptive:
    """The one slot of an adaptive schedule: when it is due, and the sites that have something to visit by now."""

    planned_at: datetime
    sites: tuple[str, ...]


def adaptive_slot(schedule: Schedule, due: Mapping[str, datetime], now: datetime) -> Adaptive | None:
    """The next slot of an adaptive schedule. `due`: site to the instant at which its first listing is due.

    Its crawls begin at least the shortest interval apart, so that what is due together is visited together.
    None: it has no site.
    """
    if not due:
        return None
    earliest = max(min(due.values()), schedule.planned_until + timedelta(seconds=schedule.shortest))
    return Adaptive(earliest, tuple(site for site, at in due.items() if at <= max(earliest, now)))


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of due slots: records of those that do not start, and the one that does."""

    records: list[Slot]
    start: datetime | None
    waits: datetime | None = None
    """The oldest slot that could start, and may not yet."""


def settle(
    schedule: Schedule, slots: list[datetime], now: datetime, *, why_late: str, may_start: bool = True
) -> Settled:
    """Settle the due slots. The latest one starts, if it is within its grace; it stands for earlier ones, too.

    `why_late`: a sentence for those that are too late. `may_start`: false while something keeps it from starting; then
    those within their grace wait. Of a paused schedule none starts, and what is past its grace counts as paused.
    """
    grace = timedelta(seconds=schedule.grace)
    late = [slot for slot in slots if now - slot > grace]
    in_time = slots[len(late) :]
    records: list[Slot] = []
    if late:
        is_paused = schedule.paused_at is not None
        reason = f"paused since {schedule.paused_at:%Y-%m-%d %H:%M} UTC" if is_paused else why_late
        records = _records(schedule, late, "paused" if is_paused else "missed", reason)
    if schedule.paused_at is not None or not may_start or not in_time:
        return Settled(records, None, in_time[0] if in_time else None)
    *earlier, latest = in_time
    if earlier:
        records += _records(schedule, earlier, "coalesced", f"one run for all: that of {latest:%Y-%m-%d %H:%M} UTC")
    return Settled(records, latest)


def _records(schedule: Schedule, slots: list[datetime], state: str, reason: str) -> list[Slot]:
    alone, older = slots[-MOST_RECORDED:], slots[:-MOST_RECORDED]
    counted = [(older[-1], len(older))] if older else []
    return [
        Slot.model_validate(
            {"schedule": schedule.name, "planned_at": at, "state": state, "number": number, "reason": reason}
        )
        for at, number in (*counted, *((slot, 1) for slot in alone))
    ]


def next_slots(schedule: Schedule, now: datetime, number: int) -> list[datetime]:
    """The next slots by the clock, none of them recorded. The first one may be due: the latest within its grace."""
    begin = max(now - timedelta(seconds=schedule.grace), schedule.planned_until)
    due = list(takewhile(lambda slot: slot <= now, slots_after(schedule, begin)))[-1:]
    return [*due, *islice(slots_after(schedule, max(now, schedule.planned_until)), number - len(due))]


def rhythm_of(schedule: Schedule) -> str:
    """When it runs, in words: `every 30m`, `*/15 6-23 * * *`, `adaptive, 5m to 6h`."""
    if schedule.kind == "every":
        return f"every {span_text(timedelta(seconds=schedule.every or 0))}"
    if schedule.kind == "cron":
        return schedule.cron or ""
    shortest, longest = (span_text(timedelta(seconds=seconds)) for seconds in (schedule.shortest, schedule.longest))
    return f"adaptive, {shortest} to {longest}"


def settle_pause(schedule: Schedule, now: datetime) -> list[Slot]:
    """Records of the slots of a pause that ends now. The latest one is left to run, where it is within its grace."""
    if schedule.paused_at is None:
        return []
    slots = due_slots(schedule, now)
    if slots and now - slots[-1] <= timedelta(seconds=schedule.grace):
        slots.pop()
    reason = f"paused from {schedule.paused_at:%Y-%m-%d %H:%M} to {now:%Y-%m-%d %H:%M} UTC"
    return _records(schedule, slots, "paused", reason) if slots else []
