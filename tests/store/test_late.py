"""Pages that are read long after they were fetched, and stored articles that are corrected from their own page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from newscrawl.article import Article, Fetch, Views
from newscrawl.normalize.text import fingerprint
from newscrawl.records import Failure, ViewObservation
from newscrawl.store.articles import ArticleWriter
from newscrawl.store.connect import Connection
from newscrawl.store.correct import Correction, correct
from newscrawl.store.queries import known
from newscrawl.store.spool import Spool

NOW = datetime(2026, 1, 6, 10, 50, tzinfo=UTC)
HOUR = timedelta(hours=1)
URL = "https://example.com/news/1"


def article(body: str = "First.", *, at: datetime = NOW, **fields: Any) -> Article:
    fetch = Fetch(at=at, run="r1", archive="example/2026-01-06/r1-00000.warc.gz:10")
    values = {"headline": "Storm", "fingerprint": fingerprint("Storm", fields.get("lead"), body), "fetch": fetch}
    return Article(url=URL, site="example", body=body, **values | fields)


@pytest.fixture
def writer(connection: Connection, tmp_path: Path) -> ArticleWriter:
    return ArticleWriter(connection, Spool(tmp_path / "spool.jsonl"), interval=0.01)


async def stored(connection: Connection) -> dict[str, Any]:
    [document] = await connection.database["articles"].find().to_list()
    return document


async def test_an_older_page_changes_nothing_but_tells_its_addresses(
    connection: Connection, writer: ArticleWriter
) -> None:
    await writer.save(article("New text."), now=NOW)
    older = article("Old text.", at=NOW - HOUR, aliases=["https://example.com/amp/1"])
    assert await writer.save(older, now=NOW - HOUR, is_late=True) == "older"
    document = await stored(connection)
    assert (document["body"], document["revision"], document["last_seen_at"]) == ("New text.", 1, NOW)
    assert (document["first_seen_at"], document["aliases"]) == (NOW - HOUR, ["https://example.com/amp/1"])


async def test_a_page_older_than_the_last_visit_is_older_though_the_text_is_of_an_earlier_one(
    connection: Connection, writer: ArticleWriter
) -> None:
    await writer.save(article("Text.", at=NOW), now=NOW)
    await writer.save(article("Text.", at=NOW + 2 * HOUR), now=NOW + 2 * HOUR)
    between = article("Another text.", at=NOW + HOUR)
    assert await writer.save(between, now=NOW + HOUR, is_late=True) == "older"


async def test_late_pages_in_their_order_make_the_versions_that_a_crawl_makes(
    connection: Connection, writer: ArticleWriter
) -> None:
    outcomes = []
    for hours, text in enumerate(("First.", "First.", "Second.")):
        at = NOW + hours * HOUR
        outcomes.append(await writer.save(article(text, at=at), now=at, is_late=True))
    assert outcomes == ["new", "unchanged", "changed"]
    assert (await stored(connection))["revision"] == 2


async def test_the_same_late_page_adds_no_counter_twice(connection: Connection, tmp_path: Path) -> None:
    for number in range(2):
        writer = ArticleWriter(connection, Spool(tmp_path / f"{number}"), interval=0.01)  # as after a kill
        seen = ViewObservation(article=article().id, url=URL, at=NOW, count=7, source="own page", run=None)
        await writer.save(article(), now=NOW, views=[seen], is_late=True)
        await writer.close()
    assert await connection.database["views"].count_documents({}) == 1


async def test_a_failed_page_of_a_file_says_nothing_of_its_address(
    connection: Connection, writer: ArticleWriter
) -> None:
    def failure(stage: Any, reason: str) -> Failure:
        return Failure(url=URL, site="example", stage=stage, reason=reason, first_at=NOW, last_at=NOW)

    await writer.fail(failure("ingest", "no-headline"))
    await writer.flush()
    assert (await known(connection.database, [], [URL], NOW)).postponed == set()
    await writer.fail(failure("fetch", "http-404"))
    await writer.flush()
    await writer.fail(failure("ingest", "no-headline"))
    await writer.flush()
    [document] = await connection.database["failures"].find().to_list()
    assert document["reason"] == "http-404"


# --- corrections ----------------------------------------------------------------------------------


async def test_a_correction_makes_no_version_and_no_visit(connection: Connection, writer: ArticleWriter) -> None:
    await writer.save(article("Cookies? Text.", lead="Wrong", aliases=["https://example.com/amp/1"]), now=NOW)
    before = await stored(connection)
    better = article("Text.", lead="Right", tags=["storm"])
    assert await correct(connection.database, [Correction.of(before, better)]) == 1
    after = await stored(connection)
    assert (after["body"], after["lead"], after["tags"]) == ("Text.", "Right", ["storm"])
    assert after["fingerprint"] == better.fingerprint
    same = ("revision", "change", "changed_at", "first_seen_at", "last_seen_at", "next_visit_at", "fetch", "aliases")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert await connection.database["revisions"].count_documents({}) == 0


async def test_an_article_that_was_fetched_again_meanwhile_is_not_corrected(
    connection: Connection, writer: ArticleWriter
) -> None:
    await writer.save(article(), now=NOW)
    correction = Correction.of(await stored(connection), article("Wrong by now."))
    later = Fetch(at=NOW + HOUR, archive="example/2026-01-06/r2-00000.warc.gz:10")
    await writer.save(article(fetch=later), now=NOW + HOUR)
    assert await correct(connection.database, [correction]) == 0
    assert (await stored(connection))["body"] == "First."


async def test_a_correction_leaves_a_counter_that_was_seen_later(connection: Connection, writer: ArticleWriter) -> None:
    def seen(count: int, at: datetime) -> Views:
        return Views(count=count, seen_at=at, raw=str(count))

    await writer.save(article(views=seen(5, NOW)), now=NOW)
    before = await stored(connection)
    await correct(connection.database, [Correction.of(before, article(views=seen(500, NOW)))])
    assert (await stored(connection))["views"]["count"] == 500
    later = ViewObservation(article=before["_id"], url=URL, at=NOW + HOUR, count=600, source="card")
    await writer.observe([later])
    await writer.flush()
    for again in (article(views=seen(400, NOW)), article()):
        await correct(connection.database, [Correction.of(await stored(connection), again)])
        assert (await stored(connection))["views"]["count"] == 600


async def test_a_corrected_address_keeps_the_earlier_one_as_an_alias(
    connection: Connection, writer: ArticleWriter
) -> None:
    await writer.save(article(), now=NOW)
    better = article().model_copy(update={"url": "https://example.com/news/one"})
    await correct(connection.database, [Correction.of(await stored(connection), better)])
    document = await stored(connection)
    assert (document["url"], document["aliases"]) == ("https://example.com/news/one", [URL])
