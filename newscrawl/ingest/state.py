"""How far files were ingested, in the database: so an ingest that ended early goes on, and no file is read twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from pymongo import ReplaceOne
from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.archive.records import Position
from newscrawl.records import IngestedFile, ingest_id

Database = AsyncDatabase[dict[str, object]]


async def known_files(database: Database, paths: Iterable[Path], site: str | None) -> dict[str, IngestedFile]:
    """What is known of files, by path, in one query. Raises PyMongoError."""
    ids = [ingest_id(str(path), site) for path in paths]
    fields = {"_id": 0, **dict.fromkeys(IngestedFile.model_fields, 1)}
    found = database["ingests"].find({"_id": {"$in": ids}}, fields)
    states = [IngestedFile.model_validate(document) async for document in found]
    return {state.path: state for state in states}


def state_of(path: Path, site: str | None, known: IngestedFile | None) -> IngestedFile:
    """The state of a file that is about to be read: where an earlier ingest left it, or its beginning. Raises OSError.

    A file that has grown is read on; one that is smaller, or as large and changed since, is another one.
    """
    status = path.stat()
    modified_at = datetime.fromtimestamp(status.st_mtime, UTC)
    fresh = IngestedFile(path=str(path), site=site, size=status.st_size, modified_at=modified_at)
    if known is None:
        return fresh
    is_same = status.st_size == known.size and fresh.modified_at == known.modified_at
    if is_same:
        return known
    if status.st_size > known.size and Position.parse(known.position).offset > 0:
        return known.model_copy(update={"size": fresh.size, "modified_at": fresh.modified_at, "finished_at": None})
    return fresh


async def keep(database: Database, states: Iterable[IngestedFile]) -> None:
    """Write the states of files. Raises PyMongoError."""
    operations = [ReplaceOne({"_id": state.id}, state.model_dump(), upsert=True) for state in states]
    if operations:
        await database["ingests"].bulk_write(operations, ordered=False)
