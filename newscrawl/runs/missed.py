"""Planned runs that did not start: what a scheduler has recorded, and what the plan says where none was there to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.runs.dues import dues_of, first_dues
from newscrawl.runs.plan import adaptive_slot, due_slots
from newscrawl.schedule import Lease, Schedule
from newscrawl.site import Site
from newscrawl.store.leases import is_held, read_lease
from newscrawl.store.schedules import all_schedules, slots_since

Database = AsyncDatabase[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Missed:
    """Planned runs of one schedule, one after the other, that did not start within their grace."""

    schedule: str
    planned_at: datetime
    """Of the last one."""
    number: int
    reason: str
    sites: tuple[str, ...] = ()
    """Sites of the schedule; empty: every site."""


async def missed_slots(
    database: Database, now: datetime, sites: Mapping[str, Site], *, span: timedelta = timedelta(days=1)
) -> list[Missed]:
    """The missed slots of the schedules that there are, of the last `span`, newest first.

    They do not depend on a scheduler that records them: what is past its grace and not recorded is missed, too.
    `sites`: every site that can be crawled.
    """
    schedules = {schedule.name: schedule for schedule in await all_schedules(database)}
    lease = await read_lease(database)
    dues = await dues_of(database, schedules.values(), sites)
    found = [
        missed
        for schedule in schedules.values()
        if (missed := _unrecorded(schedule, first_dues(schedule, dues, sites), lease, now)) is not None
    ]
    for slot in await slots_since(database, "missed", now - span):
        known = schedules.get(slot.schedule)
        if known is not None and known.created_at <= slot.planned_at:
            found.append(Missed(slot.schedule, slot.planned_at, slot.number, slot.reason or "", tuple(known.sites)))
    return sorted(found, key=lambda missed: missed.planned_at, reverse=True)


def _unrecorded(schedule: Schedule, due: Mapping[str, datetime], lease: Lease | None, now: datetime) -> Missed | None:
    if schedule.paused_at is not None:
        return None
    begin = now - timedelta(seconds=schedule.grace)
    if schedule.kind == "adaptive":
        slot = adaptive_slot(schedule, due, now)
        late = [slot.planned_at] if slot is not None and slot.planned_at < begin else []
    else:
        late = due_slots(schedule, begin)
    if not late:
        return None
    return Missed(schedule.name, late[-1], len(late), why_unrecorded(lease, now), tuple(schedule.sites))


def why_unrecorded(lease: Lease | None, now: datetime) -> str:
    """Why nothing has become of a slot."""
    if lease is None:
        return "no scheduler was ever started; `newscrawl schedule run` is one"
    if is_held(lease, now):
        return "the scheduler has not come to it yet"
    return f"no scheduler runs; the last one was seen at {lease.seen_at:%Y-%m-%d %H:%M} UTC"
