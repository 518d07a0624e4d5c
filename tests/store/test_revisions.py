"""The versions of an article: kept whole, in order, once each, with what made them."""

import asyncio
import multiprocessing
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient
from pymongo.errors import BulkWriteError

from newscrawl.article import Article, Timestamp
from newscrawl.normalize.text import fingerprint
from newscrawl.store.articles import ArticleWriter
from newscrawl.store.connect import Connection, connect
from newscrawl.store.history import count_stealth_edits, history
from newscrawl.store.identity import Found
from newscrawl.store.lookup import get_article
from newscrawl.store.revise import MOST_RETURNS, version_id
from newscrawl.store.schema import apply_schema
from newscrawl.store.spool import Spool
from newscrawl.store.upsert import upsert

NOW = datetime(2026, 1, 6, 10, 50, tzinfo=UTC)
HOUR = timedelta(hours=1)
URL = "https://example.com/news/1"
OPENING = "The bridge over the river was closed on Monday after engineers found cracks in two of its piers."


def article(*further: str, headline: str = "Bridge closed", lead: str | None = None, **fields: Any) -> Article:
    body = "\n\n".join((OPENING, *further))
    return Article(
        url=URL,
        site="example",
        headline=headline,
        lead=lead,
        body=body,
        fingerprint=fingerprint(headline, lead, body),
        **fields,
    )


def modified(at: datetime) -> Timestamp:
    return Timestamp(at=at, raw=f"{at:%H:%M}", precision="minute")


@pytest.fixture
def writer(connection: Connection, tmp_path: Path) -> ArticleWriter:
    return ArticleWriter(connection, Spool(tmp_path / "spool.jsonl"), interval=0.001)


async def read(writer: ArticleWriter, readings: Sequence[Article]) -> list[str]:
    """Save one reading an hour."""
    return [await writer.save(reading, now=NOW + number * HOUR) for number, reading in enumerate(readings)]


async def stored(connection: Connection) -> dict[str, Any]:
    found = await get_article(connection.database, URL)
    assert found is not None
    return found


async def versions(connection: Connection) -> list[dict[str, Any]]:
    return await history(connection.database, await stored(connection))


async def test_every_version_is_given_whole_and_in_order(connection: Connection, writer: ArticleWriter) -> None:
    await read(writer, [article("One."), article("Two.", lead="A lead."), article("Two.", headline="Bridge open")])
    found = await versions(connection)
    assert [(v["revision"], v["headline"], v["lead"], v["body"]) for v in found] == [
        (1, "Bridge closed", None, f"{OPENING}\n\nOne."),
        (2, "Bridge closed", "A lead.", f"{OPENING}\n\nTwo."),
        (3, "Bridge open", None, f"{OPENING}\n\nTwo."),
    ]
    assert [(v["seen_at"], v["replaced_at"]) for v in found] == [
        (NOW, NOW + HOUR),
        (NOW + HOUR, NOW + 2 * HOUR),
        (NOW + 2 * HOUR, None),
    ]


async def test_a_version_says_what_made_it(connection: Connection, writer: ArticleWriter) -> None:
    edited = "The port asked for help, and the city gave it at once."
    first = article("The port asked for help, and the city gave it.", "Ferries.")
    await read(writer, [first, article(edited, headline="Bridge shut"), article(edited, headline="Bridge open")])
    changes = [version["change"] for version in await versions(connection)]
    assert changes[0] is None
    assert changes[1]["changed"] == ["headline", "body"]
    assert (changes[1]["paragraphs_changed"], changes[1]["paragraphs_removed"]) == (1, 1)
    assert 0.8 < changes[1]["share"] < 1
    assert changes[2]["changed"] == ["headline"]
    assert (await stored(connection))["change"] == changes[2]


async def test_typography_alone_makes_no_version(connection: Connection, writer: ArticleWriter) -> None:
    assert await read(writer, [article("“It isn’t” — she said"), article('"It isn\'t" -  she said')]) == [
        "new",
        "unchanged",
    ]


async def test_a_fingerprint_of_an_earlier_release_makes_no_version(
    connection: Connection, writer: ArticleWriter
) -> None:
    await read(writer, [article("“One.”")])
    await connection.database["articles"].update_one({}, {"$set": {"fingerprint": "0" * 64}})
    assert await read(writer, [article("“One.”")]) == ["unchanged"]
    assert (await stored(connection))["fingerprint"] == article("“One.”").fingerprint


