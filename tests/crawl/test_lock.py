"""One run of a site at a time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from newscrawl.crawl.lock import SiteLock, SiteLocked


def test_a_second_run_of_a_site_is_told_which_process_holds_it(tmp_path: Path) -> None:
    first = SiteLock(tmp_path, "unn")
    first.take()
    with pytest.raises(SiteLocked, match=str(os.getpid())):
        SiteLock(tmp_path, "unn").take()
    first.release()
    SiteLock(tmp_path, "unn").take()


def test_runs_of_other_sites_are_free(tmp_path: Path) -> None:
    locks = [SiteLock(tmp_path, "unn"), SiteLock(tmp_path, "ukrinform")]
    for lock in locks:
        lock.take()


def test_a_run_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from newscrawl.crawl.lock import SiteLock;"
        "lock = SiteLock(Path(sys.argv[1]), 'unn'); lock.take(); print('held', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    with pytest.raises(SiteLocked):
        SiteLock(tmp_path, "unn").take()
    process.kill()
    process.communicate()
    SiteLock(tmp_path, "unn").take()
