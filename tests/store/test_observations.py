"""View counters: each observation once whatever fails, falls flagged, the newest counter with the article."""

from __future__ import annotations

import asyncio
from collections import Counter as Tally
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import pytest

from newscrawl.article import Article, Views
from newscrawl.normalize.text import fingerprint
from newscrawl.normalize.urls import article_id
from newscrawl.records import ViewObservation, ViewSource
from newscrawl.store import schema
from newscrawl.store.articles import ArticleWriter
from newscrawl.store.connect import Connection, connect
from newscrawl.store.replay import replay
from newscrawl.store.schema import apply_schema
from newscrawl.store.spool import Spool
from tests.waiting import kill_database

NOW = datetime(2026, 1, 6, 10, 50, tzinfo=UTC)
URL = "https://example.com/news/1"


def seen(
    count: int, *, minutes: float = 0, url: str = URL, source: ViewSource = "card", raw: str | None = None
) -> ViewObservation:
    at = NOW + timedelta(minutes=minutes)
    return ViewObservation(article=article_id(url), url=url, at=at, count=count, source=source, raw=raw)


def article(count: int, *, minutes: float = 0, url: str = URL) -> Article:
    views = Views(count=count, seen_at=NOW + timedelta(minutes=minutes), raw=f"{count} views")
    return Article(
        url=url, site="example", headline="Storm", body="Wind.", fingerprint=fingerprint("Wind."), views=views
    )


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool.jsonl")


@pytest.fixture
def writer(connection: Connection, spool: Spool) -> ArticleWriter:
    return ArticleWriter(connection, spool, interval=0.01)


async def stored(connection: Connection) -> list[dict[str, Any]]:
    return await connection.database["views"].find().sort("at", 1).to_list()


async def counters(connection: Connection) -> list[int]:
    return [view["count"] for view in await stored(connection)]


async def views_of(connection: Connection, url: str = URL) -> dict[str, Any]:
    document = await connection.database["articles"].find_one({"url": url})
    assert document is not None
    return document["views"]


# --- each once ----------------------------------------------------------------------------------


