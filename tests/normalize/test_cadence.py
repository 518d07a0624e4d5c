"""How soon a listing is worth another visit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module
from zoneinfo import ZoneInfo

from newscrawl.normalize.cadence import HISTORY, Arrivals, Bounds, next_due

KYIV = ZoneInfo("Europe/Kyiv")
NOW = datetime(2026, 2, 3, 10, tzinfo=UTC)  # a Tuesday, noon in Kyiv
LONG_AGO = NOW - timedelta(weeks=8)
BOUNDS = Bounds()
HOUR = timedelta(hours=1)


def steady(number: int, every: timedelta = HOUR, hours: range = range(24)) -> list[Arrivals]:
    """So many new articles each time, for four weeks, at these hours in Kyiv."""
    found, at = [], NOW - HISTORY + HOUR
    while at < NOW:
        if at.astimezone(KYIV).hour in hours:
            found.append(Arrivals(at, number))
        at += every
    return found


def minutes(
    arrivals: list[Arrivals], now: datetime = NOW, first_read: datetime = LONG_AGO, bounds: Bounds = BOUNDS
) -> float:
    return (next_due(arrivals, now, KYIV, first_read, bounds) - now) / timedelta(minutes=1)


def test_a_listing_with_one_article_an_hour_is_visited_at_the_pace() -> None:
    assert 25 < minutes(steady(1)) < 35


def test_four_times_the_news_halve_the_interval() -> None:
    assert 0.4 < minutes(steady(4)) / minutes(steady(1)) < 0.6


def test_the_pace_scales_every_interval() -> None:
    slow = Bounds(pace=timedelta(hours=1))
    assert 1.9 < minutes(steady(1), bounds=slow) / minutes(steady(1)) < 2.1


def test_the_interval_keeps_within_its_bounds() -> None:
    assert minutes(steady(500)) == 5
    assert minutes([]) == 360


def test_at_night_a_listing_is_visited_less_often_where_news_come_by_day() -> None:
    by_day = steady(6, hours=range(7, 22))
    midnight = datetime(2026, 2, 2, 22, 30, tzinfo=UTC)
    assert minutes(by_day, now=midnight) > 5 * minutes(by_day)


def test_it_is_back_when_the_morning_begins() -> None:
    by_day = steady(10, hours=range(7, 22))
    before_dawn = datetime(2026, 2, 3, 4, tzinfo=UTC)  # six in Kyiv
    assert minutes(by_day, now=before_dawn) < 80


def test_a_weekend_has_a_rhythm_of_its_own() -> None:
    weekdays = [arrival for arrival in steady(6) if arrival.hour.astimezone(KYIV).weekday() < 5]
    saturday = datetime(2026, 1, 31, 10, tzinfo=UTC)
    before = [arrival for arrival in weekdays if arrival.hour < saturday]
    assert minutes(before, now=saturday) > 2 * minutes(weekdays)


def test_on_a_day_with_many_more_news_it_follows() -> None:
    flood = [*steady(2), *(Arrivals(NOW - number * HOUR, 20) for number in range(1, 6))]
    assert minutes(flood) < 0.8 * minutes(steady(2))


def test_without_a_history_it_is_visited_at_the_pace() -> None:
    assert minutes([], first_read=NOW) == 30
    assert minutes([Arrivals(NOW - HOUR, 20)], first_read=NOW - 2 * HOUR) == 30


def test_what_a_first_visit_shows_with_dates_is_a_history() -> None:
    shown = [Arrivals(NOW - number * HOUR, 4) for number in range(1, 48)]
    assert minutes(shown, first_read=NOW) < 20


def test_what_a_first_visit_shows_without_dates_is_none() -> None:
    first = NOW - timedelta(days=3)
    burst = [Arrivals(first.replace(minute=0) - HOUR, 100, is_dated=False), Arrivals(first, 100, is_dated=False)]
    assert minutes(burst, first_read=first) > 180


def test_a_pinned_article_of_last_month_does_not_thin_the_rest() -> None:
    shown = [Arrivals(NOW - number * HOUR, 4) for number in range(1, 48)]
    pinned = Arrivals(NOW - timedelta(days=25), 1)
    assert abs(minutes([*shown, pinned], first_read=NOW) - minutes(shown, first_read=NOW)) < 1


def test_articles_wait_less_than_at_a_fixed_interval_with_the_same_number_of_requests() -> None:
    bench = import_module("benchmarks.cadence")
    figures = bench.measure(1, rates=(4.0, 0.2), known=timedelta(weeks=2))
    rhythm, fixed = figures["by rhythm"], figures["fixed, the same for all"]
    assert rhythm["requests"] == fixed["requests"]
    assert rhythm["mean_minutes"] < 0.75 * fixed["mean_minutes"]
    assert rhythm["mean_minutes"] < figures["fixed, the same for each"]["mean_minutes"]
