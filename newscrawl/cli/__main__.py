"""The command `newscrawl`, also as `python -m newscrawl.cli`.

Signals are seen to before the modules of the commands are loaded, which takes a part of a second.
"""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
from types import FrameType

from newscrawl.process_setup import set_up_process

LATER = 0.01
"""Seconds until a signal is sent again that came where nothing can be raised."""
DEAF = ("<frozen importlib._bootstrap>", "cb")
"""File and function of what Python calls when an object goes, in the midst of an import: it prints what is raised there
and goes on (weakref.ref, in the library reference)."""


def _end(number: int, frame: FrameType | None) -> None:
    while frame is not None:
        if (frame.f_code.co_filename, frame.f_code.co_name) == DEAF:
            signal.signal(signal.SIGALRM, lambda _alarm, _frame: os.kill(os.getpid(), number))
            signal.setitimer(signal.ITIMER_REAL, LATER)
            return
        frame = frame.f_back
    raise SystemExit(128 + number)


def run() -> None:
    """Entry point of the console script. A command that SIGINT or SIGTERM ends leaves what it uses in order, and gives
    the exit code 130 or 143."""
    set_up_process()
    signal.signal(signal.SIGTERM, _end)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show a letter is no reason to end
    try:
        from newscrawl.cli.guard import guarded
        from newscrawl.cli.main import app
        from newscrawl.cli.manner import take_manner

        words = take_manner(sys.argv[1:])
        sys.exit(guarded(lambda: app(words, prog_name="newscrawl", standalone_mode=False)))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)  # nothing is left to put in order; Python takes itself apart
        gc.freeze()  # without looking through all modules for garbage first: 0.3 s


if __name__ == "__main__":
    run()
