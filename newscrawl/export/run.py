"""One export: from the database through a writer to a folder or a stream."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

from newscrawl.article import SCHEMA_VERSION
from newscrawl.columns import SCHEMA, Column, projection
from newscrawl.export.card import card
from newscrawl.export.folder import DATA, PART, Folder, file_name
from newscrawl.export.manifest import Export, ExportedFile, Manifest, Tally
from newscrawl.export.text import TEXT_FORMATS, Lines, LinesInFile, TextFormat, columns_of
from newscrawl.selection import Selection
from newscrawl.store.bulk import Database, decoded, raw_batches
from newscrawl.store.sequence import settled

if TYPE_CHECKING:
    from newscrawl.export.partitions import By

ALWAYS = ("id", "seq")
"""Columns of every export: without them, rows of later ones cannot be put in the place of earlier ones."""
PARTED_BY = {"site": 1, "published": 1, "first_seen_at": 1}

Told = Callable[[int], None]
"""Is told how many rows were taken so far."""


@dataclass(frozen=True)
class Wanted:
    """What an export is to hold, and how."""

    selection: Selection
    columns: Sequence[Column]
    format: str
    """`parquet` or one of TEXT_FORMATS."""
    partitions: By = "day"
    """Of Parquet: what a file is of, within its site."""


class Writer(Protocol):
    """Takes documents."""

    def write(self, documents: Sequence[Mapping[str, Any]]) -> None: ...

    def close(self) -> None: ...


class FileWriter(Writer, Protocol):
    """Takes documents into files, of which it tells when it is closed."""

    files: list[ExportedFile]

    def abandon(self) -> None: ...


async def take(database: Database, wanted: Wanted, writer: Writer, until: int, told: Told) -> Tally:
    """Give all documents of the selection to a writer. It works in a thread, while the next ones are on their way."""
    taken = Tally()

    def work(raw: bytes) -> None:
        for documents in decoded(raw):
            writer.write(documents)
            taken.add(document["seq"] for document in documents)

    fields = projection(wanted.columns) | {"seq": 1} | PARTED_BY
    working: asyncio.Future[None] | None = None
    try:
        async with aclosing(raw_batches(database, wanted.selection, fields, until)) as batches:
            async for raw in batches:
                if working is not None:
                    await working
                    told(taken.rows)
                working = asyncio.ensure_future(asyncio.to_thread(work, raw))
    finally:
        if working is not None:
            await asyncio.wait([working])  # a thread is not cancelled
    if working is not None:
        working.result()
    return taken


async def to_stream(
    database: Database, wanted: Wanted, stream: IO[bytes], told: Told = lambda rows: None
) -> tuple[Tally, int]:
    """Write lines into a stream; what was written, and the `seq` after which the next export begins.

    Raises PyMongoError, OSError.
    """
    until = await _until(database, wanted)
    lines = Lines(stream, wanted.columns, _text_format(wanted.format))
    taken = await take(database, wanted, lines, until, told)
    lines.close()
    return taken, until


async def _until(database: Database, wanted: Wanted) -> int:
    """Everything up to this `seq` is in an export that begins now."""
    return max(await settled(database), wanted.selection.after_seq or 0)


async def to_folder(
    database: Database,
    wanted: Wanted,
    target: Path,
    *,
    before: Manifest | None = None,
    told: Told = lambda rows: None,
) -> Manifest | None:
    """Export into a folder and give its manifest; None, and nothing is changed, where there was nothing to write and is
    no earlier export to add to.

    `before`: the manifest of the export that this one adds to. Without it, what an export has left there is replaced.

    Raises FolderInUse, ForeignFolder, WrongValue, PyMongoError, OSError.
    """
    with Folder(target) as folder:
        until = await _until(database, wanted)
        writer = _writer(wanted, folder.staging / DATA, file_name(wanted.selection.after_seq or 0, until))
        try:
            taken = await take(database, wanted, writer, until, told)
        except BaseException:
            writer.abandon()
            raise
        await asyncio.to_thread(writer.close)
        if before is None and taken.rows == 0:
            return None
        for file in writer.files:
            file.path = f"{DATA}/{file.path}"
        manifest = _manifest(wanted, taken, until, writer.files, before)
        folder.commit(manifest, card(manifest, wanted.columns))
        return manifest


def _writer(wanted: Wanted, folder: Path, name: str) -> FileWriter:
    if wanted.format == "parquet":
        from newscrawl.export.partitions import Partitions

        return Partitions(folder, wanted.columns, name, wanted.partitions, PART)
    return LinesInFile(folder, wanted.columns, name, _text_format(wanted.format), PART)


def _text_format(form: str) -> TextFormat:
    return next(known for known in TEXT_FORMATS if known == form)


def _manifest(wanted: Wanted, taken: Tally, until: int, files: list[ExportedFile], before: Manifest | None) -> Manifest:
    now = datetime.now(UTC).replace(microsecond=0)
    after = wanted.selection.after_seq or 0
    this = Export(at=now, after_seq=after, next_after_seq=until, rows=taken.rows, files=len(files))
    earlier = before.exports if before else []
    lows = [seq for seq in (taken.min_seq, before.min_seq if before else None) if seq is not None]
    # What came while the export was running may have a higher one, and comes again with the next.
    highs = [min(seq, until) for seq in (taken.max_seq, before.max_seq if before else None) if seq is not None]
    return Manifest(
        columns=SCHEMA,
        record_version=SCHEMA_VERSION,
        made_by=f"newscrawl {version('newscrawl')}",
        made_at=now,
        format=wanted.format,
        partitions=wanted.partitions if wanted.format == "parquet" else None,
        fields=[column.name for column in columns_of(wanted.columns, wanted.format)],
        selection=wanted.selection.model_copy(update={"after_seq": None}),
        rows=taken.rows + (before.rows if before else 0),
        min_seq=min(lows, default=None),
        max_seq=max(highs, default=None),
        next_after_seq=until,
        files=[*(before.files if before else []), *files],
        exports=[*earlier, this] if taken.rows else earlier,
    )
