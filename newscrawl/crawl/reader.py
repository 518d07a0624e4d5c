"""Reads pages in processes of their own: a page that hangs or crashes costs itself, and nothing else.

multiprocessing, `concurrent.futures` and pebble were looked at. Their workers share one pipe, which a worker that is
killed while it writes leaves locked or with half a message in it, and they run the caller's main module once more.
Here each worker has a connection of its own, and its end tells everything.
"""

from __future__ import annotations

import asyncio
import contextlib
import copyreg
import io
import json
import logging
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import fields
from operator import attrgetter
from typing import Any, TypeVar, TypeVarTuple

from newscrawl.crawl.turns import Turns
from newscrawl.crawl.worker import Answer, Job
from newscrawl.extract.limits import Limits
from newscrawl.normalize.publisher_policy import PagePolicy
from newscrawl.process_setup import usable_cores
from newscrawl.site import Site, unpacked

logger = logging.getLogger(__name__)
T = TypeVar("T")
Ts = TypeVarTuple("Ts")

WORKERS = 2  # also on one core: while one reads a page that hangs, the other reads those of other sites
PATIENCE = 1.0  # seconds that pages wait for one worker before there is another
CROWD = 16  # pages that wait for one worker from which on there is another, where it has a core of its own
SPARE = 30.0  # seconds that a worker is kept after it was last wanted beside the first: a new one is slow at first
GRACE = 2.0  # seconds in which the processes end whose connections were closed
# No garbage is looked for while modules are loaded: a tenth of the time of that.
_PROGRAM = (
    "import sys, json, gc; gc.disable(); sys.path[:] = json.loads(sys.argv.pop());"
    " from newscrawl.crawl.worker import main; main()"
)


class ReadingFailed(Exception):
    """A page could not be read to its end. `reason` is a stable code, `detail` a sentence for people.

    Reasons: `reading-too-slow`, `reading-crashed`, `reading-out-of-memory`, `reading-error`.
    """

    def __init__(self, reason: str, detail: str) -> None:
        self.reason, self.detail = reason, detail
        super().__init__(f"{detail} ({reason})")


