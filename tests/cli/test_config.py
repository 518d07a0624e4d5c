"""`newscrawl config`: values as an operator writes them, where they come from, and no password."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from newscrawl.cli.config import printable
from newscrawl.settings import Settings


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("mongodb://me:secret@host/?w=1", "mongodb://me:…@host/?w=1"),
        (SecretStr("tgram://token/chat"), "…"),
        ("a-name", "a-name"),
        (Path("/data"), "/data"),
        ((timedelta(minutes=90), timedelta(hours=6), timedelta(days=7), timedelta(days=14)), "90m 6h 1w 14d"),
        (2.5, 2.5),
        (None, None),
    ],
)
def test_a_value_is_shown_as_it_is_written_and_without_secrets(value: object, shown: object) -> None:
    assert printable(value) == shown


def test_settings_are_shown_with_their_origin(newscrawl: Any) -> None:
    newscrawl.environment["NEWSCRAWL_MONGO_URI"] = "mongodb://me:hunter2@host/"
    (newscrawl.folder / "newscrawl.toml").write_text("retries = 1\nmax_wait = 5")
    shown = newscrawl.json("config", "show")
    origins = {setting["name"]: setting["origin"] for setting in shown}
    assert [setting["name"] for setting in shown] == list(Settings.model_fields)
    assert origins["retries"] == "NEWSCRAWL_RETRIES"
    assert origins["max_wait"] == "newscrawl.toml"
    assert origins["timeout"] == "default"
    assert "hunter2" not in str(shown)


def test_files_are_shown_and_mistakes_in_them_told(newscrawl: Any) -> None:
    (newscrawl.folder / "newscrawl.toml").write_text("delays = 1")
    files = newscrawl.json("config", "path")
    assert [file["exists"] for file in files] == [False, True]
    code, _output, errors = newscrawl.run("config", "validate")
    assert code == 2
    assert "newscrawl.toml: delays is no setting; did you mean delay?" in errors
