"""One page of the chosen articles, and the command that shows the next one."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newscrawl.cli.database import prepared, with_database
from newscrawl.cli.filters import Filters, want_sites
from newscrawl.cli.manner import manner
from newscrawl.cli.output import Exit, err, fail

if TYPE_CHECKING:
    from newscrawl.selection import Selection
    from newscrawl.store.connect import Connection
    from newscrawl.store.select import Page

MOST = 10_000  # articles of one page
Limit = Annotated[int, typer.Option(metavar="NUMBER", min=1, max=MOST, help="At most so many, newest first.")]
Cursor = Annotated[
    str | None, typer.Option(metavar="CURSOR", help="Go on where an earlier page ended, which told this cursor.")
]
CARD = ("headline", "url", "site", "language", "views", "dateline", "status")
"""Fields of the line that tells of an article."""


def read_page(chosen: Selection, limit: int, cursor: str | None, fields: Sequence[str] | None = None) -> Page:
    """The newest of the chosen articles, or those behind a cursor. Ends with a code where that cannot be."""
    from newscrawl.store.select import TooBroad, WrongCursor, select

    if chosen.statuses == ("merged",):
        fail(
            "--status merged: these are parts of other articles now; `newscrawl articles tail --after-seq 0"
            " --status merged` tells which they were",
            Exit.USAGE,
        )

    async def read(connection: Connection) -> Page:
        await want_sites(connection.database, chosen)
        return await prepared(
            connection, lambda: select(connection.database, chosen, limit=limit, cursor=cursor, fields=fields)
        )

    try:
        return with_database(read)
    except WrongCursor as error:
        fail(f"--cursor: {error}", Exit.USAGE)
    except TooBroad as error:
        fail(str(error), Exit.FAILED)


def tell_more(command: str, page: Page, filters: Filters, limit: int, *arguments: str) -> None:
    """Say on stderr how to see the next page, where there is one."""
    if page.cursor is None or manner.is_quiet or not err.is_terminal:
        return
    words = ["newscrawl", "articles", command, *arguments, *filters.words(), "--limit", str(limit), "--cursor"]
    err.print(f"more: {shlex.join([*words, page.cursor])}", style="dim", soft_wrap=True)


def views_of(article: Any) -> str | None:
    """The latest view counter of a document, for people."""
    count = (article.get("views") or {}).get("count")
    return f"{count:,}" if count is not None else None
