"""A crawl opens no port: whatever listens could be spoken to."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from newscrawl.store.local import LocalServer

LISTENS = "0A"  # TCP_LISTEN in /proc/net/tcp (proc_pid_net(5))


def family(pid: int) -> set[int]:
    """A process and all its descendants."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, new = {pid}, [pid]
    while new:
        new = [child for parent in new for child in parents.get(parent, ())]
        found |= set(new)
    return found


def listening(pids: set[int]) -> list[str]:
    """Local addresses at which any of the processes listens, by TCP or UDP."""
    inodes = set()
    for pid in pids:
        for descriptor in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                target = os.readlink(descriptor)
            except OSError:
                continue
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    found = []
    for protocol in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/net/{protocol}").read_text().splitlines()[1:]:
            fields = line.split()
            is_server = fields[3] == LISTENS if protocol.startswith("tcp") else fields[2].endswith(":0000")
            if is_server and fields[9] in inodes:
                found.append(f"{protocol} {fields[1]}")
    return found


@pytest.fixture
def held(embedded: Any, website: Any) -> Iterator[threading.Event]:
    """The site `small`, whose page is asked for when the event is set, and never given."""
    is_asked, is_over = threading.Event(), threading.Event()

    def page() -> tuple[int, str]:
        is_asked.set()
        is_over.wait(60)
        return 404, ""

    website.listing("one")
    website.pages["/news/one"] = page
    embedded.add_site("small", website.site_file())
    yield is_asked
    is_over.set()


def assert_nothing_listens(embedded: Any, process: subprocess.Popen[str], held: threading.Event) -> None:
    assert held.wait(60)
    server = LocalServer(embedded.data).pid()
    assert server is not None
    pids = family(process.pid) | family(server)
    assert listening(pids) == []
    process.kill()
    process.communicate()


def test_a_running_crawl_and_its_database_listen_at_no_port(embedded: Any, held: threading.Event) -> None:
    embedded.environment |= {
        "SCRAPY_TELNETCONSOLE_ENABLED": "1",
        "SCRAPY_REMOTE_CONTROL_ENABLED": "1",
        "TELNETCONSOLE_ENABLED": "1",
    }
    (embedded.folder / "scrapy.cfg").write_text("[settings]\ndefault = evil\n")
    (embedded.folder / "evil.py").write_text("TELNETCONSOLE_ENABLED = REMOTE_CONTROL_ENABLED = True\n")
    assert_nothing_listens(embedded, embedded.start("crawl", "small"), held)


def test_scrapys_own_command_line_opens_none_either(embedded: Any, held: threading.Event) -> None:
    (embedded.folder / "scrapy.cfg").write_text("[settings]\ndefault = newscrawl.settings\n")
    words = ["crawl", "small", "-s", "TELNETCONSOLE_ENABLED=1", "-s", "REMOTE_CONTROL_ENABLED=1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "scrapy", *words],
        env=embedded.environment,
        cwd=embedded.folder,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert_nothing_listens(embedded, process, held)
