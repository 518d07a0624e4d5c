"""Crawls that do nothing but end."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from newscrawl.runs import children
from newscrawl.runs.crawls import Crawls
from newscrawl.store.connect import Connection


@pytest.fixture
async def crawls(connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Crawls]:
    """Crawls of a process that waits until it is told to end, in place of `newscrawl crawl`."""
    wait = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(143)); signal.pause()"
    monkeypatch.setattr(children, "NEWSCRAWL", (sys.executable, "-c", wait))
    crawls = Crawls(connection.database, "me", tmp_path / "logs", lambda _line: None, most=2)
    yield crawls
    crawls.kill()
    await crawls.end()
    await crawls.end_alerts(at_once=True)
