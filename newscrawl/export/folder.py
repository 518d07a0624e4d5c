"""The folder of an export: written aside, shown whole, and never half.

A new folder is made beside its place and renamed. What comes to a folder that is there is written into its `.part`,
under names that end in `.part`, and moved; `_manifest.json` is replaced last. What it does not name is what a killed
export has left, and the next one removes it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from newscrawl.export import manifest as manifests
from newscrawl.export.manifest import Manifest

PART = ".part"
CARD = "README.md"
DATA = "data"
"""The folder within that holds the articles, and nothing else: pandas and pyarrow read every file of a folder."""
_OWN = re.compile(r"articles-\d+-\d+-[0-9a-f]{6}(-\d+)?\.(parquet|(jsonl|csv)(\.gz|\.zst)?)")


class FolderInUse(Exception):
    """Another export writes into the folder."""


class ForeignFolder(Exception):
    """The folder holds files, and none of them is newscrawl's to keep or remove."""


def file_name(after: int, until: int) -> str:
    """How the files of one export begin: the numbers between which it lies, and what no other has."""
    return f"articles-{after}-{until}-{secrets.token_hex(3)}"


class Folder:
    """A folder that one export writes. Use it in a `with`: without `commit`, nothing comes of it."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._is_new = not self.path.exists()
        self._aside = self.path.with_name(f".{self.path.name}{PART}") if self._is_new else self.path / PART
        self.staging = self._aside / "files"
        """Write files here, into `data`, with `.part` behind their names."""
        self._lock: IO[bytes] | None = None

    def __enter__(self) -> Folder:
        """Raises FolderInUse, ForeignFolder, OSError."""
        if not self._is_new:
            self._want_own()
        self._aside.mkdir(parents=True, exist_ok=True)
        self._lock = (self._aside / "lock").open("wb")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            self._lock = None
            raise FolderInUse(f"another export writes into {self.path}; wait for its end") from None
        for left in self._aside.iterdir():  # of an export that was killed
            if left.name != "lock":
                shutil.rmtree(left)
        (self.staging / DATA).mkdir(parents=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            shutil.rmtree(self._aside, ignore_errors=True)
            self._lock.close()

    def commit(self, manifest: Manifest, card: str) -> None:
        """Show what was written, and what the manifest names of before; everything else of exports is removed."""
        place = self._aside / "whole" if self._is_new else self.path
        place.mkdir(exist_ok=True)
        made: set[Path] = set()
        for file in self._staged():
            target = place / file.relative_to(self.staging).with_name(file.name.removesuffix(PART))
            if target.parent not in made:
                target.parent.mkdir(parents=True, exist_ok=True)
                made.add(target.parent)
            file.rename(target)
        card_aside = self.staging / CARD
        card_aside.write_text(card, encoding="utf-8")
        card_aside.replace(place / CARD)
        manifests.write(place, manifest)
        if self._is_new:
            place.rename(self.path)
            return
        listed = {self.path / file.path for file in manifest.files}
        for file in self._own_files():
            if file not in listed:
                file.unlink()
                self._remove_empty(file.parent)

    def _remove_empty(self, folder: Path) -> None:
        with contextlib.suppress(OSError):  # one of them holds other files
            while folder != self.path / DATA:
                folder.rmdir()
                folder = folder.parent

    def _staged(self) -> Iterator[Path]:
        for folder, _, names in os.walk(self.staging):
            for name in names:
                yield Path(folder) / name

    def _own_files(self) -> Iterator[Path]:
        for folder, _, names in os.walk(self.path / DATA):
            yield from (Path(folder) / name for name in names if _OWN.fullmatch(name))

    def _want_own(self) -> None:
        if not self.path.is_dir():
            raise ForeignFolder(f"{self.path} is a file; name a folder")
        if (self.path / manifests.NAME).exists():
            return
        # What an export has left that was killed before its manifest.
        own = (DATA, PART, f".{manifests.NAME}{PART}", CARD)
        foreign = [entry.name for entry in self.path.iterdir() if entry.name not in own]
        others = [
            path.name for path in (self.path / DATA).rglob("*") if path.is_file() and not _OWN.fullmatch(path.name)
        ]
        if foreign or others or ((self.path / CARD).exists() and not (self.path / DATA).is_dir()):
            shown = (foreign + others + [CARD])[0]
            raise ForeignFolder(
                f"{self.path} holds {shown} and no export; name a new or empty folder, or the one of an export"
            )
