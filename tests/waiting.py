"""How a test waits for what another process does: it looks again and again, within a limit, and leaves the processor to
the others meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable

from newscrawl.replica import Server
from newscrawl.store.local import LocalServer

PAUSE = 0.003  # seconds between two looks
LONGEST = 60.0  # seconds


def until(
    condition: Callable[[], object], process: subprocess.Popen[str] | None = None, *, longest: float = LONGEST
) -> None:
    """Wait until the condition holds. Fails where the process ends before, or it takes longer, in seconds."""
    deadline = time.monotonic() + longest
    while True:
        has_ended = process is not None and process.poll() is not None  # first: its last deed may be what is waited for
        if condition():
            return
        assert not has_ended, process and process.communicate()
        assert time.monotonic() < deadline, "it never happens"
        time.sleep(PAUSE)


def until_or_end(condition: Callable[[], object], process: subprocess.Popen[str]) -> None:
    """Wait until the condition holds or the process has ended, whichever is first."""
    until(lambda: process.poll() is not None or condition())


def until_asked(server: Server, requests: int, process: subprocess.Popen[str]) -> None:
    """Wait until the process has asked the site so often, or has ended."""
    until_or_end(lambda: len(server.requests) >= requests, process)


def kill_database(server: LocalServer) -> None:
    """Kill the server, and wait until it is gone."""
    pid = server.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until(lambda: server.pid() != pid)
