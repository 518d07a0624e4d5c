"""Quantiles of durations: close to the true ones, whatever the stream, in constant memory."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newscrawl.normalize.quantiles import LARGEST, SMALLEST, Durations

SECONDS = st.floats(min_value=0.001, max_value=3600)


@given(st.lists(SECONDS, min_size=1, max_size=200), st.sampled_from([0.5, 0.9, 0.95, 1.0]))
def test_a_quantile_is_wrong_by_five_percent_at_most(values: list[float], share: float) -> None:
    durations = Durations()
    for value in values:
        durations.add(value)
    true = sorted(values)[max(1, math.ceil(share * len(values))) - 1]
    assert durations.quantile(share) == pytest.approx(true, rel=0.05)


def test_without_durations_there_is_no_quantile() -> None:
    assert Durations().quantile(0.5) is None


@pytest.mark.parametrize("value", [-1.0, float("nan")])
def test_what_is_no_length_of_time_is_left_out(value: float) -> None:
    durations = Durations()
    durations.add(value)
    assert durations.number == 0


@pytest.mark.parametrize(("value", "told"), [(0.0, SMALLEST), (float("inf"), LARGEST), (10 * LARGEST, LARGEST)])
def test_what_is_too_short_or_too_long_counts_as_the_shortest_or_longest(value: float, told: float) -> None:
    durations = Durations()
    durations.add(value)
    assert durations.quantile(0.5) == pytest.approx(told, rel=0.05)
