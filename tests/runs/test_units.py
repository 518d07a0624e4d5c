"""What keeps a scheduler running, as texts that the programs they are for accept."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from newscrawl.runs.units import Place, container, cron, systemd

PLACE = Place(
    python="/usr/bin/python3",
    folder="/srv/news 100%",
    data="/var/lib/newscrawl",
    user="www-data",
    version="0.1.0",
    settings={
        "NEWSCRAWL_USER_AGENT": 'me "here" 50%',
        "NEWSCRAWL_MONGO_URI": "mongodb://u:secret@db/",
        "NEWSCRAWL_BROKER": "redis://:secret@broker/0",
        "NEWSCRAWL_ALERTS": "mailto://u:secret@mail",
    },
)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_systemd_finds_nothing_wrong_with_its_unit(tmp_path: Path) -> None:
    unit = tmp_path / "newscrawl.service"
    unit.write_text(systemd(PLACE))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    about = [line for line in done.stderr.splitlines() if "newscrawl" in line]
    assert (done.returncode, about) == (0, [])


def test_no_text_holds_a_secret() -> None:
    assert "secret" not in systemd(PLACE) + cron(PLACE) + container(PLACE)
    for name in ("NEWSCRAWL_MONGO_URI", "NEWSCRAWL_BROKER", "NEWSCRAWL_ALERTS"):
        assert f"# {name}=... belongs in this file" in systemd(PLACE)
        assert f"# {name} belongs in a file" in cron(PLACE)


def test_settings_are_written_so_that_they_are_read_as_they_are() -> None:
    assert 'Environment="NEWSCRAWL_USER_AGENT=me \\"here\\" 50%%"' in systemd(PLACE)
    # cron takes a bare % for the end of the line (crontab(5)).
    assert "NEWSCRAWL_USER_AGENT='me \"here\" 50\\%'" in cron(PLACE)


def test_the_line_of_cron_is_one_that_a_shell_reads() -> None:
    [line] = [line for line in cron(PLACE).splitlines() if line.startswith("*/5")]
    command = line.removeprefix("*/5 * * * * ").replace("\\%", "%")
    assert subprocess.run(["sh", "-n", "-c", command], check=False).returncode == 0


def test_the_unit_is_stopped_in_order_and_started_again() -> None:
    assert "KillMode=mixed" in systemd(PLACE)
    assert "Restart=always" in systemd(PLACE)
