"""`newscrawl schedule` through real processes: plan, run, look, pause, stop."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import MongoClient
from typer.testing import CliRunner

from newscrawl.cli.main import app
from newscrawl.replica import Replica, serve, site_file


@pytest.fixture(scope="module")
def planned(newscrawl_of_module: Any) -> Iterator[Any]:
    """The command, with a replica of 12 articles that is scheduled every hour, and one run of it behind."""
    with serve(Replica(articles=12)) as server:
        newscrawl_of_module.add_site("replica", site_file(server.base_url))
        told(newscrawl_of_module, "add", "replica", "--every", "1h", "--limit", "5", "--no-revisits")
        told(newscrawl_of_module, "run", "--once")
        yield newscrawl_of_module


def told(command: Any, *words: str, code: int = 0) -> str:
    """What `newscrawl schedule` says, in this process: with one start for each, the tests would take a minute."""
    result = CliRunner().invoke(app, ["schedule", *words], env=command.environment)
    assert result.exit_code == code, result.output
    return " ".join(result.output.split())


def told_as_json(command: Any, *words: str) -> Any:
    """The same with `--json`, in its envelope."""
    return json.loads(told(command, *words, "--json"))


def change(command: Any, name: str, **values: object) -> None:
    """Set fields of a schedule past the command."""
    with MongoClient(command.uri) as client:
        client[command.database]["schedules"].update_one({"_id": name}, {"$set": values})


def until(process: subprocess.Popen[str], said: Callable[[str], bool]) -> list[str]:
    """The lines of stderr up to the first one of which this holds."""
    assert process.stderr is not None
    lines = []
    for line in process.stderr:
        lines.append(line)
        if said(line):
            return lines
    raise AssertionError(f"it never said so: {lines}")


def test_once_starts_what_is_due_with_its_options_and_waits_for_its_end(planned: Any) -> None:
    shown = told_as_json(planned, "show", "replica")["schedule"]
    [slot] = shown["slots"]
    assert (slot["state"], slot["code"], shown["started"]) == ("ended", 0, "1/1")
    assert len(planned.documents("articles")) == 5
    [run] = planned.documents("runs")
    assert "--limit 5" in run["command"]
    assert "--no-revisits" in run["command"]


def test_once_does_nothing_where_nothing_is_due(planned: Any) -> None:
    assert "Nothing was due" in told(planned, "run", "--once")


def test_the_next_five_are_told_by_the_clock_of_the_zone_and_in_utc(planned: Any) -> None:
    told(planned, "add", "replica", "--cron", "30 9 * * *", "--timezone", "Asia/Tokyo", "--name", "tokyo")
    rows = told_as_json(planned, "next", "tokyo")["next"]
    assert [row["local"][11:] for row in rows] == ["09:30:00+09:00"] * 5
    assert [row["at"][11:16] for row in rows] == ["00:30"] * 5
    assert "09:30" in told(planned, "next", "tokyo", "-n", "1")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("replica",), "there is a schedule replica already"),
        ((), "name at least one site"),
        (("replica", "--all"), "name at least one site"),
        (("replicca",), "replica"),
        (("replica", "--every", "soon"), "no span"),
        (("replica", "--every", "10m", "--adaptive"), "exclude each other"),
        (("replica", "--cron", "0 9 * * 9"), "no day of the week"),
        (("replica", "--cron", "0 0 31 2 *", "--name", "never"), "never comes"),
        (("replica", "--timezone", "Kiev/Europe", "--name", "n"), "no zone"),
        (("replica", "--name", "Not A Name"), "no name of a schedule"),
    ],
)
def test_what_cannot_be_planned_is_refused_with_what_is_wrong(planned: Any, words: tuple[str, ...], said: str) -> None:
    assert said in told(planned, "add", *words, code=2)


def test_a_dry_run_plans_nothing(planned: Any) -> None:
    told(planned, "add", "replica", "--name", "dry", "--dry-run")
    assert "dry" not in {row["name"] for row in told_as_json(planned, "list")["schedules"]}


def test_a_run_that_nobody_started_is_told_by_the_list(planned: Any) -> None:
    told(planned, "add", "replica", "--every", "1h", "--name", "alone", "--grace", "10m")
    long_ago = datetime.now(UTC) - timedelta(hours=5, minutes=30)
    change(planned, "alone", created_at=long_ago, planned_until=long_ago)
    said = told(planned, "list")
    assert "Missed: alone, 5 runs" in said
    assert "No scheduler runs" in said
    told(planned, "remove", "alone", "--yes")


def test_pause_resume_and_remove(planned: Any) -> None:
    told(planned, "add", "replica", "--name", "other")
    told(planned, "pause", "other")
    assert told_as_json(planned, "show", "other")["schedule"]["next"] == []
    assert "next run" in told(planned, "resume", "other")
    assert "--yes" in told(planned, "remove", "other", code=2)
    assert "would remove" in told(planned, "remove", "other", "--dry-run")
    told(planned, "remove", "other", "--yes")
    assert "there is no schedule other" in told(planned, "show", "other", code=4)


def test_now_without_a_scheduler_says_so(planned: Any) -> None:
    assert "no scheduler runs" in told(planned, "now", "replica", code=5)
    change(planned, "replica", wanted_at=None)


def test_a_scheduler_sees_within_seconds_what_others_change_and_ends_in_order(planned: Any) -> None:
    scheduler = planned.start("schedule", "run")
    try:
        until(scheduler, lambda line: "planning" in line)
        assert f"process {scheduler.pid}" in told(planned, "run", code=6)
        assert "within seconds" in told(planned, "now", "replica")
        asked = time.monotonic()
        until(scheduler, lambda line: "replica: crawling" in line)
        assert time.monotonic() - asked < 10
        assert "The scheduler runs" in told(planned, "list")
        scheduler.send_signal(signal.SIGTERM)
        _, errors = scheduler.communicate(timeout=30)
        assert scheduler.returncode == 143, errors
        assert "Traceback" not in errors
        assert told_as_json(planned, "show", "replica")["schedule"]["slots"][0]["state"] == "ended"
    finally:
        scheduler.kill()
        scheduler.wait()


def test_the_files_that_keep_a_scheduler_running_are_printed_one_by_one_or_together(planned: Any) -> None:
    together = told(planned, "install", "--print")
    assert all(part in together for part in ("[Service]", "*/5 * * * *", "FROM python"))
    assert "[Service]" not in told(planned, "install", "--print", "cron")
    assert "--print" in told(planned, "install", code=2)


def test_a_crawl_of_a_schedule_goes_on_without_a_site_that_has_no_file(planned: Any) -> None:
    code, _, said = planned.run("crawl", "replica", "nowhere", "--limit", "1", "--started-by", "schedule all")
    assert code == 2
    assert "no site 'nowhere' on this machine" in said
    [run] = planned.documents("runs", started_by="schedule all")
    assert (run["site"], run["outcome"]) == ("replica", "ok")
    assert planned.run("crawl", "nowhere", "--started-by", "schedule all")[0] == 2


def test_the_list_is_there_as_json(planned: Any) -> None:
    envelope = told_as_json(planned, "list")
    assert envelope["schema"] == "newscrawl.schedules/1"
    assert envelope["scheduler"]["is_running"] is False
