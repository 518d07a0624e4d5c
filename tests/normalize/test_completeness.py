"""The number of articles that there were, by what several kinds of sources have shown of them."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from fractions import Fraction
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.normalize.completeness import Estimate, estimate

articles = st.sets(st.integers(0, 60).map(str), max_size=40)


def known(found: object) -> Estimate:
    assert isinstance(found, Estimate)
    return found


def shares(seen: int, shown: list[int], most: int) -> list[Fraction]:
    """The share of each number of articles from `seen` on, by the formula as it is printed."""
    weights = [
        math.prod(
            (Fraction(math.factorial(n) * math.factorial(number - n), math.factorial(number + 1)) for n in shown),
            start=Fraction(math.factorial(number), math.factorial(number - seen)),
        )
        for number in range(seen, most)
    ]
    return [weight / sum(weights) for weight in weights]


@pytest.mark.parametrize(
    "sources",
    [
        {"listing": "abcdefgh", "feed": "efghij"},
        {"listing": "abcdefgh", "feed": "efghij", "sitemap": "aehk"},
        {"listing": "abcdef", "feed": "abc"},
    ],
)
def test_the_estimate_is_the_median_of_its_formula_and_the_interval_holds_95_percent(sources: dict[str, str]) -> None:
    found = known(estimate(sources))
    assert found.seen == len(set("".join(sources.values())))
    held = shares(found.seen, [len(articles) for articles in sources.values()], 300)
    below = sum(held[: found.missed])
    assert below < Fraction(1, 2) <= below + held[found.missed]
    first, last = found.low - found.seen, found.high - found.seen
    inside = held[first : last + 1]
    assert sum(inside) >= 0.949
    assert sum(inside) - min(inside) < 0.951


def test_sources_that_show_the_same_miss_little() -> None:
    found = known(estimate({"listing": "abcdefgh", "feed": "abcdefgh", "sitemap": "abcdefgh"}))
    assert (found.low, found.total, found.high) == (8, 8, 8)


def test_a_source_that_is_part_of_another_proves_the_less_the_smaller_it_is() -> None:
    listing = [str(number) for number in range(20)]
    missed = [known(estimate({"listing": listing, "feed": listing[:number]})) for number in (20, 10, 5)]
    assert [found.low for found in missed] == [20, 20, 20]
    assert sorted({found.high for found in missed}) == [found.high for found in missed]
    assert missed[-1].high > 25


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
        ({"listing": map(str, range(500)), "feed": map(str, range(499, 999))}, "little-overlap"),
    ],
)
def test_what_cannot_be_estimated_has_its_reason(sources: dict[str, Iterable[str]], reason: str) -> None:
    assert estimate({kind: list(articles) for kind, articles in sources.items()}) == reason


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


@pytest.mark.parametrize("truth", [10, 30, 100, 300])
@pytest.mark.parametrize(
    "chances", [(0.9, 0.6), (0.95, 0.3), (0.7, 0.5), (0.9, 0.9, 0.9), (0.9, 0.7, 0.5), (0.6, 0.3, 0.2)]
)
def test_the_interval_holds_the_truth_nineteen_times_out_of_twenty(truth: int, chances: tuple[float, ...]) -> None:
    dice, held, totals = random.Random(20260106), 0, []
    while len(totals) < 600:
        sources = {
            str(kind): {str(article) for article in range(truth) if dice.random() < chance}
            for kind, chance in enumerate(chances)
        }
        found = estimate(sources)
        if isinstance(found, Estimate):
            held += found.low <= truth <= found.high
            totals.append(found.total)
    assert held / len(totals) >= 0.93
    assert median(totals) == pytest.approx(truth, rel=0.05, abs=1)
