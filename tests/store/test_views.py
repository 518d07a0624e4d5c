"""Readers of the view counters, with a real server."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import InsertOne

from newscrawl.normalize.growth import HOUR, Reading, growth, in_order
from newscrawl.normalize.urls import article_id
from newscrawl.records import ViewObservation
from newscrawl.store.connect import Connection
from newscrawl.store.views import Database, attention, growing, series, top

NOW = datetime(2026, 1, 6, 10, 50, tzinfo=UTC)
URL = "https://example.com/news/1"


@pytest.fixture
def database(connection: Connection) -> Database:
    return connection.database


def seen(count: int, *, hours: float, url: str = URL) -> ViewObservation:
    return ViewObservation(article=article_id(url), url=url, at=NOW - hours * HOUR, count=count, source="card")


async def observe(database: Database, *views: ViewObservation) -> None:
    await database["views"].bulk_write([InsertOne({"_id": view.id, **view.model_dump()}) for view in views])


async def store(database: Database, url: str = URL, *, site: str = "example", **fields: Any) -> dict[str, Any]:
    document = {
        "_id": article_id(url),
        "url": url,
        "site": site,
        "headline": f"Headline of {url[-1]}",
        "fingerprint": "",
        **fields,
    }
    await database["articles"].insert_one(dict(document), bypass_document_validation=True)
    return document


async def test_the_series_of_an_article_is_that_of_all_its_addresses_in_order(database: Database) -> None:
    article = await store(database, aliases=[f"{URL}/amp"])
    await observe(database, seen(3, hours=1), seen(2, hours=2, url=f"{URL}/amp"), seen(9, hours=1, url=f"{URL}2"))
    assert [view.count for view in await series(database, article)] == [2, 3]


async def test_an_observation_that_is_stored_twice_is_read_once(database: Database) -> None:
    article = await store(database)
    for _ in range(2):
        await observe(database, seen(3, hours=1))
    assert len(await series(database, article)) == 1


async def test_falls_that_were_not_known_when_they_were_written_are_flagged(database: Database) -> None:
    article = await store(database)
    await observe(database, seen(3, hours=3), seen(2, hours=2), seen(4, hours=1))
    assert [view.fell for view in await series(database, article)] == [False, True, False]


async def test_documents_of_earlier_versions_are_read(database: Database) -> None:
    article = await store(database)
    document = seen(3, hours=1).model_dump(exclude={"fell", "raw"})
    await database["views"].insert_one(document)
    assert [(view.count, view.fell) for view in await series(database, article)] == [(3, False)]


@pytest.mark.parametrize(("precision", "is_told"), [("minute", True), ("hour", True), ("day", False)])
def test_a_half_life_needs_the_hour_of_publication(precision: str, is_told: bool) -> None:
    article = {"published": {"at": NOW - 5 * HOUR, "precision": precision}}
    told = attention(article, [seen(10, hours=4), seen(110, hours=2), seen(200, hours=1)])
    assert (told.half_life is not None) == is_told


def test_an_article_without_a_date_has_no_half_life_and_still_growth() -> None:
    told = attention({"published": None}, [seen(10, hours=4), seen(200, hours=2)])
    assert told.half_life is None
    assert told.growth is not None
    assert told.growth.per_hour == 95


async def test_articles_are_ranked_by_growth_and_not_by_size(database: Database) -> None:
    await store(database, URL)
    await store(database, f"{URL}2")
    await observe(database, seen(9000, hours=3), seen(9010, hours=1))
    await observe(database, seen(10, hours=3, url=f"{URL}2"), seen(110, hours=1, url=f"{URL}2"))
    assert [(row["url"], row["growth"], row["per_hour"], row["count"]) for row in await top(database, 24, now=NOW)] == [
        (f"{URL}2", 100, 50, 110),
        (URL, 10, 5, 9010),
    ]


async def test_only_growth_within_the_hours_counts(database: Database) -> None:
    await store(database)
    await observe(database, seen(0, hours=30), seen(5000, hours=26), seen(5022, hours=4))
    [row] = await top(database, 24, now=NOW)
    assert (row["growth"], row["hours"]) == (20, 20)  # of the 22 hours between the last two readings
    assert await top(database, 2, now=NOW) == []


async def test_articles_of_one_site_are_ranked_alone_however_far_down_they_are(database: Database) -> None:
    for number in range(130):
        url = f"https://example.com/{number}"
        await store(database, url, site="rare" if number < 3 else "example")
        await observe(database, seen(0, hours=2, url=url), seen(10 + number, hours=1, url=url))
    assert [row["growth"] for row in await top(database, 24, now=NOW, site="rare")] == [12, 11, 10]
    assert [row["growth"] for row in await top(database, 24, now=NOW, limit=2)] == [139, 138]


async def test_an_article_under_two_addresses_is_ranked_once_and_one_that_is_not_stored_never(
    database: Database,
) -> None:
    await store(database, aliases=[f"{URL}/amp"])
    for url in (URL, f"{URL}/amp", f"{URL}/not-stored"):
        await observe(database, seen(0, hours=2, url=url), seen(10, hours=1, url=url))
    assert [row["url"] for row in await top(database, 24, now=NOW)] == [URL]


async def test_the_ranking_counts_growth_as_the_growth_of_one_article_is_counted(database: Database) -> None:
    dice = random.Random(5)
    hours, expected = 24, {}
    for number in range(60):
        url = f"https://example.com/{number}"
        await store(database, url)
        views = [seen(dice.randrange(1000), hours=dice.randrange(480) / 10, url=url) for _ in range(dice.randrange(7))]
        if views:
            await observe(database, *views)
        readings: list[Reading] = in_order((view.at, view.count) for view in views)
        grown = growth(readings, NOW - timedelta(hours=hours))
        if grown is not None and grown.views >= 0.5:
            expected[url] = (round(grown.views), round(grown.per_hour, 1))
    rows = await top(database, hours, now=NOW, limit=100)
    assert {row["url"]: (row["growth"], row["per_hour"]) for row in rows} == expected
    assert len(expected) > 10


async def test_the_readers_search_by_time_and_by_article_and_never_the_whole_series(database: Database) -> None:
    await observe(database, *(seen(n, hours=n, url=f"{URL}{n}") for n in range(500)))
    since = NOW - 24 * HOUR
    plan = await database.command("explain", {"aggregate": "views", "pipeline": growing(since, 24), "cursor": {}})
    assert '"CLUSTERED_IXSCAN"' in str(plan).replace("'", '"')
    by_article = [{"$match": {"article": {"$in": [article_id(URL)]}}}]
    plan = await database.command("explain", {"aggregate": "views", "pipeline": by_article, "cursor": {}})
    assert '"IXSCAN"' in str(plan).replace("'", '"')
