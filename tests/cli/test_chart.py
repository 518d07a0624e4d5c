"""The curve in the terminal."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from newscrawl.cli.chart import HEIGHT, chart
from newscrawl.normalize.growth import HOUR, Reading, in_order

START = datetime(2026, 1, 6, tzinfo=UTC)
RISING = in_order((START + hour * HOUR, 100 * hour) for hour in range(25))

any_series = (
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 10**12)), min_size=2, max_size=30)
    .map(lambda points: in_order((START + hour * HOUR / 60, views) for hour, views in points))
    .filter(lambda readings: readings[0].at < readings[-1].at)
)


def test_the_axes_show_the_counts_and_the_times_of_both_ends() -> None:
    lines = chart(RISING)
    assert lines[0].startswith("2,400 ┤")
    assert lines[HEIGHT // 2].startswith("1,200 ┤")
    assert lines[HEIGHT - 1].startswith("    0 ┤")
    assert lines[-1].split() == ["2026-01-06", "00:00", "2026-01-07", "00:00"]


def test_a_counter_that_rises_is_drawn_from_the_lower_left_to_the_upper_right() -> None:
    curve = [line.partition("|")[2] or line.partition("+")[2] for line in chart(RISING, plain=True)[:HEIGHT]]
    starts = [len(row) - len(row.lstrip()) for row in curve]
    assert starts == sorted(starts, reverse=True)
    assert all(set(row) == {" ", "*"} or set(row) == {"*"} for row in curve)


def test_a_fall_is_marked_below_its_place() -> None:
    lines = chart(RISING, width=60, marks=[START + 12 * HOUR])
    assert 30 <= lines[-2].index("▾") <= 37


def test_short_spans_show_seconds() -> None:
    assert "00:00:36" in chart([Reading(START, 1), Reading(START + HOUR / 100, 5)])[-1]


@given(any_series, st.integers(20, 200), st.booleans())
def test_no_line_is_wider_than_asked_for_and_plain_lines_are_ascii(
    readings: list[Reading], width: int, plain: bool
) -> None:
    lines = chart(readings, width=width, marks=[reading.at for reading in readings], plain=plain)
    assert max(map(len, lines)) <= max(width, 20 + len(f"{10**12:,}") + 2)
    assert len(lines) == HEIGHT + 3
    assert all(line.isascii() for line in lines) or not plain
