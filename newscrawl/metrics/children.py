"""The metrics of the processes that a process starts: each writes a small file, and the one that is asked adds them up.

A crawl of a schedule takes seconds, and Prometheus would hardly meet it; the scheduler stays. What a process has
counted stays counted when it ends, also where it is killed, up to its last writing.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path

from newscrawl.metrics.families import Family
from newscrawl.metrics.tally import BY_NAME, LASTING, Sites, Tally
from newscrawl.process_table import is_process

SUFFIX = ".json"


def file_of_this_process(folder: Path) -> Path:
    """The file that this process writes into such a folder: its name begins with the number of the process."""
    return folder / f"{os.getpid()}-{os.urandom(4).hex()}{SUFFIX}"


def write(path: Path, tally: Tally) -> None:
    """Write the file, all of it or nothing. Raises OSError."""
    rows = [
        [name, list(labels), number] for name, numbers in tally.numbers.items() for labels, number in numbers.items()
    ]
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(rows), encoding="utf-8")
    beside.replace(path)


def read(path: Path) -> Tally:
    """What such a file holds; nothing where it is none of this version. Raises OSError."""
    tally = Tally()
    with contextlib.suppress(ValueError, TypeError):
        for name, labels, number in json.loads(path.read_text(encoding="utf-8")):
            family: Family | None = BY_NAME.get(name)
            if family is not None and len(labels) == len(family.labels) + (family.kind == "histogram"):
                tally.add(family, float(number), *labels)
    return tally


class Children:
    """The folder of those files, and what processes that have ended have told."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="newscrawl-metrics-")
        self.folder = Path(self._folder.name)
        self._ended = Tally()
        self._sites = Sites()

    @property
    def setting(self) -> str:
        """The setting `metrics` of the processes to start."""
        return f"{self.folder}/"

    def tally(self) -> Tally:
        """All of them together: those that run, and those that have ended."""
        running = []
        for path in sorted(self.folder.glob(f"*{SUFFIX}")):
            has_ended = not _runs(path)  # before it is read: its last word is in it then
            with contextlib.suppress(OSError):
                told = read(path)
                if has_ended:
                    path.unlink()
                    self._ended.merge(told, only=LASTING, sites=self._sites)
                else:
                    running.append(told)
        together = Tally()
        together.merge(self._ended)
        for told in running:
            together.merge(told, sites=self._sites)
        return together

    def close(self) -> None:
        """Remove the folder."""
        with contextlib.suppress(OSError):
            self._folder.cleanup()


def _runs(path: Path) -> bool:
    number = path.name.partition("-")[0]
    return number.isdecimal() and is_process(int(number))
