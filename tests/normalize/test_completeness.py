"""The number of articles that there were, by what several kinds of sources have shown of them."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.normalize.completeness import Estimate, estimate

articles = st.sets(st.integers(0, 60).map(str), max_size=40)


def known(found: object) -> Estimate:
    assert isinstance(found, Estimate)
    return found


def test_two_kinds_of_sources_are_estimated_by_chapman() -> None:
    found = known(estimate({"listing": list("abcdefgh"), "feed": list("efghij")}))
    assert found.total == pytest.approx(9 * 7 / 5 - 1)
    assert found.seen == 10
    assert found.missed == pytest.approx(1.6)


def test_sources_that_show_the_same_miss_nothing() -> None:
    found = known(estimate({"listing": "abc", "feed": "abc", "sitemap": "abc"}))
    assert (found.low, found.total, found.high) == (3, 3, 3)


def test_a_source_that_is_part_of_another_says_that_nothing_was_missed() -> None:
    assert known(estimate({"listing": "abcdef", "feed": "abc"})).missed == 0


def test_a_source_that_has_shown_nothing_says_nothing() -> None:
    assert estimate({"listing": "ab", "feed": "", "sitemap": "bc"}) == estimate({"listing": "ab", "sitemap": "bc"})


@pytest.mark.parametrize(
    ("sources", "reason"),
    [
        ({}, "nothing-seen"),
        ({"listing": "", "feed": ""}, "nothing-seen"),
        ({"listing": "abc", "feed": ""}, "one-source"),
        ({"listing": "abc", "feed": "def"}, "no-overlap"),
        ({"listing": "abc", "feed": "def", "sitemap": "g"}, "no-overlap"),
    ],
)
def test_what_cannot_be_estimated_has_its_reason(sources: dict[str, str], reason: str) -> None:
    assert estimate(sources) == reason


@settings(max_examples=200, deadline=None)
@given(st.lists(articles, min_size=2, max_size=4))
def test_there_are_never_fewer_articles_than_were_seen(shown: list[set[str]]) -> None:
    found = estimate({str(number): articles for number, articles in enumerate(shown)})
    if isinstance(found, Estimate):
        assert found.seen == len(set().union(*shown))
        assert found.seen <= found.low <= found.total <= found.high


@settings(max_examples=100, deadline=None)
@given(st.lists(articles, min_size=2, max_size=4), st.randoms())
def test_the_order_of_the_sources_says_nothing(shown: list[set[str]], dice: random.Random) -> None:
    sources = [(str(number), articles) for number, articles in enumerate(shown)]
    before = estimate(dict(sources))
    dice.shuffle(sources)
    assert estimate(dict(sources)) == before


@pytest.mark.parametrize("chances", [(0.9, 0.6), (0.7, 0.5), (0.9, 0.7, 0.5), (0.6, 0.6, 0.6)])
def test_the_interval_holds_the_truth_nineteen_times_out_of_twenty(chances: tuple[float, ...]) -> None:
    dice, truth, held, runs = random.Random(20260106), 200, 0, 400
    for _ in range(runs):
        sources = {
            str(kind): {str(article) for article in range(truth) if dice.random() < chance}
            for kind, chance in enumerate(chances)
        }
        found = known(estimate(sources))
        held += found.low <= truth <= found.high
    assert held / runs >= 0.92
