"""A real database for each test, on one embedded server for the session."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from newscrawl.store.connect import Connection, connect
from newscrawl.store.local import LocalServer
from newscrawl.store.schema import apply_schema


@pytest.fixture(scope="session")
def server_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = LocalServer(tmp_path_factory.mktemp("server"))
    yield server.start()
    server.stop()


@pytest.fixture
async def connection(server_uri: str, tmp_path: Path) -> AsyncIterator[Connection]:
    connection = await connect(server_uri, folder=tmp_path, database=f"test-{uuid4().hex[:8]}")
    await apply_schema(connection)
    yield connection
    await connection.client.drop_database(connection.database.name)
    await connection.close()
