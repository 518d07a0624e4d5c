"""The writer, the schema and the spool, with a real server."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pymongo.errors import WriteError

from newscrawl.article import Article, Views
from newscrawl.normalize.text import fingerprint
from newscrawl.records import Failure, ViewObservation
from newscrawl.store.articles import ArticleWriter, StoreRefused
from newscrawl.store.connect import Connection
from newscrawl.store.lookup import get_article
from newscrawl.store.queries import known, site_failures
from newscrawl.store.replay import replay
from newscrawl.store.schema import apply_schema
from newscrawl.store.spool import Spool

NOW = datetime(2026, 1, 6, 10, 50, tzinfo=UTC)
URL = "https://example.com/news/1"


def article(url: str = URL, body: str = "First.", **fields: object) -> Article:
    return Article(url=url, site="example", headline="Storm", body=body, fingerprint=fingerprint(body), **fields)


@pytest.fixture
def writer(connection: Connection, tmp_path: Path) -> ArticleWriter:
    return ArticleWriter(connection, Spool(tmp_path / "spool.jsonl"), interval=0.01)


async def test_an_article_is_new_once_and_then_unchanged(connection: Connection, writer: ArticleWriter) -> None:
    assert await writer.save(article(), now=NOW) == "new"
    assert await writer.save(article(), now=NOW + timedelta(hours=1)) == "unchanged"
    stored = await get_article(connection.database, URL)
    assert stored is not None
    assert (stored["first_seen_at"], stored["last_seen_at"]) == (NOW, NOW + timedelta(hours=1))
    assert stored["revision"] == 1


async def test_articles_that_wait_alone_are_written_before_the_interval_is_over(
    connection: Connection, tmp_path: Path
) -> None:
    writer = ArticleWriter(connection, Spool(tmp_path / "spool.jsonl"), interval=60)
    async with asyncio.timeout(20):
        assert await writer.save(article(), now=NOW) == "new"
    await writer.close()


async def test_a_changed_text_keeps_the_earlier_version(connection: Connection, writer: ArticleWriter) -> None:
    await writer.save(article(), now=NOW)
    assert await writer.save(article(body="Second."), now=NOW + timedelta(hours=1)) == "changed"
    stored = await get_article(connection.database, URL)
    earlier = await connection.database["revisions"].find_one({})
    assert stored is not None
    assert earlier is not None
    assert (stored["body"], stored["revision"]) == ("Second.", 2)
    assert (earlier["body"], earlier["revision"]) == ("First.", 1)


async def test_the_same_article_from_many_callers_at_once_is_one(connection: Connection, writer: ArticleWriter) -> None:
    outcomes = await asyncio.gather(*(writer.save(article(), now=NOW) for _ in range(20)))
    assert sorted(outcomes) == ["new"] + ["unchanged"] * 19
    assert await connection.database["articles"].count_documents({}) == 1


async def test_writers_that_race_lose_no_version(connection: Connection, tmp_path: Path) -> None:
    writers = [ArticleWriter(connection, Spool(tmp_path / f"{n}"), interval=0.001) for n in range(4)]
    await asyncio.gather(*(writer.save(article(body=f"Text {n}."), now=NOW) for n, writer in enumerate(writers)))
    stored = await get_article(connection.database, URL)
    assert stored is not None
    versions = {stored["body"], *[d["body"] async for d in connection.database["revisions"].find()]}
    assert versions == {f"Text {n}." for n in range(4)}
    assert stored["revision"] == 4


async def test_aliases_find_the_article(connection: Connection, writer: ArticleWriter) -> None:
    await writer.save(article(aliases=["https://example.com/amp/1"]), now=NOW)
    await writer.add_aliases(article().id, ["https://m.example.com/1"])
    await writer.close()
    for url in ("https://example.com/amp/1", "https://m.example.com/1"):
        assert await get_article(connection.database, url) is not None
    found = await known(connection.database, ["0" * 32], ["https://m.example.com/1"], NOW)
    assert found.aliases == {"https://m.example.com/1"}


async def test_labels_of_readers_are_left_alone(connection: Connection, writer: ArticleWriter) -> None:
    await writer.save(article(), now=NOW)
    await connection.database["articles"].update_one({}, {"$set": {"labels": {"topic": "weather"}}})
    await writer.save(article(body="Second."), now=NOW)
    stored = await get_article(connection.database, URL)
    assert stored is not None
    assert stored["labels"] == {"topic": "weather"}


async def test_a_page_without_its_counter_keeps_the_last_one(connection: Connection, writer: ArticleWriter) -> None:
    await writer.save(article(views=Views(count=7, seen_at=NOW, raw="7 views")), now=NOW)
    await writer.save(article(), now=NOW)
    stored = await get_article(connection.database, URL)
    assert stored is not None
    assert stored["views"]["count"] == 7


async def test_a_document_that_is_too_large_is_refused_and_the_others_stored(
    connection: Connection, writer: ArticleWriter
) -> None:
    too_large = article()
    too_large.body = "x" * 17 * 2**20  # past what cuts every body
    large = writer.save(too_large, now=NOW)
    small = writer.save(article(url="https://example.com/news/2"), now=NOW)
    refused, outcome = await asyncio.gather(large, small, return_exceptions=True)
    assert isinstance(refused, StoreRefused)
    assert outcome == "new"


async def test_the_same_counter_is_kept_once(connection: Connection, writer: ArticleWriter) -> None:
    view = ViewObservation(article="0" * 32, url=URL, at=NOW, count=5, source="card")
    await writer.observe([view, view])
    await writer.close()
    assert await connection.database["views"].count_documents({}) == 1


async def test_without_a_database_articles_wait_on_disk_and_are_replayed(
    connection: Connection, tmp_path: Path
) -> None:
    spool = Spool(tmp_path / "spool.jsonl")
    away = ArticleWriter(None, spool, interval=0.01)
    assert await away.save(article(), now=NOW) == "spooled"
    back = ArticleWriter(connection, spool, interval=0.01)
    assert await replay(back, spool) == 1
    assert await get_article(connection.database, URL) is not None
    assert list(spool.read()) == []


def test_half_a_line_in_the_spool_spoils_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.jsonl")
    spool.append([{"n": 1}])
    with spool.path.open("a") as file:
        file.write('{"n": 2, "cut')
    spool.append([{"n": 3}])
    assert list(spool.read()) == [{"n": 1}, {"n": 3}]


async def test_a_failure_is_postponed_until_its_time(connection: Connection, writer: ArticleWriter) -> None:
    later = NOW + timedelta(hours=1)
    failure = Failure(
        url=URL, site="example", stage="fetch", reason="http-500", first_at=NOW, last_at=NOW, next_try_at=later
    )
    await writer.fail(failure)
    await writer.close()
    assert (await known(connection.database, [], [URL], NOW)).postponed == {URL}
    assert (await known(connection.database, [], [URL], later)).postponed == set()
    assert await site_failures(connection.database, "example", NOW) == []
    assert [due.url for due in await site_failures(connection.database, "example", later)] == [URL]


async def test_the_validator_refuses_what_the_model_would(connection: Connection) -> None:
    with pytest.raises(WriteError):
        await connection.database["articles"].insert_one({"_id": "x", "url": 5, "headline": "x"})


async def test_the_schema_can_be_applied_by_many_at_once(connection: Connection) -> None:
    await asyncio.gather(*(apply_schema(connection) for _ in range(8)))
