"""The pace at which a domain is asked: what makes it slower, and that nothing but good answers makes it faster."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newscrawl.crawl.pace import Pace, pace_key, retry_after

NOW = datetime(2026, 1, 6, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.example.co.uk/news", "example.co.uk"),
        ("http://m.example.co.uk:8080/", "example.co.uk"),
        ("http://127.0.0.1:8900/", "127.0.0.1:8900"),
        ("http://127.0.0.1:8901/", "127.0.0.1:8901"),
        ("http://user@localhost:80/", "localhost:80"),
        ("http://[::1]:8900/", "[::1]:8900"),
    ],
)
def test_hosts_of_one_registrable_domain_share_a_pace(url: str, key: str) -> None:
    assert pace_key(url) == key


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        (format_datetime(NOW + timedelta(minutes=5), usegmt=True), 300),
        ("Tuesday, 06-Jan-26 12:05:00 GMT", 300),
        ("99999999999999999999", 86400),
        (format_datetime(NOW + timedelta(days=400), usegmt=True), 86400),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date_and_is_a_day_at_most(value: str, seconds: float) -> None:
    assert retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    "value", [None, "", "-5", "soon", "1e9", "٣", "nan", format_datetime(NOW - timedelta(hours=1), usegmt=True), "0.5"]
)
def test_retry_after_that_says_nothing_sound_is_left_out(value: str | None) -> None:
    assert retry_after(value, NOW) is None


@given(st.text(max_size=40))
def test_no_retry_after_asks_for_less_than_nothing_or_for_more_than_a_day(value: str) -> None:
    asked = retry_after(value, NOW)
    assert asked is None or 0 <= asked <= 86400


def test_the_next_request_waits_for_the_delay_half_as_much_more_or_less() -> None:
    pace = Pace()
    pace.bound(2.0, 1)
    for chance, wait in ((0.0, 1.0), (0.5, 2.0), (1.0, 3.0)):
        pace.begin(100.0, chance)
        assert pace.ready_at == 100.0 + wait


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 3)), min_size=2, max_size=80))
def test_what_a_request_is_late_by_makes_the_next_one_come_sooner_but_never_too_soon(
    requests: list[tuple[float, float]],
) -> None:
    pace = Pace()
    pace.bound(2.0, 1)
    began, now = [], 100.0
    for chance, late in requests:
        now = max(now, pace.ready_at) + late
        pace.begin(now, chance)
        began.append(now)
    assert all(after - before >= 1.0 - 1e-9 for before, after in pairwise(began))


def test_requests_that_are_a_little_late_each_time_come_as_often_as_is_asked_for() -> None:
    dice = random.Random(8)
    pace = Pace()
    pace.bound(1.0, 1)
    now = begun = 100.0
    for _ in range(2000):
        pace.begin(now, dice.random())
        now = pace.ready_at + 0.1
    assert 0.98 < (now - begun) / 2000 < 1.03  # 1.1 without


def test_after_a_rest_the_next_request_waits_as_ever() -> None:
    pace = Pace()
    pace.bound(2.0, 1)
    pace.begin(100.0, 0.5)
    pace.begin(200.0, 0.5)
    assert pace.ready_at == 202.0


def test_a_delay_that_robots_txt_asks_for_is_never_made_less_by_chance() -> None:
    pace = Pace()
    pace.bound(1.0, 1, floor=2.0)
    for chance in (0.0, 0.3, 1.0):
        pace.begin(100.0, chance)
        assert pace.ready_at >= 102.0


def test_several_sites_of_a_domain_keep_to_the_slowest() -> None:
    pace = Pace(concurrency=8)
    pace.bound(2.0, 4)
    pace.bound(1.0, 2)
    assert (pace.delay, pace.concurrency) == (2.0, 2)


def test_a_slow_server_is_asked_less_often_and_a_quick_one_as_before() -> None:
    pace = Pace()
    pace.bound(2.0, 1)
    pace.answered(latency=10.0)
    assert pace.current == 10.0
    for _ in range(20):
        pace.answered(latency=0.1)
    assert pace.current == 2.0


@given(st.lists(st.sampled_from(["failed", "refused"]), max_size=40))
def test_errors_never_make_it_faster(troubles: list[str]) -> None:
    pace = Pace()
    pace.bound(2.0, 1)
    before = pace.current
    for trouble in troubles:
        if trouble == "failed":
            pace.failed()
        else:
            pace.refused(0.0, 0.0)
        assert before <= pace.current <= 60.0
        before = pace.current


def test_a_server_that_asks_for_a_rest_has_it_for_the_whole_domain() -> None:
    pace = Pace()
    pace.refused(100.0, 30.0)
    assert pace.ready_at == 130.0


def test_without_a_word_of_the_server_the_rest_is_longer_each_time_up_to_the_limit() -> None:
    pace = Pace()
    rests = []
    for number in range(10):
        pace.refused(1000.0 * number, None)
        rests.append(pace.paused_until - 1000.0 * number)
    assert rests[:4] == [1.0, 2.0, 4.0, 8.0]
    assert rests[-1] == 10.0


def test_a_good_answer_ends_the_growth_of_the_rests() -> None:
    pace = Pace()
    for _ in range(5):
        pace.refused(0.0, None)
    pace.answered(0.1)
    pace.refused(1000.0, None)
    assert pace.paused_until == 1001.0
