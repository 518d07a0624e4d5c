"""How a command that goes on for ever comes to its end: by Ctrl-C, SIGTERM, or when nobody reads its output."""

from __future__ import annotations

import asyncio
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from os import write

from newscrawl.cli.guard import PIPE_CLOSED

LOOK = 0.25  # seconds between two looks whether anybody reads


class Ending:
    """Cancels a task when it is to end. `code`: the exit code that says why; 0 as long as it goes on."""

    def __init__(self, task: asyncio.Task[object]) -> None:
        self.code = 0
        self._task = task
        self._loop = task.get_loop()
        self._stdout = sys.stdout.fileno()
        self._timer: asyncio.TimerHandle | None = None

    async def write(self, text: str) -> None:
        """Write a text to stdout. Where it returns the text is written whole, and nothing has come between.

        Raises CancelledError while it waits for a slow reader, and BrokenPipeError where there is none.
        """
        writable = select.poll()
        writable.register(self._stdout, select.POLLOUT)
        rest = memoryview(text.encode(sys.stdout.encoding, "backslashreplace"))
        while rest:
            if not writable.poll(0):
                await self._room()
            # What has room for any has room for so much (POSIX): it is written at once, signals or not.
            rest = rest[write(self._stdout, rest[: select.PIPE_BUF]) :]

    async def _room(self) -> None:
        """Wait until the reader has taken something."""
        room = asyncio.Event()
        self._loop.add_writer(self._stdout, room.set)
        try:
            await room.wait()
        finally:
            self._loop.remove_writer(self._stdout)

    def begin(self) -> None:
        """Look from now on for signals, and whether anybody reads."""
        for number in (signal.SIGINT, signal.SIGTERM):
            self._loop.add_signal_handler(number, self._by_signal, number)
        reader = select.poll()
        reader.register(self._stdout, 0)  # errors and hang-ups are told unasked

        def look() -> None:
            if reader.poll(0):
                self.code = PIPE_CLOSED
                self._task.cancel()
            else:
                self._timer = self._loop.call_later(LOOK, look)

        look()

    def stop(self) -> None:
        """Look no more."""
        for number in (signal.SIGINT, signal.SIGTERM):
            self._loop.remove_signal_handler(number)
        if self._timer is not None:
            self._timer.cancel()

    def _by_signal(self, number: int) -> None:
        """The first signal ends the task, the second one the process where it stands."""
        if self.code:
            raise SystemExit(128 + number)
        self.code = 128 + number
        self._task.cancel()


@contextmanager
def ending() -> Iterator[Ending]:
    """What ends the present task, while the context lasts; its cancellation then ends the context silently."""
    task = asyncio.current_task()
    assert task is not None
    end = Ending(task)
    end.begin()
    try:
        yield end
    except asyncio.CancelledError:
        if not end.code:
            raise
        task.uncancel()
    finally:
        end.stop()
