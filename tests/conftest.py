"""Fixtures of the whole suite."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real pages and labelled examples, which is no part of the repository."""
    folder = Path(os.environ.get("NEWSCRAWL_SHARED", ROOT.parent / "shared")).resolve()
    if not (folder / "data").is_dir():
        pytest.skip(f"no real pages at {folder}; name their folder in NEWSCRAWL_SHARED")
    return folder
