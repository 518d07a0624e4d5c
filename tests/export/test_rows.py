"""Rows of plain values: null is not zero, instants are UTC, and no cell of a CSV file is a formula."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from newscrawl.columns import COLUMNS, FLAT, chosen
from newscrawl.export.rows import as_json, flat_row, harmless, plain_row
from tests.stored_articles import article


def flat(document: dict[str, Any], *names: str) -> list[str]:
    return flat_row(document, chosen(names, FLAT))


def plain(document: dict[str, Any], *names: str) -> list[Any]:
    return list(plain_row(document, chosen(names)).values())


def test_a_counter_that_was_not_seen_is_not_zero() -> None:
    assert plain({"views": None}, "views") == [None]
    assert plain({"views": {"count": 0}}, "views") == [0]
    assert flat({"views": {"count": 0}}, "views") == ["0"]
    assert flat({}, "views") == [""]


def test_an_instant_is_iso_8601_in_utc_with_or_without_its_zone() -> None:
    at = datetime(2026, 1, 6, 12, 0, 0, 250_000)
    for instant in (at, at.replace(tzinfo=UTC)):
        assert plain({"published": {"at": instant}}, "published_at") == ["2026-01-06T12:00:00.250Z"]


def test_lists_are_lists_in_json_and_one_text_in_csv() -> None:
    document = {"tags": ["War", "Café"], "authors": [{"name": "A", "url": None}, {"name": "B"}]}
    assert plain(document, "tags", "author_names") == [["War", "Café"], ["A", "B"]]
    assert flat(document, "tags", "author_names") == ["War; Café", "A; B"]


def test_parts_have_all_their_fields() -> None:
    assert plain({"authors": [{"name": "A"}]}, "authors") == [[{"name": "A", "url": None, "is_agency": None}]]
    assert plain({"provenance": {"headline": "og"}}, "provenance") == [[{"name": "headline", "value": "og"}]]


def test_yes_and_no_are_words_and_labels_are_json() -> None:
    assert flat({"is_live": True, "labels": {"b": 1, "a": [2]}}, "is_live", "labels") == ["true", '{"a": [2], "b": 1}']
    assert as_json({"at": datetime(2026, 1, 6)}) == '{"at": "2026-01-06T00:00:00.000Z"}'


def test_the_lead_image_is_the_first_one() -> None:
    assert plain({"images": [{"url": "a"}, {"url": "b"}]}, "image_url") == ["a"]
    assert plain({"images": []}, "image_url") == [None]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_text_that_would_be_a_formula_is_one_no_more(text: str) -> None:
    assert harmless(text) == "'" + text
    assert flat({"headline": text}, "headline") == ["'" + text]


def test_numbers_below_zero_stay_numbers() -> None:
    assert flat({"published": {"offset": -300}}, "published_offset") == ["-300"]


def test_a_whole_article_and_an_empty_document_give_a_value_for_every_column() -> None:
    for document in (article(7).model_dump(), {}):
        assert list(plain_row(document, COLUMNS)) == [column.name for column in COLUMNS]
        assert len(flat_row(document, FLAT)) == len(FLAT)
