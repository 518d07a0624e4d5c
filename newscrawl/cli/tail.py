"""`newscrawl articles tail`: new and changed articles as they come."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.cells import cell_len
from rich.text import Text

from newscrawl.cli.database import prepared, with_database
from newscrawl.cli.filters import Filters, filtered, want_sites
from newscrawl.cli.guard import PIPE_CLOSED
from newscrawl.cli.manner import manner
from newscrawl.cli.output import Exit, err, fail, out, plain_json
from newscrawl.cli.tail_state import State, kept_in

if TYPE_CHECKING:
    from newscrawl.selection import Selection
    from newscrawl.store.connect import Connection

FIELDS = ("headline", "url", "site", "status", "revision", "absences", "changed_at")
STYLES = {"new": "green", "changed": "yellow", "gone": "red", "back": "cyan", "merged": "magenta"}


@filtered("after_seq")
def tail(
    filters: Filters,
    after_seq: Annotated[
        int | None,
        typer.Option(metavar="SEQ", min=0, help="Begin after this `seq`; 0: with everything; else now."),
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep in this file how far it has come, and go on from there next time."),
    ] = None,
    count: Annotated[int | None, typer.Option(metavar="NUMBER", min=1, help="End after so many articles.")] = None,
    as_lines: Annotated[
        bool, typer.Option("--json", "--jsonl", help="A line of JSON for each, with every field.")
    ] = False,
) -> None:
    """Show articles as they come: new ones, changed ones, and those that are gone, back or merged; until Ctrl-C.

    newscrawl articles tail

    newscrawl articles tail --site unn --language en --json

    newscrawl articles tail --after-seq 0 --state seen.json --count 100

    Each line begins with the article's `seq`, which rises from line to line. Nothing is missed and nothing told twice,
    also when the database is away meanwhile, or when the tail is ended and goes on by --state or --after-seq.
    """
    manner.shows_lines = as_lines
    chosen = filters.selection()
    with kept_in(state, filters.words()) as memory:
        start = after_seq if memory.seq is None else memory.seq

        async def run(connection: Connection) -> int:
            return await _run(connection, chosen, start, memory, count, as_lines=as_lines)

        code = with_database(run)
    if not manner.is_quiet and code != PIPE_CLOSED:
        go_on = ["newscrawl", "articles", "tail", *filters.words()]
        go_on += ["--state", str(state)] if state else ["--after-seq", str(memory.seq)]
        err.print(f"ended after seq {memory.seq}; go on with: {shlex.join(go_on)}", soft_wrap=True)
    if code == PIPE_CLOSED:
        raise BrokenPipeError
    raise typer.Exit(code)


async def _run(
    connection: Connection, chosen: Selection, start: int | None, memory: State, count: int | None, *, as_lines: bool
) -> int:
    """Show articles until the count is reached or something ends it; gives the exit code."""
    from newscrawl.cli.tail_end import ending
    from newscrawl.store.follow import follow
    from newscrawl.store.select import select
    from newscrawl.store.sequence import settled

    database = connection.database
    await want_sites(database, chosen)
    await prepared(connection, lambda: select(database, chosen, limit=1, fields=("url",), order="seq"))
    last = await settled(database)
    if start is not None and start > last:
        fail(
            f"seq {start} lies beyond {last}, the last one of this database; is it another database, or an earlier"
            " state of it? Begin with --after-seq, and another file where there is --state",
            Exit.USAGE,
        )
    memory.keep(last if start is None else start)
    if not manner.is_quiet:
        err.print(f"waiting for articles after seq {memory.seq}; Ctrl-C ends it", style="dim", soft_wrap=True)
    outage = _Outage(connection)
    shown = 0

    def reached(seq: int) -> None:
        memory.keep(seq)
        outage.is_over()

    coming = follow(
        database,
        chosen,
        after_seq=memory.seq,
        fields=None if as_lines else FIELDS,
        on_reached=reached,
        on_down=outage.begins,
    )
    with ending() as end:
        async with aclosing(coming):
            async for article in coming:
                await end.write(as_json(article) if as_lines else as_line(article))
                memory.keep(article["seq"])
                shown += 1
                if shown == count:
                    break
    return end.code


class _Outage:
    """Tells once that the database is away, and once that it is back; starts the embedded server again."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._is_told = False

    async def begins(self, error: Exception) -> None:
        """Something failed because the server is away, or too busy."""
        from newscrawl.store.connect import describe

        if not self._is_told:
            self._is_told = True
            err.print(f"waiting for the database: {describe(error, None)[:300]}", style="yellow", soft_wrap=True)
        await self._connection.revive()

    def is_over(self) -> None:
        """Something succeeded."""
        if self._is_told:
            self._is_told = False
            err.print("the database is back", style="green")


def as_json(article: Mapping[str, Any]) -> str:
    """An article as a line of JSON in its envelope."""
    from newscrawl.store.follow import occasion

    told = {"schema": "newscrawl.article/1", "seq": article["seq"], "occasion": occasion(article), "article": article}
    return plain_json(told, indent=None) + "\n"


def as_line(article: Mapping[str, Any]) -> str:
    """An article as a line for people; on a terminal that is too narrow its address gets one of its own."""
    from newscrawl.store.follow import occasion

    why = occasion(article)
    at = (article.get("published") or {}).get("at")
    line = Text.assemble(
        (f"{article['seq']:>7}  ", "dim"),
        (f"{why:<7}  ", STYLES[why]),
        (f"{at:%Y-%m-%d %H:%M}  " if at else f"{'':16}  ", "dim"),
        f"{article.get('site') or '':<12}  ",
        (article["headline"], "bold"),
    )
    fits = not out.is_terminal or line.cell_len + cell_len(article["url"]) + 2 <= out.width
    line.append(f"{'  ' if fits else chr(10) + ' ' * 9}{article['url']}", "dim")
    with out.capture() as captured:
        out.print(line, soft_wrap=True)
    return captured.get()
