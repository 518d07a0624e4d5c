"""Where an archived page stands, as text: `unn/2026-11-28/20261128T101500-unn-1a2b3c-00000.warc.gz:12345`.

A path within the archive's folder, or a whole one for files that came from elsewhere, and after the colon where the
record begins in it. A saved page has its path alone.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from newscrawl.archive.records import Position

ENDING = ".warc.gz"
NAME = re.compile(r"(?P<run>.+)-(?P<number>\d{5})\.warc\.gz")
LONGEST = 2000  # characters: the length of a line of the record
_PLACE = re.compile(r"(?P<file>.+):(?P<position>\d+(?:\+\d+)?)", re.S)


class Place(NamedTuple):
    """One record of one file, or a file that is one page."""

    file: str
    position: Position | None = None

    def __str__(self) -> str:
        return self.file if self.position is None else f"{self.file}:{self.position}"

    @classmethod
    def parse(cls, text: str) -> Place:
        """What `str` gives."""
        found = _PLACE.fullmatch(text)
        return cls(found["file"], Position.parse(found["position"])) if found else cls(text)

    def path(self, folder: Path | None) -> Path:
        """Where the file is, in an archive at `folder`."""
        return Path(self.file) if folder is None else folder / self.file


def file_name(site: str, run: str, day: date, number: int) -> str:
    """Path of a file of a run within the archive's folder."""
    return f"{site}/{day.isoformat()}/{run}-{number:05}{ENDING}"


def run_of(path: Path) -> str | None:
    """The run that wrote a file, by its name; None where it is no file of an archive."""
    found = NAME.fullmatch(path.name)
    return found["run"] if found else None


def day_of(path: Path) -> date | None:
    """The day that a file was begun on, by its folder."""
    try:
        return date.fromisoformat(path.parent.name)
    except ValueError:
        return None


def warc_date(at: datetime) -> str:
    """An instant as WARC/1.1 writes it, with milliseconds: no more than the database keeps."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def instant_of(text: str) -> datetime | None:
    """The instant that a WARC-Date states; None where it states none."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
