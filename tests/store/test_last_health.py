"""The last known health of sites, for lists without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from newscrawl.store.last_health import LastHealth, keep_health, last_health

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def test_what_was_last_kept_of_each_site_is_known(tmp_path: Path) -> None:
    keep_health(tmp_path, {"unn": "ok", "pravda": "failed"}, NOON)
    keep_health(tmp_path, {"unn": "degraded"}, NOON + timedelta(hours=1))
    assert last_health(tmp_path) == {
        "unn": LastHealth("degraded", NOON + timedelta(hours=1)),
        "pravda": LastHealth("failed", NOON),
    }


def test_of_a_folder_that_is_not_there_nothing_is_known(tmp_path: Path) -> None:
    assert last_health(tmp_path / "nowhere") == {}


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    keep_health(tmp_path / "file", {"unn": "ok"}, NOON)
    assert last_health(tmp_path / "file") == {}


def test_a_file_that_cannot_be_read_counts_as_none(tmp_path: Path) -> None:
    keep_health(tmp_path, {"unn": "ok"}, NOON)
    (tmp_path / "health" / "pravda").write_text("ok yesterday\n")
    (tmp_path / "health" / ".unn.4711").write_text("failed 2026-11-28T12:00:00+00:00\n")
    (tmp_path / "health" / "folder").mkdir()
    assert last_health(tmp_path) == {"unn": LastHealth("ok", NOON)}
