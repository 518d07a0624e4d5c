"""How a run is named on the command line."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from newscrawl.cli.database import with_database
from newscrawl.cli.output import Exit, fail

if TYPE_CHECKING:
    from newscrawl.store.connect import Connection

T = TypeVar("T")

NAMED = typer.Argument(metavar="RUN", help="A run, the beginning of its name, `latest`, or a site: its newest run.")


def with_runs(read: Callable[[Connection], Coroutine[Any, Any, T]]) -> T:
    """As `with_database`; a name of several runs ends with code 2."""
    from newscrawl.store.runs import Ambiguous

    try:
        return with_database(read)
    except Ambiguous as error:
        fail(str(error), Exit.USAGE)