async def test_a_version_that_comes_back_is_not_kept_again(connection: Connection, writer: ArticleWriter) -> None:
    await read(writer, [article("One."), article("Two."), article("One."), article("Two."), article("Three.")])
    found = await versions(connection)
    assert [version["body"].split()[-1] for version in found] == ["One.", "Two.", "One.", "Two.", "Three."]
    assert [(v["change"] or {}).get("same_as") for v in found] == [None, None, 1, 2, None]
    kept = await connection.database["revisions"].find({"body": {"$ne": None}}).to_list()
    assert [version["revision"] for version in kept] == [1, 2]


async def test_a_page_that_goes_to_and_fro_makes_no_versions_without_end(
    connection: Connection, writer: ArticleWriter
) -> None:
    await read(writer, [article(text) for text in ("One.", "Two.") * 50])
    there = await stored(connection)
    assert there["revision"] == 2 + MOST_RETURNS
    assert there["returns"] == 98
    assert there["body"].endswith("Two.")
    assert await connection.database["revisions"].count_documents({}) == 1 + MOST_RETURNS
    assert (await versions(connection))[-1]["change"]["same_as"] == 2


async def test_a_return_that_makes_no_version_is_not_overwritten_by_who_has_not_seen_it(
    connection: Connection, writer: ArticleWriter
) -> None:
    await read(writer, [article(text) for text in ("One.", "Two.") * 10])
    late = article("Two.")
    operation, _, _ = upsert(late, NOW, Found([await stored(connection)]).match(late), {})
    await writer.save(article("One."), now=NOW + 30 * HOUR)
    with pytest.raises(BulkWriteError, match="E11000"):
        await connection.database["articles"].bulk_write([operation])
    assert (await stored(connection))["body"].endswith("One.")


async def test_what_comes_after_many_returns_is_a_version_again(connection: Connection, writer: ArticleWriter) -> None:
    await read(writer, [article(text) for text in (*("One.", "Two.") * 20, "Three.", "One.")])
    last = [(v["body"].split()[-1], (v["change"] or {}).get("same_as")) for v in (await versions(connection))[-3:]]
    assert last == [("Two.", 2), ("Three.", None), ("One.", 1)]


async def test_an_edit_that_the_page_does_not_tell_of_is_flagged_and_counted(
    connection: Connection, writer: ArticleWriter
) -> None:
    at, later = modified(NOW - 2 * HOUR), modified(NOW + 90 * timedelta(minutes=1))
    await read(writer, [article("One.", modified=at), article("Two.", modified=at), article("Three.", modified=later)])
    assert [(v["change"] or {}).get("is_stealth") for v in await versions(connection)] == [None, True, False]
    assert await count_stealth_edits(connection.database) == 1
    assert await count_stealth_edits(connection.database, since=NOW + 2 * HOUR) == 0


async def test_a_return_is_no_stealth_edit(connection: Connection, writer: ArticleWriter) -> None:
    at = modified(NOW - 2 * HOUR)
    await read(writer, [article(text, modified=at) for text in ("One.", "Two.", "One.")])
    assert [(v["change"] or {}).get("is_stealth") for v in await versions(connection)] == [None, True, None]


async def test_stealth_edits_are_counted_by_their_index(connection: Connection) -> None:
    for collection in ("articles", "revisions"):
        plan = await connection.database.command(
            {"explain": {"find": collection, "filter": {"change.is_stealth": True}}, "verbosity": "queryPlanner"}
        )
        assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"])


async def test_the_earlier_texts_of_a_batch_are_found_by_their_index(connection: Connection) -> None:
    texts = [
        {"article": identity, "revision": n, "headline": "x", "body": "x", "fingerprint": f"{n}", "replaced_at": NOW}
        for identity in "ab"
        for n in range(100)
    ]
    await connection.database["revisions"].insert_many(
        [{"_id": version_id(t["article"], t["revision"]), **t} for t in texts]
    )
    wanted = {"article": {"$in": ["a", "b"]}, "fingerprint": {"$in": ["7", "8"]}}
    plan = await connection.database.command(
        {"explain": {"find": "revisions", "filter": wanted}, "verbosity": "queryPlanner"}
    )
    assert "article_1_fingerprint_1" in str(plan["queryPlanner"]["winningPlan"])