class Template:
    """The process that workers are forked from: what they need is loaded once."""

    def __init__(self, languages: Iterable[str]) -> None:
        self._control, theirs = socket.socketpair()
        # It and its workers inherit that these two are blocked: what ends a crawl goes to its whole group, and pages
        # under way are still to be read. Names and passwords of the database are not for the readers of pages.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        words = [str(theirs.fileno()), " ".join(languages), json.dumps(sys.path)]
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, *words],
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            theirs.close()

    @property
    def process(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Somebody killed it, or it could not start."""
        return self._process.poll() is not None

    def worker(self) -> Worker:
        """Ask for a new worker."""
        ours, theirs = socket.socketpair()
        with theirs, contextlib.suppress(ConnectionError):  # then its connection ends at once
            socket.send_fds(self._control, [b"w"], [theirs.fileno()])
        return Worker(ours)

    async def end(self) -> None:
        """Let the process end, which it does when its connection is closed."""
        self._control.close()
        for _ in range(int(GRACE / 0.005)):
            if self.has_ended:
                return
            await asyncio.sleep(0.005)
        self._process.kill()
        self._process.wait()


class Worker:
    """One process that reads pages, one at a time, at the other end of a connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._process = 0

    @property
    def process(self) -> int:
        """Its number; 0 where it is not known yet, or has ended."""
        return self._process

    async def begin(self) -> bool:
        """Wait until it is there; False where it has ended."""
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection(sock=self._connection, limit=2**20)
                self._process = int.from_bytes(await self._streams[0].readexactly(8))
            return bool(self._connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except BlockingIOError:
            return True  # it has nothing to say, and its connection stands
        except (asyncio.IncompleteReadError, ConnectionError):
            return False

    async def ask(self, job: Job) -> Answer | None:
        """The answer; None where the process has ended without one."""
        assert self._streams is not None
        reader, writer = self._streams
        message = _packed(job)
        try:
            writer.write(len(message).to_bytes(8))
            writer.write(message)
            await writer.drain()
            size = int.from_bytes(await reader.readexactly(8))
            answer: Answer = pickle.loads(await reader.readexactly(size))
        except (asyncio.IncompleteReadError, ConnectionError):
            self._process = 0
            return None
        return answer

    def end(self) -> None:
        """End the process, also in the middle of a page."""
        if self._process and self._streams and not self._streams[0].at_eof():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process, signal.SIGKILL)
        if self._streams is not None:
            self._streams[1].close()
        self._connection.close()


class Reader:
    """The workers of a process, shared by all of its spiders.

    `seconds`: processor time that the reading of one page may take. `languages`: those that most pages are in.
    `workers`: as many from the start, where there is nothing else to do; else one, and another one when pages wait.
    """

    def __init__(self, seconds: float, languages: Iterable[str] = (), *, workers: int | None = None) -> None:
        self.seconds = seconds
        self.languages = tuple(languages)
        self.users = 0
        self._turns = Turns(workers or WORKERS, PATIENCE, workers or 1, CROWD if usable_cores() > _sharing else 0)
        self._template = Template(self.languages)  # it starts while the first page is fetched
        self._idle = [self._template.worker()]
        self._busy: set[Worker] = set()
        self._crowded_at = 0.0
        """When so many workers were last wanted as there are."""
        self._sparing: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[Any] | None] = set()
        """Those that wait for a page. Scrapy keeps no hold of its tasks, nor does the loop: one that waits for what
        only itself knows is collected as garbage, and its request never ends."""

    @property
    def waiting(self) -> int:
        """Pages that wait for a worker."""
        return self._turns.waiting

    @property
    def is_busy(self) -> bool:
        """A page is being read."""
        return bool(self._busy)

    async def read(
        self,
        site: str,
        function: Callable[[*Ts], T],
        *arguments: *Ts,
        note: Callable[[float], None] | None = None,
    ) -> T:
        """What a module-level function gives for a page of a site. `note` is told the seconds that it took.

        Raises NotAnArticle and Unreadable as the function does, and ReadingFailed.
        """
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            await self._turns.take(site)
            begun = time.monotonic()
            try:
                answer = await self._answer(site, Job(function, arguments, self.seconds))
            finally:
                if note is not None:
                    note(time.monotonic() - begun)
                self._turns.give_back(site)
                self._spare()
        finally:
            self._tasks.discard(task)
        if answer.problem is not None:
            raise answer.problem
        if answer.is_out_of_memory:
            raise ReadingFailed("reading-out-of-memory", "the page takes more memory than a page may")
        if answer.unexpected:
            logger.error("a page of %s cannot be read\n%s", site, answer.trace)
            raise ReadingFailed("reading-error", answer.unexpected)
        result: T = answer.result
        return result

    async def _answer(self, site: str, job: Job) -> Answer:
        worker, answer = await self._worker(), None
        clock = asyncio.get_running_loop().time
        begun = clock()
        try:
            answer = await worker.ask(job)
        finally:
            self._busy.discard(worker)
            if answer is not None and not answer.is_last:
                self._idle.append(worker)
            else:
                worker.end()
        if answer is not None:
            return answer
        self._turns.mark_slow(site)
        # The timers cannot be early, but the system counts processor time in ticks.
        if clock() - begun >= 0.9 * self.seconds:
            raise ReadingFailed("reading-too-slow", f"its reading took more than {self.seconds:g} seconds")
        raise ReadingFailed("reading-crashed", "the process that read it ended before it was done")

    async def _worker(self) -> Worker:
        """A worker that is there. Raises ReadingFailed where none can be had."""
        if len(self._idle) <= 1:
            self._crowded_at = asyncio.get_running_loop().time()
        while self._idle:
            if await self._is_there(worker := self._idle.pop()):
                return worker  # else it ended while it had nothing to do
        if self._template.has_ended:
            await self._template.end()
            self._template = Template(self.languages)
        if await self._is_there(worker := self._template.worker()):
            return worker
        raise ReadingFailed("reading-crashed", "no process that reads pages can be started")

    async def _is_there(self, worker: Worker) -> bool:
        """Wait for a worker, which counts as busy from now on; False where it has ended.

        It is held while it is waited for: nothing else holds what a stream waits for, nor the task that does, and a
        collection of garbage would take both away.
        """
        self._busy.add(worker)
        is_there = False
        try:
            with self._turns.starting():
                is_there = await worker.begin()
        finally:
            if not is_there:
                self._busy.discard(worker)
                worker.end()
        return is_there

    def _spare(self) -> None:
        """End a worker that has not been wanted for long, beside the first."""
        if self._sparing is None and len(self._idle) + len(self._busy) > self._turns.fewest:
            self._sparing = asyncio.get_running_loop().call_at(self._crowded_at + SPARE, self._end_spare)

    def _end_spare(self) -> None:
        self._sparing = None
        if asyncio.get_running_loop().time() >= self._crowded_at + SPARE and self._idle:
            self._idle.pop(0).end()  # the one that was used the longest time ago
        self._spare()

    @property
    def processes(self) -> list[int]:
        """Numbers of the processes that read pages, and of the one that they are forked from."""
        workers = (worker.process for worker in (*self._idle, *self._busy))
        return [self._template.process, *(process for process in workers if process)]

    async def close(self) -> None:
        """End all processes."""
        if self._sparing is not None:
            self._sparing.cancel()
        while self._idle:
            self._idle.pop().end()
        for worker in self._busy:
            worker.end()
        await self._template.end()


