"""The flat view: one level, typed, made once, and read by the indexes of the articles."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from newscrawl.columns import VIEWED
from newscrawl.export.rows import flat_row
from newscrawl.store.connect import Connection
from newscrawl.store.flat_view import FLAT_VIEW
from newscrawl.store.schema import apply_schema
from tests.stored_articles import article, store_articles


def stages(explained: Any) -> list[str]:
    """The stages and indexes of a plan."""
    if isinstance(explained, list):
        return [stage for part in explained for stage in stages(part)]
    if not isinstance(explained, dict):
        return []
    own = [explained[key] for key in ("stage", "indexName") if key in explained]
    return own + [stage for key, part in explained.items() if key != "rejectedPlans" for stage in stages(part)]


async def test_a_row_has_every_column_as_a_single_value(connection: Connection, tmp_path: Path) -> None:
    await store_articles(connection, tmp_path, 30)
    rows = await connection.database[FLAT_VIEW].find().to_list()
    assert len(rows) == 30
    assert {tuple(row) for row in rows} == {tuple(column.name for column in VIEWED)}, "in the order of exports"
    kinds = {type(value) for row in rows for value in row.values()}
    assert kinds <= {str, int, float, bool, datetime, type(None)}


async def test_a_row_says_what_the_csv_export_says(connection: Connection, tmp_path: Path) -> None:
    await store_articles(connection, tmp_path, 30)
    documents = {d["_id"]: d for d in await connection.database["articles"].find().to_list()}
    async for row in connection.database[FLAT_VIEW].find():
        as_document = {column.path[0]: row[column.name] for column in VIEWED if len(column.path) == 1}
        expected = flat_row(documents[row["id"]], VIEWED)
        by_name = dict(zip((column.name for column in VIEWED), expected, strict=True))
        assert by_name["tags"] == row["tags"]
        assert by_name["author_names"] == row["author_names"]
        assert by_name["published_raw"] == (row["published_raw"] or "")
        assert by_name["image_url"] == row["image_url"]
        assert as_document["headline"] == by_name["headline"]


async def test_applying_the_schema_again_leaves_the_view_and_mends_an_old_one(connection: Connection) -> None:
    database = connection.database
    await database.command("collMod", FLAT_VIEW, viewOn="articles", pipeline=[{"$project": {"url": 1}}])
    await apply_schema(connection)
    await apply_schema(connection)
    [view] = await (await database.list_collections(filter={"name": FLAT_VIEW})).to_list()
    assert len(view["options"]["pipeline"][0]["$project"]) == len(VIEWED) + 1


async def test_filters_of_its_plain_columns_use_the_indexes_of_the_articles(
    connection: Connection, tmp_path: Path
) -> None:
    await store_articles(connection, tmp_path, 10)
    for asked in ({"site": "unn"}, {"seq": {"$gt": 5}}, {"id": article(3).id}, {"url": article(3).url}):
        explained = await connection.database.command(
            "explain", {"find": FLAT_VIEW, "filter": asked}, verbosity="queryPlanner"
        )
        assert "COLLSCAN" not in stages(explained), asked
        assert {"IXSCAN", "IDHACK"} & set(stages(explained)), asked
