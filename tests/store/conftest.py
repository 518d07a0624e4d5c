"""Stored articles for the tests of a module."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from newscrawl.store.connect import Connection
from tests.databases import Databases
from tests.stored_articles import store_articles


@asynccontextmanager
async def stored_in(databases: Databases, folder: Path, number: int) -> AsyncIterator[Connection]:
    """A database with so many articles."""
    async with databases.connected(folder) as connection:
        await store_articles(connection, folder, number)
        yield connection
