"""The main job through the real command line, HTTP server and database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from newscrawl.replica import Replica, Server, serve, site_file


@pytest.fixture(scope="module")
def crawled(newscrawl_of_module: Any) -> Iterator[tuple[Any, Server]]:
    """The command and a replica of 90 articles that it has crawled once."""
    with serve(Replica(articles=90, seed=7)) as server:
        newscrawl_of_module.add_site("replica", site_file(server.base_url))
        newscrawl_of_module("crawl", "replica")
        yield newscrawl_of_module, server


def expected(replica: Server) -> list[str]:
    return sorted(article.headline for article in replica.replica.articles)


def test_a_crawl_stores_every_article_once_and_records_the_run(crawled: Any) -> None:
    newscrawl, replica = crawled
    assert newscrawl.headlines() == expected(replica)
    [run] = newscrawl.json("runs", "list")
    assert (run["outcome"], run["reason"]) == ("ok", "finished")
    assert run["counts"]["new"] == len(replica.replica.articles)
    assert run["coverage"]["body"] == 1


def test_every_field_of_an_article_is_what_the_page_shows(crawled: Any) -> None:
    newscrawl, replica = crawled
    stored = {document["url"]: document for document in newscrawl.documents("articles")}
    for truth in replica.replica.articles:
        article = stored[truth.url]
        assert article["headline"] == truth.headline
        assert article["published"]["at"] == truth.published
        assert article["views"]["count"] == truth.views
        assert article["section"] == truth.section
        assert article["tags"] == truth.tags
        assert article["authors"][0]["name"] == truth.author
        assert (article["edition"], article["language"]) == (truth.edition, truth.edition)
        assert article["dateline"]["agency"]
        paragraphs = [text for section in article["sections"] for text in section["paragraphs"]]
        assert paragraphs == truth.paragraphs
        assert article["provenance"]["headline"]


def test_a_second_crawl_fetches_no_known_article_and_says_so(newscrawl: Any, replica: Server) -> None:
    newscrawl("crawl", "replica")
    replica.requests.clear()
    assert "Nothing new" in newscrawl("crawl", "replica")
    assert [path for path in replica.requests if path.count("/news/") or path.count("/amp/")] == []


def test_an_article_is_found_by_each_of_its_addresses(crawled: Any) -> None:
    newscrawl, replica = crawled
    first = replica.replica.articles[0]
    slug = first.slug
    old_host = replica.base_url.replace("127.0.0.1", "localhost")
    for address in (
        first.url,
        f"{replica.base_url}{first.path}",
        f"{replica.base_url}{first.path}?utm_source=letter",
        f"{replica.base_url}/amp/{slug}",
        f"{old_host}/uk/news/0-{slug}",
    ):
        assert newscrawl.json("articles", "show", address)["url"] == first.url


def test_counters_on_the_cards_of_a_listing_are_kept_without_a_fetch(newscrawl: Any, replica: Server) -> None:
    newscrawl("crawl", "replica")
    before = max(view["at"] for view in newscrawl.documents("views"))
    replica.replica.advance()
    replica.requests.clear()
    newscrawl("crawl", "replica")
    assert not any("/news/" in path for path in replica.requests)
    grown = newscrawl.documents("views", at={"$gt": before})
    truth = {article.url: article.views for article in replica.replica.articles}
    assert grown
    assert all(truth[view["url"]] == view["count"] for view in grown)
