"""Metrics of processes that a process starts: what they have counted outlives them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from newscrawl.metrics import children, families
from newscrawl.metrics.children import Children
from newscrawl.metrics.tally import Tally
from newscrawl.normalize.quantiles import Durations


def told(requests: int, waiting: int = 0) -> Tally:
    tally = Tally()
    tally.add(families.REQUESTS, requests, "unn")
    tally.add(families.WAITING, waiting, "unn")
    durations = Durations()
    durations.add(0.2)
    tally.add_durations(families.DOWNLOAD, durations)
    return tally


def ended_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_file_holds_what_was_written(tmp_path: Path) -> None:
    path = children.file_of_this_process(tmp_path)
    children.write(path, told(3, 2))
    assert children.read(path).numbers == told(3, 2).numbers


def test_processes_that_run_and_that_have_ended_are_added_up() -> None:
    own = Children()
    try:
        children.write(own.folder / f"{os.getpid()}-a.json", told(5, 2))
        gone = own.folder / f"{ended_process()}-b.json"
        children.write(gone, told(7, 9))
        for _ in range(2):  # also when it is asked again
            tally = own.tally()
            assert tally.numbers[families.REQUESTS.name] == {("unn",): 12}
            assert tally.numbers[families.DOWNLOAD.name][("+Inf",)] == 2
            assert tally.numbers[families.WAITING.name] == {("unn",): 2}
            assert not gone.exists()
    finally:
        own.close()
    assert not own.folder.exists()


def test_half_a_file_and_one_of_another_version_say_nothing() -> None:
    own = Children()
    try:
        (own.folder / "1-a.json").write_text('[["newscrawl_requests_total", ["unn"], 5], ["newscr')
        (own.folder / "1-b.json").write_text(
            '[["newscrawl_of_yore_total", [], 5], ["newscrawl_requests_total", [], 1]]'
        )
        assert own.tally().numbers == {}
    finally:
        own.close()
