"""What is found by the keys of several indexes side by side is what looking at every article finds."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pymongo.errors import ExecutionTimeout

from newscrawl.selection import Selection
from newscrawl.store import seek
from newscrawl.store.connect import Connection
from newscrawl.store.order import HIGHEST
from newscrawl.store.seek import Clock, Seeker
from newscrawl.store.select import select
from newscrawl.store.wanted import wanted
from tests.databases import Databases
from tests.store.conftest import stored_in
from tests.stored_articles import START

NUMBER = 60
VIEWS = {"seen_at": START, "raw": "10 views"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stored(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Connection]:
    async with stored_in(databases, tmp_path_factory.mktemp("sought"), NUMBER) as connection:
        yield connection


pytestmark = pytest.mark.asyncio(loop_scope="module")

CHOICES: dict[str, tuple[Any, ...]] = {
    "text": ("budget", "president budget", "num*", "budget -government", '"took eight"', "session number1*", "the*"),
    "sites": (("unn",), ("reuters", "asahi")),
    "languages": (("en",), ("uk", "ar")),
    "countries": (("UA",), ("JP", "GB")),
    "tags": (("Politics",), ("War", "Café")),
    "sections": (("Economy",),),
    "authors": (("Ivan Franko",),),
    "kinds": (("opinion",), ("article",)),
    "statuses": (("active",), ("gone",)),
    "min_views": (0, 500, 5000, 10**6),
    "after_seq": (0, 30, NUMBER, 10**6),
    "published_from": (START, START + timedelta(hours=5)),
    "published_to": (START + timedelta(hours=9), START + timedelta(days=30)),
}


def selections(number: int) -> list[Selection]:
    """Selections with one to four filters."""
    dice = random.Random(7)
    chosen = (dice.sample(sorted(CHOICES), dice.randint(1, 4)) for _ in range(number))
    return [Selection(**{name: dice.choice(CHOICES[name]) for name in names}) for names in chosen]


@pytest.fixture(params=["as it is", "little at once", "everything is frequent"])
def amounts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How much is read at once: as usual, or so little that 60 articles are many."""
    if request.param != "as it is":
        for name in ("FIRST_KEYS", "FIRST_ARTICLES"):
            monkeypatch.setattr(seek, name, 2)
        monkeypatch.setattr(seek, "MOST_KEYS", 4)
    if request.param == "everything is frequent":
        for name in ("FEW_LISTED", "FEW_WORDS"):
            monkeypatch.setattr(seek, name, 0)


@pytest.mark.usefixtures("amounts")
async def test_pages_are_what_looking_at_every_article_finds(stored: Connection) -> None:
    for selection in selections(40):
        asked = wanted(selection)
        places = {"order": {"$gte": asked.lowest, "$lte": asked.highest}}
        every = stored.database["articles"].find({"$and": [places, asked.test]}, {"url": 1}).sort("order", -1)
        truth = [] if asked.is_impossible else [document["url"] async for document in every]
        found: list[str] = []
        cursor = None
        while True:
            page = await select(stored.database, selection, limit=7, cursor=cursor)
            found += [article["url"] for article in page.articles]
            if (cursor := page.cursor) is None:
                break
        assert found == truth, selection


@pytest.mark.parametrize("selection", [Selection(), Selection(min_views=1), Selection(after_seq=0)])
async def test_articles_of_one_place_are_all_given(
    stored: Connection, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, selection: Selection
) -> None:
    monkeypatch.setattr(seek, "FEW_LISTED", 6)  # fewer than articles, and more than places
    seek._known.clear()
    async with databases.connected(tmp_path) as connection:
        articles = connection.database["articles"]
        some = await stored.database["articles"].find().limit(11).to_list()
        await articles.insert_many(
            [
                document | {"order": 5 if number < 9 else 6, "views": {**VIEWS, "count": number + 1}, "seq": number + 1}
                for number, document in enumerate(some)
            ]
        )
        found: list[str] = []
        cursor = None
        for _ in range(6):
            page = await select(connection.database, selection, limit=2, cursor=cursor)
            found += [article["_id"] for article in page.articles]
            cursor = page.cursor
        assert cursor is None
        assert sorted(found) == sorted(document["_id"] for document in some)


async def test_no_search_outlasts_its_time(stored: Connection) -> None:
    seeker = Seeker(stored.database, wanted(Selection(text="budget president")), HIGHEST, Clock(0.0))
    with pytest.raises(ExecutionTimeout):
        await seeker.find(20, {})
