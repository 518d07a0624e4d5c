"""A real database for each test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from newscrawl.store.connect import Connection, connect
from newscrawl.store.schema import apply_schema
from tests.conftest import drop_later
from tests.stored_articles import store_articles


@pytest.fixture
async def connection(server_uri: str, tmp_path: Path) -> AsyncIterator[Connection]:
    connection = await connect(server_uri, folder=tmp_path, database=f"test-{uuid4().hex[:8]}")
    await apply_schema(connection)
    yield connection
    await connection.close()
    drop_later(server_uri, connection.database.name)


@asynccontextmanager
async def stored_in(uri: str, folder: Path, number: int) -> AsyncIterator[Connection]:
    """A database with so many articles, for the tests of a module."""
    connection = await connect(uri, folder=folder, database=f"test-{uuid4().hex[:8]}")
    await apply_schema(connection)
    await store_articles(connection, folder, number)
    yield connection
    await connection.close()
    drop_later(uri, connection.database.name)
