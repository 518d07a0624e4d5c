"""How many new articles are expected in a span of time."""

from __future__ import annotations

from datetime import datetime, timedelta

from newscrawl.runs.arrivals import Arrivals
from newscrawl.runs.past import PastRun
from tests.runs.simulation import KYIV, START

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def hourly(days: int, number: int = 10) -> list[PastRun]:
    """Runs at every full hour in UTC; each finds `number` articles from 8 to 20 o'clock in Kyiv, and none else."""
    moments = (START + hour * HOUR for hour in range(24 * days))
    return [
        PastRun(str(at), at, "ok", "finished", {"new": number if 8 < at.astimezone(KYIV).hour <= 20 else 0})
        for at in moments
    ]


def span(arrivals: Arrivals, begin: datetime, end: datetime) -> float:
    expected = arrivals.expected(begin.timestamp(), end.timestamp())
    assert expected is not None
    return round(expected.median, 6)


def test_the_same_hours_of_earlier_weeks_tell() -> None:
    arrivals = Arrivals(hourly(28), KYIV)
    noon = (START + 28 * DAY).replace(hour=9)
    assert span(arrivals, noon, noon + 2 * HOUR) == 20
    assert span(arrivals, noon + 12 * HOUR, noon + 14 * HOUR) == 0


def test_half_the_time_has_half_the_articles() -> None:
    arrivals = Arrivals(hourly(28), KYIV)
    noon = (START + 28 * DAY).replace(hour=9)
    assert span(arrivals, noon, noon + HOUR / 2) == 5


def test_hours_stay_in_their_place_when_clocks_change() -> None:
    arrivals = Arrivals(hourly(42), KYIV)  # to the 26th of October; the clocks of Kyiv changed on the 25th
    monday = datetime(2026, 10, 26, 8, tzinfo=KYIV)
    assert span(arrivals, monday, monday + HOUR) == 10
    assert span(arrivals, monday - HOUR, monday) == 0


def test_without_three_weeks_the_same_hours_of_days_tell() -> None:
    arrivals = Arrivals(hourly(10), KYIV)
    noon = (START + 10 * DAY).replace(hour=9)
    assert span(arrivals, noon, noon + 2 * HOUR) == 20


def test_a_few_days_tell_nothing() -> None:
    begin = START + 5 * DAY
    assert Arrivals(hourly(5), KYIV).expected(begin.timestamp(), (begin + HOUR).timestamp()) is None


def test_weeks_in_which_no_run_took_place_are_left_out() -> None:
    runs = [run for run in hourly(28) if not START + 8 * DAY < run.started_at < START + 11 * DAY]
    arrivals = Arrivals(runs, KYIV)
    noon = (START + 30 * DAY).replace(hour=9)
    assert arrivals.has_gap((noon - 21 * DAY).timestamp(), (noon - 21 * DAY + HOUR).timestamp())
    assert span(arrivals, noon, noon + 2 * HOUR) == 20


def test_what_failed_runs_found_counts_for_the_next_one() -> None:
    runs = hourly(28)
    failed = [
        PastRun(run.id, run.started_at, "failed", "finished", run.counts) if n % 5 == 0 else run
        for n, run in enumerate(runs)
    ]
    day = START + 20 * DAY
    whole, with_failed = (
        Arrivals(found, KYIV).between(day.timestamp(), (day + DAY).timestamp()) for found in (runs, failed)
    )
    assert abs(whole - with_failed) <= 10
