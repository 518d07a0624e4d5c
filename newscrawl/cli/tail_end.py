"""How a command that goes on for ever comes to its end: by Ctrl-C, SIGTERM, or when nobody reads its output."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from newscrawl.cli.guard import PIPE_CLOSED

LOOK = 0.25  # seconds between two looks whether anybody reads


class Ended(Exception):
    """A signal came while a line was being written: nobody may read it."""


class Ending:
    """Cancels a task when it is to end. `code`: the exit code that says why; 0 as long as it goes on."""

    def __init__(self, task: asyncio.Task[object]) -> None:
        self.code = 0
        self._task = task
        self._loop = task.get_loop()
        self._is_writing = False
        self._timer: asyncio.TimerHandle | None = None

    def write(self, text: str) -> None:
        """Write a text to stdout at once and whole. Raises Ended, and BrokenPipeError where nobody reads."""
        rest = text.encode(sys.stdout.encoding, "backslashreplace")
        self._is_writing = True
        try:
            while rest:
                rest = rest[os.write(sys.stdout.fileno(), rest) :]
        finally:
            self._is_writing = False

    def by_signal(self, number: int, _frame: FrameType | None) -> None:
        """Handle a signal; the second one ends the process where it stands."""
        if self.code:
            raise SystemExit(128 + number)
        self.code = 128 + number
        if self._is_writing:
            raise Ended
        self._loop.call_soon_threadsafe(self._task.cancel)

    def when_unread(self) -> None:
        """End the task when nobody reads stdout any more; looks again and again until `stop_looking`."""
        poll = select.poll()
        poll.register(sys.stdout.fileno(), 0)  # errors and hang-ups are told unasked

        def look() -> None:
            if poll.poll(0):
                self.code = PIPE_CLOSED
                self._task.cancel()
            else:
                self._timer = self._loop.call_later(LOOK, look)

        look()

    def stop_looking(self) -> None:
        """Look no more whether anybody reads."""
        if self._timer is not None:
            self._timer.cancel()


@contextmanager
def ending() -> Iterator[Ending]:
    """What ends the present task, while the context lasts; its cancellation then ends the context silently."""
    task = asyncio.current_task()
    assert task is not None
    end = Ending(task)
    before = {number: signal.signal(number, end.by_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    end.when_unread()
    try:
        yield end
    except asyncio.CancelledError:
        if not end.code:
            raise
        task.uncancel()
    except Ended:
        pass
    finally:
        end.stop_looking()
        for number, handler in before.items():
            signal.signal(number, handler)
