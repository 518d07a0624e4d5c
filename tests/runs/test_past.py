"""Which runs can be compared with each other."""

from __future__ import annotations

from typing import Any

import pytest

from newscrawl.runs.past import is_comparable, past_runs
from tests.runs.simulation import START


def document(**further: Any) -> dict[str, Any]:
    run = {"_id": "r1", "site": "unn", "command": "newscrawl crawl unn", "started_at": START}
    return {**run, "outcome": "ok", "reason": "finished", "counts": {"new": 3}, **further}


def test_a_run_that_came_to_its_end_is_comparable() -> None:
    assert is_comparable(document())
    assert is_comparable(document(command="newscrawl crawl unn --since 2d --no-revisits"))
    assert is_comparable(document(outcome="failed", reason="crashed"))


@pytest.mark.parametrize(
    "further",
    [
        {"command": "newscrawl crawl unn --limit 5"},
        {"command": "newscrawl crawl unn --limit=5"},
        {"command": "newscrawl crawl unn --from 2026-01-01"},
        {"command": "newscrawl crawl unn --revisit"},
        {"options": {"limit": 5}},
        {"options": {"revisit": True}},
        {"options": {"from": "2026-01-01"}},
        {"command": "newscrawl ingest news.warc.gz"},
        {"reason": "shutdown", "outcome": "failed"},
        {"reason": "interrupted", "outcome": "failed"},
        {"reason": None, "outcome": None},
    ],
)
def test_a_run_that_saw_a_part_only_is_not(further: dict[str, Any]) -> None:
    assert not is_comparable(document(**further))


def test_a_command_with_an_open_quote_is_still_read() -> None:
    assert not is_comparable(document(command="newscrawl crawl 'unn --limit 5"))


def test_runs_come_in_their_order_and_know_their_http_classes() -> None:
    later = document(
        _id="r2", times={"download_p50": 0.4}, started_at=START.replace(hour=5), counts={"http_2xx": 4, "http_5xx": 1}
    )
    first, second = past_runs([later, document(statuses={"2xx": 7})])
    assert (first.id, second.id) == ("r1", "r2")
    assert first.statuses == {"2xx": 7}
    assert second.statuses == {"2xx": 4, "5xx": 1}
    assert (first.seconds, second.seconds) == (None, 0.4)
