"""Whole days of the past."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from newscrawl.records import Days
from newscrawl.spiders.span import Span, is_done, slots, with_done

DAY = date(2026, 1, 6)
days = st.dates(date(2025, 12, 1), date(2026, 2, 28))


def test_a_span_begins_and_ends_at_midnight_of_its_zone() -> None:
    span = Span(DAY, DAY, "Europe/Kyiv")
    assert span.begin == datetime(2026, 1, 5, 22, tzinfo=UTC)
    assert span.end == datetime(2026, 1, 6, 22, tzinfo=UTC)
    assert span.begin in span
    assert span.end not in span


def test_a_day_on_which_clocks_change_has_its_own_length() -> None:
    assert Span(date(2026, 3, 29), date(2026, 3, 29), "Europe/Kyiv").end - datetime(2026, 3, 28, 22, tzinfo=UTC) == (
        timedelta(hours=23)
    )


def test_days_come_newest_first_and_end_today() -> None:
    span = Span(DAY, date(2026, 1, 9)).until(date(2026, 1, 8))
    assert span.newest_first == [date(2026, 1, 8), date(2026, 1, 7), DAY]


def test_an_archive_by_month_has_one_page_for_the_days_of_a_month() -> None:
    found = slots("https://example.com/{year}/{month:02}", [date(2026, 2, 1), date(2026, 1, 31), date(2026, 1, 30)])
    assert found == {
        "https://example.com/2026/02": [date(2026, 2, 1)],
        "https://example.com/2026/01": [date(2026, 1, 31), date(2026, 1, 30)],
    }


@given(st.lists(days), st.lists(days))
def test_finished_days_are_those_that_were_added_and_no_others(first: list[date], second: list[date]) -> None:
    done = with_done(with_done([], first), second)
    for number in range(90):
        day = date(2025, 12, 1) + timedelta(days=number)
        assert is_done(done, day) == (day in first or day in second)


@given(st.lists(days))
def test_finished_days_are_kept_in_as_few_spans_as_possible(added: list[date]) -> None:
    done = with_done([], added)
    assert with_done(done, added) == done
    gaps = [(one.last, other.first) for one, other in pairwise(done)]
    assert all(date.fromisoformat(first) - date.fromisoformat(last) > timedelta(days=1) for last, first in gaps)


def test_days_side_by_side_are_one_span() -> None:
    assert with_done([Days(first="2026-01-01", last="2026-01-05")], [DAY]) == [
        Days(first="2026-01-01", last="2026-01-06")
    ]
