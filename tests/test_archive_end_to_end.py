"""Archive, replay and ingest through the real command line: a crawl is archived once, and read again in every way."""

from __future__ import annotations

import gzip
import os
import signal
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from newscrawl.archive.pages import ArchivedPage, archived_pages, page_at
from newscrawl.replica import Replica, Server, serve, site_file
from tests.waiting import until_or_end

ARTICLES = 45
OF_THE_TIME = {"changed_at", "last_seen_at", "first_seen_at", "next_visit_at", "links_due", "seq", "seq_due"}
TOLD_BY_LISTINGS = {"aliases", "views"}
"""Listings, which an ingest does not read, show further addresses and counters."""


@pytest.fixture(scope="module")
def archived(newscrawl_of_module: Any) -> Iterator[tuple[Any, Server]]:
    """The command, after one crawl of a replica with its archive on."""
    with serve(Replica(articles=ARTICLES, seed=7)) as server:
        newscrawl_of_module.add_site("replica", site_file(server.base_url))
        newscrawl_of_module("crawl", "replica", "--archive")
        yield newscrawl_of_module, server


def articles_of(command: Any) -> dict[str, dict[str, Any]]:
    return {document["_id"]: document for document in command.documents("articles")}


def test_the_page_of_every_article_is_found_at_its_place(archived: Any) -> None:
    newscrawl, _ = archived
    folder = newscrawl.data / "archive"
    for article in newscrawl.documents("articles"):
        page = page_at(folder, article["fetch"]["archive"])
        assert isinstance(page, ArchivedPage)
        assert (page.url, page.fetched_at) == (article["fetch"]["url"], article["fetch"]["at"])
        assert article["headline"] in unescape(page.body.decode())
    [run] = newscrawl.documents("runs", site="replica")
    assert run["counts"]["archived"] == run["counts"]["requests"] == len(list(archived_pages(folder)))
    [row] = newscrawl.json("archive", "list")
    assert (row["site"], row["run"], row["pages"]) == ("replica", run["_id"], run["counts"]["archived"])


def test_a_replay_with_the_same_rules_finds_nothing_and_with_others_corrects_what_is_stored(archived: Any) -> None:
    newscrawl, server = archived
    [run] = newscrawl.documents("runs", site="replica")
    assert f"{ARTICLES} as stored, 0 different" in newscrawl("replay", "--run", run["_id"], "--dry-run")
    before, views = articles_of(newscrawl), newscrawl.documents("views")
    rules = (
        site_file(server.base_url)
        .replace('tags = { css = ".b-news-tags a" }', "")
        .replace("[rules]", "[rules]\nsection = { css = 'h1' }", 1)
    )
    rules = "\n".join(
        line
        for line in rules.splitlines()
        if not line.startswith('section = { css = "') and not line.startswith("section = { css = '[")
    )
    newscrawl.add_site("replica", rules)
    assert newscrawl.run("replay", "--site", "replica")[0] == 2  # nobody can be asked here
    shown = newscrawl.json("replay", "--site", "replica", "--dry-run")
    assert shown["fields"]["tags"] == {"lost": ARTICLES}
    assert articles_of(newscrawl) == before
    assert f"{ARTICLES} articles written" in newscrawl("replay", "--site", "replica", "--yes")
    after = articles_of(newscrawl)
    assert all(article["tags"] == [] for article in after.values())
    for name in ("revision", "change", "changed_at", "last_seen_at", "next_visit_at", "fetch", "views", "body"):
        assert {i: a[name] for i, a in after.items()} == {i: a[name] for i, a in before.items()}
    assert newscrawl.documents("revisions") == []
    assert newscrawl.documents("views") == views
    newscrawl.add_site("replica", site_file(server.base_url))
    assert f"{ARTICLES} articles written" in newscrawl("replay", "--since", "1d", "--yes")
    assert "0 different" in newscrawl("replay", "--since", "1d", "--yes")
    now = articles_of(newscrawl)
    assert {i: _plain(a) for i, a in now.items()} == {i: _plain(a) for i, a in before.items()}


def _plain(article: dict[str, Any]) -> dict[str, Any]:
    """What says nothing of the order in which articles were written."""
    return {name: value for name, value in article.items() if name not in ("links_due", "seq", "seq_due")}


