"""`seq`: one order of everything that is news."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bson import ObjectId

from newscrawl.article import Gone
from newscrawl.records import Visit
from newscrawl.selection import Selection
from newscrawl.store import sequence
from newscrawl.store.articles import ArticleWriter
from newscrawl.store.connect import Connection
from newscrawl.store.links import due, link
from newscrawl.store.lookup import get_by_id
from newscrawl.store.mend import mend
from newscrawl.store.merge import merge_stored
from newscrawl.store.select import select
from newscrawl.store.sequence import IS_MARKED, PATIENCE, give_numbers, seq_mark, settled, take_over
from newscrawl.store.spool import Spool
from newscrawl.store.visits import claim_articles
from tests.stored_articles import START, article, store

NOW = START + timedelta(days=1)


async def stored(connection: Connection, number: int = 0) -> dict[str, Any]:
    found = await connection.database["articles"].find_one({"_id": article(number).id})
    assert found is not None
    return found


async def test_articles_are_numbered_from_one_in_the_order_of_their_writes(
    connection: Connection, tmp_path: Path
) -> None:
    await store(connection, tmp_path, [article(n) for n in range(5)], now=NOW)
    assert [(await stored(connection, n))["seq"] for n in range(5)] == [1, 2, 3, 4, 5]
    assert await settled(connection.database) == 5


async def test_another_text_is_news_and_the_same_one_is_not(connection: Connection, tmp_path: Path) -> None:
    await store(connection, tmp_path, [article(0), article(1)], now=NOW)
    await store(connection, tmp_path, [article(0)], now=NOW + timedelta(hours=1))
    assert (await stored(connection))["seq"] == 1
    await store(connection, tmp_path, [article(0, headline="Another one")], now=NOW + timedelta(hours=2))
    assert (await stored(connection))["seq"] == 3


async def visit(connection: Connection, folder: Path, at: datetime, gone: Gone | None) -> None:
    [due] = await claim_articles(connection.database, "unn", at, [article(0).id])
    writer = ArticleWriter(connection, Spool(folder / "spool"))
    seen = Visit(article=due.identity, at=at, claim=due.claim, next_visit_at=None, is_there=gone is None, gone=gone)
    await writer.visit(seen)
    await writer.close()


async def test_an_article_that_goes_and_one_that_comes_back_are_news_once_each(
    connection: Connection, tmp_path: Path
) -> None:
    await store(connection, tmp_path, [article(0)], now=NOW)
    seen = []
    gone = [Gone(at=NOW, status=404), Gone(at=NOW, status=404, sightings=2), None, None]
    for hour, state in enumerate(gone):
        await visit(connection, tmp_path, NOW + timedelta(hours=hour), state)
        found = await stored(connection)
        seen.append((found["status"], found["seq"]))
    assert seen == [("gone", 2), ("gone", 2), ("active", 3), ("active", 3)]


async def test_a_merged_document_leaves_a_tombstone_that_leads_to_the_article(
    connection: Connection, tmp_path: Path
) -> None:
    await store(connection, tmp_path, [article(0), article(1)], now=NOW)
    kept, twin = await stored(connection, 0), await stored(connection, 1)
    same = {name: kept[name] for name in ("headline", "lead", "body", "fingerprint", "site", "published")}
    await connection.database["articles"].update_one(
        {"_id": twin["_id"]},
        {
            "$set": {
                **same,
                "aliases": [kept["url"]],
                "first_seen_at": NOW + timedelta(hours=1),
                "labels": {"topic": "energy"},
            }
        },
    )
    await merge_stored(connection.database, [kept["_id"]])
    await give_numbers(connection.database)
    page = await select(connection.database, Selection(), order="seq")
    assert [(d["_id"], d["status"], d["seq"]) for d in page.articles] == [
        (kept["_id"], "active", 1),
        (twin["_id"], "merged", 3),
    ]
    assert page.articles[1]["merged_into"] == kept["_id"]
    assert page.articles[1]["labels"] == {"topic": "energy"}
    found = await get_by_id(connection.database, twin["_id"])
    assert found is not None
    assert found["_id"] == kept["_id"]


async def test_writers_at_once_give_no_number_twice_and_readers_miss_nothing(
    connection: Connection, tmp_path: Path
) -> None:
    seen: list[int] = []

    async def read() -> None:
        while len(seen) < 60:
            page = await select(
                connection.database, Selection(after_seq=seen[-1] if seen else 0), order="seq", limit=100
            )
            seen.extend(found["seq"] for found in page.articles)
            await asyncio.sleep(0)

    async def write(part: int) -> None:
        for each in range(part, 60, 3):
            (tmp_path / f"{part}").mkdir(exist_ok=True)
            await store(connection, tmp_path / f"{part}", [article(each)], now=NOW)

    await asyncio.wait_for(asyncio.gather(read(), *map(write, range(3))), 60)
    numbers = await connection.database["articles"].distinct("seq")
    assert sorted(seen) == sorted(numbers) == seen
    assert len(numbers) == 60


async def test_readers_stop_below_a_number_that_is_still_being_written(connection: Connection, tmp_path: Path) -> None:
    await store(connection, tmp_path, [article(0)], now=NOW)
    token = f"claim:{ObjectId()}"
    await connection.database["sequence"].update_one(
        {"_id": "articles"}, {"$set": {"last": 3, "open": [{"token": token, "first": 2, "at": NOW}]}}
    )
    await store(connection, tmp_path, [article(1)], now=NOW)
    assert (await stored(connection, 1))["seq"] == 4
    page = await select(connection.database, Selection(), order="seq")
    assert [found["seq"] for found in page.articles] == [1]


async def test_what_a_dead_process_had_claimed_is_numbered_by_another(connection: Connection, tmp_path: Path) -> None:
    await store(connection, tmp_path, [article(0), article(1)], now=NOW)
    token = f"claim:{ObjectId.from_datetime(datetime.now(UTC) - 2 * PATIENCE)}"
    await connection.database["articles"].update_one({"_id": article(0).id}, {"$set": {"seq_due": token}})
    await connection.database["sequence"].update_one(
        {"_id": "articles"},
        {"$set": {"last": 3, "settled": 2, "open": [{"token": token, "first": 3, "at": NOW}]}},
    )
    await mend(connection.database)
    assert (await stored(connection))["seq"] == 4
    assert await settled(connection.database) == 4
    late = {"_id": article(0).id, "seq_due": token}
    assert await connection.database["articles"].find_one(late) is None, "its own late write finds nothing"


async def test_a_change_while_a_number_is_given_gets_a_number_of_its_own(
    connection: Connection, tmp_path: Path
) -> None:
    await store(connection, tmp_path, [article(0)], now=NOW)
    marks = [seq_mark(), seq_mark()]
    assert marks[0] < marks[1]
    await connection.database["articles"].update_one({"_id": article(0).id}, {"$set": {"seq_due": marks[0]}})
    await connection.database["articles"].update_one({"_id": article(0).id}, {"$set": {"seq_due": marks[1]}})
    assert await give_numbers(connection.database) == 1
    assert (await stored(connection))["seq"] == 2


async def test_a_process_that_was_held_dead_numbers_nothing_behind_the_readers(
    connection: Connection, tmp_path: Path
) -> None:
    await store(connection, tmp_path, [article(0)], now=NOW)
    slow = seq_mark()
    await connection.database["articles"].update_one({"_id": article(0).id}, {"$set": {"seq_due": slow}})
    token = f"claim:{ObjectId.from_datetime(datetime.now(UTC) - 2 * PATIENCE)}"
    await connection.database["sequence"].update_one(
        {"_id": "articles"},
        {"$set": {"last": 2, "settled": 1, "open": [{"token": token, "first": 2, "at": NOW}]}},
    )
    await take_over(connection.database)
    assert await settled(connection.database) == 2
    late = {"_id": article(0).id, "seq_due": slow}
    assert await connection.database["articles"].find_one(late) is None, "its mark is another one by now"
    assert await give_numbers(connection.database) == 1
    assert (await stored(connection))["seq"] == 3


async def test_a_mark_that_changes_while_its_number_is_written_is_numbered_all_the_same(
    connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store(connection, tmp_path, [article(0), article(1)], now=NOW)
    marks = {"links_due": due(), "seq_due": seq_mark()}
    articles = connection.database["articles"]
    await articles.update_many({}, {"$set": marks})
    reserve = sequence._reserve

    async def interrupted(*arguments: Any) -> int:
        monkeypatch.undo()
        await articles.update_one({"_id": article(0).id}, {"$set": {"seq_due": seq_mark()}})
        return await reserve(*arguments)

    monkeypatch.setattr(sequence, "_reserve", interrupted)
    await link(connection.database, [article(0).id, article(1).id])
    assert await articles.count_documents({"$or": [{"seq_due": IS_MARKED}, {"links_due": IS_MARKED}]}) == 0
    assert sorted([(await stored(connection, n))["seq"] for n in (0, 1)])[1] == 5, (
        "those of the first attempt are spent"
    )
    assert await settled(connection.database) == 5


async def test_an_article_is_numbered_by_the_write_that_ends_its_linking(
    connection: Connection, tmp_path: Path
) -> None:
    await store(connection, tmp_path, [article(0)], now=NOW)  # the first batch looks for what the dead have left
    writer = ArticleWriter(connection, Spool(tmp_path / "spool"))
    await writer.save(article(1), now=NOW)
    await writer.flush()
    await connection.database.create_collection("system.profile", capped=True, size=2**24)
    await connection.database.command("profile", 2)
    await asyncio.gather(*(writer.save(article(n), now=NOW) for n in range(2, 6)))
    await writer.close()
    await connection.database.command("profile", 0)
    writes = connection.database["system.profile"].find({"op": "update", "ns": articles_of(connection)})
    assert sorted([tuple(write["command"]["q"]) for write in await writes.to_list()]) == sorted(
        4 * [("_id", "fingerprint")] + 4 * [("_id", "links_due", "seq_due")]
    )


def articles_of(connection: Connection) -> str:
    return f"{connection.database.name}.articles"
