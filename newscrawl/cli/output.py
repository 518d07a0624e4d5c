"""How commands speak: tables or JSON on stdout, errors on stderr, exit codes."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import typer
from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderableType, RenderHook
from rich.control import Control
from rich.measure import Measurement
from rich.segment import Segment
from rich.table import Table

from newscrawl.normalize.text import escaped

if TYPE_CHECKING:
    from newscrawl.store.connect import Connection

T = TypeVar("T")
LONGEST_MESSAGE = 2000  # characters
# What JSON need not escape within its strings, and a terminal would not show, or obey.
_UNSEEN = re.compile("[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]")


class _Shown:
    """A renderable as a terminal may get it: what is printed steers nothing, but for rich's own styles and lines."""

    def __init__(self, renderable: RenderableType) -> None:
        self.renderable = renderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        for segment in console.render(self.renderable, options):
            is_plain = segment.control is None
            yield segment._replace(text=escaped(segment.text, keep="\n")) if is_plain else segment

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self.renderable)


class _Showing(RenderHook):
    """Shows everything that a console prints as `_Shown`."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [part if isinstance(part, Control) else _Shown(part) for part in renderables]


def console(*, stderr: bool = False, width: int | None = None) -> Console:
    """A console that prints text as it is: no markup, no emoji, no escape of a terminal that is not rich's own."""
    made = Console(stderr=stderr, width=width, markup=False, emoji=False, highlight=False)
    made.push_render_hook(_Showing())
    return made


out = console()
err = console(stderr=True)


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
    shown = message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]}… ({len(message)} characters)"
    err.print(shown, style="red")
    raise typer.Exit(int(code))


def show_json(kind: str, data: Any, **beside: Any) -> None:
    """Data as JSON in an envelope that names its form; `beside`: what else the envelope holds."""
    sys.stdout.write(plain_json({"schema": f"newscrawl.{kind}/1", kind: data, **beside}) + "\n")


def plain_json(data: Any) -> str:
    """Data as JSON that a terminal shows as it is."""
    text = json.dumps(data, ensure_ascii=False, indent=2, default=_plain)
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


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
    (out if out.is_terminal else console(width=WIDE)).print(table)


WIDE = 1000  # characters; more than any row has


def _cell(value: Any) -> Any:
    from rich.text import Text

    return Text(f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value))


def with_database(work: Callable[[Connection], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine with the database that the settings name. Ends with code 2 or 5 where that fails."""
    from bson.errors import BSONError
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
    except (BSONError, UnicodeEncodeError) as error:
        fail(f"an argument of this command is no text that can be looked up: {error}", Exit.USAGE)