def test_an_ingest_of_the_archive_is_interrupted_goes_on_and_gives_the_articles_of_the_crawl(
    archived: Any, newscrawl: Any
) -> None:
    crawled, server = archived
    newscrawl.add_site("replica", site_file(server.base_url))
    folder = str(crawled.data / "archive")
    for number, code in ((signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 143)):
        process = newscrawl.start("ingest", folder)
        with MongoClient(newscrawl.uri) as client:
            articles = client[newscrawl.database]["articles"]
            already = articles.count_documents({})
            until_or_end(lambda: articles.count_documents({}) > already, process)  # noqa: B023
        process.send_signal(number)
        process.communicate()
        assert process.returncode in (code, 0)
    told = newscrawl.json("ingest", folder)
    assert told["outcome"] == "ok"
    stored, expected = articles_of(newscrawl), articles_of(crawled)
    assert stored.keys() == expected.keys()
    for identity, article in stored.items():
        other = expected[identity]
        assert article["fetch"].pop("archive").endswith(other["fetch"].pop("archive"))
        for name in article.keys() - OF_THE_TIME - TOLD_BY_LISTINGS:
            assert article[name] == other[name], name
        assert article["views"]["count"] == other["views"]["count"]
    seen = [(view["article"], view["at"], view["count"]) for view in newscrawl.documents("views", source="own page")]
    assert len(seen) == len(set(seen)) == ARTICLES
    assert newscrawl.json("ingest", folder)["counts"] == {"files_finished_before": 1}
    with MongoClient(newscrawl.uri) as client:  # as where it is killed between the last page and the end of the file
        client[newscrawl.database]["ingests"].update_one({}, {"$set": {"finished_at": None}})
    assert newscrawl.json("ingest", folder)["counts"] == {"files_gone_on_with": 1, "files": 1}


def page(headline: str, head: str = "") -> str:
    text = f"<p>The text of {headline} is long enough to be read as that of an article, and it tells of it.</p>" * 4
    return f"<html><head>{head}</head><body><article><h1>{headline}</h1>{text}</article></body></html>"


def test_saved_pages_and_damaged_files_are_stored_or_refused_with_a_reason(newscrawl: Any, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    canonical = '<link rel="canonical" href="https://example.com/news/{}">'.format
    (folder / "a.html").write_text(page("The first headline of all", canonical("a")))
    (folder / "b.html").write_text(page("The second headline of all"))
    (folder / "b.html.url").write_text("https://example.org/news/b\n")
    (folder / "c.html").write_text(page("The headline without an address"))
    (folder / "d.html").write_text("<html><body></body></html>")
    (folder / "d.url").write_text("https://example.org/news/d")
    member = gzip.compress(b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 10\r\n\r\nHTTP/1.1 2")
    (folder / "e.warc.gz").write_bytes(member[:-4])
    os.utime(folder / "a.html", (1_700_000_000, 1_700_000_000))
    told = newscrawl.json("ingest", str(folder), code=1)
    assert (told["counts"]["new"], told["counts"]["failed"]) == (2, 3)
    assert told["errors"].keys() >= {"no-address", "cut-short"}
    stored = {article["url"]: article for article in newscrawl.documents("articles")}
    assert stored.keys() == {"https://example.com/news/a", "https://example.org/news/b"}
    assert stored["https://example.com/news/a"]["fetch"]["at"].timestamp() == 1_700_000_000
    assert stored["https://example.com/news/a"]["fetch"]["archive"] == str(folder / "a.html")
    failures = {Path(failure["archive"].partition(":")[0]).name: failure for failure in newscrawl.documents("failures")}
    assert failures.keys() == {"c.html", "d.html", "e.warc.gz"}
    assert {failure["stage"] for failure in failures.values()} == {"ingest"}
    shown = newscrawl.envelope("ingest", str(folder / "a.html"), "--dry-run", "--url", "https://example.net/x")
    assert [article["url"] for article in shown["articles"]] == ["https://example.net/x"]
    assert len(newscrawl.documents("articles")) == 2


def test_files_are_pruned_by_age_and_only_with_leave(archived: Any) -> None:
    newscrawl, _ = archived
    assert newscrawl.run("archive", "prune")[0] == 2
    assert "0 files removed" in newscrawl("archive", "prune", "--older-than", "1d", "--yes")
    code, _, errors = newscrawl.run("archive", "prune", "--older-than", "0d")
    assert (code, "--yes" in errors) == (2, True)
