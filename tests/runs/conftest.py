"""A real database that the tests of a module share, empty for each, and crawls that do nothing but end."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from newscrawl.records import RECORDS
from newscrawl.runs import children
from newscrawl.runs.crawls import Crawls
from newscrawl.store.connect import Connection, connect
from newscrawl.store.schema import apply_schema


@pytest.fixture(scope="module")
def database_name(server_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Name of a database with its validators and indexes, which take a second."""
    name = f"test-{uuid4().hex[:8]}"

    async def with_schema(*, begins: bool) -> None:
        connection = await connect(server_uri, folder=tmp_path_factory.mktemp("own"), database=name)
        if begins:
            await apply_schema(connection)
        else:
            await connection.client.drop_database(name)
        await connection.close()

    asyncio.run(with_schema(begins=True))
    yield name
    asyncio.run(with_schema(begins=False))


@pytest.fixture
async def connection(server_uri: str, database_name: str, tmp_path: Path) -> AsyncIterator[Connection]:
    """A connection to it."""
    connection = await connect(server_uri, folder=tmp_path, database=database_name)
    yield connection
    for name in RECORDS.keys() - {"views"}:
        await connection.database[name].delete_many({})
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
    await crawls.end_alerts(at_once=True)
