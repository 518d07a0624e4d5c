"""What the benchmarks of many sites share: made-up sites, and newscrawl beside them.

The sites are those of `wide_server.py`, a process of its own. The database is newscrawl's own. Nothing else ought to
run on the machine meanwhile.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from pymongo import MongoClient
from resident import Watch
from wide_server import site_file

from newscrawl.store.local import LocalServer

HERE = Path(__file__).resolve().parent
MIB = 2**20


@dataclass
class Crawl:
    """What a crawl took. `cpu`: seconds of the processor, user and system, of all its processes but the database.

    `peak`: bytes of the process that crawls; `together`: of it and those that read its pages. `log`: what the sites
    were asked, as `wide_server.py` tells it.
    """

    code: int
    seconds: float
    cpu: float
    peak: int
    together: int
    log: dict[str, Any]
    output: str

    @property
    def articles(self) -> int:
        """Pages of articles that the sites were asked for."""
        return int(sum(site["articles"] for site in self.log["sites"].values()))

    def since_start(self, key: str) -> list[float]:
        """Seconds from the first request of all to `began`, `first` or `last` of each site, sorted."""
        sites = self.log["sites"].values()
        start = min(site["began"] for site in sites)
        return sorted(site[key] - start for site in sites if key in site)


class Wide:
    """Sites, and newscrawl in a folder of its own. `further`: options of `wide_server.py`."""

    def __init__(
        self, folder: Path, sites: int, settings: Mapping[str, str], further: Sequence[str], **form: Any
    ) -> None:
        self.server = subprocess.Popen(
            [sys.executable, str(HERE / "wide_server.py"), *further], stdout=subprocess.PIPE, text=True
        )
        assert self.server.stdout is not None
        self.port = int(self.server.stdout.readline())
        (folder / "sites").mkdir()
        for number in range(sites):
            (folder / "sites" / f"wide-{number}.toml").write_text(
                site_file(number, self.port, **form), encoding="utf-8"
            )
        self.names = [f"wide-{number}" for number in range(sites)]
        own = {name: value for name, value in os.environ.items() if not name.startswith(("NEWSCRAWL_", "PYTHON"))}
        self.environment = {
            **own,
            "NEWSCRAWL_SITES": str(folder / "sites"),
            "NEWSCRAWL_DATA": str(folder / "data"),
            **settings,
        }
        self.local = LocalServer(folder / "data")
        self.local.start(keep=True)

    def log(self) -> dict[str, Any]:
        """What the sites were asked so far."""
        with urlopen(f"http://127.0.0.1:{self.port}/log") as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def waiting(self) -> int:
        """Requests that wait in the crawl that goes on, by its last heartbeat."""
        with MongoClient[dict[str, Any]](self.local.uri) as client:
            run = client["newscrawl"]["runs"].find_one(sort=[("started_at", -1)]) or {}
        return sum(host["queued"] for host in run.get("hosts") or [])

    def start(self, *options: str) -> subprocess.Popen[str]:
        """Start a crawl of all sites."""
        return subprocess.Popen(
            [sys.executable, "-m", "newscrawl.cli", "crawl", *self.names, *options],
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def crawl(self, *options: str) -> Crawl:
        """Crawl all sites to the end."""
        begun = time.monotonic()
        process = self.start(*options)
        with Watch(process.pid) as watch:
            output, _ = process.communicate()
        seconds = time.monotonic() - begun
        return Crawl(process.returncode, seconds, watch.processor, watch.peak_leader, watch.peak, self.log(), output)

    def close(self) -> None:
        """End the sites and the database."""
        self.server.kill()
        self.server.wait()
        self.local.stop()


@contextmanager
def wide(sites: int, settings: Mapping[str, str], *further: str, **form: Any) -> Iterator[Wide]:
    """Sites and newscrawl in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="newscrawl-wide-") as name:
        one = Wide(Path(name), sites, settings, further, **form)
        try:
            yield one
        finally:
            one.close()
