"""The folder of an export: whole or not there, also after a kill, and nobody else's files are touched."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newscrawl.columns import SCHEMA
from newscrawl.export.folder import Folder, FolderInUse, ForeignFolder, file_name
from newscrawl.export.manifest import NAME, ExportedFile, Manifest, WrongManifest, read
from newscrawl.selection import Selection

PATH = "data/site=unn/date=2026-01-01/articles-0-9-abcdef.parquet"


def manifest(*paths: str) -> Manifest:
    files = [ExportedFile(path=path, rows=1, min_seq=1, max_seq=1, bytes=1, sha256="") for path in paths]
    return Manifest(
        columns=SCHEMA, record_version=2, made_by="test", made_at=datetime(2026, 1, 1, tzinfo=UTC), format="parquet",
        partitions="day", fields=["id"], selection=Selection(sites=("unn",)), rows=len(files), min_seq=1, max_seq=1,
        next_after_seq=9, files=files, exports=[],
    )  # fmt: skip


def stage(folder: Folder, path: str = PATH) -> None:
    file = folder.staging / f"{path}.part"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("x")


def commit(target: Path, path: str = PATH) -> None:
    with Folder(target) as folder:
        stage(folder, path)
        folder.commit(manifest(path), "card")


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def killed(target: Path, path: str = PATH) -> None:
    """An export that is killed while it writes."""
    pid = os.fork()
    if pid == 0:
        with Folder(target) as folder:
            stage(folder, path)
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)


def test_a_new_folder_is_there_when_it_is_whole(tmp_path: Path) -> None:
    with Folder(tmp_path / "news") as folder:
        stage(folder)
        assert not (tmp_path / "news").exists()
        folder.commit(manifest(PATH), "card")
    assert names(tmp_path) == [f"news/{name}" for name in ("README.md", NAME, PATH)]


def test_an_export_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def export() -> None:
        with Folder(tmp_path / "news") as folder:
            stage(folder)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        export()
    assert list(tmp_path.iterdir()) == []


def test_a_killed_export_leaves_no_file_that_looks_whole_and_the_next_one_clears_up(tmp_path: Path) -> None:
    killed(tmp_path / "news")
    assert not (tmp_path / "news").exists()
    assert list(tmp_path.rglob("*.parquet")) == []
    commit(tmp_path / "news")
    assert names(tmp_path) == [f"news/{name}" for name in ("README.md", NAME, PATH)]


def test_one_that_is_killed_in_a_folder_of_before_leaves_that_as_it_was(tmp_path: Path) -> None:
    commit(tmp_path)
    killed(tmp_path, "data/site=unn/date=2026-01-02/articles-9-12-abcdef.parquet")
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.parquet")] == [PATH]
    commit(tmp_path)
    assert names(tmp_path) == ["README.md", NAME, PATH]


def test_whole_files_that_no_manifest_names_are_removed_by_the_next_export_and_others_stay(tmp_path: Path) -> None:
    commit(tmp_path)
    left = tmp_path / "data/site=unn/date=2026-01-02/articles-9-12-abcdef.parquet"
    left.parent.mkdir()
    left.write_text("of an export that was killed before its manifest")
    own = tmp_path / "data" / "site=unn" / "notes.parquet"
    own.write_text("somebody's own")
    commit(tmp_path)
    assert not left.exists()
    assert own.exists()


def test_an_empty_folder_may_be_used(tmp_path: Path) -> None:
    commit(tmp_path)
    assert read(tmp_path) == manifest(PATH)


def test_a_folder_of_somebody_elses_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").touch()
    with pytest.raises(ForeignFolder, match=r"holds thesis\.docx and no export"), Folder(tmp_path):
        pass
    (tmp_path / "file").touch()
    with pytest.raises(ForeignFolder, match="is a file"), Folder(tmp_path / "file"):
        pass


def test_two_exports_into_one_folder_do_not_meet(tmp_path: Path) -> None:
    with Folder(tmp_path / "news"), pytest.raises(FolderInUse, match="another export"), Folder(tmp_path / "news"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_manifest_that_is_none_is_told(tmp_path: Path) -> None:
    assert read(tmp_path) is None
    for text in ("{", "[]", '{"schema": "newscrawl.export/9"}'):
        (tmp_path / NAME).write_text(text)
        with pytest.raises(WrongManifest, match="is no manifest of newscrawl"):
            read(tmp_path)


def test_files_of_two_exports_of_the_same_numbers_have_different_names() -> None:
    assert file_name(0, 9) != file_name(0, 9)
