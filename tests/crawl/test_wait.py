"""Two runs of one site at once, as real processes: the second is refused, or waits."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from newscrawl.replica import Server
from tests.waiting import until


class Gate:
    """A page that is given only when it is let through."""

    def __init__(self) -> None:
        self.is_asked, self.is_open = threading.Event(), threading.Event()

    def __call__(self) -> tuple[int, str]:
        self.is_asked.set()
        self.is_open.wait(120)
        return 404, ""


@pytest.fixture
def gate(newscrawl: Any, website: Any) -> Iterator[Gate]:
    """Holds back a page of the site `small`, and with it every run of the site."""
    page = Gate()
    website.listing("one", "two")
    website.pages["/news/two"] = page
    newscrawl.add_site("small", website.site_file())
    yield page
    page.is_open.set()


@pytest.fixture
def first(newscrawl: Any, gate: Gate) -> Iterator[subprocess.Popen[str]]:
    """A run of the site that holds it."""
    process = newscrawl.start("crawl", "small")
    assert gate.is_asked.wait(60)
    yield process
    gate.is_open.set()
    process.communicate(timeout=60)


def lines(process: subprocess.Popen[str], words: str) -> str:
    """Wait until the process says these words on stderr, and give the line."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return line
    raise AssertionError("it never says so")


def test_the_second_run_is_refused_and_says_who_holds_the_site(newscrawl: Any, first: Any) -> None:
    code, _output, errors = newscrawl.run("crawl", "small")
    assert code == 6
    assert f"process {first.pid}" in errors
    assert "--wait" in errors


def test_the_second_run_waits_and_says_for_whom_then_crawls(newscrawl: Any, gate: Gate, first: Any) -> None:
    second = newscrawl.start("crawl", "small", "--wait", "2m")
    assert f"waiting up to 0:02:00 for the run of process {first.pid}" in lines(second, "waiting")
    gate.is_open.set()
    output, errors = second.communicate(timeout=60)
    assert second.returncode == 0, output + errors
    assert [run["reason"] for run in newscrawl.json("runs", "list")] == ["finished", "finished"]
    assert len(newscrawl.documents("articles")) == 1


def test_other_sites_of_the_command_go_on_while_one_is_waited_for(
    newscrawl: Any, gate: Gate, first: Any, replica: Server
) -> None:
    second = newscrawl.start("crawl", "small", "replica", "--wait", "2m")
    until(lambda: len(newscrawl.documents("articles", site="replica")) == 90, second)
    assert second.poll() is None
    gate.is_open.set()
    second.communicate(timeout=60)
    assert second.returncode == 0


def test_a_run_that_waits_ends_at_a_signal_and_leaves_no_record(newscrawl: Any, first: Any) -> None:
    second = newscrawl.start("crawl", "small", "--wait", "1h")
    lines(second, "waiting")
    begin = time.monotonic()
    second.send_signal(signal.SIGINT)
    _output, errors = second.communicate(timeout=60)
    assert second.returncode == 130, errors
    assert time.monotonic() - begin < 5
    assert len(newscrawl.documents("runs")) == 1


def test_a_run_that_has_waited_in_vain_is_refused(newscrawl: Any, first: Any) -> None:
    newscrawl("crawl", "small", "--wait", "0m", code=6)


def test_a_time_to_wait_that_makes_no_sense_is_told(newscrawl: Any, gate: Gate) -> None:
    code, _output, errors = newscrawl.run("crawl", "small", "--wait", "soon")
    assert code == 2
    assert "--wait" in errors
