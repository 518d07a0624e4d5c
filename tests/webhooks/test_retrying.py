"""When an attempt is made again, and when it is given up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newscrawl.selection import Selection
from newscrawl.subscription import SetAside, Webhook
from newscrawl.webhooks.retrying import MOST_REFUSALS, Failure, after_failure, is_at_fault, wait
from tests.webhooks.conftest import NOW

WEBHOOK = Webhook(
    name="desk", url="https://example.com/", secret="", selection=Selection(), added_at=NOW, seq=1, delivered_at=NOW
)
DOWN = Failure("it answered 503", 503)


def failed(webhook: Webhook, failure: Failure = DOWN, after: timedelta = timedelta()) -> Webhook:
    return webhook.model_copy(update=after_failure(webhook, failure, NOW + after, 0.5))


def test_attempts_follow_each_other_at_twice_the_time_up_to_an_hour() -> None:
    waits = [wait(number, None, 0.5).total_seconds() for number in range(1, 13)]
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]
    assert wait(10_000, None, 0.5) == timedelta(hours=1)


def test_chance_spreads_them() -> None:
    assert [wait(1, None, chance).total_seconds() for chance in (0, 1)] == [4, 6]


def test_what_the_receiver_asks_for_is_kept_to_where_it_is_longer() -> None:
    assert wait(1, 120, 0.5) == timedelta(minutes=2)
    assert wait(8, 1, 0.5) == timedelta(seconds=640)


def test_a_failure_is_recorded_with_the_next_attempt() -> None:
    known = failed(failed(WEBHOOK), after=timedelta(seconds=5))
    assert (known.attempts, known.failing_since, known.error) == (2, NOW, "it answered 503")
    assert known.next_try_at == NOW + timedelta(seconds=15)
    assert known.state == "failing"


def test_after_three_days_of_failures_it_is_given_up() -> None:
    first = failed(WEBHOOK)
    assert failed(first, after=timedelta(days=3, seconds=-1)).given_up_at is None
    known = failed(first, after=timedelta(days=3))
    assert (known.state, known.next_try_at) == ("given up", None)


def test_a_receiver_that_is_gone_is_given_up_at_once() -> None:
    assert failed(WEBHOOK, Failure("it answered 410", 410)).state == "given up"


@pytest.mark.parametrize(("status", "is_so"), [(400, True), (413, True), (401, False), (404, False), (503, False)])
def test_an_event_that_is_refused_for_itself_is_at_fault_in_the_end(status: int, is_so: bool) -> None:
    tried = WEBHOOK.model_copy(update={"attempts": MOST_REFUSALS - 1})
    assert is_at_fault(tried, Failure("", status)) is is_so
    assert not is_at_fault(WEBHOOK, Failure("", status))


def test_of_two_events_refused_one_after_the_other_the_second_is_not_at_fault() -> None:
    before = SetAside(key="a-1-1", url="https://example.com/", seq=1, at=NOW + timedelta(hours=1), error="")
    tried = WEBHOOK.model_copy(update={"attempts": MOST_REFUSALS - 1, "set_aside": [before]})
    assert not is_at_fault(tried, Failure("", 400))
    since = tried.model_copy(update={"delivered_at": NOW + timedelta(hours=2)})
    assert is_at_fault(since, Failure("", 400))
