"""`newscrawl schedule`: when which sites are crawled. The commands that change something."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from newscrawl.cli.asked import all_sites, named_sites, want_consent
from newscrawl.cli.database import with_database
from newscrawl.cli.output import Exit, fail, out, show_json
from newscrawl.normalize.spans import parse_span, span_text

if TYPE_CHECKING:
    from datetime import datetime

    from newscrawl.schedule import CrawlOptions, Schedule

app = typer.Typer(
    no_args_is_help=True,
    help="""When which sites are crawled.

    newscrawl schedule add unn --every 30m     plan it

    newscrawl schedule run                     the process that starts what is due

    newscrawl schedule list                    what is planned, and what became of it
    """,
)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
LONGEST_NAME = 60

Names = Annotated[list[str], typer.Argument(metavar="SCHEDULE…", help="Schedules by name.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]


def seconds_of(option: str, text: str, *, least: str = "1m") -> int:
    """The seconds of a span such as `30m`. Ends with code 2 where it is none, or less than `least`."""
    try:
        span = parse_span(text)
    except ValueError as error:
        fail(f"{option}: {error}", Exit.USAGE)
    if not parse_span(least) <= span <= parse_span("366d"):
        fail(f"{option} {text} is not between {least} and 366d", Exit.USAGE)
    return int(span.total_seconds())


def _rhythm(every: str | None, cron: str | None, adaptive: bool) -> dict[str, object]:
    """Kind and interval or cron line; every 30 minutes where nothing is said."""
    if sum((every is not None, cron is not None, adaptive)) > 1:
        fail("--every, --cron and --adaptive exclude each other; leave one", Exit.USAGE)
    if cron is not None:
        return {"kind": "cron", "cron": cron}
    if adaptive:
        return {"kind": "adaptive"}
    return {"kind": "every", "every": seconds_of("--every", every or "30m")}


def _options(limit: int | None, since: str | None, max_pages: int | None, only: bool, without: bool) -> CrawlOptions:
    from newscrawl.schedule import CrawlOptions

    if only and without:
        fail("--revisit excludes --no-revisits; leave one out", Exit.USAGE)
    if since is not None:
        seconds_of("--since", since)
    return CrawlOptions(limit=limit, since=since, max_pages=max_pages, revisit=only, no_revisits=without)


def _name_for(sites: list[str], name: str | None) -> str:
    made = name or ("-".join(sites) if sites else "all")
    if name is None and len(made) > LONGEST_NAME:
        made = f"{sites[0][:40]}-and-{len(sites) - 1}-more"
    if not _NAME.fullmatch(made):
        fail(
            f"{made!r} is no name of a schedule: small letters, digits, dots and hyphens, such as unn-night", Exit.USAGE
        )
    return made


@app.command()
def add(
    sites: Annotated[list[str] | None, typer.Argument(metavar="SITE…", help="Sites by name.")] = None,
    *,
    every_site: Annotated[bool, typer.Option("--all", help="Every site, also those that come later.")] = False,
    every: Annotated[str | None, typer.Option(help="From one run to the next: 30m, 6h. By default 30m.")] = None,
    cron: Annotated[str | None, typer.Option(help='Minute hour day month weekday: "*/15 6-23 * * *".')] = None,
    adaptive: Annotated[bool, typer.Option("--adaptive", help="Each listing as often as news come to it.")] = False,
    shortest: Annotated[str, typer.Option("--min", help="Of --adaptive: least time between two visits.")] = "5m",
    longest: Annotated[str, typer.Option("--max", help="Of --adaptive: most time between two visits.")] = "6h",
    pace: Annotated[str, typer.Option(help="Of --adaptive: for a listing with a new article an hour.")] = "30m",
    timezone: Annotated[str | None, typer.Option(help="Zone of --cron: Europe/Kyiv. Else the site's, or UTC.")] = None,
    grace: Annotated[str, typer.Option(help="How late a run may start; later it counts as missed.")] = "1h",
    name: Annotated[str | None, typer.Option(help="Name of the schedule; else that of the sites.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="New articles of a site in one run.")] = None,
    since: Annotated[str | None, typer.Option(help="Nothing older than this span before each run: 2d.")] = None,
    max_pages: Annotated[int | None, typer.Option(min=1, help="Pages of each listing.")] = None,
    revisit: Annotated[bool, typer.Option("--revisit", help="Only articles that are due for a visit.")] = False,
    no_revisits: Annotated[bool, typer.Option("--no-revisits", help="Only new articles.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="In the place of the schedule of this name.")] = False,
    dry_run: DryRun = False,
    as_json: Annotated[bool, typer.Option("--json", help="The schedule as JSON.")] = False,
) -> None:
    """Plan crawls.

    newscrawl schedule add unn --every 30m

    newscrawl schedule add unn tagesschau --cron "*/15 6-23 * * *" --timezone Europe/Kyiv

    newscrawl schedule add --all --adaptive --min 5m --max 6h
    """
    import getpass
    import socket
    from datetime import UTC, datetime, timedelta

    from newscrawl.cli.schedule_show import say_coming
    from newscrawl.schedule import Schedule
    from newscrawl.store.connect import Connection
    from newscrawl.store.schedules import add_schedule
    from newscrawl.store.schema import apply_schema

    if bool(sites) == every_site:
        fail("name at least one site, or --all; `newscrawl sites list` shows them", Exit.USAGE)
    chosen = named_sites(sites, all_sites())
    zone = timezone or next((site.timezone for site in chosen if site.timezone), None) or "UTC"
    rhythm = _rhythm(every, cron, adaptive)
    now = datetime.now(UTC).replace(microsecond=0)
    spans = {"shortest": seconds_of("--min", shortest), "longest": seconds_of("--max", longest)}
    if spans["shortest"] > spans["longest"]:
        fail(f"--min {shortest} is longer than --max {longest}; exchange them", Exit.USAGE)
    # The first slot of an interval is now, and has to be planned yet. An adaptive one begins with what is due.
    before = timedelta(seconds=spans["shortest"]) if adaptive else timedelta(seconds=rhythm["kind"] == "every")
    schedule = Schedule.model_validate(
        {
            "name": _name_for([site.name for site in chosen], name),
            "sites": [site.name for site in chosen],
            **rhythm,
            **spans,
            "pace": seconds_of("--pace", pace),
            "timezone": zone,
            "grace": seconds_of("--grace", grace),
            "options": _options(limit, since, max_pages, revisit, no_revisits),
            "created_at": now,
            "created_by": f"{getpass.getuser()}@{socket.gethostname()}",
            "planned_until": now - before,
        }
    )
    _check_times(schedule, now)
    if not dry_run:

        async def store(connection: Connection) -> bool:
            await apply_schema(connection)
            return await add_schedule(connection.database, schedule, replace=replace)

        if not with_database(store):
            fail(
                f"there is a schedule {schedule.name} already; --replace puts this one in its place, --name beside it",
                Exit.USAGE,
            )
    if as_json:
        show_json("schedule", schedule.model_dump(mode="json"))
        return
    say_coming(schedule, now, is_there=not dry_run)


def _check_times(schedule: Schedule, now: datetime) -> None:
    """Ends with code 2 where the zone or the cron line names none that there is, or no time ever comes."""
    from zoneinfo import available_timezones

    from newscrawl.runs.plan import next_slots

    if schedule.timezone not in available_timezones():
        fail(f"--timezone {schedule.timezone!r} is no zone such as Europe/Kyiv or America/New_York", Exit.USAGE)
    try:
        if schedule.kind != "adaptive" and not next_slots(schedule, now, 1):
            fail(f"--cron {schedule.cron!r} names a time that never comes", Exit.USAGE)
    except ValueError as error:
        fail(f"--cron {error}", Exit.USAGE)


@app.command()
def pause(names: Names) -> None:
    """Start no more runs of schedules until `resume`; those that go on come to their end.

    newscrawl schedule pause unn

    newscrawl schedule pause unn tagesschau
    """
    from datetime import UTC, datetime

    from newscrawl.cli.schedule_show import with_schedules
    from newscrawl.store.connect import Connection
    from newscrawl.store.schedules import change_schedule

    async def hold(connection: Connection, schedules: list[Schedule]) -> None:
        for schedule in schedules:
            if schedule.paused_at is None:
                await change_schedule(connection.database, schedule.name, paused_at=datetime.now(UTC))

    with_schedules(names, hold)
    for name in names:
        out.print(f"{name} is paused; `newscrawl schedule resume {name}` ends it")


@app.command()
def resume(names: Names) -> None:
    """Go on with paused schedules. What was left out is not made up for, but for one run that is within its grace.

    newscrawl schedule resume unn

    newscrawl schedule resume unn tagesschau
    """
    from datetime import UTC, datetime

    from newscrawl.cli.schedule_show import say_coming, with_schedules
    from newscrawl.runs.plan import settle_pause
    from newscrawl.store.connect import Connection
    from newscrawl.store.schedules import change_schedule, move_plan, record_slots

    now = datetime.now(UTC)

    async def go_on(connection: Connection, schedules: list[Schedule]) -> list[Schedule]:
        for schedule in schedules:
            records = settle_pause(schedule, now)
            await record_slots(connection.database, records)
            if records:
                await move_plan(connection.database, schedule, records[-1].planned_at)
            await change_schedule(connection.database, schedule.name, paused_at=None)
        return schedules

    for schedule in with_schedules(names, go_on):
        say_coming(schedule.model_copy(update={"paused_at": None}), now)


@app.command()
def remove(
    names: Names, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False, dry_run: DryRun = False
) -> None:
    """Remove schedules. Runs that go on come to their end, and what became of past ones is kept.

    newscrawl schedule remove unn

    newscrawl schedule remove unn tagesschau --yes
    """
    from newscrawl.cli.schedule_show import with_schedules
    from newscrawl.store.connect import Connection
    from newscrawl.store.schedules import remove_schedules

    async def take_away(connection: Connection, _schedules: list[Schedule]) -> None:
        if not dry_run:
            want_consent(f"Remove {', '.join(names)}?", yes=yes)
            await remove_schedules(connection.database, names)

    with_schedules(names, take_away)
    out.print(f"{'would remove' if dry_run else 'removed'} {', '.join(names)}")


@app.command("now")
def run_now(names: Names) -> None:
    """Let the scheduler run schedules now, paused or not, beside their plan.

    newscrawl schedule now unn

    newscrawl schedule now unn tagesschau
    """
    from datetime import UTC, datetime, timedelta

    from newscrawl.cli.schedule_show import with_schedules
    from newscrawl.store.connect import Connection
    from newscrawl.store.leases import is_held, read_lease
    from newscrawl.store.schedules import change_schedule

    now = datetime.now(UTC).replace(microsecond=0)

    async def wish(connection: Connection, schedules: list[Schedule]) -> tuple[list[Schedule], bool]:
        for schedule in schedules:
            await change_schedule(connection.database, schedule.name, wanted_at=now)
        return schedules, is_held(await read_lease(connection.database), datetime.now(UTC))

    schedules, is_running = with_schedules(names, wish)
    if is_running:
        out.print(f"asked for: {', '.join(names)}; the scheduler takes it up within seconds")
        return
    graces = span_text(timedelta(seconds=min(schedule.grace for schedule in schedules)))
    fail(
        f"no scheduler runs, so nothing starts; `newscrawl schedule run` within {graces} takes it up, or crawl here: "
        f"newscrawl crawl {' '.join(schedules[0].sites) or '--all'}",
        Exit.DEPENDENCY,
    )
