"""Empty databases for tests, each lent to one test at a time.

A new one, with its collections, validators and indexes, takes both processors of a small machine a fifth of a second,
and its server holds a hundred files open. So what a test gives back is emptied, while the next test runs, and lent
again. One whose schema a test has changed is dropped.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from pymongo import MongoClient
from pymongo.database import Database

from newscrawl.store.connect import Connection, connect
from newscrawl.store.schema import apply_schema

SPARE = 3
"""Databases that wait. What a killed process of a test still writes comes while its database waits."""
FEW = 10
"""Documents that are deleted sooner than their collection is made anew: each has hundreds of keys in the indexes."""

State = dict[str, tuple[object, object]]


class Databases:
    """The databases of one server. `folder`: for the connection by which a schema is applied."""

    def __init__(self, uri: str, folder: Path) -> None:
        self.uri, self._folder = uri, folder
        self._client: MongoClient[dict[str, Any]] = MongoClient(uri)
        self._worker = ThreadPoolExecutor(1)
        self._waiting: deque[Future[str]] = deque()
        self._pristine: State | None = None

    @contextmanager
    def lent(self) -> Iterator[str]:
        """Name of an empty database with its schema."""
        if len(self._waiting) < SPARE:
            self._waiting.append(self._worker.submit(self._make))
        name = self._waiting.popleft().result()
        try:
            yield name
        finally:
            self._waiting.append(self._worker.submit(self._renew, name))

    @asynccontextmanager
    async def connected(self, folder: Path) -> AsyncIterator[Connection]:
        """A connection to such a database."""
        with self.lent() as name:
            connection = await connect(self.uri, folder=folder, database=name)
            try:
                yield connection
            finally:
                await connection.close()

    def drop_later(self, name: str) -> None:
        """Drop a database that a test has made itself, while the next test runs."""
        self._worker.submit(self._client.drop_database, name)

    def close(self) -> None:
        """Work no more."""
        self._worker.shutdown(cancel_futures=True)
        self._client.close()

    def _make(self) -> str:
        name = f"test-{uuid4().hex[:8]}"
        self._apply_schema(name)
        if self._pristine is None:
            self._pristine = _state(self._client[name])
        return name

    def _renew(self, name: str) -> str:
        database = self._client[name]
        if _state(database) != self._pristine:
            self._client.drop_database(name)
            return self._make()
        for found in database.list_collections():
            collection = database[found["name"]]
            if found["type"] == "view" or found["name"].startswith("system."):
                continue
            number = len(collection.find({}, {"_id": 1}).limit(FEW + 1).to_list())
            if number > FEW or (number and found["type"] == "timeseries"):
                collection.drop()
            elif number:
                collection.delete_many({})
        self._apply_schema(name)
        return name

    def _apply_schema(self, name: str) -> None:
        async def apply() -> None:
            connection = await connect(self.uri, folder=self._folder, database=name)
            await apply_schema(connection)
            await connection.close()

        asyncio.run(apply())


def _state(database: Database[dict[str, Any]]) -> State:
    """Options and indexes of every collection."""
    return {
        found["name"]: (
            found["options"],
            database[found["name"]].index_information() if found["type"] != "view" else None,
        )
        for found in database.list_collections()
    }
