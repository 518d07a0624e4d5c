"""Documents to Arrow: one schema, whatever the documents hold."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from newscrawl.columns import COLUMNS, SCHEMA, chosen
from newscrawl.export.arrow import Converter, arrow_schema
from newscrawl.export.rows import WrongValue, plain_row
from tests.stored_articles import article


def document(number: int) -> dict[str, Any]:
    one = article(number)
    return {"_id": one.id, **one.model_dump(), "seq": number, "labels": {"mine": True}}


def test_the_schema_is_that_of_its_version() -> None:
    """A type that changes breaks the queries of readers: give SCHEMA another number, and say so in docs/export.md."""
    assert SCHEMA == "newscrawl.rows/1"
    kinds = {str(field.type) for field in arrow_schema(COLUMNS)}
    assert {"string", "int64", "double", "bool", "timestamp[ms, tz=UTC]"} < kinds
    by_name = {field.name: str(field.type) for field in arrow_schema(COLUMNS)}
    assert by_name["published_at"] == "timestamp[ms, tz=UTC]"
    assert by_name["views"] == "int64"
    schema = arrow_schema(COLUMNS)
    assert schema.field("tags").type == pa.list_(pa.string())
    assert [part.name for part in schema.field("authors").type.value_type] == ["name", "url", "is_agency"]
    assert [part.name for part in schema.field("provenance").type.value_type] == ["name", "value"]


def test_rows_hold_what_the_lines_of_json_hold() -> None:
    documents = [document(number) for number in range(12)]
    rows = Converter(COLUMNS)(documents).to_pylist()
    for one, row in zip(documents, rows, strict=True):
        for name, value in plain_row(one, COLUMNS).items():
            got = row[name]
            if isinstance(got, datetime):
                got = got.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
            assert got == value, name


def test_naive_and_aware_instants_are_the_same_in_utc() -> None:
    aware = datetime(2026, 1, 6, 12, tzinfo=UTC)
    convert = Converter(chosen(["published_at"]))
    batch = convert([{"published": {"at": aware}}, {"published": {"at": aware.replace(tzinfo=None)}}])
    assert batch.column(0)[0] == batch.column(0)[1]


def test_no_documents_and_documents_without_anything_have_the_same_schema() -> None:
    convert = Converter(COLUMNS)
    assert convert([]).schema == convert([{}]).schema == convert([document(1), {}]).schema == arrow_schema(COLUMNS)
    assert convert([{}]).column("views").null_count == 1
    assert convert([{}]).column("tags").to_pylist() == [[]]


def test_a_value_of_another_type_is_named_with_its_article_and_field() -> None:
    wrong = {"_id": "abc", "views": {"count": "many"}}
    with pytest.raises(WrongValue, match=r"abc has in `views\.count` what is no integer"):
        Converter(COLUMNS)([document(1), wrong, document(2)])
    with pytest.raises(WrongValue, match="abc has in `views"):
        Converter(COLUMNS)([{"_id": "abc", "views": [1]}])


def test_chosen_columns_come_alone() -> None:
    assert Converter(chosen(["url", "seq"]))([document(3)]).schema.names == ["url", "seq"]
    assert pa.types.is_int64(Converter(chosen(["seq"]))([document(3)]).schema.field("seq").type)