async def test_what_a_killed_process_kept_in_vain_is_no_version(connection: Connection, writer: ArticleWriter) -> None:
    await read(writer, [article("One.")])
    there = await stored(connection)
    vain = {
        **{name: there[name] for name in ("headline", "lead", "body", "fingerprint", "revision")},
        **{"article": there["_id"], "replaced_at": NOW, "seen_at": NOW},
    }
    await connection.database["revisions"].insert_one({"_id": version_id(there["_id"], 1), **vain})
    assert [version["revision"] for version in await versions(connection)] == [1]
    await writer.save(article("Two."), now=NOW + HOUR)
    found = await versions(connection)
    assert [version["body"].split()[-1] for version in found] == ["One.", "Two."]
    assert found[0]["replaced_at"] == NOW + HOUR


async def test_versions_of_an_earlier_release_can_be_read(connection: Connection, writer: ArticleWriter) -> None:
    await read(writer, [article("One."), article("Two.")])
    await connection.database["articles"].update_one({}, {"$unset": {"change": 1, "returns": 1}})
    await connection.database["revisions"].update_one({}, {"$unset": {"change": 1}})
    await writer.save(article("Three."), now=NOW + 2 * HOUR)
    assert [version["body"].split()[-1] for version in await versions(connection)] == ["One.", "Two.", "Three."]


async def test_writers_that_race_leave_a_history_without_a_break(connection: Connection, tmp_path: Path) -> None:
    writers = [ArticleWriter(connection, Spool(tmp_path / f"{n}"), interval=0.0005 * (n + 1)) for n in range(4)]
    texts = ["One.", "Two.", "One.", "Two.", "Three.", "One.", "Two."] * 4

    async def write(number: int) -> None:
        for position in range(number, len(texts), len(writers)):
            await writers[number].save(article(texts[position]), now=NOW + position * HOUR)

    await asyncio.gather(*(write(number) for number in range(len(writers))))
    found = await versions(connection)
    assert [version["revision"] for version in found] == list(range(1, len(found) + 1))
    assert {version["body"].split()[-1] for version in found} == {"One.", "Two.", "Three."}
    for before, after in pairwise(found[: MOST_RETURNS // 2]):
        assert before["body"] != after["body"]
        assert after["change"]["changed"] == ["body"]
    for version in found:
        if (earlier := (version["change"] or {}).get("same_as")) is not None:
            assert found[earlier - 1]["body"] == version["body"]
            assert earlier < version["revision"]
    kept = await connection.database["revisions"].find({"body": {"$ne": None}}).to_list()
    present = await stored(connection)
    own = {version["fingerprint"] for version in kept if version["revision"] < present["revision"]}
    assert len(own) == len([v for v in kept if v["revision"] < present["revision"]])


def _save_in_process(uri: str, database: str, folder: str, text: str, barrier: Any) -> None:
    async def run() -> None:
        connection = await connect(uri, folder=Path(folder), database=database)
        writer = ArticleWriter(connection, Spool(Path(folder) / f"{uuid4().hex}.jsonl"), interval=0.001)
        barrier.wait()
        await writer.save(article(text), now=NOW + HOUR)
        await writer.close()
        await connection.close()

    asyncio.run(run())


def race(uri: str, database: str, folder: Path, texts: Sequence[str]) -> None:
    """Save readings from as many processes at one instant."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(len(texts))
    processes = [
        context.Process(target=_save_in_process, args=(uri, database, str(folder), text, barrier)) for text in texts
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * len(texts)


@pytest.mark.parametrize("texts", [["Two."] * 3, ["Two.", "Three.", "Four."]], ids=["the same", "different"])
def test_processes_that_read_a_change_at_once_keep_each_version_once(
    server_uri: str, tmp_path: Path, texts: list[str]
) -> None:
    database = f"test-{uuid4().hex[:8]}"

    async def prepare() -> None:
        connection = await connect(server_uri, folder=tmp_path, database=database)
        await apply_schema(connection)
        writer = ArticleWriter(connection, Spool(tmp_path / "first.jsonl"), interval=0.001)
        await writer.save(article("One."), now=NOW)
        await writer.close()
        await connection.close()

    async def look() -> list[dict[str, Any]]:
        connection = await connect(server_uri, folder=tmp_path, database=database)
        found = await versions(connection)
        await connection.close()
        return found

    asyncio.run(prepare())
    race(server_uri, database, tmp_path, texts)
    found = asyncio.run(look())
    ends = [version["body"].split()[-1] for version in found]
    assert ends[0] == "One."
    assert sorted(ends[1:]) == sorted(set(texts))
    assert [version["revision"] for version in found] == list(range(1, len(found) + 1))
    assert [version["change"]["paragraphs_added"] for version in found[1:]] == [1] * len(set(texts))
    with MongoClient(server_uri) as client:
        assert client[database]["revisions"].count_documents({}) == len(found) - 1
        client.drop_database(database)
