"""Views over time through the real command line, HTTP server and database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from newscrawl.replica import Replica, Server, serve, site_file
from newscrawl.replica.server import PAGE

CRAWLS = 4


@pytest.fixture(scope="module")
def crawled(newscrawl_of_module: Any) -> Iterator[tuple[Any, Server]]:
    """A replica whose counters grew between several crawls, and fell once."""
    with serve(Replica(articles=60, seed=7)) as server:
        newscrawl_of_module.add_site("replica", site_file(server.base_url))
        newscrawl_of_module("crawl", "replica")
        for _ in range(CRAWLS - 1):
            server.replica.advance()
            newscrawl_of_module("crawl", "replica")
        server.replica.articles[0].views -= 7
        newscrawl_of_module("crawl", "replica")
        yield newscrawl_of_module, server


def shown(server: Server) -> list[Any]:
    """Articles on the first page of a listing, whose cards every crawl meets."""
    return [article for name in ("uk", "ru", "en") for article in server.replica.edition(name)[:PAGE]]


def test_every_crawl_adds_the_counters_that_changed_and_none_twice(crawled: Any) -> None:
    newscrawl, server = crawled
    stored = newscrawl.documents("views")
    keys = Counter((view["article"], view["at"], view["source"], view["count"]) for view in stored)
    assert set(keys.values()) == {1}
    by_url: dict[str, list[int]] = {}
    for view in sorted(stored, key=lambda view: view["at"]):
        by_url.setdefault(view["url"], []).append(view["count"])
    for article in shown(server)[1:]:
        counts = list(dict.fromkeys(by_url[article.url]))
        step = 1 + article.number % 17
        assert counts == [article.views - step * (CRAWLS - 1 - n) for n in range(CRAWLS)]


def test_the_article_holds_its_newest_counter_without_being_fetched_again(crawled: Any) -> None:
    newscrawl, server = crawled
    stored = {document["url"]: document for document in newscrawl.documents("articles")}
    for article in shown(server):
        assert stored[article.url]["views"]["count"] == article.views
        assert stored[article.url]["revision"] == 1


def test_a_counter_that_fell_is_kept_and_flagged(crawled: Any) -> None:
    newscrawl, server = crawled
    article = server.replica.articles[0]
    last = newscrawl.json("articles", "views", article.url)[-1]
    assert (last["count"], last["fell"]) == (article.views, True)
    assert [view["url"] for view in newscrawl.documents("views", fell=True)] == [article.url]


def test_the_series_is_listed_for_any_address_of_the_article(crawled: Any) -> None:
    newscrawl, server = crawled
    article = server.replica.articles[0]
    address = f"{server.base_url}{article.path}?utm_source=letter"
    listed = newscrawl("articles", "views", address)
    assert f"{article.views:,}  -7" in listed
    assert "fell" in listed
    assert len(listed.splitlines()) == 1 + len(newscrawl.json("articles", "views", address))


def test_an_article_is_shown_with_the_curve_of_its_views(crawled: Any) -> None:
    newscrawl, server = crawled
    article = server.replica.articles[0]
    output = newscrawl("articles", "show", article.url)
    assert "Views over time (UTC)" in output
    assert f"{article.views + 7:,} ┤" in output
    assert f"from {article.views + 7:,} to {article.views:,}" in output
    assert output.startswith(article.headline)


def test_the_ranking_is_that_of_the_counters_that_grew_most(crawled: Any) -> None:
    newscrawl, server = crawled
    grown = {article.url: (CRAWLS - 1) * (1 + article.number % 17) for article in shown(server)[1:]}
    rows = newscrawl.json("top", "--limit", "10")
    assert [row["growth"] for row in rows] == sorted(grown.values(), reverse=True)[:10]
    assert all(grown[row["url"]] == row["growth"] for row in rows)
    assert rows[0]["headline"] in newscrawl("top", "--hours", "1", "--site", "replica")


def test_a_ranking_without_growth_ends_with_nothing_found(crawled: Any) -> None:
    newscrawl, _ = crawled
    code, _, errors = newscrawl.run("top", "--site", "nowhere")
    assert (code, "nowhere" in errors) == (4, True)
    assert newscrawl.json("top", "--site", "nowhere", code=4) == []


def test_views_of_an_article_that_is_not_stored_are_nothing_found(crawled: Any) -> None:
    newscrawl, _ = crawled
    newscrawl("articles", "views", "https://example.com/never", code=4)


def test_an_article_without_a_counter_shows_no_curve(newscrawl: Any, website: Any) -> None:
    website.listing("plain")
    newscrawl.add_site("small", website.site_file())
    newscrawl("crawl", "small")
    url = f"{website.base_url}/news/plain"
    output = newscrawl("articles", "show", url)
    assert "No view counter was seen." in output
    assert "┤" not in output
    newscrawl("articles", "views", url, code=4)


def test_an_article_seen_once_shows_a_line_and_no_curve(newscrawl: Any, website: Any) -> None:
    website.listing("plain")
    status, page = website.pages["/news/plain"]
    website.pages["/news/plain"] = (status, page.replace("</h1>", "</h1><span class='views'>1 234 views</span>"))
    newscrawl.add_site("small", website.site_file())
    newscrawl("crawl", "small")
    output = newscrawl("articles", "show", f"{website.base_url}/news/plain")
    assert ": 1,234." in output
    assert "┤" not in output
