"""The places that datelines name, counted on a real server by an index alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from newscrawl.article import Dateline
from newscrawl.store.connect import Connection
from newscrawl.store.places import count_places, places_pipeline
from tests.stored_articles import START, article, store


async def test_places_are_counted_since_an_instant_the_most_frequent_first(
    connection: Connection, tmp_path: Path
) -> None:
    await store(
        connection,
        tmp_path,
        [*map(article, (0, 1, 2, 5, 10)), article(3, dateline=Dateline(raw="no place"))],
        now=START,
    )
    places = await count_places(connection.database, START)
    assert [(place.place, place.country, place.number) for place in places] == [
        ("Київ", "UA", 3),
        ("Kyiv", "UA", 1),
        ("London", "GB", 1),
    ]
    assert places[0].newest == START + timedelta(minutes=170)
    later = await count_places(connection.database, START + timedelta(minutes=100))
    assert [place.number for place in later] == [1]
    assert [place.place for place in await count_places(connection.database, START, site="reuters")] == ["London"]
    assert len(await count_places(connection.database, START, limit=2)) == 2


async def test_no_article_is_read_to_count_places(connection: Connection) -> None:
    for pipeline in (places_pipeline(START), places_pipeline(START, "unn")):
        told = str(
            await connection.database.command(
                {"explain": {"aggregate": "articles", "pipeline": pipeline, "cursor": {}, "hint": "places"}}
            )
        )
        assert "IXSCAN" in told
        assert "FETCH" not in told
