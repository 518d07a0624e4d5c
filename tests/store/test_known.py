"""What it costs to ask the database for the cards of a listing, by the server's own account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from newscrawl.normalize.urls import article_id
from newscrawl.store.connect import Connection
from newscrawl.store.queries import known

NOW = datetime(2026, 1, 6, 10, 50, tzinfo=UTC)
INDEXED = {"IXSCAN", "IDHACK", "EXPRESS_IXSCAN", "EXPRESS_IDHACK", "COUNT_SCAN"}


def url(number: int) -> str:
    return f"https://example.com/news/{number}"


async def fill(connection: Connection, first: int, last: int) -> None:
    """Store articles and failures of these numbers, as far as the query looks at them."""
    raw = connection.client.get_database(connection.database.name)
    articles = [
        {"_id": article_id(url(n)), "url": url(n), "aliases": [f"{url(n)}?a={i}" for i in range(3)]}
        for n in range(first, last)
    ]
    failures = [
        {"_id": article_id(f"{url(n)}/x"), "url": f"{url(n)}/x", "stage": "fetch", "next_try_at": None}
        for n in range(first, last)
    ]
    await raw.command({"insert": "articles", "documents": articles, "bypassDocumentValidation": True})
    await raw.command({"insert": "failures", "documents": failures, "bypassDocumentValidation": True})


async def explained(connection: Connection) -> dict[str, Any]:
    """The server's account of the query for a listing of 30 cards, 10 of them known."""
    urls = [url(n) for n in range(10)] + [f"{url(n)}/x" for n in range(5)] + [f"{url(n)}/new" for n in range(15)]
    pipelines: list[Any] = []

    class Listener:
        def __getitem__(self, name: str) -> Any:
            return self

        async def aggregate(self, pipeline: Any) -> Any:
            pipelines.append(pipeline)
            return self

        async def to_list(self) -> list[Any]:
            return []

    await known(Listener(), [article_id(u) for u in urls], urls, NOW)  # type: ignore[arg-type]
    command = {"aggregate": "articles", "pipeline": pipelines[0], "cursor": {}}
    return dict(await connection.database.command("explain", command, verbosity="executionStats"))


def nodes(document: Any, name: str) -> Iterator[Any]:
    """Every value under a key, at any depth."""
    if isinstance(document, dict):
        for key, value in document.items():
            if key == name:
                yield value
            yield from nodes(value, name)
    elif isinstance(document, list):
        for value in document:
            yield from nodes(value, name)


async def test_every_branch_of_the_query_uses_an_index(connection: Connection) -> None:
    await fill(connection, 0, 200)
    stages = {
        stage
        for stage in nodes(await explained(connection), "stage")
        if isinstance(stage, str) and stage.endswith(("SCAN", "HACK"))
    }
    assert "COLLSCAN" not in stages
    assert stages <= INDEXED
    assert stages


async def test_the_cost_of_the_query_does_not_grow_with_the_database(connection: Connection) -> None:
    documents, keys = [], []
    for first, last in ((0, 200), (200, 20_000)):
        for start in range(first, last, 5000):
            await fill(connection, start, min(start + 5000, last))
        account = await explained(connection)
        documents.append(sum(nodes(account, "totalDocsExamined")))
        keys.append(sum(nodes(account, "totalKeysExamined")))
    assert documents == [15, 15]
    assert keys[1] <= 1.2 * keys[0]
