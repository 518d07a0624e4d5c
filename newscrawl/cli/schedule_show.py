"""`newscrawl schedule list|show|next`: what is planned, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import typer

from newscrawl.cli.asked import all_sites
from newscrawl.cli.database import with_database
from newscrawl.cli.output import Exit, fail, out, show_json, show_table
from newscrawl.normalize.spans import span_text

if TYPE_CHECKING:
    from newscrawl.runs.missed import Missed
    from newscrawl.schedule import Lease, Schedule, Slot
    from newscrawl.site import Site
    from newscrawl.store.connect import Connection

T = TypeVar("T")
SHOWN = 10  # slots whose end `list` and `show` tell


class Plan(NamedTuple):
    """All that is known of the schedules."""

    schedules: list[Schedule]
    slots: dict[str, list[Slot]]
    missed: list[Missed]
    dues: dict[str, dict[str, datetime]]
    lease: Lease | None
    sites: dict[str, Site]

    def coming(self, schedule: Schedule, now: datetime, number: int) -> list[tuple[datetime, str]]:
        """The next slots with what they are for: of an adaptive schedule the visits of listings that are due next."""
        from newscrawl.runs.dues import sites_of
        from newscrawl.runs.plan import next_slots

        if schedule.kind != "adaptive":
            return [(at, "") for at in next_slots(schedule, now, number)]
        earliest = max(now, schedule.planned_until + timedelta(seconds=schedule.shortest))
        visits = [
            (max(at, earliest), source)
            for site in sites_of(schedule, self.sites)
            for source, at in self.dues.get(site, {}).items()
        ]
        return sorted(visits)[:number]

    def history(self, schedule: Schedule) -> list[Slot]:
        """The latest slots, newest first, with those that no scheduler was there to record."""
        from newscrawl.schedule import Slot

        recorded = self.slots[schedule.name]
        known = {slot.planned_at for slot in recorded}
        unrecorded = [
            Slot(
                schedule=schedule.name,
                planned_at=missed.planned_at,
                state="missed",
                number=missed.number,
                reason=missed.reason,
            )
            for missed in self.missed
            if missed.schedule == schedule.name and missed.planned_at > max(known, default=schedule.planned_until)
        ]
        return [*unrecorded, *recorded][:SHOWN]


def read_plan(names: list[str] | None = None) -> Plan:
    """The schedules of these names, or all, with their past. Ends with code 4 where there is none of a name."""
    from newscrawl.runs.dues import dues_of
    from newscrawl.runs.missed import missed_slots
    from newscrawl.store.leases import read_lease
    from newscrawl.store.schedules import all_schedules, latest_slots

    sites, now = all_sites(at_a_glance=True), datetime.now(UTC)

    async def read(connection: Connection) -> Plan:
        database = connection.database
        schedules = await all_schedules(database)
        if names is not None:
            _want_all(schedules, names)
            schedules = [schedule for schedule in schedules if schedule.name in names]
        return Plan(
            schedules,
            {schedule.name: await latest_slots(database, schedule.name, SHOWN) for schedule in schedules},
            await missed_slots(database, now, sites),
            await dues_of(database, schedules, sites),
            await read_lease(database),
            sites,
        )

    return with_database(read)


def with_schedules(names: list[str], work: Callable[[Connection, list[Schedule]], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine with the schedules of these names. Ends with code 4 where there is none of one."""
    from newscrawl.store.schedules import all_schedules

    async def run(connection: Connection) -> T:
        schedules = await all_schedules(connection.database)
        _want_all(schedules, names)
        return await work(connection, [schedule for schedule in schedules if schedule.name in names])

    return with_database(run)


def _want_all(schedules: list[Schedule], names: list[str]) -> None:
    import difflib

    known = [schedule.name for schedule in schedules]
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]}?" if near else "; `newscrawl schedule list` shows them"
            fail(f"there is no schedule {name}{hint}", Exit.NOTHING)


def local(at: datetime, schedule: Schedule) -> str:
    """An instant in the schedule's zone, to the minute."""
    return f"{at.astimezone(ZoneInfo(schedule.timezone)):%a %d %b %H:%M}"


