"""Documents that the database refuses: each alone, none takes its batch with it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pymongo.errors import BulkWriteError

from newscrawl.article import Article
from newscrawl.normalize.text import fingerprint
from newscrawl.records import Failure
from newscrawl.store.articles import ArticleWriter, StoreRefused
from newscrawl.store.connect import Connection
from newscrawl.store.spool import Spool

NOW = datetime(2026, 1, 6, 10, 50, tzinfo=UTC)


def article(number: int, body: str = "Wind blows over the land.") -> Article:
    return Article(
        url=f"https://example.com/news/{number}",
        site="example",
        headline=f"Storm {number}",
        body=body,
        fingerprint=fingerprint(f"{number} {body}"),
    )


@pytest.fixture
def writer(connection: Connection, tmp_path: Path) -> ArticleWriter:
    return ArticleWriter(connection, Spool(tmp_path / "spool.jsonl"), interval=0.01)


async def let_refuse(connection: Connection, collection: str, field: str, value: str) -> None:
    """Let the validator of a collection refuse documents with this value."""
    await connection.database.command("collMod", collection, validator={field: {"$ne": value}})


async def test_an_article_that_the_validator_refuses_is_told_and_the_others_are_stored(
    connection: Connection, writer: ArticleWriter
) -> None:
    await let_refuse(connection, "articles", "headline", "Storm 3")
    outcomes = await asyncio.gather(*(writer.save(article(n), now=NOW) for n in range(6)), return_exceptions=True)
    assert isinstance(outcomes.pop(3), StoreRefused)
    assert outcomes == ["new"] * 5
    assert await connection.database["articles"].count_documents({}) == 5


async def test_an_earlier_version_that_cannot_be_kept_is_not_overwritten(
    connection: Connection, writer: ArticleWriter
) -> None:
    await asyncio.gather(*(writer.save(article(n), now=NOW) for n in range(3)))
    await let_refuse(connection, "revisions", "headline", "Storm 1")
    later = NOW + timedelta(hours=1)
    outcomes = await asyncio.gather(
        *(writer.save(article(n, "The rain of the night has flooded streets."), now=later) for n in range(3)),
        return_exceptions=True,
    )
    assert isinstance(outcomes.pop(1), StoreRefused)
    assert outcomes == ["changed"] * 2
    kept = await connection.database["articles"].find_one({"headline": "Storm 1"})
    assert kept is not None
    assert kept["body"] == "Wind blows over the land."


async def test_a_failure_that_the_validator_refuses_costs_no_article(
    connection: Connection, writer: ArticleWriter
) -> None:
    await let_refuse(connection, "failures", "reason", "odd")
    await writer.fail(
        Failure(url="https://example.com/x", site="example", stage="fetch", reason="odd", first_at=NOW, last_at=NOW)
    )
    assert await writer.save(article(1), now=NOW) == "new"
    await writer.close()
    assert await connection.database["articles"].count_documents({}) == 1


async def test_an_error_that_says_nothing_of_the_document_is_no_refusal(
    connection: Connection, writer: ArticleWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors = [{"index": 0, "code": 14031, "errmsg": "Exceeded the disk space"}]

    async def full(*_arguments: object, **_options: object) -> None:
        raise BulkWriteError({"writeErrors": errors})

    monkeypatch.setattr("pymongo.asynchronous.collection.AsyncCollection.bulk_write", full)
    monkeypatch.setattr("newscrawl.store.articles.BACK_OFF", ())
    assert await writer.save(article(1), now=NOW) == "spooled"
