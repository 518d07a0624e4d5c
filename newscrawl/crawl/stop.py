"""How a process ends early: what SIGINT and SIGTERM do, and by when each part of the end has to be over.

The first signal lets what is in flight come to its end and everything be written, within `OVER` seconds. The second
one ends the process at once. What was acknowledged is in the database or on disk by then, so that nothing of it is
lost either way; what was not is unknown to the next run, which fetches it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import TypeVar

from newscrawl.store.local import abandon_servers, server_processes

T = TypeVar("T")

DOWNLOADS = 4.0
"""Seconds after the first signal until downloads in flight are cancelled. So on with the next four, each later."""
CRAWLS = 6.0
"""Crawls that have not ended are ended from outside: their records are written, their sites freed."""
READS = 7.0
"""Queries of the database are given up."""
WRITES = 8.0
"""What the database has not acknowledged goes to disk."""
OVER = 9.5
"""The process ends at once, as at a second signal."""

SHOW_CURSOR = b"\x1b[?25h"


class EndedEarly(Exception):
    """The process was told to end while something had not yet begun."""


class Stop:
    """Whether the process was told to end, since when, and by which signal. Nothing ever takes it back."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self._at: float | None = None
        self._event = asyncio.Event()
        self._calls: list[Callable[[], None]] = []

    @property
    def is_requested(self) -> bool:
        """The process was told to end."""
        return self._at is not None

    def request(self, number: int) -> None:
        """Tell it, from a signal handler. Those that wait learn of it by `announce`."""
        if self._at is None:
            self.signal, self._at = number, time.monotonic()

    def announce(self) -> None:
        """Wake those that wait, in their loop."""
        self._event.set()
        for call in self._calls:
            call()

    def then(self, call: Callable[[], None]) -> None:
        """Call this in the event loop when the signal comes, or now where it has come."""
        self._calls.append(call)
        if self._event.is_set():
            call()

    def left(self, until: float) -> float:
        """Seconds from now until so many after the signal, at least 0; infinite while there was none."""
        return float("inf") if self._at is None else max(0.0, self._at + until - time.monotonic())

    async def wait(self, seconds: float | None = None) -> bool:
        """Wait for the signal, at most so long; True where it came."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)
        return self.is_requested

    async def unless_requested(self, work: Awaitable[T]) -> T:
        """The result of the work, which is cancelled by the signal. Raises EndedEarly."""
        task, told = asyncio.ensure_future(work), asyncio.ensure_future(self._event.wait())
        try:
            await asyncio.wait([task, told], return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            task.cancel()
            await asyncio.wait([task])
            raise EndedEarly
        finally:
            told.cancel()

    async def within(self, until: float, work: Awaitable[T]) -> T:
        """The result of the work, which is cancelled so many seconds after the signal. Raises TimeoutError."""
        task, told = asyncio.ensure_future(work), asyncio.ensure_future(self._event.wait())
        try:
            await asyncio.wait([task, told], return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                await asyncio.wait([task], timeout=self.left(until))
            if not task.done():
                task.cancel()
                await asyncio.wait([task])
                raise TimeoutError
            return task.result()
        finally:
            told.cancel()


@contextlib.contextmanager
def told_by_signals(
    stop: Stop, loop_call: Callable[[Callable[[], None]], object], *, is_led: bool = False
) -> Iterator[Callable[[int], None]]:
    """Let SIGINT and SIGTERM tell `stop`. `loop_call` calls a function in the event loop, from any thread.

    After a first signal the process has `OVER` seconds, also after this context: it is about to end. Gives what does
    the same as a first signal. `is_led`: another process ends this one at a second signal, which is none here, for a
    first one may reach both.
    """
    reading, writing = os.pipe()
    own = os.getpid()

    def note(number: int, _frame: FrameType | None) -> None:
        if os.getpid() != own:  # a child that was forked and has not yet set its own
            return
        if stop.is_requested and not is_led:
            end_at_once(number)
        tell(number)

    def tell(number: int) -> None:
        if not stop.is_requested:
            stop.request(number)
            os.write(writing, b"!")  # no thread is started in a handler: the main thread may hold what that needs

    def watch() -> None:
        os.read(reading, 1)
        if not stop.is_requested:
            os.close(reading)
            return
        with contextlib.suppress(RuntimeError):  # the loop is closed: the process is at its end
            loop_call(stop.announce)
        select.select([], [], [], stop.left(OVER))
        end_at_once(stop.signal or signal.SIGTERM)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.pthread_sigmask(signal.SIG_UNBLOCK, before)  # until now, where whoever started this process blocked them
    threading.Thread(target=watch, name="newscrawl-stop", daemon=True).start()
    try:
        yield tell
    finally:
        if not stop.is_requested:
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(writing)


def end_at_once(number: int) -> None:
    """End this process with exit code 128 + `number`; its helpers and an embedded server that nobody else uses too."""
    with contextlib.suppress(OSError):
        if sys.stderr.isatty():
            os.write(sys.stderr.fileno(), SHOW_CURSOR)
    try:
        for child in _descendants() - server_processes():
            with contextlib.suppress(OSError):
                os.kill(child, signal.SIGKILL)
        abandon_servers()  # last, for its other users may have been among these
    finally:
        os._exit(128 + number)


def _descendants(process: str = "self") -> set[int]:
    """Process numbers of the children of a process, of all its threads, and of theirs."""
    found: set[int] = set()
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in path.read_text().split():
                found |= {int(child), *_descendants(child)}
    return found
