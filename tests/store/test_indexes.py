"""Indexes as servers take them."""

from __future__ import annotations

from newscrawl.store.connect import Connection
from newscrawl.store.schema import apply_schema, missing_indexes

TERMS = "week_-1_terms_1_order_-1"


async def _options(connection: Connection) -> dict[str, object]:
    found = await connection.database["articles"].index_information()
    return dict(found[TERMS])


async def test_the_index_of_terms_has_small_pages(connection: Connection) -> None:
    assert "leaf_page_max=4KB" in str(await _options(connection))


async def test_an_index_without_the_option_stays_as_it_is(connection: Connection) -> None:
    await connection.database["articles"].drop_index(TERMS)
    await connection.database["articles"].create_index([("week", -1), ("terms", 1), ("order", -1)])
    await apply_schema(connection)
    await apply_schema(connection)
    assert "leaf_page_max" not in str(await _options(connection))
    assert await missing_indexes(connection) == []
