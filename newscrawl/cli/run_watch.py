"""`newscrawl runs watch`: crawls as they go on, from another terminal."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from newscrawl.cli.output import Exit, fail, out, show_json
from newscrawl.cli.run_names import NAMED, with_runs
from newscrawl.cli.run_page import HOST_COLUMNS, host_cells
from newscrawl.runs.run_words import ended_as, length_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from newscrawl.store.connect import Connection
    from newscrawl.store.runs import Database

LOOK = 1.0  # seconds between two looks at the database
LINE = 5.0  # seconds between two lines where there is no terminal
COLUMNS = ("requests", "cards", "known", "new", "changed", "failed")
BLOCKED = ("robots-forbidden", "robots-unreachable")

Run = dict[str, Any]


class Show(Protocol):
    """Shows the runs as they are now."""

    def __call__(self, runs: list[Run], now: datetime) -> None: ...


def watch(
    run: Annotated[str | None, NAMED] = None,
    site: Annotated[str | None, typer.Option(help="The run of this site.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As they are now, as JSON.")] = False,
    as_lines: Annotated[bool, typer.Option("--jsonl", help="A line of JSON for each run at each change.")] = False,
) -> None:
    """Show how a crawl goes on, or all that do, until they end; the exit code is that of the crawl.

    newscrawl runs watch

    newscrawl runs watch --site unn

    newscrawl runs watch latest --json
    """
    if run and site:
        fail("name a run or --site, not both", Exit.USAGE)

    async def read(connection: Connection) -> list[Run]:
        from newscrawl.store.runs import find_run, list_runs

        database, name = connection.database, run or site
        if name is not None:
            found = await find_run(database, name)
            chosen = [found] if found else []
        else:
            chosen = await list_runs(database, outcome="running")
        identities = [one["_id"] for one in chosen]
        return await follow(database, identities, once=as_json, as_lines=as_lines, quiet=as_json)

    runs = with_runs(read)
    if as_json and (runs or not (run or site)):
        show_json("runs", runs)
        raise typer.Exit(int(Exit.OK if runs else Exit.NOTHING))
    if not runs:
        said = f"there is no run {run or site}" if run or site else "no crawl goes on"
        fail(f"{said}; `newscrawl runs list` shows the history", Exit.NOTHING)
    raise typer.Exit(int(code_of(runs)))


def code_of(runs: list[Run]) -> Exit:
    """The exit code of runs that have ended, as their crawls gave it."""
    from newscrawl.cli.crawl import exit_code
    from newscrawl.store.runs import record_of

    if any(run["state"] == "crashed" for run in runs):
        return Exit.FAILED
    return exit_code([record_of(run) for run in runs], len(runs), may_be_idle=True)


async def follow(
    database: Database, identities: list[str], *, once: bool = False, as_lines: bool = False, quiet: bool = False
) -> list[Run]:
    """Show runs until all of them have ended, or only `once`; gives them as they were then, each with its state."""
    from newscrawl.store.runs import server_time, with_state

    found: list[Run] = []
    with _json_lines() if as_lines else _shown(quiet=quiet) as show:
        while identities:
            documents = await database["runs"].find({"_id": {"$in": identities}}).sort("_id", 1).to_list()
            now = await server_time(database)
            found = with_state(documents, now)
            show(found, now)
            if once or all(run["state"] != "running" for run in found):
                break
            await asyncio.sleep(LOOK)
    return found


@contextmanager
def _shown(*, quiet: bool) -> Iterator[Show]:
    """A live table on a terminal, else a plain line every few seconds, and when a run ends."""
    from rich.live import Live

    if quiet:
        yield lambda runs, now: None
    elif out.is_terminal:
        with Live(console=out, auto_refresh=False) as live:
            yield lambda runs, now: live.update(table(runs, now), refresh=True)
    else:
        shown: dict[str, float] = {}

        def lines(runs: list[Run], now: datetime) -> None:
            for run in runs:
                has_ended, last = run["state"] != "running", shown.get(run["_id"])
                if last is None or (time.monotonic() - last >= LINE) or (has_ended and last < float("inf")):
                    shown[run["_id"]] = float("inf") if has_ended else time.monotonic()
                    out.print(line(run, now), soft_wrap=True)

        yield lines


@contextmanager
def _json_lines() -> Iterator[Show]:
    """A line for each run whenever its record has changed."""
    before: dict[str, Run] = {}

    def lines(runs: list[Run], now: datetime) -> None:
        for run in runs:
            if before.get(run["_id"]) != run:
                before[run["_id"]] = run
                envelope = {"schema": "newscrawl.run/1", "run": run}
                typer.echo(json.dumps(envelope, default=_plain))

    yield lines


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def line(run: Run, now: datetime) -> str:
    """One run in one line."""
    counts, errors, hosts = run.get("counts") or {}, run.get("errors") or {}, run.get("hosts") or []
    parts = [f"{counts.get(name, 0)} {name}" for name in COLUMNS]
    if run["state"] == "running":
        parts.append(f"{sum(host['queued'] for host in hosts)} queued")
        parts.append(f"{sum(host['in_flight'] for host in hosts)} in flight")
    if blocked := sum(errors.get(reason, 0) for reason in BLOCKED):
        parts.append(f"{blocked} blocked by robots.txt")
    if throttled := (run.get("codes") or {}).get("429", 0):
        parts.append(f"{throttled} answered 429")
    return f"{run['site']}: {ended_as(run)}, {length_of(run, now)}: {', '.join(parts)}"


def table(runs: list[Run], now: datetime) -> RenderableType:
    """The runs, and the hosts of those that go on."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    made = Table("site", "state", "took", *COLUMNS, "robots", "429", box=None, header_style="bold", pad_edge=False)
    hosts = Table(*HOST_COLUMNS, box=None, header_style="bold", pad_edge=False)
    for run in runs:
        counts, errors = run.get("counts") or {}, run.get("errors") or {}
        blocked = sum(errors.get(reason, 0) for reason in BLOCKED)
        numbers = [*(counts.get(name, 0) for name in COLUMNS), blocked, (run.get("codes") or {}).get("429", 0)]
        made.add_row(run["site"], ended_as(run), length_of(run, now), *map(str, numbers))
        if run["state"] == "running":
            for host in run.get("hosts") or []:
                hosts.add_row(*map(str, host_cells(host)))
    return Group(made, Text(), hosts) if hosts.row_count else made
