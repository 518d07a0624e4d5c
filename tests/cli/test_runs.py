"""The history of crawls on the command line: listed, shown, compared, watched, and started once by a key."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest

from newscrawl.replica import Replica, serve, site_file

KEY = ("--idempotency-key", "daily")


@pytest.fixture(scope="module")
def crawled(newscrawl_of_module: Any) -> Iterator[Any]:
    """The command, after a crawl of two articles and one of the rest, which has a key."""
    with serve(Replica(articles=12, bad=True)) as server:
        newscrawl_of_module.add_site("replica", site_file(server.base_url, bad=True))
        newscrawl_of_module("crawl", "replica", "--limit", "2")
        newscrawl_of_module.said = newscrawl_of_module("crawl", "replica", *KEY, "--started-by", "schedule night")
        newscrawl_of_module.server = server
        yield newscrawl_of_module


@pytest.fixture(scope="module")
def runs(crawled: Any) -> list[dict[str, Any]]:
    """Their records, the first one first."""
    return sorted(crawled.documents("runs"), key=lambda run: run["started_at"])  # type: ignore[no-any-return]


def test_every_link_that_a_run_met_has_its_fate(runs: list[dict[str, Any]]) -> None:
    for run in runs:
        counts = run["counts"]
        kept = counts["known"] + counts["known_visited"] + counts["stored"]
        assert counts["links"] == kept + sum(run["dropped"].values())
    first, second = runs
    assert first["dropped"]["limit"] > 5
    assert (first["counts"]["stored"], second["counts"]["known"]) == (2, 2)
    reasons = {"http-404", "http-500", "no-headline", "empty-body", "robots-forbidden", "shown-again"}
    assert second["dropped"].keys() >= reasons - first["dropped"].keys()


def test_a_run_tells_what_was_asked_by_whom_and_with_what(runs: list[dict[str, Any]]) -> None:
    first, second = runs
    assert first["options"] == {"limit": 2}
    assert re.fullmatch(r"\S+@\S+", first["started_by"])
    assert (second["options"], second["started_by"], second["key"]) == ({}, "schedule night", "daily")
    assert second["versions"].keys() == {"newscrawl", "python", "scrapy", "lxml", "pymongo"}


def test_a_run_tells_what_the_servers_answered_and_how_fast(runs: list[dict[str, Any]]) -> None:
    run = runs[1]
    assert run["statuses"]["2xx"] == run["codes"]["200"] > 10
    assert run["statuses"]["5xx"] == run["codes"]["500"] == 1
    assert run["bytes"] > 10_000
    assert run["bytes_decoded"] >= run["bytes"]
    times = run["times"]
    assert 0 < times["download_p50"] <= times["download_p95"]
    assert 0 < times["reading_p50"] <= times["reading_p95"]


def test_coverage_is_the_share_of_the_articles_that_have_the_field(crawled: Any, runs: list[dict[str, Any]]) -> None:
    articles = crawled.documents("articles", **{"fetch.run": runs[1]["_id"]})
    for name in ("body", "section", "authors"):
        share = sum(bool(article[name]) for article in articles) / len(articles)
        assert runs[1]["coverage"][name] == pytest.approx(share, abs=0.0001)
    dated = sum((article["published"] or {}).get("at") is not None for article in articles)
    assert runs[1]["coverage"]["published"] == pytest.approx(dated / len(articles), abs=0.0001)


def test_the_end_of_a_crawl_tells_where_to_look(crawled: Any, runs: list[dict[str, Any]]) -> None:
    assert "not stored: " in crawled.said
    assert f"newscrawl runs show {runs[1]['_id']}" in crawled.said
    assert "newscrawl failures list --site replica" in crawled.said


def test_a_second_call_with_a_key_starts_nothing_and_tells_of_the_first(
    crawled: Any, runs: list[dict[str, Any]]
) -> None:
    crawled.server.requests.clear()
    again = crawled.envelope("crawl", "replica", *KEY)
    assert crawled.server.requests == []
    assert again["crawl"]["earlier"] == ["replica"]
    assert [run["_id"] for run in again["crawl"]["runs"]] == [runs[1]["_id"]]
    assert len(crawled.documents("runs")) == 2


@pytest.mark.parametrize("words", [("--idempotency-key", ""), ("--idempotency-key", "a\nb"), (*KEY, "--dry-run")])
def test_a_key_that_is_none_is_refused(crawled: Any, words: tuple[str, ...]) -> None:
    code, _output, errors = crawled.run("crawl", "replica", *words)
    assert code == 2
    assert "--idempotency-key" in errors


def test_the_list_is_cut_by_how_runs_ended_and_when_they_began(crawled: Any, runs: list[dict[str, Any]]) -> None:
    newest = crawled.json("runs", "list", "--site", "replica", "--outcome", "ok", "--since", "1h", "--limit", "1")
    assert [run["_id"] for run in newest] == [runs[1]["_id"]]
    code, output, errors = crawled.run("runs", "list", "--outcome", "crashed")
    assert (code, output) == (4, "")
    assert "no such run" in errors


def test_the_newest_run_of_a_site_is_shown_with_samples_of_what_was_wrong(crawled: Any) -> None:
    shown = crawled.envelope("runs", "show", "replica")
    assert shown["run"]["key"] == "daily"
    assert shown["samples"]["http-404"]["url"].endswith("/news/bad-404")
    page = crawled("runs", "show", "latest")
    for said in ("schedule night", "Links to articles", "/news/bad-404", "failures list --site replica", "100.0 %"):
        assert said in page


def test_two_runs_are_set_side_by_side_what_is_notable_first(crawled: Any, runs: list[dict[str, Any]]) -> None:
    diff = crawled.envelope("runs", "diff", "replica")
    assert (diff["before"]["_id"], diff["after"]["_id"]) == tuple(run["_id"] for run in runs)
    assert {"part": "options", "name": "limit", "before": 2, "after": None, "change": None, "is_notable": True} in [
        {**found, "change": None} for found in diff["diff"]
    ]
    output = crawled("runs", "diff", runs[0]["_id"], "latest")
    assert output.index("Notable") < output.index("limit") < output.index("chance")


def test_a_run_that_has_ended_is_watched_to_its_end_at_once(crawled: Any) -> None:
    assert "replica: ok" in crawled("runs", "watch", "replica")
    assert json.loads(crawled("runs", "watch", "replica", "--jsonl"))["run"]["state"] == "ended"


def test_without_a_running_crawl_there_is_nothing_to_watch(crawled: Any) -> None:
    assert crawled.json("runs", "watch", code=4) == []


@contextmanager
def crawl_that_waits(newscrawl: Any, website: Any, *words: str) -> Iterator[tuple[subprocess.Popen[str], Event]]:
    """A crawl of two articles, the second of which is answered when the event is set; it has had a heartbeat."""
    answered, asked = Event(), Event()
    website.listing("one", "two")
    page = website.pages["/news/two"]

    def slow() -> tuple[int, bytes | str]:
        asked.set()
        answered.wait(60)
        return page  # type: ignore[no-any-return]

    website.pages["/news/two"] = slow
    newscrawl.add_site("small", website.site_file())
    process = newscrawl.start("crawl", "small", *words)
    try:
        assert asked.wait(60)
        watched = newscrawl.start("runs", "watch", "--jsonl")
        assert watched.stdout is not None
        for text in watched.stdout:
            if json.loads(text)["run"]["counts"].get("stored"):
                break
        watched.terminate()
        watched.communicate()
        yield process, answered
    finally:
        answered.set()
        process.kill()
        process.communicate()


def test_a_running_crawl_is_seen_from_outside_and_its_key_is_taken(newscrawl: Any, website: Any) -> None:
    with crawl_that_waits(newscrawl, website, *KEY) as (process, answered):
        [run] = newscrawl.json("runs", "watch", "--site", "small")
        assert (run["state"], run["counts"]["waiting"], run["counts"]["new"]) == ("running", 1, 1)
        [host] = run["hosts"]
        assert (host["queued"], host["in_flight"]) == (0, 1)
        code, _output, errors = newscrawl.run("crawl", "small", *KEY)
        assert code == 6
        assert run["_id"] in errors
        watcher = newscrawl.start("runs", "watch", "small")
        assert "running" in watcher.stdout.readline()
        answered.set()
        output, _errors = watcher.communicate(timeout=60)
        assert (watcher.returncode, process.wait(60)) == (0, 0)
        assert "small: ok" in output
        assert newscrawl.documents("runs")[0]["hosts"] == []


def test_a_killed_crawl_is_shown_as_crashed_and_may_begin_again(newscrawl: Any, website: Any) -> None:
    with crawl_that_waits(newscrawl, website, *KEY) as (process, answered):
        process.kill()
        process.wait()
        [run] = newscrawl.json("runs", "list", "--outcome", "crashed")
        assert run["counts"]["new"] == 1
        assert "crashed" in newscrawl("runs", "watch", "small", code=1)
        answered.set()
        newscrawl("crawl", "small", *KEY)
        assert [run["reason"] for run in newscrawl.json("runs", "list")] == ["finished", "crashed"]
        assert newscrawl.documents("articles", url={"$regex": "two"})
