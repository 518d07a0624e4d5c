"""Processes that die in the middle of a crawl: nothing missing, nothing doubled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from newscrawl.replica import Replica, Server, serve, site_file
from newscrawl.store.local import LocalServer
from tests.waiting import kill_database, until_asked


def expected(server: Server) -> list[str]:
    return sorted(article.headline for article in server.replica.articles)


def test_a_crawler_killed_again_and_again_loses_and_doubles_nothing(newscrawl: Any, replica: Server) -> None:
    for requests in (3, 15, 40, 70):
        replica.requests.clear()
        process = newscrawl.start("crawl", "replica")
        until_asked(replica, requests, process)
        process.kill()
        process.communicate()
    newscrawl("crawl", "replica")
    assert newscrawl.headlines() == expected(replica)


def test_a_run_that_was_killed_is_recorded_as_crashed(newscrawl: Any, replica: Server) -> None:
    process = newscrawl.start("crawl", "replica")
    until_asked(replica, 10, process)
    process.kill()
    process.communicate()
    newscrawl("crawl", "replica")
    assert [run["reason"] for run in newscrawl.json("runs", "list")] == ["finished", "crashed"]


def test_articles_that_appear_while_the_crawler_is_killed_are_all_found(newscrawl: Any, replica: Server) -> None:
    replica.replica.unpublished = 75
    newscrawl("crawl", "replica")
    replica.replica.unpublished = 0
    for requests in (4, 8, 30):  # into the listings of many new articles, above those known from the first run
        replica.requests.clear()
        process = newscrawl.start("crawl", "replica")
        until_asked(replica, requests, process)
        process.kill()
        process.communicate()
    newscrawl("crawl", "replica")
    assert newscrawl.headlines() == expected(replica)


def test_an_embedded_database_that_is_killed_comes_back_during_the_crawl(embedded: Any) -> None:
    with serve(Replica(articles=90, seed=7)) as server:
        embedded.add_site("replica", site_file(server.base_url))
        embedded("db", "start")
        process = embedded.start("crawl", "replica")
        until_asked(server, 30, process)
        kill_database(LocalServer(embedded.data))
        _output, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        assert embedded.headlines() == expected(server)


@pytest.fixture
def far_database(tmp_path: Path) -> Iterator[LocalServer]:
    """A database server that newscrawl did not start and so does not start again."""
    server = LocalServer(tmp_path / "far")
    server.start()
    yield server
    server.stop()


def test_a_database_that_is_killed_costs_no_article(
    newscrawl: Any, replica: Server, fetched: Any, far_database: LocalServer
) -> None:
    newscrawl.uri = far_database.uri
    newscrawl.environment["NEWSCRAWL_MONGO_URI"] = far_database.uri + "&serverSelectionTimeoutMS=300"
    process = newscrawl.start("crawl", "replica")
    until_asked(replica, 40, process)
    kill_database(far_database)
    _output, errors = process.communicate(timeout=120)
    assert process.returncode == 5, errors
    assert "Traceback" not in errors
    spooled = (newscrawl.data / f"spool-{newscrawl.database}.jsonl").read_text().count('"kind": "article"')
    assert spooled > 0
    before = fetched()

    far_database.start()
    replica.requests.clear()
    newscrawl("crawl", "replica")
    assert newscrawl.headlines() == expected(replica)
    assert fetched() & before == set()  # what waited on disk was not fetched a second time
    assert newscrawl.json("db", "status")["spooled"] == 0