def ended(slot: Slot) -> str:
    """What became of a slot, in a word or two."""
    from newscrawl.runs.children import MEANING

    if slot.state != "ended":
        return slot.state
    return MEANING.get(slot.code, f"exit code {slot.code}") if slot.code is not None else "end not known"


def tally(slots: list[Slot]) -> str:
    """How many of the latest planned slots have started. One that another run stands for counts as started."""
    counted = [slot for slot in slots if slot.state != "paused"]
    return f"{sum(slot.state != 'missed' for slot in counted)}/{len(counted)}" if counted else ""


def say_scheduler(lease: Lease | None, now: datetime) -> None:
    """Whether a scheduler runs, and what to do where none does."""
    from newscrawl.runs.missed import why_unrecorded
    from newscrawl.store.leases import is_held

    if lease is not None and is_held(lease, now):
        out.print(
            f"The scheduler runs: process {lease.pid} on {lease.host}, since {lease.taken_at:%Y-%m-%d %H:%M} UTC."
        )
        return
    said = why_unrecorded(lease, now) if lease else "no scheduler was ever started"
    out.print(
        f"{said[0].upper()}{said[1:]}: nothing starts. `newscrawl schedule run` starts one here, "
        "`newscrawl schedule install --print` shows how to keep one running.",
        soft_wrap=True,
    )


def say_coming(schedule: Schedule, now: datetime, *, is_there: bool = True) -> None:
    """What was planned, in a sentence, and when it begins."""
    from newscrawl.runs.plan import next_slots, rhythm_of

    sites = ", ".join(schedule.sites) or "every site"
    verb = "scheduled" if is_there else "would be scheduled"
    out.print(f"{schedule.name}: {sites} {verb} {rhythm_of(schedule)} ({schedule.timezone})", soft_wrap=True)
    if schedule.kind == "adaptive":
        out.print("runs: whenever news are to be expected at a listing; at once, where none was visited yet")
        return
    for at in next_slots(schedule, schedule.planned_until, 1):
        when = "at once" if at <= now else f"{local(at, schedule)} ({at:%Y-%m-%d %H:%M} UTC)"
        out.print(f"next run: {when}")


