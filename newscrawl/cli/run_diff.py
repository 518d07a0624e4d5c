"""`newscrawl runs diff`: two runs side by side, what differs notably first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from newscrawl.cli.output import Exit, fail, out, show_json, show_table
from newscrawl.cli.run_names import with_runs
from newscrawl.cli.tables import size
from newscrawl.runs.run_words import ended_as

if TYPE_CHECKING:
    from newscrawl.runs.compare import Difference
    from newscrawl.store.connect import Connection

TITLES = {
    "end": "end",
    "options": "option",
    "versions": "version",
    "coverage": "field",
    "statuses": "answers",
    "errors": "wrong",
    "dropped": "dropped",
    "counts": "count",
    "times": "seconds",
    "bytes": "received",
}


def diff(
    before: Annotated[str, typer.Argument(metavar="RUN|SITE", help="The earlier run; or a site: its last two.")],
    after: Annotated[str | None, typer.Argument(metavar="RUN", help="The later run; not with a site.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also what is the same in both.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Set two runs side by side, what differs by more than chance first.

    newscrawl runs diff unn

    newscrawl runs diff 20261127T0215 20261128T0215
    """
    from newscrawl.runs.compare import compare

    pair = with_runs(lambda db: _read(db, before, after))
    if isinstance(pair, str):
        fail(pair, Exit.NOTHING)
    differences = compare(*pair)
    if as_json:
        show_json("diff", [_as_json(found) for found in differences], before=pair[0], after=pair[1])
        return
    for sign, run in zip("-+", pair, strict=True):
        by = f", started by {run['started_by']}" if run.get("started_by") else ""
        out.print(f"{sign} {run['_id']}: {ended_as(run)}, {run['started_at']:%Y-%m-%d %H:%M} UTC{by}")
    shown = [found for found in differences if every or found.before != found.after]
    notable = [found for found in shown if found.is_notable]
    _show("Notable", notable)
    _show("Within what chance does" if notable else "All of it is within what chance does", shown[len(notable) :])
    if not shown:
        out.print("\nThey do not differ.")


async def _read(connection: Connection, before: str, after: str | None) -> tuple[dict[str, Any], dict[str, Any]] | str:
    """Both runs, or what to say where they are not there."""
    from newscrawl.store.runs import find_run, last_runs, server_time, with_state

    database = connection.database
    if after is None:
        last = await last_runs(database, before)
        if len(last) < 2:
            known = "only one run that has ended" if last else "no run that has ended"
            return f"{before} has {known}; name two runs, or a site with two (`newscrawl runs list` shows them)"
        found = [last[1], last[0]]
    else:
        found = []
        for name in (before, after):
            run = await find_run(database, name)
            if run is None:
                return f"there is no run {name}; `newscrawl runs list` shows them"
            found.append(run)
    one, other = with_state(found, await server_time(database))
    return one, other


def _show(title: str, differences: list[Difference]) -> None:
    if differences:
        out.print(f"\n{title}", style="bold")
        rows = [(TITLES[d.part], d.name, _value(d, d.before), _value(d, d.after), _change(d)) for d in differences]
        show_table(("", "", "before", "after", "change"), rows)


def _value(difference: Difference, value: Any) -> Any:
    if value is None:
        return "-"
    if difference.part == "coverage":
        return f"{100 * value:.1f} %"
    return size(value) if difference.part == "bytes" else value


def _change(difference: Difference) -> str:
    change = difference.change
    if not change:
        return ""
    if difference.part == "coverage":
        return f"{100 * change:+.1f} points"
    if difference.part == "bytes":
        return ("-" if change < 0 else "+") + size(round(abs(change)))
    return f"{change:+g}"


def _as_json(difference: Difference) -> dict[str, Any]:
    return {
        "part": difference.part,
        "name": difference.name,
        "before": difference.before,
        "after": difference.after,
        "change": difference.change,
        "is_notable": difference.is_notable,
    }
