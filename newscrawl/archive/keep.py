"""What an archive holds, and what of it is pruned. Files alone are removed, whole ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from newscrawl.archive.index import ArchiveFile, Index, archived_sites


@dataclass(slots=True)
class Pruned:
    """What was pruned, or would be. `spared`: files that are old enough and hold payloads that kept files repeat."""

    removed: list[ArchiveFile] = field(default_factory=list)
    spared: list[ArchiveFile] = field(default_factory=list)


def archive_files(folder: Path, *, site: str | None = None) -> list[ArchiveFile]:
    """Every file of an archive, by site, oldest first. Raises OSError and sqlite3.Error."""
    found: list[ArchiveFile] = []
    for name in _sites(folder, site):
        index = Index(folder, name)
        found += index.files()
        index.close()
    return found


def prune(folder: Path, before: datetime, *, site: str | None = None, dry_run: bool = False) -> Pruned:
    """Remove the files whose last page was fetched before an instant. Raises OSError and sqlite3.Error.

    A file is spared as long as a file that stays refers to it. The articles keep their text, and their
    `fetch.archive`, which leads nowhere then.
    """
    pruned = Pruned()
    for name in _sites(folder, site):
        index = Index(folder, name)
        try:
            prune_site(index, before, pruned, dry_run=dry_run)
        finally:
            index.close()
    return pruned


def prune_site(index: Index, before: datetime, pruned: Pruned, *, dry_run: bool = False) -> None:
    """The same for one site, within one step that nobody comes between. Adds to `pruned`."""
    with index.alone():
        _prune(index, before, pruned, dry_run=dry_run)


def _prune(index: Index, before: datetime, pruned: Pruned, *, dry_run: bool) -> None:
    files = {file.file: file for file in index.files()}
    old = {name for name, file in files.items() if file.last is not None and file.last < before}
    needed = _needed(old, index.references())
    for name in sorted(old, key=lambda name: (str(files[name].first), name)):
        if name in needed:
            pruned.spared.append(files[name])
            continue
        pruned.removed.append(files[name])
        if not dry_run:
            path = index.folder / name
            path.unlink(missing_ok=True)
            index.forget(name)
            if not any(path.parent.iterdir()):
                path.parent.rmdir()


def _needed(old: set[str], references: Iterable[tuple[str, str]]) -> set[str]:
    """The old files that files which stay refer to, also by way of one another."""
    references = set(references)
    needed: set[str] = set()
    while True:
        further = {target for file, target in references if target in old and (file not in old or file in needed)}
        if further <= needed:
            return needed
        needed |= further


def _sites(folder: Path, site: str | None) -> list[str]:
    sites = archived_sites(folder)
    return sites if site is None else [name for name in sites if name == site]
