"""Articles of every earlier form come to the present one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bson import json_util

from newscrawl.article import SCHEMA_VERSION, Article
from newscrawl.selection import Selection
from newscrawl.store.connect import Connection
from newscrawl.store.lookup import HIDDEN
from newscrawl.store.migrate import STEPS, migrate
from newscrawl.store.schema import apply_schema
from newscrawl.store.select import select
from newscrawl.store.sequence import give_numbers

FORMS = Path(__file__).parent / "forms"
"""What the releases of each form have really stored, as MongoDB's extended JSON: `version_1.json` and so on."""


def documents(version: int) -> list[dict[str, Any]]:
    found = json_util.loads(
        (FORMS / f"version_{version}.json").read_text(), json_options=json_util.JSONOptions(tz_aware=True)
    )
    assert isinstance(found, list)
    return found


async def insert(connection: Connection, version: int) -> None:
    """As that release left its database."""
    await connection.database["forms"].delete_many({})
    await connection.database["articles"].insert_many(documents(version), bypass_document_validation=True)


def test_there_are_documents_of_every_earlier_form() -> None:
    assert sorted(STEPS) == list(range(1, SCHEMA_VERSION))
    assert all(documents(version) for version in STEPS)


@pytest.mark.parametrize("version", sorted(STEPS))
async def test_every_article_has_the_present_form_afterwards(connection: Connection, version: int) -> None:
    await insert(connection, version)
    await apply_schema(connection)
    found = await connection.database["articles"].find({}, {"_id": 0, **HIDDEN}).to_list()
    assert len(found) == len(documents(version))
    for document in found:
        assert Article.model_validate(document).schema_version == SCHEMA_VERSION
        assert document.keys() <= Article.model_fields.keys()


@pytest.mark.parametrize("version", sorted(STEPS))
async def test_nothing_that_was_known_is_lost(connection: Connection, version: int) -> None:
    await insert(connection, version)
    await apply_schema(connection)
    for before in documents(version):
        after = await connection.database["articles"].find_one({"_id": before["_id"]})
        assert after is not None
        for name in ("url", "headline", "lead", "body", "sections", "fingerprint", "revision", "first_seen_at", "gone"):
            assert after[name] == before[name]
        for part, value in (before["published"] or {}).items():
            assert after["published"][part] == value


@pytest.mark.parametrize("version", sorted(STEPS))
async def test_a_second_migration_changes_nothing(connection: Connection, version: int) -> None:
    await insert(connection, version)
    assert await migrate(connection.database) == len(documents(version))
    assert await migrate(connection.database) == 0


async def test_a_migration_that_was_killed_goes_on_where_it_was(connection: Connection) -> None:
    await insert(connection, 1)
    [first, *others] = documents(1)
    await connection.database["articles"].update_one({"_id": first["_id"]}, STEPS[1](first))
    await connection.database["articles"].update_one({"_id": first["_id"]}, STEPS[2](first))
    assert await migrate(connection.database) == len(others)


async def test_an_index_that_nobody_asks_for_any_more_goes(connection: Connection) -> None:
    await insert(connection, 2)
    await connection.database["articles"].create_index([("terms", 1), ("order", -1)])
    await apply_schema(connection)
    assert "terms_1_order_-1" not in await connection.database["articles"].index_information()


async def test_old_articles_are_numbered_in_the_order_in_which_they_were_first_seen(connection: Connection) -> None:
    await insert(connection, 1)
    await apply_schema(connection)
    await give_numbers(connection.database)
    page = await select(connection.database, Selection(), order="seq")
    assert [article["first_seen_at"] for article in page.articles] == sorted(d["first_seen_at"] for d in documents(1))
    assert [article["seq"] for article in page.articles] == [1, 2, 3]


@pytest.mark.parametrize("version", sorted(STEPS))
async def test_old_articles_are_found_by_their_words(connection: Connection, version: int) -> None:
    await insert(connection, version)
    await apply_schema(connection)
    page = await select(connection.database, Selection(text="мостів пором", sites=("example",), languages=("uk",)))
    assert [article["headline"] for article in page.articles] == ["Рада проголосувала за відбудову мосту"]


async def test_what_is_told_of_an_old_instant_is_no_more_than_was_kept(connection: Connection) -> None:
    await insert(connection, 1)
    await apply_schema(connection)
    zones = {}
    async for article in connection.database["articles"].find():
        zones[article["published"]["raw"]] = (article["published"]["zone"], article["published"]["source"])
    assert zones == {
        "2026-10-31T09:30:00+02:00": (None, "meta:article:published_time"),
        "2026-10-30 18:00": ("assumed", "time"),
        "2026-10-29": ("assumed", "url"),
    }


async def test_a_withdrawn_article_and_a_wire_copy_of_old_say_so(connection: Connection) -> None:
    await insert(connection, 1)
    await apply_schema(connection)
    articles = await connection.database["articles"].find().sort("first_seen_at", 1).to_list()
    assert [article["status"] for article in articles] == ["active", "active", "gone"]
    assert [article["syndication"] for article in articles] == [{"agency": "Reuters"}, None, None]


async def test_an_empty_database_has_the_present_form(connection: Connection) -> None:
    assert await connection.database["forms"].find_one() == {"_id": "articles", "schema_version": SCHEMA_VERSION}
