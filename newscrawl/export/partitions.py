"""Rows to Parquet files by site and day, in bounded memory. Needs pyarrow.

Rows wait in memory until the articles of their day have gone by; then they are written, a file a site and day. Where
the rows of one come apart, as in an export by `seq`, it has several files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from newscrawl.columns import Column
from newscrawl.export.arrow import Converter
from newscrawl.export.manifest import ExportedFile

Document = Mapping[str, Any]
By = Literal["day", "month", "site"]
"""How finely rows are parted, within their site."""

HELD = 24 * 2**20
"""Bytes of rows that wait; when there are more, those that nothing came to for the longest time are written."""
CHUNK = 4 * 2**20  # bytes that are sorted together
FEW = 64
"""Rows of a file whose columns are not worth a compressor or dictionaries of their own."""
SITE = "site_name"
"""What the column `site` is called in the files: the folders have the name, and pandas takes no column twice."""
NO_SITE = "unknown"
NO_DAY = datetime(1970, 1, 1)

LONG = ("headline", "lead", "body", "keywords.list.element", "labels")
"""Columns of prose, which zstd makes a third smaller than snappy does."""
REPEATED = (
    *("status", SITE, "publisher", "edition", "language", "section", "kind", "run", "schema_version"),
    *("published_precision", "published_zone", "published_source", "modified_precision"),
    *("place", "region", "country", "agency", "agency_code", "agency_name", "reporter", "syndication_agency"),
    *("author_names.list.element", "tags.list.element", "keywords.list.element"),
    *("provenance.list.element.name", "provenance.list.element.value", "alternates.list.element.language"),
)
"""Columns whose values come again and again: they are written as dictionaries."""
STATISTICS = ("id", "seq", "url", "published_at", "changed_at", "language", "status", "views")
"""Columns that readers filter by: the files say their smallest and largest value."""

Key = tuple[str, str]
"""Site, and day or month."""


def day_of(document: Document) -> datetime:
    """The instant by whose day an article is filed: publication, where there is none the first fetch."""
    at = (document.get("published") or {}).get("at") or document.get("first_seen_at") or NO_DAY
    return at if isinstance(at, datetime) else NO_DAY


KEYS: Mapping[By, tuple[str, Callable[[datetime], str]]] = {
    "day": ("date", lambda at: at.isoformat()[:10]),
    "month": ("month", lambda at: at.isoformat()[:7]),
    "site": ("", lambda at: ""),
}


class Partitions:
    """Writes rows into files under `folder`. Close it; after that `files` tells of each of them.

    `name`: how the files begin, unique to this export. They end in `.parquet`, and in `suffix` for the time being.
    """

    def __init__(self, folder: Path, columns: Sequence[Column], name: str, by: By = "day", suffix: str = "") -> None:
        self.files: list[ExportedFile] = []
        self._folder, self._name, self._suffix = folder, name, suffix
        self._convert = Converter(columns)
        names = [SITE if column.name == "site" else column.name for column in columns]
        self._schema = pa.schema(
            [field.with_name(name) for field, name in zip(self._convert.schema, names, strict=True)],
            metadata=self._convert.schema.metadata,
        )
        self._options = _options(self._schema)
        self._key, self._part = KEYS[by]
        self._fresh: list[pa.RecordBatch] = []
        self._fresh_keys: list[Key] = []
        self._fresh_bytes = 0
        self._held: dict[Key, list[pa.Table]] = {}
        self._held_bytes = 0
        self._written: dict[Key, int] = {}
        self._writer = ThreadPoolExecutor(1)
        self._writing: Future[None] | None = None

    def write(self, documents: Sequence[Document]) -> None:
        """Take documents. Raises WrongValue, OSError."""
        batch = self._convert(documents)
        part = self._part
        self._fresh_keys += [(document.get("site") or NO_SITE, part(day_of(document))) for document in documents]
        self._fresh.append(batch)
        self._fresh_bytes += batch.nbytes
        if self._fresh_bytes >= CHUNK:
            self._sort()
        if self._held_bytes >= HELD:
            self._make_room()

    def close(self) -> None:
        """Write what waits."""
        try:
            self._sort()
            self._hand_over(self._held)
            self._held = {}
            self._hand_over({})
        finally:
            self._writer.shutdown(cancel_futures=True)

    def abandon(self) -> None:
        """Write no more."""
        self._writer.shutdown(cancel_futures=True)

    def _sort(self) -> None:
        """Put the fresh rows to those of their site and day, which move to the end of `_held`."""
        if not self._fresh:
            return
        rows: dict[Key, list[int]] = {}
        for number, key in enumerate(self._fresh_keys):
            rows.setdefault(key, []).append(number)
        order = pa.array([number for numbers in rows.values() for number in numbers], pa.int32())
        fresh = pa.Table.from_batches(self._fresh).combine_chunks().take(order).rename_columns(self._schema.names)
        begin = 0
        for key, numbers in rows.items():
            waiting = self._held.pop(key, [])
            waiting.append(fresh.slice(begin, len(numbers)))
            self._held[key] = waiting
            begin += len(numbers)
        self._held_bytes += fresh.nbytes
        self._fresh, self._fresh_keys, self._fresh_bytes = [], [], 0

    def _make_room(self) -> None:
        """Have most of what waits written, the oldest first."""
        going: dict[Key, list[pa.Table]] = {}
        while self._held and self._held_bytes > HELD // 4:
            key = next(iter(self._held))
            going[key] = self._held.pop(key)
            self._held_bytes -= sum(table.nbytes for table in going[key])
        # A slice keeps all rows that it was cut from: those that stay are copied, so that the others can go.
        if self._held:
            kept = {key: sum(table.num_rows for table in tables) for key, tables in self._held.items()}
            whole = pa.concat_tables([table for tables in self._held.values() for table in tables]).combine_chunks()
            begin = 0
            for key, number in kept.items():
                self._held[key] = [whole.slice(begin, number)]
                begin += number
        self._hand_over(going)

    def _hand_over(self, going: dict[Key, list[pa.Table]]) -> None:
        """Let the other thread write, once it is done with what it has."""
        if self._writing is not None:
            self._writing.result()
        self._writing = self._writer.submit(self._write_all, going) if going else None

    def _write_all(self, going: dict[Key, list[pa.Table]]) -> None:
        for key in list(going):
            self._write(key, pa.concat_tables(going.pop(key)).combine_chunks())

    def _write(self, key: Key, rows: pa.Table) -> None:
        number = self._written[key] = self._written.get(key, 0) + 1
        folder = f"site={quote(key[0], safe='')}" + (f"/{self._key}={key[1]}" if self._key else "")
        path = f"{folder}/{self._name}{f'-{number}' if number > 1 else ''}.parquet"
        sink = pa.BufferOutputStream()
        pq.write_table(rows, sink, **self._options[rows.num_rows >= FEW])
        written = memoryview(sink.getvalue())
        target = self._folder / f"{path}{self._suffix}"
        if number == 1:
            target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(written)
        seqs = pc.min_max(rows.column("seq")).as_py()
        self.files.append(
            ExportedFile(
                path=path,
                rows=rows.num_rows,
                min_seq=seqs["min"],
                max_seq=seqs["max"],
                bytes=len(written),
                sha256=hashlib.sha256(written).hexdigest(),
            )
        )


def _options(schema: pa.Schema) -> tuple[dict[str, Any], dict[str, Any]]:
    """How files of few rows and of many are written."""
    leaves = _leaves(schema)
    few = {"compression": "snappy", "use_dictionary": False, "write_statistics": False, "store_schema": False}
    many = {
        "compression": {leaf: "zstd" if leaf in LONG else "snappy" for leaf in leaves},
        "use_dictionary": [leaf for leaf in leaves if leaf in REPEATED],
        "write_statistics": [leaf for leaf in leaves if leaf in STATISTICS],
        "store_schema": False,
    }
    return few, many


def _leaves(schema: pa.Schema) -> list[str]:
    """Paths of the columns as Parquet has them, such as `images.list.element.url`."""
    leaves = []
    for field in schema:
        if not pa.types.is_list(field.type):
            leaves.append(field.name)
        elif pa.types.is_struct(field.type.value_type):
            leaves += [f"{field.name}.list.element.{part.name}" for part in field.type.value_type]
        else:
            leaves.append(f"{field.name}.list.element")
    return leaves
