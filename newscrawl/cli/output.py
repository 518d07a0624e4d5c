"""How commands speak: tables or JSON on stdout, errors on stderr, exit codes."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from newscrawl.store.connect import Connection

out = Console()
err = Console(stderr=True)
T = TypeVar("T")


class Exit(IntEnum):
    """Exit codes of every command."""

    OK = 0
    FAILED = 1
    USAGE = 2
    DEGRADED = 3
    NOTHING = 4
    DEPENDENCY = 5
    LOCKED = 6


def fail(message: str, code: Exit) -> NoReturn:
    """Say on stderr what went wrong and end with the code."""
    err.print(message, style="red", markup=False, highlight=False)
    raise typer.Exit(int(code))


def show_json(kind: str, data: Any, **beside: Any) -> None:
    """Data as JSON in an envelope that names its form; `beside`: what else the envelope holds."""
    text = json.dumps(
        {"schema": f"newscrawl.{kind}/1", kind: data, **beside}, ensure_ascii=False, indent=2, default=_plain
    )
    sys.stdout.write(text + "\n")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def show_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Rows on stdout, as wide as the terminal, or as wide as they are where there is none."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, column in enumerate(columns):
        # The first column is what one copies into the next command, the last is often an address.
        is_last = number == len(columns) - 1
        table.add_column(column, no_wrap=number == 0, overflow="fold" if is_last else "ellipsis")
    for row in rows:
        table.add_row(*("" if cell is None else _cell(cell) for cell in row))
    (out if out.is_terminal else Console(width=WIDE)).print(table, markup=False)


WIDE = 1000  # characters; more than any row has


def _cell(value: Any) -> Any:
    from rich.text import Text

    return Text(f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value))


def with_database(work: Callable[[Connection], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine with the database that the settings name. Ends with code 2 or 5 where that fails."""
    from pymongo.errors import PyMongoError

    from newscrawl.settings import ConfigurationError, read_settings
    from newscrawl.store.connect import DatabaseDown, describe, open_connection

    try:
        own = read_settings()
    except ConfigurationError as error:
        fail(str(error), Exit.USAGE)

    async def run() -> T:
        connection = await open_connection(own)
        try:
            return await work(connection)
        finally:
            await connection.close()

    try:
        return asyncio.run(run())
    except (DatabaseDown, PyMongoError) as error:
        fail(describe(error, own.mongo_uri), Exit.DEPENDENCY)
