"""`_manifest.json`: what an export holds, and where the next one begins."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_serializer

from newscrawl.selection import Selection

NAME = "_manifest.json"
SCHEMA: Literal["newscrawl.export/1"] = "newscrawl.export/1"


class WrongManifest(ValueError):
    """The folder has no manifest that can be read. The message says why."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


@dataclass(slots=True)
class ExportedFile:
    """One file of an export. There may be hundreds of thousands: as a model each would take a kilobyte."""

    path: str
    """Within the folder, with slashes."""
    rows: int
    min_seq: int | None
    """Lowest `seq` of its rows."""
    max_seq: int | None
    bytes: int
    sha256: str


@dataclass
class Tally:
    """How many rows, and between which numbers."""

    rows: int = 0
    min_seq: int | None = None
    max_seq: int | None = None

    def add(self, seqs: Iterable[int]) -> None:
        """Count a row of each `seq`."""
        own = list(seqs)
        self.rows += len(own)
        lowest, highest = min(own, default=None), max(own, default=None)
        if lowest is not None and highest is not None:
            self.min_seq = lowest if self.min_seq is None else min(lowest, self.min_seq)
            self.max_seq = highest if self.max_seq is None else max(highest, self.max_seq)


class Export(_Part):
    """One run of `newscrawl articles export` into the folder."""

    at: datetime
    after_seq: int = Field(description="It holds what was stored or changed after this `seq`.")
    next_after_seq: int
    rows: int
    files: int


class Manifest(_Part):
    """What a folder holds. It is written last: a file that it does not name is none of the export."""

    form: Literal["newscrawl.export/1"] = Field(default=SCHEMA, alias="schema")
    columns: str = Field(description="Version of the columns.")
    record_version: int = Field(description="Version of the stored record.")
    made_by: str
    made_at: datetime
    format: str
    partitions: str | None = Field(default=None, description="`day`, `month` or `site`; null: not Parquet.")
    fields: list[str] = Field(description="The columns, in their order.")
    selection: Selection = Field(description="The filters; without `after_seq`, which `exports` tell.")
    rows: int
    min_seq: int | None = Field(description="Lowest `seq` of the rows.")
    max_seq: int | None = Field(description="Highest `seq` of the rows, `next_after_seq` at most.")
    next_after_seq: int = Field(
        description="Everything up to this `seq` is in the folder: the next export begins after it."
    )
    files: list[ExportedFile]
    exports: list[Export] = Field(description="The runs that brought something, the first one first.")

    @field_serializer("selection")
    def _filters(self, selection: Selection) -> dict[str, Any]:
        return selection.model_dump(mode="json", exclude_defaults=True)


def read(folder: Path) -> Manifest | None:
    """The manifest of a folder; None where there is none. Raises WrongManifest."""
    try:
        return Manifest.model_validate_json((folder / NAME).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise WrongManifest(f"{folder / NAME} cannot be read: {error.strerror}") from None
    except ValidationError as error:
        first: Any = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise WrongManifest(f"{folder / NAME} is no manifest of newscrawl: {where} {first['msg']}"[:300]) from None


def write(folder: Path, manifest: Manifest) -> None:
    """Write it beside the one that is there, and put it in its place."""
    beside = folder / f".{NAME}.part"
    with beside.open("w", encoding="utf-8") as file:
        file.write(manifest.model_dump_json(indent=1, by_alias=True, exclude_defaults=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(folder / NAME)
