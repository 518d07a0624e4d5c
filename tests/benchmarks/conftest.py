"""What the benchmarks leave as they found it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _logs_go_on() -> Iterator[None]:
    """A script beside the real pages turns all logs off; tests that run after these in one process look at theirs."""
    yield
    logging.disable(logging.NOTSET)
