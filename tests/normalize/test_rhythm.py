"""When a source is quiet, by its own rhythm."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.normalize.rhythm import Silence, silence

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
KYIV = ZoneInfo("Europe/Kyiv")


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


def newsroom(rate: float, start: datetime, weeks: int, seed: int) -> list[datetime]:
    """Articles at random in Kyiv: `rate` an hour from 7 to 22 o'clock, half of it at weekends, hardly any at night."""
    dice, found = random.Random(seed), []
    for step in range(weeks * 7 * 24 * 6):
        at = start + step * HOUR / 6
        local = at.astimezone(KYIV)
        chance = rate / 6 * (1 if 7 <= local.hour < 22 else 0.03) * (0.5 if local.weekday() > 4 else 1)
        if dice.random() < chance:
            found.append(at)
    return found


def known(arrivals: list[datetime], now: datetime) -> Silence:
    found = silence(arrivals, now, UTC)
    assert found is not None
    return found


def test_a_source_that_shows_nothing_where_it_always_did_is_quiet() -> None:
    found = known(by_day(28), MONDAY + 15 * HOUR)
    assert found.is_quiet
    assert found.since == MONDAY - HOUR - timedelta(minutes=30)
    assert found.usual == timedelta()


def test_a_source_is_not_quiet_while_it_goes_on() -> None:
    assert not known(by_day(28), MONDAY - 5 * HOUR).is_quiet


def test_a_source_that_sleeps_at_night_is_not_quiet_at_night() -> None:
    found = known(by_day(28), MONDAY + 6 * HOUR)
    assert found.usual == 7 * HOUR + timedelta(minutes=30)
    assert not found.is_quiet


def test_a_source_that_rests_on_mondays_is_not_quiet_on_monday() -> None:
    assert not known(by_day(35, rest=(0,)), MONDAY + 20 * HOUR).is_quiet


def test_an_outage_of_the_past_does_not_hide_the_next_one() -> None:
    arrivals = [at for at in by_day(56) if not MONDAY - 12 * DAY < at < MONDAY - 6 * DAY]
    assert known(arrivals, MONDAY + 12 * HOUR).is_quiet


def test_with_little_history_nothing_is_claimed() -> None:
    found = known(by_day(4), MONDAY + 3 * DAY)
    assert found.usual is None
    assert not found.is_quiet


def test_a_busy_source_that_has_been_watched_over_a_weekend_can_be_quiet() -> None:
    found = known(by_day(8), MONDAY + 20 * HOUR)
    assert found.usual is None
    assert found.is_quiet


def test_a_busy_source_that_rests_at_weekends_is_not_quiet_at_its_first_one() -> None:
    assert not known(by_day(5, rest=(5, 6)), MONDAY + 6 * HOUR).is_quiet


def test_a_source_that_was_watched_for_days_and_then_died_is_noticed_at_last() -> None:
    assert known(by_day(4), MONDAY + 16 * DAY).is_quiet


def test_a_source_that_shows_little_is_quiet_after_twice_its_longest_silence() -> None:
    daily = [MONDAY - number * DAY for number in range(30)]
    assert not known(daily, MONDAY + 47 * HOUR).is_quiet
    assert known(daily, MONDAY + 49 * HOUR).is_quiet


@pytest.mark.parametrize("days", [1, 6, 8, 20, 38, 45, 55])
def test_a_source_stays_quiet_while_its_ledger_lasts(days: int) -> None:
    now = MONDAY + days * DAY - 4 * HOUR
    assert known([at for at in by_day(60) if at > now - 60 * DAY], now).is_quiet


@pytest.mark.parametrize("change", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2025, 10, 26, tzinfo=UTC)])
def test_a_change_of_clocks_makes_no_source_quiet(change: datetime) -> None:
    start = change - 7 * WEEK
    hours = [start + number * HOUR / 2 for number in range(8 * 7 * 48)]
    arrivals = [at for at in hours if 7 <= at.astimezone(KYIV).hour < 22]
    for number in range(7 * 24 * 2):
        now = change + number * HOUR / 2 + timedelta(minutes=20)
        found = silence(arrivals, now, KYIV)
        assert found is not None
        assert not found.is_quiet, now


@pytest.mark.parametrize("rate", [0.05, 0.2, 0.5, 1, 3])
def test_chance_makes_a_source_quiet_once_in_some_months_at_most(rate: float) -> None:
    start, alarms = datetime(2025, 8, 25, tzinfo=UTC), 0
    for seed in range(4):
        arrivals = newsroom(rate, start, weeks=12, seed=seed)
        looks = [silence(arrivals, start + 8 * WEEK + hour * HOUR, KYIV) for hour in range(4 * 7 * 24)]
        quiet = [found is not None and found.is_quiet for found in looks]
        alarms += sum(now and not before for before, now in zip([False, *quiet], quiet, strict=False))
    assert alarms <= 1  # in 16 weeks


@pytest.mark.parametrize(("rate", "hours"), [(0.2, 100), (0.5, 30), (1, 10), (3, 4)])
def test_a_stop_is_noticed_the_sooner_the_more_a_source_shows(rate: float, hours: int) -> None:
    start = datetime(2025, 8, 25, tzinfo=UTC)
    stop = start + 9 * WEEK + 2 * DAY + 8 * HOUR
    for seed in range(4):
        arrivals = [at for at in newsroom(rate, start, weeks=10, seed=seed) if at < stop]
        found = silence(arrivals, stop + hours * HOUR, KYIV)
        assert found is not None
        assert found.is_quiet


def test_a_source_that_never_showed_anything_has_no_silence() -> None:
    assert silence([], MONDAY, UTC) is None
    assert silence([MONDAY + HOUR], MONDAY, UTC) is None


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 60 * 24 * 40), max_size=80), st.integers(0, 60 * 24 * 45))
def test_a_silence_is_the_time_since_the_last_arrival(minutes: list[int], now: int) -> None:
    arrivals = [MONDAY + timedelta(minutes=minute) for minute in minutes]
    found = silence(arrivals, MONDAY + timedelta(minutes=now), KYIV)
    before = [minute for minute in minutes if minute <= now]
    assert (found is None) == (not before)
    if found is not None:
        assert found.length == timedelta(minutes=now - max(before))
        assert found.since == MONDAY + timedelta(minutes=max(before))
