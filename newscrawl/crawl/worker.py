"""The program that reads pages: it loads its modules, then forks a worker whenever it is asked for one.

A worker reads one page after another. What a page can do, it does to its worker alone: one that takes too long is
ended by the system's own timers, which nothing in a library can hold up, and which run even where nobody is left to
wait for the answer. One that wants too much memory is refused it. The other side sees the connection end.

Requests and answers are pickled, each after its length in eight bytes. It imports nothing of Scrapy or MongoDB.
"""

from __future__ import annotations

import gc
import os
import pickle
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from typing import Any, NamedTuple

from newscrawl.article import NotAnArticle
from newscrawl.crawl.heap import give_back_large_blocks
from newscrawl.crawl.pages import prepare
from newscrawl.spiders.discovery import Unreadable

SELDOM = 20_000
"""New objects after which Python looks for cycles among them. A usual page leaves none; Python's own 700 are less than
what one page is read to."""

# Bytes beyond what a worker begins with. The tables of languages, which are loaded at the first page that needs them,
# are 165 MiB of them.
MOST_MEMORY = 384 * 2**20  # that pages may take
MOST_KEPT = 256 * 2**20  # that it may hold after a page; beyond, another takes its place
CLOCK = 6  # a page may take so many times its seconds by the clock, where the processor was busy with other things


class Job(NamedTuple):
    """What a worker is asked for: a call, and the seconds of processor time that it may take."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    seconds: float


class Answer(NamedTuple):
    """What came of it. `problem`: an exception that the caller foresees, or None.

    `unexpected`: one that nobody foresaw, and `trace` where it happened. `is_last`: the worker ends after this.
    """

    result: Any = None
    problem: NotAnArticle | Unreadable | None = None
    unexpected: str = ""
    trace: str = ""
    is_out_of_memory: bool = False
    is_last: bool = False


def main() -> None:
    """Fork a worker for each connection that comes over the one whose descriptor is the first argument.

    The second argument: languages whose tables are loaded once for all of them.
    """
    give_back_large_blocks()
    control = socket.socket(fileno=int(sys.argv[1]))
    prepare(sys.argv[2].split())
    gc.freeze()  # without a look for garbage: it takes 0.1 s and finds next to nothing
    gc.set_threshold(SELDOM)
    gc.enable()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that none that has ended stays in the table of processes
    while True:
        message, descriptors, *_ = socket.recv_fds(control, 1, 1)
        if not message:
            return
        if os.fork() == 0:
            control.close()
            _work(socket.socket(fileno=descriptors[0]))
        os.close(descriptors[0])


def _work(connection: socket.socket) -> None:
    """Read pages until nobody asks for more, and end the process."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (_statm(5) + MOST_MEMORY, resource.RLIM_INFINITY))
    try:
        connection.sendall(os.getpid().to_bytes(8))
        serve(connection, resident() + MOST_KEPT)
    except ConnectionError:
        pass  # nobody waits for the answer any more
    finally:
        os._exit(0)


def serve(connection: socket.socket, most_kept: int) -> None:
    """Answer every request until the other side is gone. `most_kept`: bytes of memory to hold between them."""
    while message := _received(connection):
        job: Job = pickle.loads(message)
        del message
        signal.setitimer(signal.ITIMER_PROF, job.seconds)
        signal.setitimer(signal.ITIMER_REAL, job.seconds * CLOCK)
        answer = pickle.dumps(_answered(job, most_kept), pickle.HIGHEST_PROTOCOL)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        connection.sendall(len(answer).to_bytes(8) + answer)


def _answered(job: Job, most_kept: int) -> Answer:
    try:
        return Answer(result=job.function(*job.arguments), is_last=resident() > most_kept)
    except MemoryError:
        return Answer(is_out_of_memory=True, is_last=True)
    except (NotAnArticle, Unreadable) as problem:
        return Answer(problem=problem.with_traceback(None), is_last=resident() > most_kept)
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        return Answer(unexpected=said, trace=traceback.format_exc(), is_last=resident() > most_kept)


def _received(connection: socket.socket) -> bytes:
    """The next message; empty where the other side is gone."""
    return _read(connection, int.from_bytes(_read(connection, 8)))


def _read(connection: socket.socket, size: int) -> bytes:
    message = bytearray(size)
    view, done = memoryview(message), 0
    while done < size:
        count = connection.recv_into(view[done:])
        if not count:
            return b""
        done += count
    return bytes(message)


def resident() -> int:
    """Bytes of memory that this process holds now; 0 where the system does not tell (proc(5), statm)."""
    return _statm(1)


def _statm(field: int) -> int:
    try:
        with open("/proc/self/statm", "rb", buffering=0) as table:
            return int(table.read().split()[field]) * resource.getpagesize()
    except OSError:
        return 0
