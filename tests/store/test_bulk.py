"""The raw documents of exports: every one once, by an index, as many at a time as are fast to work with."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import bson
import pytest

from newscrawl.article import INT64_MAX
from newscrawl.selection import Selection
from newscrawl.store import bulk
from newscrawl.store.bulk import decoded, queries, raw_batches
from newscrawl.store.connect import Connection
from newscrawl.store.sequence import settled
from tests.store.test_flat_view import stages
from tests.stored_articles import store_articles

SELECTIONS = [
    Selection(),
    Selection(after_seq=7),
    Selection(sites=("unn",)),
    Selection(sites=("unn", "asahi"), text="budget"),
    Selection(tags=("War",), published_from=datetime(2025, 1, 6, 12, tzinfo=UTC)),
    Selection(languages=("uk",), after_seq=7),
    Selection(statuses=("merged",)),
]


async def taken(connection: Connection, selection: Selection) -> list[dict[str, object]]:
    until = await settled(connection.database)
    batches = raw_batches(connection.database, selection, {"seq": 1, "site": 1, "status": 1}, until)
    return [document async for raw in batches for part in decoded(raw) for document in part]


async def test_everything_is_given_once_undated_articles_and_tombstones_too(
    connection: Connection, tmp_path: Path
) -> None:
    await store_articles(connection, tmp_path, 30)
    tombstone = {"_id": "t", "url": "https://unn.example/t", "site": "unn", "headline": "Twice", "status": "merged"}
    tombstone |= {"merged_into": "a", "changed_at": datetime(2025, 1, 8, tzinfo=UTC), "seq": 5}
    await connection.database["tombstones"].insert_one(tombstone)
    everything = await taken(connection, Selection())
    assert len(everything) == len({document["_id"] for document in everything}) == 31
    assert [d["_id"] for d in await taken(connection, Selection(statuses=("merged",)))] == ["t"]
    assert "t" in {d["_id"] for d in await taken(connection, Selection(sites=("unn",)))}
    assert "t" not in {d["_id"] for d in await taken(connection, Selection(sites=("asahi",)))}
    assert "t" not in {d["_id"] for d in await taken(connection, Selection(text="budget"))}
    later = await taken(connection, Selection(after_seq=7))
    assert {d["seq"] for d in later} == {d["seq"] for d in everything if isinstance(d["seq"], int) and d["seq"] > 7}


async def test_after_the_highest_number_there_is_nothing(connection: Connection, tmp_path: Path) -> None:
    await store_articles(connection, tmp_path, 12)
    assert await taken(connection, Selection(after_seq=INT64_MAX)) == []


async def test_every_query_is_made_by_an_index_and_sorts_nothing(connection: Connection, tmp_path: Path) -> None:
    await store_articles(connection, tmp_path, 12)
    for query in (query for selection in SELECTIONS for query in queries(selection, 100)):
        command = {"find": query.collection, "filter": query.filter, "sort": dict(query.sort), "hint": query.hint}
        explained = await connection.database.command("explain", command, verbosity="queryPlanner")
        plan = stages(explained["queryPlanner"]["winningPlan"])
        assert "COLLSCAN" not in plan
        assert "SORT" not in plan
        assert "IXSCAN" in plan


def test_a_batch_is_decoded_in_pieces_that_lose_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [{"_id": number, "text": "x" * number} for number in range(100)]
    raw = b"".join(map(bson.encode, documents))
    monkeypatch.setattr(bulk, "AT_ONCE", 500)
    parts = list(decoded(raw))
    assert [document for part in parts for document in part] == documents
    assert len(parts) > 5
    assert list(decoded(b"")) == []
