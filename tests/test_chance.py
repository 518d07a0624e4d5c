"""Probabilities of counts and shares."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newscrawl.chance import at_most, hits_at_most, median_and_mad


def test_without_more_variance_than_that_counts_are_poisson() -> None:
    assert at_most(0, 5, 5) == pytest.approx(math.exp(-5))
    assert at_most(2, 5, 5) == pytest.approx(math.exp(-5) * (1 + 5 + 12.5))


def test_a_larger_variance_makes_few_articles_less_strange() -> None:
    assert at_most(10, 40, 400) > 1000 * at_most(10, 40, 40)


def test_a_share_that_is_spread_makes_many_misses_less_strange() -> None:
    assert hits_at_most(5, 10, 9, 1) > hits_at_most(5, 10, 900, 100)


def test_a_flat_chance_makes_every_number_of_hits_alike() -> None:
    assert hits_at_most(3, 9, 1, 1) == pytest.approx(0.4)


@given(st.integers(0, 300), st.floats(0.01, 300), st.floats(1, 20))
def test_a_probability_of_counts_lies_between_0_and_1_and_grows(seen: int, mean: float, factor: float) -> None:
    one, more = (at_most(number, mean, mean * factor) for number in (seen, seen + 1))
    assert 0 <= one <= more * (1 + 1e-9) <= 1 + 1e-9


@given(st.integers(1, 300), st.data(), st.floats(0.01, 100), st.floats(0.01, 100))
def test_a_probability_of_hits_lies_between_0_and_1_and_grows(
    trials: int, data: st.DataObject, a: float, b: float
) -> None:
    hits = data.draw(st.integers(0, trials - 1))
    one, more = (hits_at_most(number, trials, a, b) for number in (hits, hits + 1))
    assert 0 <= one <= more + 1e-6
    assert more <= 1


def test_one_wild_value_changes_neither_median_nor_deviation() -> None:
    assert median_and_mad([10, 11, 12, 13, 14]) == median_and_mad([10, 11, 12, 13, 9999]) == (12, 1)
