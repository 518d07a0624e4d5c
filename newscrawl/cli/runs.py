"""`newscrawl runs`: the history of crawls."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from newscrawl.cli.output import Exit, fail, out, show_json, show_table, with_database

app = typer.Typer(no_args_is_help=True, help="The history of crawls.")


@app.command("list")
def list_past(
    site: Annotated[str | None, typer.Option(help="Of this site only.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show the newest runs.

    newscrawl runs list

    newscrawl runs list --site unn --json
    """
    from newscrawl.store.queries import list_runs

    rows = with_database(lambda db: list_runs(db.database, site=site, limit=limit))
    if as_json:
        show_json("runs", rows)
        return
    show_table(
        ("run", "started (UTC)", "outcome", "new", "changed", "failed"),
        (
            (
                row["_id"],
                row["started_at"],
                _outcome(row),
                *(row["counts"].get(name, 0) for name in ("new", "changed", "failed")),
            )
            for row in rows
        ),
    )
    if not rows:
        fail("there was no run yet", Exit.NOTHING)


def _outcome(row: dict[str, Any]) -> str:
    if row["reason"] is None:
        return "running"
    return row["outcome"] if row["reason"] == "finished" else f"{row['outcome']}: {row['reason']}"


@app.command("show")
def show_run(run: str, as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Show one run whole.

    newscrawl runs show RUN

    newscrawl runs show RUN --json
    """
    from newscrawl.store.queries import get_run

    row = with_database(lambda db: get_run(db.database, run))
    if row is None:
        fail(f"there is no run {run}; `newscrawl runs list` shows them", Exit.NOTHING)
    if as_json:
        show_json("run", row)
        return
    for name, value in row.items():
        if isinstance(value, dict):
            for key, number in sorted(value.items()):
                out.print(f"{name + ' ' + key:32} {number}", markup=False, highlight=False)
        else:
            out.print(f"{name:32} {value}", markup=False, highlight=False)
