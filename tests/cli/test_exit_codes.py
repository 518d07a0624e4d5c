"""Which exit code a crawl ends with, by what became of its sites."""

from datetime import UTC, datetime
from typing import Any

import pytest

from newscrawl.cli.asked import since_of
from newscrawl.cli.crawl import exit_code
from newscrawl.records import Run

NOW = datetime(2026, 1, 6, 10, 50, tzinfo=UTC)


def run(outcome: str = "ok", reason: str = "finished", errors: dict[str, int] | None = None, **counts: int) -> Run:
    record: dict[str, Any] = {"outcome": outcome, "reason": reason, "errors": errors or {}, "counts": counts}
    return Run(site="example", command="", started_at=NOW, version="0", pid=1, host="here", **record)


@pytest.mark.parametrize(
    ("runs", "asked", "code"),
    [
        ([run(new=3, cards=3)], 1, 0),
        ([run(cards=20)], 1, 0),
        ([run(listings_unchanged=1)], 1, 0),
        ([run("failed", new=3)], 1, 1),
        ([run(new=3), run("failed")], 2, 1),
        ([run(new=3)], 2, 1),
        ([run("failed", "configuration")], 1, 2),
        ([run("degraded", new=3, cards=3)], 1, 3),
        ([run()], 1, 4),
        ([run(), run(cards=1)], 2, 0),
        ([run("failed", "database-down")], 1, 5),
        ([run("failed", spooled=2, cards=3)], 1, 5),
        ([run("failed", errors={"database-away": 1})], 1, 5),
        ([run("failed", "locked")], 1, 6),
        ([run("failed", "locked"), run(cards=1)], 2, 6),
        ([run("failed", "locked"), run("failed")], 2, 1),
    ],
)
def test_the_worst_of_what_happened_decides(runs: list[Run], asked: int, code: int) -> None:
    assert exit_code(runs, asked) == code


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2d", datetime(2026, 1, 4, 10, 50, tzinfo=UTC)),
        ("12h", datetime(2026, 1, 5, 22, 50, tzinfo=UTC)),
        ("30m", datetime(2026, 1, 6, 10, 20, tzinfo=UTC)),
        ("1w", datetime(2025, 12, 30, 10, 50, tzinfo=UTC)),
        ("2026-01-01", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-01-01T02:00+02:00", datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_span_or_a_date_names_an_instant(text: str, expected: datetime) -> None:
    assert since_of(text, NOW) == expected


@pytest.mark.parametrize("text", ["soon", "", "2 fortnights", "99999999999999d"])
def test_what_names_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        since_of(text, NOW)
