"""Growth, half-life and falls of counters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newscrawl.normalize.growth import HOUR, Growth, Reading, falls, growth, half_life, in_order

START = datetime(2026, 1, 6, tzinfo=UTC)


def counted(*readings: tuple[float, int]) -> list[Reading]:
    """Readings from hours after the start."""
    return in_order((START + hours * HOUR, views) for hours, views in readings)


any_series = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 10**9)), max_size=30).map(
    lambda points: in_order((START + timedelta(minutes=minute), views) for minute, views in points)
)
rising_series = any_series.map(
    lambda readings: [
        Reading(reading.at, views)
        for reading, views in zip(readings, sorted(reading.views for reading in readings), strict=True)
    ]
)
instants = st.integers(-100, 10_100).map(lambda minute: START + timedelta(minutes=minute))


def test_growth_is_counted_from_the_first_reading_to_the_last() -> None:
    assert growth(counted((0, 100), (1, 300), (4, 500))) == Growth(400, 4, 100)


def test_the_count_at_the_start_of_a_window_lies_between_the_readings_beside_it() -> None:
    assert growth(counted((0, 100), (4, 500), (6, 600)), START + 2 * HOUR) == Growth(300, 4, 75)


def test_a_window_without_an_earlier_reading_begins_at_its_first_one() -> None:
    assert growth(counted((2, 100), (4, 500)), START) == Growth(400, 2, 200)


@pytest.mark.parametrize("readings", [counted(), counted((3, 100)), counted((3, 100), (3, 200))])
def test_growth_that_no_two_instants_tell_is_not_told(readings: list[Reading]) -> None:
    assert growth(readings) is None


def test_a_window_without_readings_tells_nothing() -> None:
    assert growth(counted((0, 100), (1, 200)), START + 2 * HOUR) is None


def test_a_page_from_a_cache_changes_no_growth() -> None:
    assert growth(counted((0, 100), (1, 300), (2, 150), (4, 500))) == growth(counted((0, 100), (1, 300), (4, 500)))


def test_a_misprinted_peak_changes_no_growth() -> None:
    assert growth(counted((0, 100), (1, 90_000), (4, 500))) == Growth(400, 4, 100)


def test_a_counter_that_starts_anew_grows_from_where_it_starts() -> None:
    assert growth(counted((0, 1000), (1, 1100), (2, 10), (4, 90))) == Growth(80, 4, 20)


@given(any_series, st.none() | instants)
def test_growth_is_never_below_zero_and_no_more_than_the_highest_reading(
    readings: list[Reading], since: datetime | None
) -> None:
    grown = growth(readings, since)
    assert grown is None or 0 <= grown.views <= max(reading.views for reading in readings)


@given(rising_series)
def test_a_counter_that_never_falls_grows_by_the_difference_of_its_ends(readings: list[Reading]) -> None:
    grown = growth(readings)
    assert falls(readings) == []
    assert grown is None or grown.views == readings[-1].views - readings[0].views


@given(rising_series, instants)
def test_growth_in_a_window_is_no_more_than_growth_in_all(readings: list[Reading], since: datetime) -> None:
    grown, whole = growth(readings, since), growth(readings)
    assert grown is None or (whole is not None and grown.views <= whole.views * (1 + 1e-9) + 1e-3)


@given(any_series)
def test_every_fall_is_told_with_the_reading_before_it(readings: list[Reading]) -> None:
    fallen = falls(readings)
    assert all(after.views < before.views and before.at <= after.at for before, after in fallen)
    assert bool(fallen) == (readings != sorted(readings, key=lambda reading: reading.views))


def test_the_half_life_ends_when_half_of_all_views_had_come() -> None:
    assert half_life(counted((1, 100), (3, 500), (10, 800)), START) == 2.5 * HOUR


def test_a_page_from_a_cache_hardly_changes_the_half_life() -> None:
    assert half_life(counted((1, 100), (3, 500), (5, 450), (10, 800)), START) == 2.5 * HOUR


@pytest.mark.parametrize(
    ("readings", "why"),
    [
        (counted(), "no reading"),
        (counted((1, 500)), "one reading"),
        (counted((1, 500), (2, 600)), "the first reading shows more than half"),
        (counted((1, 0), (2, 0)), "no views"),
        (counted((-1, 10), (2, 600)), "read before it was published"),
        (counted((1, 10), (2, 1000), (3, 20)), "set back"),
    ],
)
def test_a_half_life_that_cannot_be_told_is_none(readings: list[Reading], why: str) -> None:
    assert half_life(readings, START) is None, why


@given(any_series)
def test_a_half_life_ends_between_the_first_and_the_last_reading(readings: list[Reading]) -> None:
    lived = half_life(readings, START)
    assert lived is None or readings[0].at <= START + lived <= readings[-1].at


@given(rising_series)
def test_a_counter_that_never_falls_and_began_low_has_a_half_life(readings: list[Reading]) -> None:
    began_low = bool(readings) and readings[0].views < readings[-1].views / 2
    assert (half_life(readings, START) is not None) == began_low
