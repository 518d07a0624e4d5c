"""The place of an article in lists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from newscrawl.normalize.urls import article_id
from newscrawl.store.order import FIRST_DATED, HIGHEST, LOWEST, first_at, order_of, search_fields
from tests.stored_articles import article

MOMENTS = [
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2025, 1, 6, 8, tzinfo=UTC),
    datetime(2025, 1, 6, 8, 0, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
]


def test_a_later_second_has_a_higher_place_whatever_the_identity() -> None:
    for earlier, later in pairwise(MOMENTS):
        assert order_of(earlier, "f" * 32) < order_of(later, "0" * 32)


def test_undated_articles_are_below_all_others() -> None:
    assert LOWEST <= order_of(None, "f" * 32) < FIRST_DATED <= order_of(MOMENTS[0], "0" * 32)
    assert order_of(MOMENTS[-1], "f" * 32) < HIGHEST


def test_the_identity_tells_articles_of_one_second_apart() -> None:
    places = {order_of(MOMENTS[3], article_id(f"https://example.com/{number}")) for number in range(200)}
    assert len(places) > 195
    assert all(first_at(MOMENTS[3]) <= place < first_at(MOMENTS[4]) for place in places)


@pytest.mark.parametrize("identity", ["", "ключ", "x" * 40, "+1 2"])
def test_any_identity_has_a_place(identity: str) -> None:
    assert first_at(MOMENTS[3]) <= order_of(MOMENTS[3], identity) < first_at(MOMENTS[4])


def test_a_place_is_short_until_2038() -> None:
    assert order_of(datetime(2037, 12, 31, tzinfo=UTC), "f" * 32) < 2**47
    assert first_at(MOMENTS[3] + timedelta(milliseconds=900)) == first_at(MOMENTS[3])


def test_a_document_gets_its_terms_and_its_place() -> None:
    one = article(1)
    assert one.published is not None
    fields = search_fields(one, one.id)
    assert fields["order"] == order_of(one.published.at, one.id)
    assert "SITE:unn" in fields["terms"]
