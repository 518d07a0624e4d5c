"""The file in which `newscrawl articles tail --state` keeps how far it has come."""

from __future__ import annotations

import fcntl
import json
import os
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from newscrawl.cli.output import Exit, fail

SCHEMA = "newscrawl.tail/1"
LARGEST = 100_000  # bytes


class State:
    """The last `seq` that was given, in a file that one process uses at a time. Without a file it keeps nothing.

    Each `seq` is written in place by one call, so that a process that is killed leaves the one before it or the next.
    """

    def __init__(self, descriptor: int | None, seq: int | None, filters: Sequence[str]) -> None:
        self._descriptor = descriptor
        self._filters = list(filters)
        self.seq = seq

    def keep(self, seq: int) -> None:
        """Everything up to this `seq` was given."""
        if seq == self.seq:
            return
        self.seq = seq
        if self._descriptor is not None:
            document = {"schema": SCHEMA, "seq": seq, "filters": self._filters}
            os.pwrite(self._descriptor, f"{json.dumps(document)}\n".encode(), 0)


@contextmanager
def kept_in(path: Path | None, filters: Sequence[str]) -> Iterator[State]:
    """The state in a file, made where absent, for a tail with these filters as words of the command line.

    Ends with code 2 where the file is another's or cannot be used, with 6 where another tail uses it.
    """
    if path is None:
        yield State(None, None, filters)
        return
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        fail(f"--state {path}: {error.strerror}; name a file that can be written", Exit.USAGE)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fail(f"another tail uses {path}; end it, or name another file", Exit.LOCKED)
        yield State(descriptor, _read(path, os.pread(descriptor, LARGEST, 0), filters), filters)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path, content: bytes, filters: Sequence[str]) -> int | None:
    if not content.strip():
        return None
    try:
        known = json.loads(content)
        schema, seq, before = known["schema"], known["seq"], known["filters"]
        if schema != SCHEMA or type(seq) is not int or seq < 0:
            raise ValueError
        of = shlex.join(before)
    except (ValueError, TypeError, KeyError, RecursionError):
        fail(f"{path} keeps no state of a tail; name another file", Exit.USAGE)
    if before != list(filters):
        told = f"with {of}" if of else "without filters"
        fail(f"{path} belongs to a tail {told}; name another file, or begin one with --after-seq {seq}", Exit.USAGE)
    return seq
