"""`newscrawl sites add`: from an address to a site file that works as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from newscrawl.replica import Replica, Server, serve


@pytest.fixture(scope="module")
def news() -> Iterator[Server]:
    """A site that newscrawl knows nothing of."""
    with serve(Replica(articles=60, seed=3)) as server:
        yield server


@pytest.fixture(scope="module")
def added(newscrawl_of_module: Any, news: Server) -> dict[str, Any]:
    """The proposal for it, written. Its address comes without a scheme."""
    address = news.base_url.removeprefix("http://") + "/news"
    output = newscrawl_of_module("sites", "add", address, "--yes", "--name", "made", "--articles", "6", "--json")
    return dict(json.loads(output)["proposal"])


def test_language_country_and_time_zone_are_told_by_the_pages(added: dict[str, Any]) -> None:
    site = added["site"]
    assert {edition["language"] for edition in site["editions"]} == {"uk", "ru", "en"}
    assert (site["country"], site["timezone"]) == ("UA", "UTC")


def test_every_field_of_the_articles_tried_is_told_with_its_source(added: dict[str, Any]) -> None:
    rows = {row["field"]: row for row in added["fields"]}
    assert [rows[name]["found"] for name in ("headline", "body", "published", "views")] == [6, 6, 6, 6]
    assert rows["views"]["source"].startswith("site:views")


def test_a_crawl_with_the_file_finds_every_article_and_nothing_else(
    added: dict[str, Any], news: Server, newscrawl_of_module: Any
) -> None:
    crawled = newscrawl_of_module.json("crawl", added["name"], "--dry-run")["articles"]
    found = {article["url"].removeprefix(news.base_url) for article in crawled}
    assert found == {article.path for article in news.replica.articles}


def test_what_is_there_is_never_replaced_silently(
    added: dict[str, Any], news: Server, newscrawl_of_module: Any
) -> None:
    code, _, errors = newscrawl_of_module.run("sites", "add", news.base_url, "--name", added["name"], "--yes")
    assert code == 2
    assert "--force" in errors


def test_without_a_terminal_nothing_is_written_unless_yes_is_said(newscrawl: Any, website: Any) -> None:
    website.listing("mayor-opens-a-bridge", "rain-falls-in-the-north", "schools-stay-closed-today")
    website.pages["/"] = website.pages["/news"]
    code, output, errors = newscrawl.run("sites", "add", website.base_url, "--name", "small")
    assert code == 2
    assert "--yes" in errors
    assert "[[editions]]" in output
    assert not list((newscrawl.folder / "sites").iterdir())


@pytest.mark.parametrize(
    ("path", "code", "said"),
    [("/closed", 1, "robots.txt forbids"), ("/", 4, "no articles were found")],
)
def test_a_site_that_cannot_be_proposed_says_why(newscrawl: Any, website: Any, path: str, code: int, said: str) -> None:
    website.pages["/robots.txt"] = (200, "User-agent: *\nDisallow: /closed\n")
    website.pages["/"] = (200, "<html><body><p>Nothing to see here.</p></body></html>")
    got, output, errors = newscrawl.run("sites", "add", website.base_url + path, "--yes")
    assert (got, output) == (code, "")
    assert said in errors
    assert "/closed" not in website.requests


def test_what_is_no_address_is_refused_before_anything_is_asked(newscrawl: Any) -> None:
    code, _, errors = newscrawl.run("sites", "add", "not a url", "--yes")
    assert code == 2
    assert "is no address of a site" in errors
