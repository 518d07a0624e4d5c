"""How commands ask before they take something away: on a terminal; elsewhere they want `--yes`."""

from __future__ import annotations

import sys

import typer

from newscrawl.cli.output import Exit, err, fail


def want_consent(question: str, *, yes: bool) -> None:
    """Go on only where the operator wants to. Ends with code 2 where nobody can be asked, with 4 where he says no."""
    if yes:
        return
    if not (sys.stdin.isatty() and err.is_terminal):
        fail(f"{question} Nobody can be asked here: add --yes to do it, or --dry-run to look first", Exit.USAGE)
    if not typer.confirm(question, default=False, err=True):
        fail("nothing was changed", Exit.NOTHING)
