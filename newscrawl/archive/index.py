"""What one site's folder of the archive holds: files, payloads and who refers to whom. A small SQLite file beside them.

It is no part of what is kept. The files hold everything that it says, and it is made from them anew where it is
missing or damaged; so it need not be safe from a loss of power.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from newscrawl.archive.places import ENDING, Place, instant_of, run_of, warc_date
from newscrawl.archive.records import Position, Record, read_records

NAME = "index.sqlite"
REFERS_WITHIN = timedelta(days=30)
"""A payload that is older is written anew: so a file is kept no longer than this for the sake of later ones."""
BUSY = 20.0  # seconds to wait for another process
_TABLES = """
CREATE TABLE IF NOT EXISTS files(
    file TEXT PRIMARY KEY, run TEXT, records INT, pages INT, bytes INT, first TEXT, last TEXT
);
CREATE TABLE IF NOT EXISTS payloads(digest TEXT, url TEXT, at TEXT, file TEXT, position TEXT);
CREATE INDEX IF NOT EXISTS by_digest ON payloads(digest, at);
CREATE INDEX IF NOT EXISTS by_url ON payloads(url, at);
CREATE INDEX IF NOT EXISTS by_file ON payloads(file);
CREATE TABLE IF NOT EXISTS refers(file TEXT, target TEXT, PRIMARY KEY(file, target)) WITHOUT ROWID;
"""


class Original(NamedTuple):
    """A payload that is in the archive."""

    url: str
    at: str
    place: Place


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """One file. `pages`: answers with a payload or a reference to one; `records`: all of them. Times are UTC."""

    file: str
    site: str
    run: str
    records: int
    pages: int
    bytes: int
    first: datetime | None
    last: datetime | None


class Index:
    """The index of one site's folder. Raises sqlite3.Error where the disk refuses it."""

    def __init__(self, folder: Path, site: str) -> None:
        """`folder`: that of the archive."""
        self.folder, self.site = folder, site
        path = folder / site / NAME
        is_new = not path.exists()
        try:
            self._connect(path)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            path.unlink()  # damaged
            is_new = True
            self._connect(path)
        if is_new:
            self._rebuild()

    def _connect(self, path: Path) -> None:
        self._db = sqlite3.connect(path, timeout=BUSY, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One step that no other process can come between."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # --- for the writer ---------------------------------------------------------------------------

    def original(self, now: datetime, *, digest: str | None = None, url: str | None = None) -> Original | None:
        """The latest payload with this digest, or of this address, that may be referred to."""
        column, value = ("digest", digest) if digest is not None else ("url", url)
        found = self._db.execute(
            f"SELECT url, at, file, position FROM payloads WHERE {column} = ? AND at > ? ORDER BY at DESC LIMIT 1",
            (value, warc_date(now - REFERS_WITHIN)),
        ).fetchone()
        if found is None or not (self.folder / found[2]).exists():
            return None
        return Original(found[0], found[1], Place(found[2], Position.parse(found[3])))

    def refer(self, file: str, target: str) -> None:
        """A file refers to another one, or is about to."""
        if file != target:
            self._db.execute("INSERT OR IGNORE INTO refers VALUES (?, ?)", (file, target))

    def add_payload(self, digest: str, url: str, at: str, place: Place) -> None:
        """A payload has been written."""
        row = (digest, url, at, place.file, str(place.position))
        self._db.execute("INSERT INTO payloads VALUES (?, ?, ?, ?, ?)", row)

    def add_records(self, file: str, *, run: str, records: int, pages: int, size: int, at: str) -> None:
        """So many records and bytes have been added to a file."""
        self._db.execute(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT(file) DO UPDATE SET records = records + "
            "excluded.records, pages = pages + excluded.pages, bytes = bytes + excluded.bytes, last = excluded.last",
            (file, run, records, pages, size, at, at),
        )

    # --- for the keeper ---------------------------------------------------------------------------

    def files(self) -> list[ArchiveFile]:
        """Every file, oldest first."""
        rows = self._db.execute("SELECT file, run, records, pages, bytes, first, last FROM files ORDER BY first, file")
        return [
            ArchiveFile(file, self.site, run, records, pages, size, instant_of(first), instant_of(last))
            for file, run, records, pages, size, first, last in rows
        ]

    def references(self) -> set[tuple[str, str]]:
        """Pairs of a file and one that it refers to."""
        return set(self._db.execute("SELECT file, target FROM refers"))

    def forget(self, file: str) -> None:
        """A file is no more."""
        for table in ("files", "payloads", "refers"):
            self._db.execute(f"DELETE FROM {table} WHERE file = ?", (file,))

    def _rebuild(self) -> None:
        """From the files themselves."""
        with self.alone():
            for path in sorted((self.folder / self.site).glob(f"*/*{ENDING}")):
                file = str(path.relative_to(self.folder))
                for record in read_records(path):
                    if isinstance(record, Record):
                        self._note(file, run_of(path) or "", record)

    def _note(self, file: str, run: str, record: Record) -> None:
        at, digest = record.headers.get("warc-date", ""), record.headers.get("warc-payload-digest")
        if record.kind == "response" and digest:
            self.add_payload(digest, record.url, at, Place(file, record.at))
        if record.kind == "revisit" and (target := record.headers.get(REFERS_TO)):
            self.refer(file, Place.parse(target).file)
        size = record.after.offset - record.at.offset
        is_page = record.kind in ("response", "revisit")
        self.add_records(file, run=run, records=1, pages=int(is_page), size=size, at=at)


REFERS_TO = "newscrawl-refers-to"
"""Named field of a revisit record, in small letters: the place of the payload, beside the standard's address and date,
which nobody finds without an index."""


def archived_sites(folder: Path) -> list[str]:
    """Names of the sites that an archive has files of."""
    return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
