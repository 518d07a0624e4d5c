"""Claims of due articles, and what a visit writes, with a real server."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from newscrawl.article import Article, Gone, Views
from newscrawl.normalize.text import fingerprint
from newscrawl.records import Visit
from newscrawl.store.articles import ArticleWriter
from newscrawl.store.connect import Connection
from newscrawl.store.replay import replay
from newscrawl.store.spool import Spool
from newscrawl.store.visits import CLAIM, Due, claim_due, plan_earlier

NOW = datetime(2026, 1, 6, 10, 50, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def article(number: int = 1, body: str = "First.", **fields: object) -> Article:
    url = f"https://example.com/news/{number}"
    return Article(
        url=url, site="example", headline=f"Storm {number}", body=body, fingerprint=fingerprint(body), **fields
    )


@pytest.fixture
def writer(connection: Connection, tmp_path: Path) -> ArticleWriter:
    return ArticleWriter(connection, Spool(tmp_path / "spool.jsonl"), interval=0.01)


async def stored(connection: Connection, number: int = 1) -> dict[str, Any]:
    found = await connection.database["articles"].find_one({"_id": article(number).id})
    assert found is not None
    return found


async def claimed(connection: Connection, writer: ArticleWriter) -> Due:
    await writer.save(article(), now=NOW)
    [due] = await claim_due(connection.database, "example", NOW + HOUR, 10)
    return due


def visit(due: Due, **fields: Any) -> Visit:
    return Visit(
        **{
            "article": due.identity,
            "at": NOW + HOUR,
            "claim": due.claim,
            "next_visit_at": NOW + DAY,
            "is_there": False,
            **fields,
        }
    )


async def test_the_next_visit_is_planned_with_every_store(connection: Connection, writer: ArticleWriter) -> None:
    await writer.save(article(), now=NOW)
    assert (await stored(connection))["next_visit_at"] == NOW + HOUR
    await writer.save(article(), now=NOW + HOUR)
    assert (await stored(connection))["next_visit_at"] == NOW + 6 * HOUR
    await writer.save(article(body="Second."), now=NOW + 6 * HOUR)
    assert (await stored(connection))["next_visit_at"] == NOW + 15 * HOUR
    await writer.save(article(body="Second."), now=NOW + 7 * DAY)
    assert (await stored(connection))["next_visit_at"] is None


async def test_a_counter_that_grows_fast_brings_the_next_visit_forward(
    connection: Connection, writer: ArticleWriter
) -> None:
    for count, at in ((100, NOW), (1000, NOW + 6 * HOUR)):
        await writer.save(article(views=Views(count=count, seen_at=at, raw=str(count))), now=at)
    assert (await stored(connection))["next_visit_at"] == NOW + 15 * HOUR


async def test_only_due_articles_of_the_site_are_claimed(connection: Connection, writer: ArticleWriter) -> None:
    await asyncio.gather(*(writer.save(article(n, f"{n}"), now=NOW + n * HOUR) for n in range(5)))
    assert await claim_due(connection.database, "other", NOW + DAY, 10) == []
    due = await claim_due(connection.database, "example", NOW + 3 * HOUR, 10)
    assert {item.identity for item in due} == {article(n).id for n in range(3)}


async def test_two_claims_at_once_share_no_article(connection: Connection, writer: ArticleWriter) -> None:
    await asyncio.gather(*(writer.save(article(n, f"{n}"), now=NOW) for n in range(40)))
    claims = await asyncio.gather(*(claim_due(connection.database, "example", NOW + HOUR, 40) for _ in range(4)))
    identities = [due.identity for claim in claims for due in claim]
    assert len(identities) == len(set(identities)) == 40


async def test_a_claim_that_a_crash_left_behind_ends(connection: Connection, writer: ArticleWriter) -> None:
    due = await claimed(connection, writer)
    assert await claim_due(connection.database, "example", NOW + HOUR, 10) == []
    [again] = await claim_due(connection.database, "example", NOW + HOUR + 2 * CLAIM, 10)
    assert again.identity == due.identity


async def test_a_backlog_keeps_neither_the_youngest_nor_the_oldest_waiting(
    connection: Connection, writer: ArticleWriter
) -> None:
    await asyncio.gather(*(writer.save(article(n, f"{n}"), now=NOW + n * HOUR) for n in range(20)))
    due = await claim_due(connection.database, "example", NOW + 2 * DAY, 4)
    assert {item.identity for item in due} == {article(n).id for n in (0, 1, 18, 19)}


async def test_due_articles_are_found_by_the_index(connection: Connection, writer: ArticleWriter) -> None:
    await asyncio.gather(*(writer.save(article(n, f"{n}"), now=NOW) for n in range(300)))
    await asyncio.gather(*(writer.save(article(n, f"{n}"), now=NOW - DAY) for n in range(300, 305)))
    await connection.database.command("profile", 2)
    assert len(await claim_due(connection.database, "example", NOW - 23 * HOUR, 10)) == 5
    await connection.database.command("profile", 0)
    # Articles saved before may still be linked meanwhile; those queries name no site.
    asked = (
        await connection.database["system.profile"].find({"op": "query", "command.filter.site": "example"}).to_list()
    )
    assert asked[0]["planSummary"].startswith("IXSCAN { site: 1, next_visit_at: 1 }")
    assert asked[0]["docsExamined"] == 5


async def test_a_visit_that_is_out_of_date_changes_nothing(connection: Connection, writer: ArticleWriter) -> None:
    due = await claimed(connection, writer)
    await writer.save(article(), now=NOW + HOUR)
    await writer.flush()
    before = await stored(connection)
    await writer.visit(visit(due, gone=Gone(at=NOW, status=404)))
    await writer.flush()
    assert await stored(connection) == before


async def test_an_absence_is_remembered_once(connection: Connection, writer: ArticleWriter) -> None:
    due = await claimed(connection, writer)
    await writer.visit(visit(due, gone=Gone(at=NOW + HOUR, status=410)))
    await writer.flush()
    assert (await stored(connection))["gone"]["status"] == 410
    for hours in (2, 3):
        await writer.save(article(), now=NOW + hours * HOUR)
    document = await stored(connection)
    assert document["gone"] is None
    assert document["absences"] == [{"gone_at": NOW + HOUR, "status": 410, "back_at": NOW + 2 * HOUR}]


async def test_an_article_of_an_earlier_version_can_be_visited(connection: Connection, writer: ArticleWriter) -> None:
    await writer.save(article(), now=NOW)
    gone = {"gone": "", "absences": "", "fetch": "", "provenance": ""}
    await connection.database["articles"].update_one({}, {"$unset": gone})
    [due] = await claim_due(connection.database, "example", NOW + HOUR, 10)
    assert due.addresses == [article().url]
    await writer.visit(visit(due, is_there=True, not_modified=1))
    await writer.flush()
    document = await stored(connection)
    assert (document["last_seen_at"], document["next_visit_at"]) == (NOW + HOUR, NOW + DAY)
    assert document["absences"] == []


async def of_earlier_release(connection: Connection, writer: ArticleWriter, number: int, at: datetime) -> None:
    """An article as releases stored it that planned no visits."""
    await writer.save(article(number, f"{number}"), now=at)
    planned_since = {"absences": "", "gone": ""}
    values = {"next_visit_at": None, "published": {"at": at, "raw": "", "precision": "minute"}}
    await connection.database["articles"].update_one(
        {"_id": article(number).id}, {"$set": values, "$unset": planned_since}
    )


async def test_young_articles_of_an_earlier_release_become_due_and_old_ones_do_not(
    connection: Connection, writer: ArticleWriter
) -> None:
    await of_earlier_release(connection, writer, 1, NOW - 6 * DAY)
    await of_earlier_release(connection, writer, 2, NOW - 8 * DAY)
    await of_earlier_release(connection, writer, 3, NOW - DAY)
    await connection.database["articles"].update_one({"_id": article(3).id}, {"$set": {"published": None}})
    await plan_earlier(connection.database, "other", NOW, 7 * DAY)
    assert await claim_due(connection.database, "example", NOW, 10) == []
    await plan_earlier(connection.database, "example", NOW, 7 * DAY)
    due = await claim_due(connection.database, "example", NOW, 10)
    assert {item.identity for item in due} == {article(1).id, article(3).id}


async def test_articles_of_an_earlier_release_are_planned_once(connection: Connection, writer: ArticleWriter) -> None:
    await of_earlier_release(connection, writer, 1, NOW - DAY)
    await plan_earlier(connection.database, "example", NOW, 7 * DAY)
    [due] = await claim_due(connection.database, "example", NOW, 10)
    await writer.visit(visit(due, gone=Gone(at=NOW, status=404), next_visit_at=None))
    await writer.flush()
    await plan_earlier(connection.database, "example", NOW + HOUR, 7 * DAY)
    assert await claim_due(connection.database, "example", NOW + HOUR, 10) == []


async def test_an_article_that_needs_no_further_visit_is_not_planned_anew(
    connection: Connection, writer: ArticleWriter
) -> None:
    await writer.save(article(), now=NOW, ages=[])
    await plan_earlier(connection.database, "example", NOW + HOUR, 7 * DAY)
    assert (await stored(connection))["next_visit_at"] is None


async def test_articles_of_an_earlier_release_are_found_by_an_index(
    connection: Connection, writer: ArticleWriter
) -> None:
    for number in range(3):
        await of_earlier_release(connection, writer, number, NOW - DAY)
    for number in range(3, 60):
        await of_earlier_release(connection, writer, number, NOW - 30 * DAY)
    await connection.database.command("profile", 2)
    await plan_earlier(connection.database, "example", NOW, 7 * DAY)
    await connection.database.command("profile", 0)
    # Articles saved before may still be linked meanwhile; those updates name no site.
    asked = connection.database["system.profile"].find({"op": "update", "command.q.site": "example"})
    [update] = await asked.to_list()
    assert update["planSummary"].startswith("IXSCAN { site: 1, published.at: -1 }")
    assert (update["docsExamined"], update["nModified"]) == (3, 3)


async def test_what_a_visit_showed_waits_on_disk_while_the_database_is_away(
    connection: Connection, writer: ArticleWriter, tmp_path: Path
) -> None:
    due = await claimed(connection, writer)
    spool = Spool(tmp_path / "away.jsonl")
    away = ArticleWriter(None, spool, interval=0.01)
    await away.visit(visit(due, gone=Gone(at=NOW + HOUR, status=404)))
    await away.save(article(2, "Second."), now=NOW, ages=[2 * HOUR])
    await away.close()
    assert await replay(writer, spool) == 2
    assert (await stored(connection))["gone"]["status"] == 404
    assert (await stored(connection, 2))["next_visit_at"] == NOW + 2 * HOUR
