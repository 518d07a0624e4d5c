"""Rows to lines of JSON or CSV, compressed or not, into one stream."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Literal

from newscrawl.columns import FLAT, Column
from newscrawl.export.manifest import ExportedFile, Tally
from newscrawl.export.rows import flat_row, plain_row

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Document = Mapping[str, Any]
TextFormat = Literal["jsonl", "jsonl.gz", "jsonl.zst", "csv", "csv.gz", "csv.zst"]
TEXT_FORMATS: tuple[TextFormat, ...] = ("jsonl", "jsonl.gz", "jsonl.zst", "csv", "csv.gz", "csv.zst")
GZIP_LEVEL, ZSTD_LEVEL = 6, 3


class Counted(io.RawIOBase):
    """A stream that passes on what is written, and knows its length and SHA-256."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()
        self.bytes = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._stream.write(data)
        self._hash.update(data)
        self.bytes += len(data)
        return len(data)

    def flush(self) -> None:
        self._stream.flush()

    @property
    def sha256(self) -> str:
        """Of everything so far."""
        return self._hash.hexdigest()


class Lines:
    """Writes documents as lines into a stream, which it leaves open. UTF-8, one line end in all systems.

    CSV is that of RFC 4180 with a line of names; it has the flat columns only.
    """

    def __init__(self, stream: IO[bytes], columns: Sequence[Column], form: TextFormat) -> None:
        kind, _, packed = form.partition(".")
        self.target = Counted(stream)
        self.columns = columns_of(columns, form)
        self._packer: Any = None
        if packed == "gz":
            self._packer = gzip.GzipFile(filename="", mode="wb", fileobj=self.target, compresslevel=GZIP_LEVEL, mtime=0)
        elif packed == "zst":
            self._packer = zstd.ZstdFile(self.target, "wb", level=ZSTD_LEVEL)
        self._out: Any = self._packer or self.target
        self._is_csv = kind == "csv"
        if self._is_csv:
            self._write_rows([[column.name for column in self.columns]])

    def write(self, documents: Sequence[Document]) -> None:
        """Write documents. Raises OSError."""
        if self._is_csv:
            self._write_rows([flat_row(document, self.columns) for document in documents])
            return
        lines = [
            json.dumps(plain_row(document, self.columns), ensure_ascii=False, separators=(",", ":")) + "\n"
            for document in documents
        ]
        self._out.write("".join(lines).encode())

    def close(self) -> None:
        """Write what the compressor has kept."""
        if self._packer is not None:
            self._packer.close()
        self.target.flush()

    def _write_rows(self, rows: Sequence[Sequence[str]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(rows)
        self._out.write(text.getvalue().encode())


class LinesInFile:
    """Writes documents as lines into one file of a folder, made with the first of them. Close it after that."""

    def __init__(self, folder: Path, columns: Sequence[Column], name: str, form: TextFormat, suffix: str = "") -> None:
        self.files: list[ExportedFile] = []
        self._columns, self._form = columns, form
        self._name, self._path = f"{name}.{form}", folder / f"{name}.{form}{suffix}"
        self._lines: Lines | None = None
        self._tally = Tally()

    def write(self, documents: Sequence[Document]) -> None:
        """Write documents. Raises OSError."""
        if self._lines is None:
            self._file = self._path.open("wb")
            self._lines = Lines(self._file, self._columns, self._form)
        self._lines.write(documents)
        self._tally.add(document["seq"] for document in documents)

    def abandon(self) -> None:
        """Write no more."""
        if self._lines is not None:
            self._file.close()

    def close(self) -> None:
        """Write what is left."""
        if self._lines is None:
            return
        self._lines.close()
        self._file.close()
        target, tally = self._lines.target, self._tally
        self.files = [ExportedFile(self._name, tally.rows, tally.min_seq, tally.max_seq, target.bytes, target.sha256)]


def columns_of(columns: Sequence[Column], form: str) -> tuple[Column, ...]:
    """Those of the columns that a format can hold."""
    return tuple(column for column in columns if column in FLAT or not form.startswith("csv"))
