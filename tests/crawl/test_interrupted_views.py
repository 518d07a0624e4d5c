"""What the counters of a crawl come to when the crawler or the database is killed: none is lost, none is doubled."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from newscrawl.replica import Server
from newscrawl.store.local import LocalServer
from tests.waiting import until_asked


def assert_none_lost_and_none_doubled(newscrawl: Any) -> int:
    """Every stored article has the counter of its own page; gives the number of articles."""
    articles = {document["_id"] for document in newscrawl.documents("articles")}
    views = newscrawl.documents("views")
    assert articles <= {view["article"] for view in views if view["source"] == "own page"}
    keys = Counter((view["article"], view["at"], view["source"], view["count"]) for view in views)
    assert [key for key, times in keys.items() if times > 1] == []
    return len(articles)


def test_an_article_that_is_stored_has_its_counter_whenever_the_crawler_is_killed(
    newscrawl: Any, replica: Server
) -> None:
    for requests in (20, 35, 50, 65, 80):
        replica.requests.clear()
        process = newscrawl.start("crawl", "replica")
        until_asked(replica, requests, process)
        process.kill()
        process.communicate()
        assert_none_lost_and_none_doubled(newscrawl)
    newscrawl("crawl", "replica")
    assert assert_none_lost_and_none_doubled(newscrawl) == len(replica.replica.articles)


@pytest.fixture
def far_database(tmp_path: Path) -> Iterator[LocalServer]:
    """A database server that newscrawl did not start and so does not start again."""
    server = LocalServer(tmp_path / "far")
    server.start()
    yield server
    server.stop()


def test_counters_that_waited_on_disk_are_stored_once_though_their_replay_is_killed_too(
    newscrawl: Any, replica: Server, far_database: LocalServer
) -> None:
    newscrawl.uri = far_database.uri
    newscrawl.environment["NEWSCRAWL_MONGO_URI"] = far_database.uri + "&serverSelectionTimeoutMS=300"
    process = newscrawl.start("crawl", "replica")
    until_asked(replica, 40, process)
    pid = far_database.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=120)
    spool = newscrawl.data / f"spool-{newscrawl.database}.jsonl"
    assert spool.read_text().count('"kind": "view"') > 0

    far_database.start()
    once_more = spool.read_text()
    newscrawl("db", "replay")
    spool.write_text(once_more)  # as the replay leaves it that is killed before it deletes what it has stored
    newscrawl("crawl", "replica")
    assert assert_none_lost_and_none_doubled(newscrawl) == len(replica.replica.articles)
    assert newscrawl.json("db", "status")["spooled"] == 0
