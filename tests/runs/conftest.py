"""A real database that the tests of a module share, empty for each."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from newscrawl.records import RECORDS
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
