"""The published schemas: valid themselves, with every property described, and true of all that a crawl stores."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from pymongo import MongoClient

from newscrawl.json_schema import DIALECT, article_schema, example_records, parts, record_schema
from newscrawl.records import RECORDS
from tests.conftest import Newscrawl, Server

FORMATS = FormatChecker(())


@FORMATS.checks("date-time", raises=ValueError)
def is_instant(value: object) -> bool:
    """By RFC 3339: with the offset from UTC."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def errors(collection: str, document: dict[str, Any]) -> list[str]:
    """What a document has that its schema does not allow."""
    plain = json.loads(json.dumps(document, default=lambda value: value.isoformat()))
    return [f"{error.json_path}: {error.message}" for error in validator(collection).iter_errors(plain)]


@cache
def validator(collection: str) -> Draft202012Validator:
    return Draft202012Validator(record_schema(collection), format_checker=FORMATS)


def properties(collection: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for part in parts(record_schema(collection)):
        for name, node in part.get("properties", {}).items():
            yield f"{part['title']}.{name}", node


@pytest.mark.parametrize("collection", RECORDS)
def test_a_schema_is_one_by_its_dialect_and_describes_every_property(collection: str) -> None:
    schema = record_schema(collection)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == DIALECT
    assert schema["$id"].startswith(f"urn:newscrawl:schema:{collection}:")
    assert [name for name, node in properties(collection) if not node.get("description")] == []


def test_the_examples_of_an_article_are_valid_and_cover_nearly_every_property() -> None:
    assert [error for one in example_records()["articles"] for error in errors("articles", one)] == []
    without = [name for name, node in properties("articles") if "examples" not in node and "type" in node]
    assert len(without) < 12, without


def test_no_schema_takes_its_examples_from_another_collection() -> None:
    whole = [record_schema(collection) for collection in RECORDS]
    assert [record_schema(collection) for collection in RECORDS] == whole
    assert "examples" not in record_schema("runs")["properties"]["_id"]


def test_an_instant_without_a_zone_is_none_and_a_field_that_no_model_has_is_refused() -> None:
    example = example_records()["articles"][0]
    assert errors("articles", example | {"first_seen_at": "2026-01-20T10:00:00"})
    assert errors("articles", example | {"surprise": 1})
    assert errors("articles", example | {"labels": {"team": {"read": True}}}) == []


def test_everything_that_a_crawl_stores_is_valid(newscrawl: Newscrawl, replica: Server) -> None:
    newscrawl("crawl", "replica", "--limit", "30")
    checked = {}
    with MongoClient(newscrawl.uri, tz_aware=True) as client:
        for collection in client[newscrawl.database].list_collection_names():
            if collection in RECORDS:
                documents = list(client[newscrawl.database][collection].find())
                assert {error for one in documents for error in errors(collection, one)} == set(), collection
                checked[collection] = len(documents)
    assert checked["articles"] == 30
    assert checked["runs"] == 1
    assert checked["views"] > 0


def test_the_command_prints_the_schema_of_any_collection(newscrawl: Newscrawl) -> None:
    assert json.loads(newscrawl("schema")) == article_schema()
    assert json.loads(newscrawl("schema", "runs"))["title"] == "Run"
    code, _, said = newscrawl.run("schema", "nonsense")
    assert code == 2
    assert "there is no collection 'nonsense'; there are articles, " in said
