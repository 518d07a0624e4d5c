"""The queries of docs/queries.md are run with a real database, each explained; its user can read and nothing more."""

from __future__ import annotations

import ast
import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.cursor import Cursor
from pymongo.errors import OperationFailure
from pymongo.monitoring import CommandListener, CommandStartedEvent

from newscrawl.columns import VIEWED
from newscrawl.records import RECORDS
from newscrawl.store.connect import connect
from newscrawl.store.schema import apply_schema
from tests.conftest import ROOT, Newscrawl
from tests.database_servers import with_passwords
from tests.databases import Databases
from tests.store.test_flat_view import stages
from tests.stored_articles import store_articles

PAGE = (ROOT / "docs" / "queries.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python(?: title=\"([^\"]+)\")?\n(.*?)^```", PAGE, re.M | re.S)
TITLED = {title: text for title, text in BLOCKS if title}
QUERIES = [text for title, text in BLOCKS if not title]
SECRET = {"channels", "keys", "webhooks"}
OWN = {"alerts", "mutes", "leases", "robots", "hosts", "jobs", "workers"}
"""What tells readers of news nothing."""
SECRET_CHANNEL = {
    "_id": "desk",
    "name": "desk",
    "url": "json://secret",
    "shown": "json://…",
    "added_at": datetime(2025, 1, 1, tzinfo=UTC),
}
BY_INDEX = {"IXSCAN", "IDHACK", "CLUSTERED_IXSCAN", "EOF"}


class Heard(CommandListener):
    """Remembers the queries that a client makes."""

    def __init__(self) -> None:
        self.queries: list[dict[str, Any]] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name in ("find", "aggregate"):
            kept = ("find", "aggregate", "filter", "sort", "limit", "projection", "pipeline", "cursor")
            self.queries.append({name: value for name, value in event.command.items() if name in kept})

    def succeeded(self, event: Any) -> None: ...

    def failed(self, event: Any) -> None: ...


@pytest.fixture(scope="module")
def database(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("queries")

    async def fill(name: str) -> None:
        connection = await connect(databases.uri, folder=folder, database=name)
        await store_articles(connection, folder, 40)
        await connection.close()

    with databases.lent() as name:
        asyncio.run(fill(name))
        yield name


def run(block: str, names: dict[str, Any]) -> Any:
    """Run a block; the value of its last expression, a cursor as a list."""
    *statements, last = ast.parse(block).body
    exec(compile(ast.Module(statements, []), "docs/queries.md", "exec"), names)
    assert isinstance(last, ast.Expr), "a query is an expression"
    found = eval(compile(ast.Expression(last.value), "docs/queries.md", "eval"), names)
    return found.to_list() if isinstance(found, Cursor) or hasattr(found, "to_list") else found


def test_there_are_twenty_queries_and_each_is_run_by_an_index(server_uri: str, database: str) -> None:
    assert re.findall(r"^(\d+)\\\.", PAGE, re.M) == [str(number) for number in range(1, 21)]
    assert len(QUERIES) == 20
    heard = Heard()
    with MongoClient(server_uri, tz_aware=True, event_listeners=[heard]) as client:
        db = client[database]
        names: dict[str, Any] = {"db": db}
        exec(TITLED["spans.py"].replace("datetime.now(UTC)", "datetime(2025, 1, 9, tzinfo=UTC)"), names)
        found = []
        for block in QUERIES:
            heard.queries.clear()
            found.append(run(block, names))
            for query in list(heard.queries):
                command = {"explain": query, "verbosity": "queryPlanner"}
                plan = set(stages(db.command(command)))
                assert "COLLSCAN" not in plan, f"{block}\n{plan}"
                assert plan & BY_INDEX, f"{block}\n{plan}"
    answered = [number for number, rows in enumerate(found, start=1) if len(rows)]
    assert set(range(1, 21)) - set(answered) <= {6, 10, 16, 18}, "others find something among the examples"


def test_the_view_of_a_site_is_a_table_of_pandas(server_uri: str, database: str) -> None:
    with MongoClient(server_uri, tz_aware=True) as client:
        table = run(QUERIES[19], {"db": client[database]})
    assert set(table.columns) == {column.name for column in VIEWED} - {"body"}
    assert table.published_at.max().tzinfo is not None


async def test_the_user_of_the_recipe_reads_what_the_page_says_and_writes_nothing(tmp_path: Path) -> None:
    with with_passwords(tmp_path / "server") as server:
        root = await connect(f"mongodb://root:root@{server.host}/", folder=tmp_path)
        await apply_schema(root)
        await store_articles(root, tmp_path, 12)
        await root.database["channels"].insert_one(SECRET_CHANNEL)
        await root.close()
        names: dict[str, Any] = {"client": server.client(username="root", password="root")}
        with names["client"]:
            exec(TITLED["reader.py"], names)
        assert set(names["may_be_read"]) == RECORDS.keys() - SECRET - OWN | {"v_articles_flat"}
        login = {"username": "reader", "password": "PASSWORD", "authSource": "newscrawl"}
        with server.client(**login) as client:
            news = client["newscrawl"]
            assert len(list(news["v_articles_flat"].find())) == 12
            assert list(news["views"].find().limit(1))
            assert "articles" in news.list_collection_names()
            for forbidden in (
                news["channels"].find_one,
                lambda: news["articles"].update_one({}, {"$set": {"headline": "other"}}),
                lambda: news["articles"].delete_one({}),
                news["v_articles_flat"].drop,
                client["admin"]["system.users"].find_one,
            ):
                with pytest.raises(OperationFailure, match="not authorized"):
                    forbidden()
        reader = Newscrawl(tmp_path / "own", f"mongodb://reader:PASSWORD@{server.host}/?authSource=newscrawl")
        reader.environment["NEWSCRAWL_DATABASE"] = "newscrawl"
        assert len(reader("articles", "export", "-", "--fields", "url").splitlines()) == 12
        reader("db", "init", code=5)