def list_schedules(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Show every schedule: its next run, its last one, and how many of the last ten planned runs started.

    newscrawl schedule list

    newscrawl schedule list --json
    """
    from newscrawl.runs.plan import rhythm_of

    now, plan = datetime.now(UTC), read_plan()
    if as_json:
        show_json("schedules", [_row(plan, schedule, now) for schedule in plan.schedules], **_scheduler(plan, now))
        return
    if not plan.schedules:
        fail("nothing is scheduled; `newscrawl schedule add SITE --every 30m` plans a crawl", Exit.NOTHING)
    rows = []
    for schedule in plan.schedules:
        coming = plan.coming(schedule, now, 1)
        history = plan.history(schedule)
        last = history[0] if history else None
        sites = " ".join(schedule.sites) or "every site"
        rows.append(
            (
                schedule.name,
                f"{rhythm_of(schedule)}, {schedule.timezone}",
                "paused" if schedule.paused_at else (coming[0][0] if coming else ""),
                last.planned_at if last else "",
                ended(last) if last else "",
                tally(history),
                sites if len(sites) <= 60 else f"{len(schedule.sites)} sites",
            )
        )
    show_table(("schedule", "when", "next (UTC)", "last (UTC)", "it was", "started", "sites"), rows)
    for missed in plan.missed[:SHOWN]:
        runs = "the run" if missed.number == 1 else f"{missed.number} runs, the last"
        out.print(
            f"Missed: {missed.schedule}, {runs} of {missed.planned_at:%Y-%m-%d %H:%M} UTC: {missed.reason}",
            soft_wrap=True,
        )
    say_scheduler(plan.lease, now)


def _scheduler(plan: Plan, now: datetime) -> dict[str, Any]:
    from newscrawl.store.leases import is_held

    lease = plan.lease.model_dump(mode="json", exclude={"name", "holder"}) if plan.lease else None
    return {"scheduler": lease and lease | {"is_running": is_held(plan.lease, now)}}


def _row(plan: Plan, schedule: Schedule, now: datetime, number: int = 5) -> dict[str, Any]:
    return {
        **schedule.model_dump(mode="json"),
        "next": [at for at, _ in plan.coming(schedule, now, number)] if schedule.paused_at is None else [],
        "slots": [slot.model_dump(mode="json") for slot in plan.history(schedule)],
        "started": tally(plan.history(schedule)),
    }


def show_schedule(
    name: Annotated[str, typer.Argument(metavar="SCHEDULE", help="A schedule.")],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show one schedule whole: its plan, and its last ten planned runs with what became of each.

    newscrawl schedule show unn

    newscrawl schedule show unn --json
    """
    from newscrawl.runs.plan import rhythm_of

    now, plan = datetime.now(UTC), read_plan([name])
    [schedule] = plan.schedules
    if as_json:
        show_json("schedule", _row(plan, schedule, now), **_scheduler(plan, now))
        return
    options = ", ".join(f"{key} {value}" for key, value in schedule.options if value not in (None, False))
    facts = {
        "sites": ", ".join(schedule.sites) or "every site",
        "when": rhythm_of(schedule),
        "zone": schedule.timezone,
        "grace": span_text(timedelta(seconds=schedule.grace)),
        "options": options or "none",
        "since": f"{schedule.created_at:%Y-%m-%d %H:%M} UTC, by {schedule.created_by}",
        **({"paused": f"{schedule.paused_at:%Y-%m-%d %H:%M} UTC"} if schedule.paused_at else {}),
    }
    for key, value in facts.items():
        out.print(f"{key:8} {value}", soft_wrap=True)
    history = plan.history(schedule)
    out.print(
        f"\nLast {len(history)} planned, started {tally(history) or 'none'}:" if history else "\nNothing was due yet."
    )
    if history:
        show_table(
            ("planned (UTC)", "started", "took", "it was", "why"),
            (
                (
                    slot.planned_at if slot.number == 1 else f"{slot.number} up to {slot.planned_at:%Y-%m-%d %H:%M}",
                    f"{slot.started_at:%H:%M:%S}" if slot.started_at else "",
                    span_text((slot.ended_at or now) - slot.started_at) if slot.started_at else "",
                    ended(slot),
                    slot.reason,
                )
                for slot in history
            ),
        )
    if schedule.paused_at is None:
        out.print("\nNext:")
        _show_coming(plan, [schedule], now, 5)
    say_scheduler(plan.lease, now)


def show_next(
    name: Annotated[str | None, typer.Argument(metavar="[SCHEDULE]", help="A schedule; else all.")] = None,
    number: Annotated[int, typer.Option("-n", "--number", min=1, max=1000, help="So many of each.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show the next runs, five of each schedule, by the clock of its zone and in UTC.

    newscrawl schedule next

    newscrawl schedule next unn -n 20
    """
    now, plan = datetime.now(UTC), read_plan([name] if name else None)
    active = [schedule for schedule in plan.schedules if schedule.paused_at is None]
    if as_json:
        rows = [
            {"schedule": s.name, "at": at, "local": at.astimezone(ZoneInfo(s.timezone)), "source": source or None}
            for s in active
            for at, source in plan.coming(s, now, number)
        ]
        show_json("next", rows)
    elif active:
        _show_coming(plan, active, now, number)
    if not active:
        fail("nothing is scheduled that is not paused; `newscrawl schedule list` shows all", Exit.NOTHING)


def _show_coming(plan: Plan, schedules: list[Schedule], now: datetime, number: int) -> None:
    rows = [
        (
            schedule.name,
            local(at, schedule),
            schedule.timezone,
            at,
            f"in {span_text(at - now)}" if at > now else "due",
            source,
        )
        for schedule in schedules
        for at, source in plan.coming(schedule, now, number)
    ]
    columns = ("schedule", "local", "zone", "UTC", "from now", "listing")
    width = len(columns) if any(row[-1] for row in rows) else len(columns) - 1
    show_table(columns[:width], [row[:width] for row in rows])
