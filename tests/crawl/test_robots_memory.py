"""What an answer for a robots.txt means, and for how long (RFC 9309, 2.3.1 and 2.4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newscrawl.crawl.robots_memory import (
    Answer,
    asked_again_at,
    is_due,
    origin_of,
    policies_are_due,
    remembered,
    rules_in_force,
    state_of,
)
from newscrawl.records import Robots

NOW = datetime(2026, 1, 6, 12, tzinfo=UTC)
ORIGIN = "https://example.com"
RULES = Answer("rules", "http-200", "User-agent: *\nDisallow: /a\n")
AWAY = Answer("unreachable", "http-503")


def after(*answers: Answer, now: datetime = NOW, before: Robots | None = None) -> Robots:
    for answer in answers:
        before = remembered(before, answer, origin=ORIGIN, site="example", now=now)
    assert before is not None
    return before


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Example.com/a?b#c", "https://example.com"),
        ("https://example.com:443/", "https://example.com"),
        ("http://example.com:443/", "http://example.com:443"),
        ("http://user:word@example.com:8080/a", "http://example.com:8080"),
        ("http://[::1]:80/", "http://[::1]"),
        ("http://[2001:db8::1]:8080/", "http://[2001:db8::1]:8080"),
    ],
)
def test_a_robots_txt_is_that_of_scheme_host_and_port(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    ("status", "state"),
    [
        *((status, "rules") for status in (200, 204)),
        *((status, "unavailable") for status in (400, 401, 403, 404, 410, 451)),
        *((status, "unreachable") for status in (429, 500, 502, 503, 504, 304, 302, 100, 999)),
    ],
)
def test_a_status_says_whether_there_are_rules(status: int, state: str) -> None:
    assert state_of(status) == state


def test_what_is_unavailable_allows_and_what_is_unreachable_forbids() -> None:
    assert rules_in_force(after(RULES), NOW) == RULES.text
    assert rules_in_force(after(Answer("unavailable", "http-404")), NOW) == ""
    assert rules_in_force(after(AWAY), NOW) is None


def test_a_copy_is_believed_for_thirty_days_of_no_answer() -> None:
    known = after(RULES)
    away = after(AWAY, AWAY, before=known, now=NOW + timedelta(days=1))
    assert rules_in_force(away, NOW + timedelta(days=30)) == RULES.text
    assert rules_in_force(away, NOW + timedelta(days=30, seconds=1)) is None


def test_a_robots_txt_that_was_taken_away_is_no_copy_to_believe() -> None:
    known = after(RULES, Answer("unavailable", "http-404"), AWAY)
    assert rules_in_force(known, NOW) is None


def test_rules_that_are_empty_are_rules() -> None:
    assert rules_in_force(after(Answer("rules", "http-200", ""), AWAY), NOW) == ""


@pytest.mark.parametrize("answer", [RULES, Answer("unavailable", "http-404")])
def test_an_answer_is_believed_for_a_day(answer: Answer) -> None:
    known = after(answer)
    assert not is_due(known, NOW + timedelta(hours=23, minutes=59))
    assert is_due(known, NOW + timedelta(hours=24))


def test_no_answer_is_asked_for_again_after_a_minute_then_ever_later_up_to_an_hour() -> None:
    waits = []
    known: Robots | None = None
    for _ in range(20):
        known = after(AWAY, before=known)
        waits.append(asked_again_at(known) - NOW)
    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert waits[-1] == timedelta(hours=1)
    assert asked_again_at(after(RULES, AWAY, before=known)) - NOW == timedelta(minutes=1)


def test_an_answer_from_the_future_is_not_believed() -> None:
    assert is_due(after(RULES), NOW - timedelta(hours=1))
    assert policies_are_due(after(RULES).model_copy(update={"policies_at": NOW}), NOW - timedelta(hours=1))


def test_the_other_files_are_asked_for_once_a_day_and_kept_when_the_rules_change() -> None:
    known = after(RULES)
    assert policies_are_due(known, NOW)
    known = after(RULES, before=known.model_copy(update={"policies_at": NOW, "ai_txt": "User-agent: *"}))
    assert known.ai_txt == "User-agent: *"
    assert not policies_are_due(known, NOW + timedelta(hours=23))
    assert policies_are_due(known, NOW + timedelta(hours=24))
