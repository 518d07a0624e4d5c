"""A sampling profiler that Python starts by itself in every process of a crawl: this folder is on its PYTHONPATH.

Each time the process has used some milliseconds of processor time, every thread that has used any is noted with its
stack and the microseconds that it has used since, so that work in threads is told from work beside them. Lines go to a
file of the process in the folder that CRAWL_SAMPLES names:

    = NUMBER MODULE FUNCTION    a function that stacks name by its number
    MICROSECONDS NUMBER ...     a sample, the innermost function first

A fork goes on with a file of its own. Nothing is held back for the end of the process, which may be a SIGKILL.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
import time
from types import CodeType, FrameType

EVERY = 0.004  # seconds of processor time: what the kernel's clock can tell
DEEPEST = 60  # functions of a stack


class Sampler:
    """Writes the samples of one process."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.used: dict[int, int] = {}
        self.numbers: dict[CodeType, int] = {}
        self.is_busy = False
        self.begin()

    def begin(self) -> None:
        """Start in this process, also after a fork."""
        self.numbers.clear()
        self.used.clear()
        self.is_busy = False
        self.file = os.open(f"{self.folder}/{os.getpid()}", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        # Readers of pages limit a page by ITIMER_PROF, so they are sampled by their time in user mode.
        is_crawler = "-m" in sys.orig_argv
        number = signal.SIGPROF if is_crawler else signal.SIGVTALRM
        signal.signal(number, self.sample)
        signal.siginterrupt(number, False)
        clock = signal.ITIMER_PROF if is_crawler else signal.ITIMER_VIRTUAL
        signal.setitimer(clock, EVERY, EVERY)
        atexit.register(signal.setitimer, clock, 0)  # a signal after the handlers are gone would end the process

    def sample(self, _signal: int, interrupted: FrameType | None) -> None:
        """Note each thread that has used processor time."""
        if self.is_busy:
            return
        self.is_busy = True
        lines: list[str] = []
        for thread, frame in sys._current_frames().items():
            used = time.clock_gettime_ns(time.pthread_getcpuclockid(thread)) // 1000
            before = self.used.get(thread, 0)
            self.used[thread] = used
            if used > before:  # less: another thread that has got the number of one that has ended
                is_own = frame.f_code is Sampler.sample.__code__
                lines.append(self.line(used - before, interrupted if is_own else frame, lines))
            del frame  # one that holds itself is garbage, and with it whatever its callers hold: pages, tasks, batches
        os.write(self.file, "".join(lines).encode())
        self.is_busy = False

    def line(self, microseconds: int, frame: FrameType | None, lines: list[str]) -> str:
        """A sample, after the functions that it is the first to name."""
        stack = [str(microseconds)]
        while frame is not None and len(stack) <= DEEPEST:
            code = frame.f_code
            if code not in self.numbers:
                self.numbers[code] = len(self.numbers)
                lines.append(f"= {self.numbers[code]} {code.co_filename.replace(' ', '_')} {code.co_qualname}\n")
            stack.append(str(self.numbers[code]))
            frame = frame.f_back
        return " ".join(stack) + "\n"


if folder := os.environ.get("CRAWL_SAMPLES"):
    sampler = Sampler(folder)
    os.register_at_fork(after_in_child=sampler.begin)
