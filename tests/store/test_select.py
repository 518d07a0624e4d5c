"""What readers find by a selection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from newscrawl.article import INT64_MAX
from newscrawl.selection import Selection
from newscrawl.store.connect import Connection
from newscrawl.store.select import WrongCursor, select
from newscrawl.store.sequence import settled
from tests.databases import Databases
from tests.store.conftest import stored_in
from tests.stored_articles import START

NUMBER = 30


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stored(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Connection]:
    async with stored_in(databases, tmp_path_factory.mktemp("stored"), NUMBER) as connection:
        yield connection


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def urls(connection: Connection, **filters: object) -> list[str]:
    page = await select(connection.database, Selection.model_validate(filters), limit=100)
    return [article["url"] for article in page.articles]


async def numbers(connection: Connection, **filters: object) -> list[int]:
    return sorted(int(url.rsplit("/", 1)[1]) for url in await urls(connection, **filters))


async def test_the_newest_come_first_and_undated_ones_last(stored: Connection) -> None:
    found = await select(stored.database, Selection(), limit=100)
    instants = [(article.get("published") or {}).get("at") for article in found.articles]
    dated = [at for at in instants if at is not None]
    assert len(instants) == NUMBER
    assert dated == sorted(dated, reverse=True)
    assert instants == [*dated, *[None] * (NUMBER - len(dated))]
    assert len(dated) < NUMBER


@pytest.mark.parametrize("size", [1, 4, 7])
async def test_pages_give_every_article_once_and_in_order(stored: Connection, size: int) -> None:
    whole = await urls(stored)
    found: list[str] = []
    cursor = None
    while True:
        page = await select(stored.database, Selection(), limit=size, cursor=cursor)
        found += [article["url"] for article in page.articles]
        cursor = page.cursor
        if cursor is None:
            break
    assert found == whole


async def test_a_site_is_found_by_its_name(stored: Connection) -> None:
    assert await numbers(stored, sites=["unn"]) == [n for n in range(NUMBER) if n % 5 in (0, 1)]


async def test_several_values_of_a_filter_mean_any_of_them(stored: Connection) -> None:
    assert await numbers(stored, sites=["reuters", "asahi"]) == [n for n in range(NUMBER) if n % 5 in (2, 3)]


async def test_a_language_takes_in_its_regions(stored: Connection) -> None:
    assert await numbers(stored, languages=["en"]) == [n for n in range(NUMBER) if n % 5 in (1, 2)]
    assert await numbers(stored, languages=["en-GB"]) == [n for n in range(NUMBER) if n % 5 == 2]


async def test_place_country_and_agency_come_from_the_dateline(stored: Connection) -> None:
    london = [n for n in range(NUMBER) if n % 5 == 2 and n != 7]
    assert await numbers(stored, places=["LONDON"]) == london
    assert await numbers(stored, countries=["GB"]) == london
    assert await numbers(stored, agencies=["reuters"]) == london


async def test_tags_are_found_whatever_their_case_and_accents(stored: Connection) -> None:
    assert await numbers(stored, tags=["CAFE"]) == [n for n in range(NUMBER) if n % 4 == 3]


async def test_several_filters_mean_all_of_them(stored: Connection) -> None:
    assert await numbers(stored, sites=["unn"], tags=["war"], languages=["uk"]) == [10]


async def test_a_span_takes_in_its_start_and_not_its_end(stored: Connection) -> None:
    span = {"published_from": START, "published_to": START + timedelta(minutes=17 * 3)}
    assert await numbers(stored, **span) == [0, 1, 2]


async def test_minimum_views_leave_out_what_has_no_counter(stored: Connection) -> None:
    assert await numbers(stored, min_views=2000) == [21, 23, 25, 27, 29]


async def test_a_search_finds_other_forms_of_a_word(stored: Connection) -> None:
    assert await numbers(stored, text="президенту") == [0, 5, 10, 15, 20, 25]
    assert await numbers(stored, text="policy") == [n for n in range(NUMBER) if n % 5 == 2 and n != 7]


async def test_a_search_finds_words_in_scripts_without_blanks(stored: Connection) -> None:
    assert await numbers(stored, text="東京") == [n for n in range(NUMBER) if n % 5 == 3]


async def test_a_phrase_stands_as_it_is_typed(stored: Connection) -> None:
    assert await numbers(stored, text='"took eight hours"') == [1, 16, 21, 26]
    assert await numbers(stored, text='"hours eight took"') == []


async def test_a_minus_leaves_out(stored: Connection) -> None:
    assert await numbers(stored, text="eight -number16") == [1, 21, 26]
    assert await numbers(stored, text='session -"took eight"') == [11]


async def test_a_star_stands_for_the_rest_of_a_word(stored: Connection) -> None:
    assert await numbers(stored, text="number2*") == [2, *range(20, 30)]


async def test_kinds_and_authors_and_sections_are_filters(stored: Connection) -> None:
    assert await numbers(stored, kinds=["opinion"]) == [10, 21]
    assert await numbers(stored, authors=["lesya ukrainka"], sections=["politics"]) == [
        2,
        4,
        8,
        10,
        14,
        16,
        20,
        22,
        26,
        28,
    ]


async def test_the_order_of_seq_gives_everything_once_in_the_order_of_news(stored: Connection) -> None:
    last = await settled(stored.database)
    found: list[int] = []
    cursor = None
    while True:
        page = await select(stored.database, Selection(), limit=7, cursor=cursor, order="seq")
        found += [article["seq"] for article in page.articles]
        if page.cursor is None:
            break
        cursor = page.cursor
    assert found == sorted(set(found))
    assert (len(found), page.seq, found[-1]) == (NUMBER, last, last)


async def test_a_changed_article_comes_again_behind_a_cursor(stored: Connection) -> None:
    assert (await select(stored.database, Selection(), order="seq", cursor=str(INT64_MAX))).articles == []
    page = await select(stored.database, Selection(after_seq=NUMBER), order="seq")
    assert [article["url"].rsplit("/", 1)[1] for article in page.articles] == ["11"]


@pytest.mark.parametrize(
    "cursor", ["x", "e30", "W10", "WzEsMl0x" * 20, "WyJhIiwxXQ", "W251bGwsdHJ1ZV0", "!", "WzFlOTk5LDFd"]
)
async def test_a_broken_cursor_is_refused(stored: Connection, cursor: str) -> None:
    with pytest.raises(WrongCursor):
        await select(stored.database, Selection(), cursor=cursor)


async def test_what_the_store_keeps_for_itself_is_not_given(stored: Connection) -> None:
    page = await select(stored.database, Selection(), limit=1)
    assert not {"terms", "seq_due", "links_due"} & page.articles[0].keys()
