"""The main job through the real command line, HTTP server and database."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from newscrawl.replica import Replica, serve, site_file
from newscrawl.store.local import LocalServer


class Newscrawl:
    """The command with its own data folder and one site, the replica."""

    def __init__(self, folder: Path, replica: Replica, server: Any) -> None:
        self.replica, self.server = replica, server
        self.data = folder / "data"
        sites = folder / "sites"
        sites.mkdir()
        (sites / "replica.toml").write_text(site_file(server.base_url), encoding="utf-8")
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("NEWSCRAWL_")},
            "NEWSCRAWL_DATA": str(self.data),
            "NEWSCRAWL_SITES": str(sites),
            "NEWSCRAWL_DELAY": "0",
            "NEWSCRAWL_CONCURRENCY": "8",
            "COLUMNS": "200",
        }

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "newscrawl.cli", *words],
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def __call__(self, *words: str, code: int = 0) -> str:
        process = self.start(*words)
        output, errors = process.communicate(timeout=120)
        assert process.returncode == code, f"{words}: {process.returncode}\n{output}\n{errors}"
        return output

    def json(self, *words: str, code: int = 0) -> Any:
        envelope = json.loads(self(*words, "--json", code=code))
        return envelope[next(key for key in envelope if key != "schema")]

    def stored(self) -> list[dict[str, Any]]:
        return self.json("articles", "list", "--limit", "10000")


@pytest.fixture
def newscrawl(tmp_path: Path) -> Iterator[Newscrawl]:
    replica = Replica(articles=90, seed=7)
    with serve(replica) as server:
        command = Newscrawl(tmp_path, replica, server)
        command("db", "start")
        yield command
        LocalServer(command.data).stop()


def expected(newscrawl: Newscrawl) -> list[str]:
    return sorted(article.headline for article in newscrawl.replica.articles)


def headlines(newscrawl: Newscrawl) -> list[str]:
    return sorted(article["headline"] for article in newscrawl.stored())


def test_a_crawl_stores_every_article_once(newscrawl: Newscrawl) -> None:
    newscrawl("crawl", "replica")
    assert headlines(newscrawl) == expected(newscrawl)


def test_a_second_crawl_stores_nothing_and_fetches_no_known_article(newscrawl: Newscrawl) -> None:
    newscrawl("crawl", "replica")
    newscrawl.server.requests.clear()
    output = newscrawl("crawl", "replica")
    assert "Nothing new" in output
    assert [path for path in newscrawl.server.requests if "/news/" in path] == []


def test_a_crawler_killed_at_any_instant_loses_and_doubles_nothing(newscrawl: Newscrawl) -> None:
    for requests in (3, 15, 40, 70):
        newscrawl.server.requests.clear()
        process = newscrawl.start("crawl", "replica")
        while process.poll() is None and len(newscrawl.server.requests) < requests:
            os.sched_yield()
        process.send_signal(signal.SIGKILL)
        process.communicate()
    newscrawl("crawl", "replica")
    assert headlines(newscrawl) == expected(newscrawl)


def test_a_dry_run_shows_articles_and_writes_nothing(newscrawl: Newscrawl) -> None:
    shown = newscrawl.json("crawl", "replica", "--dry-run", "--limit", "3")
    assert len(shown["articles"]) == 3
    newscrawl("articles", "list", code=4)


def test_a_limit_is_kept_and_the_next_run_goes_on(newscrawl: Newscrawl) -> None:
    newscrawl("crawl", "replica", "--limit", "5")
    assert len(newscrawl.stored()) <= 5
    newscrawl("crawl", "replica")
    assert headlines(newscrawl) == expected(newscrawl)


def test_an_unknown_site_is_a_usage_error_with_the_nearest_name(newscrawl: Newscrawl) -> None:
    process = newscrawl.start("crawl", "replca")
    _output, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "replica" in errors


def test_each_run_is_recorded_with_its_counts(newscrawl: Newscrawl) -> None:
    newscrawl("crawl", "replica")
    [run] = newscrawl.json("runs", "list")
    assert run["outcome"] == "ok"
    assert run["counts"]["new"] == len(newscrawl.replica.articles)
