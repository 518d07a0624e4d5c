"""Two runs side by side: what differs by more than chance comes first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newscrawl.runs.compare import Difference, compare

NOW = datetime(2026, 11, 28, tzinfo=UTC)


def run(**parts: Any) -> dict[str, Any]:
    plain = {"started_at": NOW, "ended_at": NOW + timedelta(seconds=20), "outcome": "ok", "reason": "finished"}
    return {**plain, **parts}


def only(before: dict[str, Any], after: dict[str, Any], part: str, name: str) -> Difference:
    [found] = [d for d in compare(before, after) if (d.part, d.name) == (part, name)]
    return found


@pytest.mark.parametrize(
    ("part", "before", "after", "is_notable"),
    [
        ("counts", 100, 100, False),
        ("counts", 100, 115, False),
        ("counts", 3, 7, False),
        ("counts", 100, 20, True),
        ("counts", 0, 12, True),
        ("errors", 0, 1, False),
        ("errors", 1, 40, True),
        ("dropped", 2, 60, True),
    ],
)
def test_a_number_is_notable_beyond_chance(part: str, before: int, after: int, is_notable: bool) -> None:
    found = only(run(**{part: {"x": before}}), run(**{part: {"x": after}}), part, "x")
    assert found.is_notable is is_notable
    assert found.change == after - before


@pytest.mark.parametrize(
    ("articles", "before", "after", "is_notable"),
    [(100, 0.95, 0.10, True), (100, 0.95, 0.93, False), (3, 1.0, 0.67, False), (10_000, 0.95, 0.93, False)],
)
def test_a_field_is_notable_that_many_articles_have_lost(
    articles: int, before: float, after: float, is_notable: bool
) -> None:
    one, other = (run(counts={"new": articles}, coverage={"views": share}) for share in (before, after))
    assert only(one, other, "coverage", "views").is_notable is is_notable


def test_a_run_that_stored_nothing_says_nothing_of_fields() -> None:
    differences = compare(run(counts={"new": 9}, coverage={"body": 1.0}), run())
    assert not [d for d in differences if d.part == "coverage"]


def test_answers_are_compared_by_their_share() -> None:
    few, many = run(statuses={"2xx": 90, "4xx": 10}), run(statuses={"2xx": 900, "4xx": 100})
    assert not only(few, many, "statuses", "4xx").is_notable
    assert only(few, run(statuses={"2xx": 50, "4xx": 50}), "statuses", "4xx").is_notable


@pytest.mark.parametrize(
    ("before", "after", "is_notable"), [(1.0, 1.2, False), (0.001, 0.004, False), (0.5, 2.0, True)]
)
def test_a_time_is_notable_that_somebody_notices(before: float, after: float, is_notable: bool) -> None:
    found = only(run(times={"download_p95": before}), run(times={"download_p95": after}), "times", "download_p95")
    assert found.is_notable is is_notable


def test_another_version_option_or_outcome_is_notable_and_comes_first() -> None:
    one = run(versions={"lxml": "6.1.3"}, counts={"new": 100, "known": 5})
    other = run(
        outcome="failed",
        reason="shutdown",
        versions={"lxml": "6.2"},
        options={"limit": 5},
        counts={"new": 5, "known": 6},
    )
    found = compare(one, other)
    assert [(d.part, d.name) for d in found if d.is_notable] == [
        ("end", "outcome"),
        ("end", "reason"),
        ("options", "limit"),
        ("versions", "lxml"),
        ("counts", "new"),
    ]
    assert [d.is_notable for d in found] == sorted((d.is_notable for d in found), reverse=True)


def test_a_record_of_an_earlier_version_can_be_compared() -> None:
    assert compare({"started_at": NOW}, {"started_at": NOW, "counts": None}) is not None
