"""Readers of the database where there is more than they give: what counts most is among it."""

from __future__ import annotations

from typing import Any

import pytest

from newscrawl.schedule import Slot
from newscrawl.store import related, unfiled
from newscrawl.store.connect import Connection
from newscrawl.store.related import relatives
from newscrawl.store.schedules import running_slots
from newscrawl.store.unfiled import unfiled_sites
from newscrawl.store.views import _chunks
from tests.store.test_links import NOW, article


async def store(connection: Connection, *documents: tuple[Any, dict[str, Any]]) -> None:
    """Store articles as they are when their links are known."""
    rows = [one.model_dump() | {"_id": one.id, "first_seen_at": NOW, **links} for one, links in documents]
    await connection.database["articles"].insert_many(rows)


async def test_copies_hide_neither_the_twins_of_an_article_nor_its_first_publisher(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(related, "MOST_COPIES", 3)
    copies = [article(f"copy {n}", "text", site=f"s{n}", hours=n + 1) for n in range(9)]
    first, twin = article("first", "text"), article("twin", "texto")
    links = {"cluster": first.id}
    await store(
        connection, *((copy, links) for copy in copies), (first, {**links, "story": "s"}), (twin, {"story": "s"})
    )
    of_first = await relatives(connection.database, {"_id": first.id, "story": "s", **links})
    assert [one["headline"] for one in of_first.twins] == ["twin"]
    of_copy = await relatives(connection.database, {"_id": copies[0].id, **links})
    assert (of_copy.copies[0]["headline"], of_copy.copies[0]["is_first"]) == ("first", True)


async def test_sites_without_articles_hide_no_site_that_has_some(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unfiled, "MOST", 2)
    await connection.database["runs"].insert_many(
        [{"site": name} for name in ("a", "b", "c", "unn")], bypass_document_validation=True
    )
    await store(connection, (article("one", "text", site="unn"), {}))
    assert set(await unfiled_sites(connection.database, {"c"})) == {"unn"}


async def test_every_slot_that_runs_is_given_however_many_there_are(connection: Connection) -> None:
    slots = [Slot(schedule=f"s{n}", planned_at=NOW, state="running", sites=["a"], started_at=NOW) for n in range(1001)]
    await connection.database["slots"].insert_many([{"_id": slot.id, **slot.model_dump()} for slot in slots])
    assert len(await running_slots(connection.database)) == 1001


async def test_no_more_addresses_are_asked_for_at_once_than_a_query_can_hold(connection: Connection) -> None:
    await connection.database["listings"].insert_many(
        [{"_id": str(n)} for n in range(30_000)], bypass_document_validation=True
    )
    sizes = [len(chunk) async for chunk in _chunks(connection.database["listings"].find(), 100)]
    assert sizes[:3] == [100, 400, 1600]
    assert max(sizes) == 5000
    assert sum(sizes) == 30_000
