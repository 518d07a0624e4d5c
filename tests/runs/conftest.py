"""A real database for each test, and crawls that do nothing but end."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from newscrawl.runs import children
from newscrawl.runs.crawls import Crawls
from newscrawl.store.connect import Connection, connect
from newscrawl.store.schema import apply_schema


@pytest.fixture
async def connection(server_uri: str, tmp_path: Path) -> AsyncIterator[Connection]:
    connection = await connect(server_uri, folder=tmp_path, database=f"test-{uuid4().hex[:8]}")
    await apply_schema(connection)
    yield connection
    await connection.client.drop_database(connection.database.name)
    await connection.close()


@pytest.fixture
async def crawls(connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Crawls]:
    """Crawls of a process that waits until it is told to end, in place of `newscrawl crawl`."""
    wait = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(143)); signal.pause()"
    monkeypatch.setattr(children, "NEWSCRAWL", (sys.executable, "-c", wait))
    crawls = Crawls(connection.database, "me", tmp_path / "logs", lambda _line: None, most=2)
    yield crawls
    crawls.kill()
    await crawls.end()
