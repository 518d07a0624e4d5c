"""When a source is quiet, by its own rhythm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.normalize.rhythm import silence

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


def by_day(days: int, hours: range = range(7, 23), rest: tuple[int, ...] = ()) -> list[datetime]:
    """An article every half hour of these hours, on the days before Monday but for those weekdays."""
    start = MONDAY - days * DAY
    return [
        start + day * DAY + hour * HOUR + minutes * timedelta(minutes=1)
        for day in range(days)
        for hour in hours
        for minutes in (0, 30)
        if (start + day * DAY).weekday() not in rest
    ]


def test_a_source_that_shows_nothing_for_far_longer_than_ever_at_that_time_is_quiet() -> None:
    found = silence(by_day(28), MONDAY + 15 * HOUR)
    assert found is not None
    assert found.is_quiet
    assert found.since == MONDAY - HOUR - timedelta(minutes=30)
    assert found.usual == timedelta()


def test_a_source_is_not_quiet_while_it_goes_on() -> None:
    now = MONDAY - 5 * HOUR
    found = silence(by_day(28), now)
    assert found is not None
    assert not found.is_quiet


def test_a_source_that_sleeps_at_night_is_not_quiet_at_night() -> None:
    found = silence(by_day(28), MONDAY + 6 * HOUR)
    assert found is not None
    assert found.usual == 7 * HOUR + timedelta(minutes=30)
    assert not found.is_quiet


def test_a_source_that_rests_on_mondays_is_not_quiet_on_monday() -> None:
    found = silence(by_day(28, rest=(0,)), MONDAY + 20 * HOUR)
    assert found is not None
    assert not found.is_quiet


def test_some_days_of_history_tell_the_hour_though_not_the_weekday() -> None:
    found = silence(by_day(6), MONDAY + 15 * HOUR)
    assert found is not None
    assert found.is_quiet


def test_with_little_history_nothing_is_claimed() -> None:
    found = silence(by_day(2), MONDAY + 3 * DAY)
    assert found is not None
    assert found.usual is None
    assert not found.is_quiet


def test_a_source_that_never_showed_anything_has_no_silence() -> None:
    assert silence([], MONDAY) is None
    assert silence([MONDAY + HOUR], MONDAY) is None


def test_a_clock_that_is_put_forward_makes_no_source_quiet() -> None:
    found = silence([at + HOUR if at >= MONDAY - DAY else at for at in by_day(28)], MONDAY + 8 * HOUR + HOUR / 2)
    assert found is not None
    assert found.is_quiet  # nothing at all has come today
    found = silence(sorted([*by_day(28), MONDAY + 8 * HOUR]), MONDAY + 8 * HOUR + timedelta(minutes=59))
    assert found is not None
    assert not found.is_quiet


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 60 * 24 * 40), max_size=80), st.integers(0, 60 * 24 * 45))
def test_a_silence_is_the_time_since_the_last_arrival(minutes: list[int], now: int) -> None:
    arrivals = sorted(MONDAY + timedelta(minutes=minute) for minute in minutes)
    found = silence(arrivals, MONDAY + timedelta(minutes=now))
    before = [minute for minute in minutes if minute <= now]
    assert (found is None) == (not before)
    if found is not None:
        assert found.length == timedelta(minutes=now - max(before))
