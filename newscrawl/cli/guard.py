"""Every way in which a command can end, told in a sentence: mistakes of usage, closed pipes, Ctrl-C, our own errors.

What it takes to tell is imported when there is something to tell.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from newscrawl.cli.manner import manner

REPORT = "run the command again with --debug and report what it shows"
PIPE_CLOSED = 128 + signal.SIGPIPE
"""As a program ends that does not catch SIGPIPE."""
LONGEST_ERROR = 500  # characters


def guarded(command: Callable[[], Any]) -> int:
    """The exit code of a command. What it raises is told on stderr, and with `--json` on stdout, too.

    `command` raises what Typer raises outside its standalone mode, and gives the code of `typer.Exit`.
    """
    try:
        result = command()
        sys.stdout.flush()
    except BrokenPipeError:
        return _reader_is_gone()
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # Typer and rich have caught it
            return _reader_is_gone()
        raise
    except typer.Abort:
        return 128 + signal.SIGINT
    except Exception as error:
        if hasattr(error, "format_message"):  # one of Click's, wherever Typer keeps it
            return _misused(error)
        return _our_own(error)
    return result if isinstance(result, int) else 0


def _misused(error: Any) -> int:
    from newscrawl.cli.output import Exit, complain, show_error

    command = error.ctx.command_path if getattr(error, "ctx", None) else "newscrawl"
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return int(error.exit_code)
    message = nearest_option(error) or error.format_message()
    hint = f"`{command} --help` shows what there is"
    complain(f"{message.rstrip('.')}{'' if message.endswith('?') else ';'} {hint}")
    show_error(Exit.USAGE.name.lower(), message, hint)
    return int(error.exit_code)


def nearest_option(error: Any) -> str | None:
    """What to say of an option that does not exist; None where the error is another."""
    import difflib

    name = getattr(error, "option_name", None)
    if name is None or not hasattr(error, "possibilities"):
        return None
    near = difflib.get_close_matches(name, error.possibilities or (), 1)
    return f"No such option {name}." + (f" Did you mean {near[0]}?" if near else "")


def _our_own(error: Exception) -> int:
    """An error that nobody foresaw."""
    import traceback

    from newscrawl.cli.output import Exit, complain, err, show_error
    from newscrawl.normalize.secrets import mask

    if manner.is_debugged:
        err.print(mask("".join(traceback.format_exception(error))))
        return int(Exit.FAILED)
    said = mask(str(error))[:LONGEST_ERROR].strip().partition("\n")[0]
    told = f"newscrawl met an error that it does not know, {type(error).__name__}{_place(error)}" + (
        said and f": {said}"
    )
    complain(f"{told}; {REPORT}")
    show_error("unexpected", told, REPORT)
    return int(Exit.FAILED)


def _place(error: Exception) -> str:
    """Where in newscrawl it was raised."""
    import traceback

    ours = Path(__file__).parent.parent
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(ours) and path != Path(__file__):
            return f" in {path.relative_to(ours.parent)}, line {frame.lineno}"
    return ""


def _reader_is_gone() -> int:
    """Whoever reads our output has ended, such as `head`: nothing is left to say to them."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        os.dup2(nowhere, number)
    return PIPE_CLOSED
