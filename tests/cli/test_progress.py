"""What a crawl shows on stderr: a live table on a terminal, elsewhere a line now and then, or nothing."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newscrawl.cli.manner import Manner
from newscrawl.cli.progress import EVERY, clock, final_line, form, heartbeat, progress
from newscrawl.records import Run


@pytest.mark.parametrize(
    ("own", "environment", "is_terminal", "expected"),
    [
        (Manner(), {"TERM": "xterm"}, True, "live"),
        (Manner(), {"TERM": "xterm", "NO_COLOR": "1"}, True, "live"),
        (Manner(), {"TERM": "dumb"}, True, "lines"),
        (Manner(), {"TERM": "xterm", "CI": "true"}, True, "lines"),
        (Manner(), {"TERM": "xterm", "CI": "false"}, True, "live"),
        (Manner(), {}, False, "lines"),
        (Manner(is_quiet=True), {"TERM": "xterm"}, True, "none"),
        (Manner(hides_progress=True), {}, False, "none"),
    ],
)
def test_the_form_is_chosen_by_options_and_environment(
    own: Manner, environment: dict[str, str], is_terminal: bool, expected: str
) -> None:
    assert form(own, environment, is_terminal=is_terminal) == expected


def test_a_heartbeat_tells_time_articles_rate_and_failures() -> None:
    counts = {"unn": {"requests": 31, "new": 20, "unchanged": 2}, "apnews": {"requests": 9, "failed": 3}}
    assert heartbeat(counts, 93, 12.6) == "0:01:33 2 sites: 22 articles (13/min), 20 new, 3 failed, 40 requests"
    assert heartbeat({"unn": {"requests": 1}}, 30, 0) == "0:00:30 unn: 0 articles (0/min), 1 requests"
    assert heartbeat({}, 30, 0) == "0:00:30 starting: 0 articles (0/min), 0 requests"


def test_a_heartbeat_comes_when_its_time_has_come(capsys: pytest.CaptureFixture[str]) -> None:
    assert EVERY == 30
    with progress(every=3600) as report:
        report({"unn": {"new": 1}})
    assert capsys.readouterr().err == ""
    with progress(every=0) as report:
        report({"unn": {"new": 1}})
    assert "unn: 1 articles" in capsys.readouterr().err


def test_a_long_crawl_has_hours() -> None:
    assert clock(3 * 3600 + 62) == "3:01:02"


def test_the_last_line_sums_up_all_sites() -> None:
    start = datetime(2026, 1, 31, tzinfo=UTC)
    runs = [
        Run(
            site=site,
            command="crawl",
            started_at=start,
            ended_at=start + timedelta(seconds=5),
            outcome=outcome,
            counts={"new": 4},
            version="1",
            pid=1,
            host="here",
        )
        for site, outcome in (("unn", "ok"), ("apnews", "failed"))
    ]
    assert final_line(runs, 5) == "2 sites: 1 failed, 1 ok; 8 new, 0 changed, 0 failed; 0:00:05"
    assert final_line(runs[:1], 5) == "unn: ok; 4 new, 0 changed, 0 failed; 0:00:05"


def on_a_terminal(command: Any, *words: str) -> tuple[str, str]:
    """stdout, which is a pipe, and stderr, which is a terminal, of a command."""
    ours, theirs = pty.openpty()
    environment = {**command.environment, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"}
    process = subprocess.Popen(
        [sys.executable, "-m", "newscrawl.cli", *words],
        env={name: value for name, value in environment.items() if name != "CI"},
        cwd=command.folder,
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            shown += os.read(ours, 65536)
        except OSError:  # a terminal whose other end is closed
            break
    os.close(ours)
    output, _ = process.communicate(timeout=60)
    return output, shown.decode()


def test_a_terminal_gets_a_live_table_and_takes_it_back_and_quiet_leaves_one_line(newscrawl: Any, website: Any) -> None:
    website.listing("one", "two")
    newscrawl.add_site("small", website.site_file())
    newscrawl.environment["NO_COLOR"] = "1"
    output, shown = on_a_terminal(newscrawl, "crawl", "small")
    assert "articles/min" in shown
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", shown)
    assert "small" in output
    assert "\x1b" not in output
    output, shown = on_a_terminal(newscrawl, "crawl", "small", "--quiet")
    assert shown == ""
    assert re.fullmatch(r"small: ok; 0 new, 0 changed, 0 failed; 0:00:\d\d\n", output)
