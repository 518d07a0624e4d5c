"""`newscrawl runs`: the history of crawls, and how one goes on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from newscrawl.cli import run_diff, run_watch
from newscrawl.cli.asked import instant_asked
from newscrawl.cli.database import with_database
from newscrawl.cli.output import Exit, fail, show_json, show_table
from newscrawl.cli.run_names import NAMED, with_runs
from newscrawl.cli.run_page import show_page
from newscrawl.runs.run_words import ended_as, length_of

if TYPE_CHECKING:
    from newscrawl.store.connect import Connection

app = typer.Typer(
    no_args_is_help=True,
    help="""The history of crawls, and how one goes on.

    newscrawl runs list --site unn

    newscrawl runs show unn

    newscrawl runs diff unn

    newscrawl runs watch
    """,
)


OutcomeName = Literal["ok", "degraded", "failed", "running", "crashed"]


@app.command("list")
def list_past(
    site: Annotated[str | None, typer.Option(help="Of this site only.")] = None,
    outcome: Annotated[OutcomeName | None, typer.Option(help="Only those that ended so, or go on, or crashed.")] = None,
    since: Annotated[str | None, typer.Option(help="Only those begun since: 2d, 12h, or a date.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show the newest runs.

    newscrawl runs list

    newscrawl runs list --site unn --outcome failed --since 7d
    """
    now = datetime.now(UTC)
    start = instant_asked(since) if since else None

    async def read(connection: Connection) -> list[dict[str, Any]]:
        from newscrawl.store.runs import list_runs

        return await list_runs(connection.database, site=site, outcome=outcome, since=start, limit=limit)

    rows = with_database(read)
    if as_json:
        show_json("runs", rows)
        return
    if not rows:
        fail("there is no such run" if site or outcome or since else "there was no run yet", Exit.NOTHING)
    names = ("new", "changed", "failed")
    show_table(
        ("run", "started (UTC)", "took", "outcome", *names, "dropped", "started by"),
        (
            (
                row["_id"],
                row["started_at"],
                length_of(row, now),
                ended_as(row),
                *((row.get("counts") or {}).get(name, 0) for name in names),
                sum((row.get("dropped") or {}).values()),
                row.get("started_by"),
            )
            for row in rows
        ),
    )


@app.command("show")
def show_run(
    run: Annotated[str, NAMED],
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Watch it first, until it ends.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show one run whole.

    newscrawl runs show latest

    newscrawl runs show unn

    newscrawl runs show 20261128T0215
    """

    async def read(connection: Connection) -> tuple[dict[str, Any] | None, dict[str, dict[str, Any]], datetime]:
        from newscrawl.store.runs import find_run, samples_of, server_time, with_state

        if (found := await find_run(connection.database, run)) is None:
            return None, {}, datetime.now(UTC)
        if follow:
            await run_watch.follow(connection.database, [found["_id"]], quiet=as_json)
            found = await find_run(connection.database, found["_id"]) or found
        now = await server_time(connection.database)
        return with_state([found], now)[0], await samples_of(connection.database, found["_id"]), now

    row, samples, now = with_runs(read)
    if row is None:
        fail(f"there is no run {run}; `newscrawl runs list` shows them", Exit.NOTHING)
    if as_json:
        show_json("run", row, samples=samples)
    else:
        show_page(row, samples, now)


app.command("diff")(run_diff.diff)
app.command("watch")(run_watch.watch)