_sharing = 1


def share_cores(processes: int) -> None:
    """So many processes like this one crawl with the cores that this one may use. To be told before any reading."""
    global _sharing  # noqa: PLW0603  they are those of the process
    _sharing = processes


def _by_values(kind: type[Limits | PagePolicy]) -> Callable[[Any], tuple[Any, ...]]:
    """How such a thing is pickled: by what it is made of. Frozen dataclasses themselves take three times as long."""
    values = attrgetter(*(field.name for field in fields(kind)))
    return lambda value: (kind, values(value))


class _Pickler(pickle.Pickler):
    """Of jobs. A site goes as bytes that are made once, and that the worker takes apart once."""

    dispatch_table = copyreg.dispatch_table | {
        Site: lambda site: (unpacked, (site.packed,)),
        Limits: _by_values(Limits),
        PagePolicy: _by_values(PagePolicy),
    }


def _packed(job: Job) -> bytes:
    """A job for a worker."""
    buffer = io.BytesIO()
    _Pickler(buffer, pickle.HIGHEST_PROTOCOL).dump(job)
    return buffer.getvalue()


def _environment() -> dict[str, str]:
    """Without what is not for readers of pages, and without threads for a little arithmetic."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NEWSCRAWL_")}
    return {**kept, "OPENBLAS_NUM_THREADS": "1"}


_readers: dict[float, Reader] = {}


def open_reader(seconds: float, languages: Iterable[str] = ()) -> Reader:
    """The process's reader, made at the first call. Each call wants one `close_reader`."""
    if (reader := _readers.get(seconds)) is None:
        reader = _readers[seconds] = Reader(seconds, languages)
    reader.users += 1
    return reader


async def close_reader(reader: Reader) -> None:
    """End one use; the last one ends the workers."""
    reader.users -= 1
    if reader.users == 0:
        _readers.pop(reader.seconds, None)
        await reader.close()


def pages_waiting() -> int:
    """Pages that wait for their reading in this process."""
    return sum(reader.waiting for reader in _readers.values())


def is_reading() -> bool:
    """Whether any page is being read for this process."""
    return any(reader.is_busy for reader in _readers.values())
