"""A real server over real HTTP, with some tens of stored articles behind it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from newscrawl.article import Article
from newscrawl.settings import Settings
from newscrawl.store.connect import Connection, connect
from newscrawl.web.app import create_app
from newscrawl.web.serving import Serving, listen
from newscrawl.web.settings import WebSettings
from tests.databases import Databases
from tests.stored_articles import store, store_articles

LONGEST = 30.0  # seconds


@dataclass
class Served:
    """A server that runs in a thread, and the connection by which it reads."""

    folder: Path
    settings: Settings
    articles: list[Article] = field(default_factory=list)

    def start(self, uri: str, database: str, number: int) -> None:
        """Store articles and serve them."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.connection: Connection = self.run(connect(uri, folder=self.folder, database=database))
        self.articles = self.run(store_articles(self.connection, self.folder, number)) if number else []
        sock = listen(self.settings.serve_host, 0)
        self.base_url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        self.app: FastAPI = create_app(WebSettings(self.settings), self.connection)
        self.server = Serving(self.app)
        self._serving = asyncio.run_coroutine_threadsafe(self.server.serve(sockets=[sock]), self._loop)
        self.client = httpx.Client(base_url=self.base_url, timeout=LONGEST)
        self.client.get("/openapi.json")

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """What a coroutine gives that runs beside the server."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(LONGEST)

    def store(self, *articles: Article, **arguments: Any) -> None:
        """Store further articles."""
        self.run(store(self.connection, self.folder, articles, **arguments))

    def get(self, path: str, **arguments: Any) -> httpx.Response:
        """One answer."""
        return self.client.get(path, **arguments)

    def json(self, path: str, **arguments: Any) -> Any:
        """An answer that has to be in order, as JSON."""
        answer = self.get(path, **arguments)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def stop(self) -> None:
        """End the server, and wait until it has ended."""
        self.server.should_exit = True
        self._serving.result(LONGEST)

    def close(self) -> None:
        """End everything."""
        self.client.close()
        self.stop()
        self.run(self.connection.close())
        self.run(_cancel_others())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LONGEST)


async def _cancel_others() -> None:
    """End what libraries have left running in this loop."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@contextmanager
def serving(databases: Databases, folder: Path, number: int = 0, **settings: Any) -> Iterator[Served]:
    """A server with so many articles. `settings`: those that differ from the defaults."""
    served = Served(folder, Settings(data=folder, serve_port=0, **settings))
    with databases.lent() as name:
        served.start(databases.uri, name, number)
        try:
            yield served
        finally:
            served.close()


@pytest.fixture(scope="module")
def served(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with thirty articles, which the tests of a module share."""
    with serving(databases, tmp_path_factory.mktemp("served"), 30) as running:
        yield running
