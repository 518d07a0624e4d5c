"""A selection as parts that the indexes can tell apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newscrawl.selection import Selection
from newscrawl.store.order import FIRST_DATED, HIGHEST, LOWEST, first_at, week_of
from newscrawl.store.wanted import BY_SEQ, BY_STATUS, BY_TERM, BY_VIEWS, between, wanted

DAY = datetime(2025, 1, 6, tzinfo=UTC)


def test_filters_and_words_are_terms() -> None:
    asked = wanted(Selection(sites=("unn", "asahi"), languages=("uk",), text="Kyiv budgets"))
    assert [part.test for part in asked.parts] == [
        {"$or": [{"terms": "SITE:asahi"}, {"terms": "SITE:unn"}]},
        {"terms": "LANGUAGE:uk"},
        {"terms": "kyiv"},
        {"terms": "budget"},
    ]
    assert {part.sorted_by for part in asked.parts} == {BY_TERM}


def test_a_beginning_is_no_beginning_of_a_field() -> None:
    (part,) = wanted(Selection(text="s*")).parts
    assert part.listed_by == BY_TERM
    assert part.test == {"terms": {"$regex": "^s"}}


def test_the_index_of_terms_is_asked_for_weeks() -> None:
    lowest, highest = first_at(DAY), first_at(DAY + timedelta(days=7))
    assert between(highest, lowest, BY_TERM)["week"] == {"$gte": week_of(lowest), "$lte": week_of(lowest) + 1}
    assert "week" not in between(highest, lowest)
    assert week_of(LOWEST) < week_of(FIRST_DATED) < week_of(lowest) < week_of(HIGHEST)


@pytest.mark.parametrize(
    ("fields", "index"),
    [({"min_views": 5}, BY_VIEWS), ({"after_seq": 5}, BY_SEQ), ({"statuses": ("gone",)}, BY_STATUS)],
)
def test_what_is_no_term_has_an_index_of_its_own(fields: dict[str, object], index: str) -> None:
    (part,) = wanted(Selection.model_validate(fields)).parts
    assert index in (part.listed_by, part.sorted_by)


def test_dates_are_places() -> None:
    asked = wanted(Selection(published_from=DAY, published_to=DAY + timedelta(days=1)))
    assert (asked.lowest, asked.highest) == (first_at(DAY), first_at(DAY + timedelta(days=1)) - 1)
    assert asked.test == {}
    everything = wanted(Selection())
    assert (everything.lowest, everything.highest) == (LOWEST, HIGHEST)
    assert wanted(Selection(published_to=DAY)).lowest == FIRST_DATED


def test_fractions_of_a_second_are_looked_up_in_the_articles() -> None:
    end = DAY + timedelta(milliseconds=500)
    asked = wanted(Selection(published_from=DAY, published_to=end))
    assert asked.highest == first_at(DAY + timedelta(seconds=1)) - 1
    assert asked.test == {"$and": [{"published.at": {"$lt": end}}]}


def test_the_last_second_that_there_is_can_be_asked_for() -> None:
    end = datetime(9999, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC)
    assert wanted(Selection(published_to=end)).highest >= first_at(end)


def test_a_word_that_is_to_occur_and_not_to_occur_is_impossible() -> None:
    assert wanted(Selection(text="government -governments")).is_impossible
    assert not wanted(Selection(text="government -president")).is_impossible


def test_nothing_from_outside_becomes_an_operator() -> None:
    asked = wanted(Selection(sites=("$where",), text='"a.*(b|c)+$" -$ne', authors=("{$gt: 1}",)))
    assert asked.parts[0].test == {"terms": "SITE:$where"}
    assert asked.parts[1].test == {"terms": "AUTHOR:{$gt: 1}"}
    assert {"terms": {"$ne": "ne"}} in asked.rest
    (phrase,) = (rest for rest in asked.rest if "$or" in rest)
    assert phrase["$or"][0] == {"headline": {"$regex": r"a[^\p{L}\p{N}]*b[^\p{L}\p{N}]*c", "$options": "i"}}
