"""The columns: each is read from a field that there is, and every field has been decided on."""

from __future__ import annotations

import pytest

from newscrawl.article import Article
from newscrawl.columns import COLUMNS, FLAT, VIEWED, chosen, projection
from newscrawl.records import Tombstone
from newscrawl.store.schema import validator

LEFT_OUT = {
    *("sections", "undecodable", "related", "similarity", "returns", "next_visit_at", "absences"),
    *("evidence", "disagreements", "links_due", "seq_due"),
}
"""Fields that exports do not have: the text a second time, and what the crawler needs for its work."""


def test_every_field_of_an_article_is_exported_or_left_out_on_purpose() -> None:
    used = (
        {column.path[0] for column in COLUMNS}
        - {"_id", "labels"}
        - (Tombstone.model_fields.keys() - Article.model_fields.keys())
    )
    assert used == Article.model_fields.keys() - LEFT_OUT


def test_every_column_is_read_from_a_field_that_there_is() -> None:
    schema = validator(Article)["$jsonSchema"]
    schema["properties"] |= validator(Tombstone)["$jsonSchema"]["properties"]
    for column in COLUMNS:
        options = [schema]
        for key in column.path:
            found = [option["properties"][key] for option in options if key in option.get("properties", {})]
            assert found, column
            options = [part for option in found for part in (option, *option.get("anyOf", ()), option.get("items", {}))]


def test_names_are_unique_and_each_is_told() -> None:
    names = [column.name for column in COLUMNS]
    assert len(set(names)) == len(names)
    assert all(column.told.endswith((".", "…")) for column in COLUMNS)


def test_csv_and_the_view_have_no_lists_of_parts() -> None:
    assert {column.kind for column in FLAT} == {"text", "integer", "number", "flag", "instant", "texts", "json"}
    assert {column.name for column in FLAT} - {column.name for column in VIEWED} == {"labels", "merged_into"}


def test_columns_are_chosen_by_name_in_the_order_asked_for() -> None:
    assert [column.name for column in chosen(["views", "id", "views"])] == ["views", "id"]
    assert projection(chosen(["views", "views_seen_at", "id"])) == {"views": 1, "_id": 1}


def test_a_name_that_is_none_is_refused_with_the_one_that_is_meant() -> None:
    with pytest.raises(ValueError, match="'headlin' is no column; did you mean headline"):
        chosen(["headlin"])
