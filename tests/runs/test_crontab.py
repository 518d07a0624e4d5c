"""Cron lines by the clock on the wall: what crontab(5) says, and what happens when clocks change."""

from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from newscrawl.runs.crontab import Crontab

KYIV = ZoneInfo("Europe/Kyiv")


def walls(line: str, begin: datetime, number: int, zone: ZoneInfo = KYIV) -> list[str]:
    """The next times by the clock of the zone, with its distance to UTC."""
    found = islice(Crontab(line, zone).after(begin.replace(tzinfo=zone).astimezone(UTC)), number)
    return [f"{at.astimezone(zone):%a %m-%d %H:%M %z}" for at in found]


def test_every_quarter_of_an_hour_from_six_to_eleven_in_the_evening() -> None:
    found = walls("*/15 6-23 * * *", datetime(2026, 1, 6, 23, 40), 3)
    assert found == ["Tue 01-06 23:45 +0200", "Wed 01-07 06:00 +0200", "Wed 01-07 06:15 +0200"]


def test_a_time_that_has_come_is_not_the_next_one() -> None:
    assert walls("0 9 * * *", datetime(2026, 1, 6, 9), 1) == ["Wed 01-07 09:00 +0200"]


@pytest.mark.parametrize("line", ["0 9 * * 0", "0 9 * * 7", "0 9 * * sun", "0 9 * * SUN"])
def test_days_of_the_week_are_numbered_as_in_crontab(line: str) -> None:
    assert walls(line, datetime(2026, 1, 6), 1) == ["Sun 01-11 09:00 +0200"]


def test_days_of_the_week_go_by_range_list_and_step() -> None:
    assert [wall[:3] for wall in walls("0 9 * * 1-3,fri", datetime(2026, 1, 5), 4)] == ["Mon", "Tue", "Wed", "Fri"]
    assert [wall[:3] for wall in walls("0 9 * * */3", datetime(2026, 1, 4), 3)] == ["Sun", "Wed", "Sat"]
    assert [wall[:3] for wall in walls("0 9 * * 5-7", datetime(2026, 1, 5), 3)] == ["Fri", "Sat", "Sun"]


def test_of_a_day_of_the_month_and_one_of_the_week_either_will_do() -> None:
    assert [wall[:9] for wall in walls("0 9 13 * 5", datetime(2026, 1, 7), 3)] == [
        "Fri 01-09",
        "Tue 01-13",
        "Fri 01-16",
    ]


def test_a_name_stands_for_a_line() -> None:
    assert walls("@daily", datetime(2026, 1, 6, 1), 1) == ["Wed 01-07 00:00 +0200"]


def test_a_time_that_the_change_of_clocks_leaves_out_comes_right_after_it() -> None:
    found = walls("30 3 * * *", datetime(2026, 3, 28, 12), 2)
    assert found == ["Sun 03-29 04:00 +0300", "Mon 03-30 03:30 +0300"]


def test_a_time_that_comes_twice_as_clocks_change_comes_the_first_time() -> None:
    found = walls("30 3 * * *", datetime(2026, 10, 24, 12), 2)
    assert found == ["Sun 10-25 03:30 +0300", "Mon 10-26 03:30 +0200"]


def test_a_line_of_every_hour_goes_on_in_real_time_as_clocks_change() -> None:
    spring = walls("*/30 * * * *", datetime(2026, 3, 29, 2, 20), 3)
    assert spring == ["Sun 03-29 02:30 +0200", "Sun 03-29 04:00 +0300", "Sun 03-29 04:30 +0300"]
    autumn = walls("*/30 * * * *", datetime(2026, 10, 25, 2, 50), 4)
    assert [wall[10:] for wall in autumn] == ["03:00 +0300", "03:30 +0300", "03:00 +0200", "03:30 +0200"]


def test_clocks_that_are_moved_by_half_an_hour_leave_out_half_an_hour() -> None:
    found = walls("15 2 * * *", datetime(2026, 10, 3, 12), 1, ZoneInfo("Australia/Lord_Howe"))
    assert found == ["Sun 10-04 02:30 +1100"]


def test_a_day_that_never_comes_has_no_instant() -> None:
    assert walls("0 0 31 2 *", datetime(2026, 1, 1), 1) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("* * * *", "has 4 fields"),
        ("61 * * * *", "61"),
        ("0 9 * * 8", "no day of the week"),
        ("0 9 * * mon-", "no days of the week"),
        ("0 25 * * *", "25"),
    ],
)
def test_a_line_that_is_wrong_is_refused_with_what_is_wrong(line: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Crontab(line, KYIV)
