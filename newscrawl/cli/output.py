"""How commands speak: tables or JSON on stdout, errors on stderr, exit codes."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import IntEnum
from typing import Any, NoReturn

import typer
from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderableType, RenderHook
from rich.control import Control
from rich.measure import Measurement
from rich.segment import Segment
from rich.table import Table

from newscrawl.cli.manner import manner
from newscrawl.normalize.text import escaped

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


def fail(message: str, code: Exit, *, hint: str | None = None) -> NoReturn:
    """Say on stderr what went wrong and end with the code. `hint`: what to do, where the message does not say it.

    With `--json`, stdout gets the same as JSON, unless it has its document already.
    """
    shown = message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]}… ({len(message)} characters)"
    complain(f"{shown}; {hint}" if hint else shown)
    show_error(code.name.lower(), shown, hint or shown.partition("; ")[2] or None)
    raise typer.Exit(int(code))


def complain(message: str) -> None:
    """An error on stderr, on one line where it is kept in a log."""
    err.print(message, style="red", soft_wrap=not err.is_terminal)


def show_error(code: str, message: str, hint: str | None) -> None:
    """An error on stdout as JSON, where the command line asks for JSON and stdout has no document yet."""
    error = {"code": code, "message": message, "hint": hint}
    if manner.shows_lines:
        sys.stdout.write(plain_json({"schema": "newscrawl.error/1", "error": error}, indent=None) + "\n")
    elif manner.wants_json and not manner.has_shown:
        show_json("error", error)


def show_json(kind: str, data: Any, **beside: Any) -> None:
    """Data as JSON in an envelope that names its form; `beside`: what else the envelope holds."""
    manner.has_shown = True
    sys.stdout.write(plain_json({"schema": f"newscrawl.{kind}/1", kind: data, **beside}) + "\n")


def plain_json(data: Any, *, indent: int | None = 2) -> str:
    """Data as JSON that a terminal shows as it is; on one line where `indent` is None."""
    text = json.dumps(data, ensure_ascii=False, indent=indent, default=_plain)
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def show_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Rows on stdout, as wide as the terminal, or as wide as they are where there is none; no rows, no table."""
    cells = [["" if cell is None else _cell(cell) for cell in row] for row in rows]
    if not cells:
        return
    from newscrawl.cli.tables import aligned, ends_with_addresses, fits, on_two_lines

    whole = [list(columns), *([escaped(cell) for cell in row] for row in cells)]
    if not out.is_terminal:
        sys.stdout.writelines(f"{line}\n" for line in aligned(whole))
        return
    if ends_with_addresses(whole) and not fits(whole, out.width):
        for number, line in enumerate(on_two_lines(whole, out.width)):
            out.print(line, style="bold" if number < 2 else None, soft_wrap=True)
        return
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, column in enumerate(columns):
        # The first column is what one copies into the next command, the last is often an address.
        is_last = number == len(columns) - 1
        table.add_column(column, no_wrap=number == 0, overflow="fold" if is_last else "ellipsis")
    for row in cells:
        table.add_row(*map(Text, row))
    out.print(table)


def _cell(value: Any) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)