@asynccontextmanager
async def deaf(uri: str, *, answers: int) -> AsyncIterator[str]:
    """A way to the server that breaks before so many answers to inserts into `views`: these are done, unknown to all."""
    socket = unquote(urlsplit(uri).netloc.rpartition("@")[2])
    left = answers
    insert = b"\x02insert\x00\x06\x00\x00\x00views\x00"

    async def carry(client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        server, forth = await asyncio.open_unix_connection(socket)
        asked: set[bytes] = set()

        async def messages(source: asyncio.StreamReader, target: asyncio.StreamWriter, *, are_answers: bool) -> None:
            nonlocal left
            while True:
                length = await source.readexactly(4)
                rest = await source.readexactly(int.from_bytes(length, "little") - 4)
                if not are_answers and insert in rest:
                    asked.add(rest[:4])
                if are_answers and rest[4:8] in asked and left:
                    left -= 1
                    return
                target.write(length + rest)
                await target.drain()

        ways = [
            asyncio.create_task(messages(client, forth, are_answers=False)),
            asyncio.create_task(messages(server, back, are_answers=True)),
        ]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        for end in (forth, back):
            end.close()

    proxy = await asyncio.start_server(carry, "127.0.0.1")
    yield f"mongodb://127.0.0.1:{proxy.sockets[0].getsockname()[1]}/?directConnection=true"
    assert left == 0
    proxy.close()


@pytest.mark.parametrize("answers", [1, 2])
async def test_an_insert_whose_answer_is_lost_is_not_made_again(
    connection: Connection, server_uri: str, spool: Spool, tmp_path: Path, answers: int
) -> None:
    async with deaf(server_uri, answers=answers) as uri:
        far = await connect(uri, folder=tmp_path, database=connection.database.name)
        writer = ArticleWriter(far, spool, interval=0.01)
        await writer.observe([seen(5), seen(7, minutes=1)])
        await writer.close()
        await far.close()
    assert await counters(connection) == [5, 7]
    assert list(spool.read()) == []


async def test_observations_of_a_replay_that_was_killed_before_its_end_are_stored_once(
    connection: Connection, writer: ArticleWriter, spool: Spool
) -> None:
    views = [seen(n, minutes=n) for n in range(20)]
    away = ArticleWriter(None, spool, interval=0.01)
    await away.observe(views)
    await away.close()
    await writer.observe(views[:11])  # what the replay had written when it was killed
    await writer.flush()
    await replay(ArticleWriter(writer._connection, spool, interval=0.01), spool)
    assert await counters(connection) == list(range(20))


async def test_two_processes_that_replay_one_spool_at_once_store_each_observation_once(
    server_uri: str, connection: Connection, spool: Spool, tmp_path: Path
) -> None:
    away = ArticleWriter(None, spool, interval=0.01)
    await away.observe([seen(n, minutes=n) for n in range(50)])
    await away.close()
    others = [await connect(server_uri, folder=tmp_path, database=connection.database.name) for _ in range(4)]
    await asyncio.gather(*(replay(ArticleWriter(other, spool, interval=0.01), spool) for other in others))
    for other in others:
        await other.close()
    assert await counters(connection) == list(range(50))


async def test_equal_counters_of_several_runs_that_wait_on_disk_are_all_stored(
    connection: Connection, writer: ArticleWriter, spool: Spool
) -> None:
    for run in range(3):
        away = ArticleWriter(None, spool, interval=0.01)
        await away.observe([seen(5, minutes=run)])
        await away.close()
    await replay(writer, spool)
    await writer.observe([seen(5, minutes=9)])  # a run of its own
    await writer.close()
    assert await counters(connection) == [5, 5, 5, 5]


async def test_a_counter_on_many_pages_of_one_run_is_one_observation(
    connection: Connection, writer: ArticleWriter
) -> None:
    for minute in range(10):
        await writer.observe([seen(5, minutes=minute)])
    await writer.close()
    assert await counters(connection) == [5]


async def test_what_two_runs_saw_in_one_millisecond_is_kept_of_each(connection: Connection, spool: Spool) -> None:
    for run in ("one", "other"):
        writer = ArticleWriter(connection, spool, interval=0.01)
        await writer.observe([seen(100).model_copy(update={"run": run})])
        await writer.close()
    assert [view["run"] for view in await stored(connection)] == ["one", "other"]
    assert len({view["_id"] for view in await stored(connection)}) == 2


async def test_the_page_and_a_card_of_one_millisecond_are_two_observations(
    connection: Connection, writer: ArticleWriter, spool: Spool
) -> None:
    views = [seen(5), seen(5, source="own page"), seen(6)]
    for view in views * 2:
        await writer.restore(view)
    await writer.close()
    assert sorted((view["count"], view["source"]) for view in await stored(connection)) == [
        (5, "card"),
        (5, "own page"),
        (6, "card"),
    ]


async def test_a_database_that_is_killed_amid_view_writes_holds_each_observation_once(tmp_path: Path) -> None:
    connection = await connect(None, folder=tmp_path)
    assert connection.local is not None
    try:
        await apply_schema(connection)
        writer = ArticleWriter(connection, Spool(tmp_path / "spool.jsonl"), batch=20, interval=0.001)
        views = [seen(n, minutes=n, url=f"{URL}{n % 50}") for n in range(600)]
        for number, view in enumerate(views):
            await writer.observe([view])
            if number % 20 == 0:
                await asyncio.sleep(0)  # lets the writer begin
            if number == 300:  # batches are on their way: nothing waits for them
                kill_database(connection.local)
                await writer.flush()
        await writer.close()
        await replay(ArticleWriter(connection, Spool(tmp_path / "spool.jsonl"), interval=0.01), writer._spool)
        times = Tally((view["article"], view["at"], view["count"]) for view in await stored(connection))
        assert set(times.values()) == {1}
        assert len(times) == len(views)
    finally:
        await connection.close()


async def test_a_server_without_time_series_holds_each_observation_once(
    server_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spool: Spool
) -> None:
    monkeypatch.setitem(schema.TIME_SERIES, "granularity", "fortnights")  # which no server knows
    connection = await connect(server_uri, folder=tmp_path, database=f"test-{uuid4().hex[:8]}")
    try:
        for _ in range(2):
            await apply_schema(connection)
        [views] = await (await connection.database.list_collections(filter={"name": "views"})).to_list()
        assert views["type"] == "collection"
        for writer in (
            ArticleWriter(connection, spool, interval=0.01),
            ArticleWriter(connection, spool, interval=0.01),
        ):
            await writer.observe([seen(5), seen(7, minutes=1)])
            await writer.close()
        assert await counters(connection) == [5, 7]
    finally:
        await connection.client.drop_database(connection.database.name)
        await connection.close()


# --- none lost ----------------------------------------------------------------------------------


async def test_the_counters_of_a_page_are_written_before_its_article(
    connection: Connection, writer: ArticleWriter
) -> None:
    database = connection.database
    await database.command("profile", 2)
    await writer.save(article(5), now=NOW, views=[seen(5, source="own page")])
    await database.command("profile", 0)
    log = await database["system.profile"].find({"op": {"$in": ["insert", "update"]}}).to_list()
    assert [entry["ns"].rpartition(".")[2] for entry in log] == ["views", "articles"]


async def test_what_neither_the_database_nor_the_disk_takes_is_written_when_one_does(tmp_path: Path) -> None:
    blocked = tmp_path / "full"
    blocked.write_text("")  # no folder: nothing can be written into it
    spool = Spool(blocked / "spool.jsonl")
    writer = ArticleWriter(None, spool, interval=0.01)
    await writer.observe([seen(5)])
    await writer.flush()
    blocked.unlink()
    await writer.observe([seen(7, minutes=1)])
    await writer.close()
    assert [record["view"]["count"] for record in spool.read()] == [5, 7]


# --- falls --------------------------------------------------------------------------------------


async def test_a_counter_that_falls_within_a_run_is_kept_and_flagged(
    connection: Connection, writer: ArticleWriter
) -> None:
    for minute, count in enumerate((10, 12, 9, 11)):
        await writer.observe([seen(count, minutes=minute)])
        await writer.flush()
    await writer.close()
    assert [(view["count"], view["fell"]) for view in await stored(connection)] == [
        (10, False),
        (12, False),
        (9, True),
        (11, False),
    ]


async def test_a_counter_below_that_of_an_earlier_run_is_flagged(
    connection: Connection, writer: ArticleWriter, spool: Spool
) -> None:
    await writer.save(article(100), now=NOW, views=[seen(100, source="own page")])
    later = ArticleWriter(connection, spool, interval=0.01)
    await later.observe([seen(90, minutes=60)])
    await later.close()
    assert [view["fell"] for view in await stored(connection)] == [False, True]


# --- the article's own counter ------------------------------------------------------------------


async def test_a_newer_card_gives_the_article_its_counter(connection: Connection, writer: ArticleWriter) -> None:
    await writer.save(article(100), now=NOW)
    await writer.observe([seen(120, minutes=5, raw="120 переглядів")])
    await writer.flush()
    assert await views_of(connection) == {
        "count": 120,
        "seen_at": NOW + timedelta(minutes=5),
        "raw": "120 переглядів",
    }


async def test_an_older_card_leaves_the_article_its_counter(connection: Connection, writer: ArticleWriter) -> None:
    await writer.save(article(100), now=NOW)
    await writer.restore(seen(80, minutes=-5))
    await writer.flush()
    assert (await views_of(connection))["count"] == 100
    assert [view["fell"] for view in await stored(connection)] == [False]


async def test_an_older_page_leaves_the_article_the_counter_of_a_newer_card(
    connection: Connection, writer: ArticleWriter
) -> None:
    await writer.save(article(100), now=NOW)
    await writer.observe([seen(120, minutes=5)])
    await writer.flush()
    await writer.save(article(110, minutes=3), now=NOW)
    assert (await views_of(connection))["count"] == 120
    await writer.save(article(130, minutes=6), now=NOW)
    assert (await views_of(connection))["count"] == 130


async def test_a_card_read_together_with_the_article_but_later_counts(
    connection: Connection, writer: ArticleWriter
) -> None:
    await writer.save(article(100), now=NOW, views=[seen(100, source="own page"), seen(101, minutes=1)])
    await writer.flush()
    assert (await views_of(connection))["count"] == 101


async def test_a_card_with_another_address_of_the_article_counts(connection: Connection, writer: ArticleWriter) -> None:
    await writer.save(article(100).model_copy(update={"aliases": [f"{URL}-old"]}), now=NOW)
    await writer.observe([seen(120, minutes=5, url=f"{URL}-old")])
    await writer.close()
    assert (await views_of(connection))["count"] == 120


async def test_a_card_makes_no_article(connection: Connection, writer: ArticleWriter) -> None:
    await writer.observe([seen(120)])
    await writer.close()
    assert await connection.database["articles"].count_documents({}) == 0
