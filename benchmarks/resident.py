"""What memory and processor time a command and the processes that it starts take, read from /proc while it runs."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from results import processor_seconds

EVERY = 0.02  # seconds between two looks
PAGE = os.sysconf("SC_PAGE_SIZE")


def members(session: int) -> list[int]:
    """Processes of a session: those that its leader has started, and that these have started, and so on."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                if os.getsid(int(name)) == session:
                    found.append(int(name))
            except OSError:
                continue
    return found


def resident(pid: int) -> int:
    """Bytes of resident memory of a process; 0 where it has ended. Shared pages count in full."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


def peak_of(pid: int) -> int:
    """The most that a process has held since its start, in bytes (VmHWM, proc(5)); 0 where it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)


class Watch:
    """Looks at a command until the context ends: its memory, and when a list of requests has grown.

    `leader`: process number of the command, started in a session of its own. A database that the command starts in
    another session does not count; `beside` is looked at apart.
    """

    def __init__(self, leader: int, *, beside: int | None = None, requests: Sequence[str] = ()) -> None:
        self.leader, self.beside, self.requests = leader, beside, requests
        self.peak = self.peak_beside = self.peak_leader = 0
        """Bytes; of the command itself `peak_leader`."""
        self._spent: dict[int, float] = {}
        self.longest_gap = 0.0
        """Seconds between two requests."""
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._end.set()
        self._thread.join()

    @property
    def processor(self) -> float:
        """Seconds of processor time of all of them, but for the last moment of each. The system itself does not add up
        those of readers of pages: whoever starts them does not wait for their end."""
        return sum(self._spent.values())

    def _look(self) -> None:
        seen, last = 0, time.monotonic()
        while not self._end.wait(EVERY):
            together = members(self.leader)
            for process in together:
                self._spent[process] = max(self._spent.get(process, 0.0), processor_seconds(process))
            # A peak between two looks is seen in the process that had it.
            self.peak = max(self.peak, sum(map(resident, together)), *map(peak_of, together), 0)
            self.peak_leader = max(self.peak_leader, peak_of(self.leader))
            if self.beside is not None:
                self.peak_beside = max(self.peak_beside, resident(self.beside))
            now = time.monotonic()
            if len(self.requests) > seen:
                self.longest_gap = max(self.longest_gap, now - last if seen else 0)
                seen, last = len(self.requests), now
