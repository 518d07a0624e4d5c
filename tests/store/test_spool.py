"""Records that wait on disk: kept in order, replayed once, never in the way."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from newscrawl.article import Article, Section
from newscrawl.normalize.text import fingerprint
from newscrawl.normalize.urls import article_id
from newscrawl.records import Failure, Listing, Robots, Run, ViewObservation
from newscrawl.store.articles import ArticleWriter
from newscrawl.store.connect import Connection, connect
from newscrawl.store.replay import replay
from newscrawl.store.schema import apply_schema
from newscrawl.store.spool import Spool
from tests.waiting import kill_database

NOW = datetime(2026, 1, 6, 10, 50, tzinfo=UTC)
URL = "https://example.com/news/1"
ARTICLE = Article(url=URL, site="example", headline="Storm", body="Wind.", fingerprint=fingerprint("Wind."))
LISTING = Listing(url="https://example.com/news", site="example", kind="listing", open_walk=[ARTICLE.id])
RUN = Run(site="example", command="newscrawl crawl example", started_at=NOW, version="0.1.0", pid=1, host="here")
ROBOTS = Robots(origin="https://example.com", site="example", fetched_at=NOW, state="rules", reason="http-200")
FAILURE = Failure(url=f"{URL}/gone", site="example", stage="fetch", reason="http-404", first_at=NOW, last_at=NOW)


async def spool_everything(spool: Spool) -> None:
    """Hand one record of each kind to a writer that has no database."""
    writer = ArticleWriter(None, spool, interval=0.01)
    await writer.remember(LISTING)
    await writer.save(ARTICLE, now=NOW)
    await writer.observe([ViewObservation(article=ARTICLE.id, url=URL, at=NOW, count=5, source="card")])
    await writer.add_aliases(ARTICLE.id, ["https://example.com/amp/1"])
    await writer.fail(FAILURE)
    await writer.end_run("run-1", RUN)
    await writer.remember_robots(ROBOTS)
    await writer.close()


async def test_records_of_every_kind_wait_and_are_stored_by_a_replay(connection: Connection, tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.jsonl")
    await spool_everything(spool)
    kinds = {"listing", "article", "view", "aliases", "failure", "run", "robots"}
    assert {record["kind"] for record in spool.read()} == kinds
    writer = ArticleWriter(connection, spool, interval=0.01)
    assert await replay(writer, spool) == 7
    database = connection.database
    stored = await database["articles"].find_one({"_id": ARTICLE.id})
    assert stored is not None
    assert (stored["headline"], stored["aliases"]) == ("Storm", ["https://example.com/amp/1"])
    for collection in ("listings", "views", "failures", "runs", "robots"):
        assert await database[collection].count_documents({}) == 1
    assert list(spool.read()) == []


async def test_what_is_known_of_a_listing_comes_before_the_articles_that_it_led_to(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.jsonl")
    writer = ArticleWriter(None, spool, interval=0.01)
    saved = asyncio.create_task(writer.save(ARTICLE, now=NOW))
    await writer.remember(LISTING)
    await saved
    await writer.close()
    assert [record["kind"] for record in spool.read()] == ["listing", "article"]


async def test_a_replay_that_is_repeated_doubles_no_article(connection: Connection, tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.jsonl")
    writer = ArticleWriter(connection, spool, interval=0.01)
    for _ in range(2):
        await spool_everything(spool)
        await replay(writer, spool)
    assert await connection.database["articles"].count_documents({}) == 1
    assert await connection.database["articles"].count_documents({"revision": 1}) == 1


async def test_two_replays_at_once_store_everything_once(connection: Connection, tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.jsonl")
    await spool_everything(spool)
    writers = [ArticleWriter(connection, spool, interval=0.01) for _ in range(2)]
    await asyncio.gather(*(replay(writer, spool) for writer in writers))
    assert await connection.database["articles"].count_documents({}) == 1
    assert list(spool.read()) == []


async def test_a_replay_without_a_database_keeps_everything(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.jsonl")
    await spool_everything(spool)
    before = sorted(record["kind"] for record in spool.read())
    await replay(ArticleWriter(None, spool, interval=0.01), spool)
    assert sorted(record["kind"] for record in spool.read()) == before


async def test_a_record_that_cannot_be_read_is_kept_aside_and_the_others_are_stored(
    connection: Connection, tmp_path: Path
) -> None:
    spool = Spool(tmp_path / "spool.jsonl")
    spool.append([{"kind": "article", "article": {"url": URL}, "now": NOW.isoformat()}, {"kind": "riddle"}])
    await spool_everything(spool)
    await replay(ArticleWriter(connection, spool, interval=0.01), spool)
    assert await connection.database["articles"].count_documents({}) == 1
    assert len((tmp_path / "spool.refused.jsonl").read_text().splitlines()) == 2
    assert list(spool.read()) == []


async def test_an_article_that_the_database_refuses_in_a_replay_is_a_failure(
    connection: Connection, tmp_path: Path
) -> None:
    spool = Spool(tmp_path / "spool.jsonl")
    large = ARTICLE.model_copy(update={"sections": [Section(paragraphs=["x" * 900_000] * 20)]})
    await ArticleWriter(None, spool, interval=0.01).save(large, now=NOW)
    await replay(ArticleWriter(connection, spool, interval=0.01), spool)
    failure = await connection.database["failures"].find_one({"_id": article_id(URL)})
    assert failure is not None
    assert failure["reason"] == "refused-by-database"


async def test_an_embedded_server_that_has_died_is_started_again_by_the_next_write(tmp_path: Path) -> None:
    connection = await connect(None, folder=tmp_path)
    try:
        await apply_schema(connection)
        assert connection.local is not None
        kill_database(connection.local)
        writer = ArticleWriter(connection, Spool(tmp_path / "spool.jsonl"), interval=0.01)
        assert await writer.save(ARTICLE, now=NOW) == "new"
        await writer.close()
    finally:
        await connection.close()
