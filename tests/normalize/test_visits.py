"""When an article is visited again: the rule by examples and by its bounds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newscrawl.normalize.spans import parse_ages, parse_span
from newscrawl.normalize.visits import AGES, SHORTEST, growth_an_hour, next_visit, visit_after_absence

NOON = datetime(2026, 1, 6, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LAST = AGES[-1]

INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
SPANS = st.timedeltas(timedelta(), timedelta(days=30))
RISING = st.lists(st.timedeltas(timedelta(minutes=1), timedelta(days=100)), min_size=1, max_size=8, unique=True).map(
    lambda ages: tuple(sorted(ages))
)
SIGNS = st.fixed_dictionaries({"changed": st.booleans(), "growth": st.floats(0, 1e9), "is_live": st.booleans()})


@pytest.mark.parametrize(
    ("seen_after", "visit_after", "next_after"),
    [
        (timedelta(), timedelta(), HOUR),
        (timedelta(), HOUR, 6 * HOUR),
        (timedelta(), 6 * HOUR, DAY),
        (timedelta(), DAY, 3 * DAY),
        (timedelta(), 3 * DAY, 7 * DAY),
        (timedelta(), 7 * DAY, None),
        (timedelta(), 1.1 * HOUR, 6 * HOUR),  # a visit may be late
        (timedelta(), 2 * DAY, 3 * DAY),  # visits that were missed are not made up for
        (timedelta(), timedelta(minutes=50), 6 * HOUR),  # too soon before an age to be worth a visit of its own
        (2 * HOUR, 2 * HOUR, 6 * HOUR),
        (30 * DAY, 30 * DAY, 30 * DAY + HOUR),  # found late: ages count from the first sight
        (30 * DAY, 31 * DAY, 33 * DAY),
    ],
)
def test_an_article_is_visited_at_the_ages(
    seen_after: timedelta, visit_after: timedelta, next_after: timedelta | None
) -> None:
    due = next_visit(NOON, NOON + seen_after, NOON + visit_after)
    assert due == (NOON + next_after if next_after is not None else None)


@pytest.mark.parametrize("published", [None, NOON + HOUR, NOON + 1000 * DAY, NOON - 8 * DAY])
def test_ages_count_from_the_first_sight_where_the_date_is_unknown_in_the_future_or_long_before(
    published: datetime | None,
) -> None:
    assert next_visit(published, NOON, NOON) == NOON + HOUR


def test_a_first_sight_by_a_clock_that_is_ahead_does_no_harm() -> None:
    assert next_visit(None, NOON + 5 * HOUR, NOON) == NOON + HOUR


@pytest.mark.parametrize(
    ("signs", "wait"),
    [
        ({}, 18 * HOUR),
        ({"changed": True}, 9 * HOUR),
        ({"is_live": True}, 9 * HOUR),
        ({"growth": 1 / 18}, 9 * HOUR),  # would double until the next age
        ({"growth": 1 / 19}, 18 * HOUR),
        ({"changed": True, "is_live": True}, 4.5 * HOUR),
        ({"changed": True, "is_live": True, "growth": 1.0}, 2.25 * HOUR),
    ],
)
def test_each_sign_of_life_halves_the_wait(signs: dict[str, float], wait: timedelta) -> None:
    at = NOON + 6 * HOUR
    assert next_visit(NOON, NOON, at, **signs) == at + wait  # type: ignore[arg-type]


def test_a_text_that_still_changes_at_the_last_age_is_followed_until_it_is_twice_as_old() -> None:
    visits, at = 0, NOON + LAST
    while (due := next_visit(NOON, NOON, at, changed=True)) is not None:
        visits, at = visits + 1, due
    assert visits == 2
    assert at == NOON + 2 * LAST


def test_without_ages_nothing_is_visited_again() -> None:
    assert next_visit(NOON, NOON, NOON, ages=()) is None


@given(st.none() | INSTANTS, INSTANTS, SPANS, RISING, SIGNS)
def test_a_visit_is_never_too_soon_nor_beyond_twice_the_last_age(
    published: datetime | None, first_seen: datetime, later: timedelta, ages: tuple[timedelta, ...], signs: dict
) -> None:
    now = first_seen + later
    due = next_visit(published, first_seen, now, ages=ages, **signs)
    if due is not None:
        assert due >= now + SHORTEST
        assert due <= first_seen + (2 if signs["changed"] else 1) * ages[-1]


@given(st.none() | INSTANTS, INSTANTS, RISING, st.lists(SIGNS, min_size=1, max_size=30))
def test_visits_come_to_an_end_whatever_happens(
    published: datetime | None, first_seen: datetime, ages: tuple[timedelta, ...], happens: list[dict]
) -> None:
    now: datetime | None = first_seen
    for visits in range(8 * (len(ages) + 1) + 1):
        now = next_visit(published, first_seen, now, ages=ages, **happens[visits % len(happens)])
        if now is None:
            return
    pytest.fail("there is always another visit")


@given(INSTANTS, INSTANTS, st.timedeltas(-timedelta(days=2), timedelta(days=9)))
def test_nothing_happening_never_means_more_visits(published: datetime, first_seen: datetime, later: timedelta) -> None:
    now = first_seen + later
    quiet, busy = next_visit(published, first_seen, now), next_visit(published, first_seen, now, changed=True)
    assert quiet is None or (busy is not None and busy <= quiet)


def test_growth_is_the_share_of_the_counter_that_an_hour_added() -> None:
    assert growth_an_hour(100, NOON, 200, NOON + 5 * HOUR) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("earlier", "count", "hours"), [(None, 5, 1), (5, None, 1), (5, 3, 1), (5, 9, 0), (5, 9, -1), (0, 0, 1)]
)
def test_growth_that_is_not_known_is_none(earlier: int | None, count: int | None, hours: int) -> None:
    assert growth_an_hour(earlier, NOON, count, NOON + hours * HOUR) == 0


def test_what_is_gone_is_looked_for_once_more() -> None:
    assert visit_after_absence(1, NOON) == NOON + DAY
    assert visit_after_absence(2, NOON) is None


@pytest.mark.parametrize(
    ("text", "span"),
    [("15m", timedelta(minutes=15)), ("6h", 6 * HOUR), (" 2 d ", 2 * DAY), ("1w", 7 * DAY)],
)
def test_a_span_is_read(text: str, span: timedelta) -> None:
    assert parse_span(text) == span


@pytest.mark.parametrize("text", ["", "6", "h", "6 hours", "-1h", "1.5h", "999999999w"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"span|long"):
        parse_span(text)


@pytest.mark.parametrize("ages", ["1h 6h", "1h,6h", "1h, 6h", ["1h", "6h"], [HOUR, "6h"]])
def test_ages_are_read_from_text_and_lists(ages: str) -> None:
    assert parse_ages(ages) == (HOUR, 6 * HOUR)


@pytest.mark.parametrize("ages", ["6h 1h", "1h 1h", "0m 1h", "2h 400d", " ".join(f"{n}h" for n in range(1, 30))])
def test_ages_that_do_not_rise_or_have_no_bounds_are_refused(ages: str) -> None:
    with pytest.raises(ValueError, match=r"rise|more than"):
        parse_ages(ages)
