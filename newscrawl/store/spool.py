"""Records that wait on disk while the database is away: an append-only file of JSON lines.

Each append is on the disk (fsync) before it returns. Several processes may append at once (flock). A line that a
crash cut short was never reported as kept; a replay puts it aside, as it does with one that the disk has damaged.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any


class Spool:
    """One spool file, made at the first append with its folder (mode 0700)."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, records: Iterable[dict[str, Any]]) -> None:
        """Keep JSON objects. They are on the disk when this returns. Raises OSError where the disk refuses."""
        lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode(
            "utf-8", "surrogatepass"
        )
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            with self.path.open("a+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if not self._is_current(file.fileno()):
                    continue  # a replay took the file away between opening and locking
                if size := file.seek(0, os.SEEK_END):
                    file.seek(size - 1)
                    # A crash may have left half a line: it must not spoil the next record.
                    lines = lines if file.read(1) == b"\n" else b"\n" + lines
                file.write(lines)
                file.flush()
                os.fsync(file.fileno())
                return

    def _is_current(self, descriptor: int) -> bool:
        try:
            return os.fstat(descriptor).st_ino == self.path.stat().st_ino
        except FileNotFoundError:
            return False

    def read(self) -> Iterator[dict[str, Any]]:
        """Every waiting record, those of a replay that crashed first; half a line is left out."""
        for path in (*self.set_aside(), self.path):
            yield from read_records(path)

    def set_aside(self) -> list[Path]:
        """Files that replays have taken and not finished, oldest first."""
        return sorted(self.path.parent.glob(f"{self.path.stem}.*.replay"), key=_changed)

    def refuse(self, record: dict[str, Any] | bytes) -> Path:
        """Put a record that cannot be replayed, or a line that is none, where people find it, and give the file."""
        refused = Spool(self.path.with_suffix(".refused.jsonl"))
        refused.append(
            [{"damaged": record.decode("utf-8", "backslashreplace")} if isinstance(record, bytes) else record]
        )
        return refused.path

    def take(self) -> list[Path]:
        """Set the waiting records aside for a replay, which deletes each file given once its records are stored."""
        with contextlib.suppress(FileNotFoundError), self.path.open("rb") as file:  # absent: nothing waits
            fcntl.flock(file, fcntl.LOCK_EX)
            if self._is_current(file.fileno()) and self.path.stat().st_size:
                self.path.rename(self.path.with_suffix(f".{os.urandom(6).hex()}.replay"))
        return self.set_aside()


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # another process has replayed it
        return 0.0


def read_records(path: Path, damaged: Callable[[bytes], object] | None = None) -> Iterator[dict[str, Any]]:
    """The records of one file in the order of their appending; `damaged` is told of each line that is no record."""
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:  # absent: another process has replayed it
        for line in file:
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                record = None
            if isinstance(record, dict):
                yield record
            elif damaged is not None and line.strip():
                damaged(line)
