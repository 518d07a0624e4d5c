"""Stable reasons of failures, and when an address is tried again."""

from datetime import UTC, datetime, timedelta

import pytest
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)

from newscrawl.crawl.reasons import failure_of, next_try, reason_of
from newscrawl.crawl.refusals import Broken, Refused
from newscrawl.crawl.robots import RobotsRefused

NOW = datetime(2026, 1, 6, 10, 50, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (DownloadTimeoutError("30 seconds"), "timeout"),
        (CannotResolveHostError("no such host"), "dns"),
        (DownloadConnectionRefusedError("refused"), "connection-refused"),
        (Refused("too-large", "the answer has more than 10 bytes"), "too-large"),
        (Broken("damaged-coding", "it ends too early"), "damaged-coding"),
        (ResponseDataLossError("it ends too early"), "cut-short"),
        (DownloadFailedError("reset"), "connection-lost"),
        (RobotsRefused("robots-forbidden", "forbidden"), "robots-forbidden"),
        (IgnoreRequest("whatever else"), "ignored"),
        (RuntimeError("anything else"), "fetch-error"),
    ],
)
def test_each_way_to_fail_has_its_code(error: Exception, reason: str) -> None:
    assert reason_of(error) == reason


def test_what_is_gone_is_not_tried_again() -> None:
    assert next_try("http-404", 1, NOW) is None
    assert next_try("http-410", 1, NOW) is None


def test_every_further_attempt_waits_longer_and_never_for_ever() -> None:
    waits = [next_try("http-500", attempts, NOW) for attempts in (1, 2, 3, 4, 100)]
    assert waits == [NOW + timedelta(hours=hours) for hours in (1, 6, 24, 24, 24)]


def test_what_was_not_asked_for_as_robots_txt_was_away_is_due_with_the_next_run() -> None:
    assert next_try("robots-unreachable", 9, NOW) == NOW + timedelta(minutes=1)


def test_a_failure_holds_only_what_the_database_can_hold() -> None:
    failure = failure_of(
        "https://example.com/\ud800",
        "example",
        "fetch",
        "http-500",
        "x" * 1000 + "\ud800",
        attempts=1,
        now=NOW,
        run=None,
    )
    assert failure.url == "https://example.com/%3F"
    assert len(failure.detail) == 500
