"""Twins and copies through the real command line, HTTP server and database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from newscrawl.replica import Replica, Server, serve, site_file

TEXT = Replica(articles=3).articles[2].paragraphs


def page(headline: str, published: str, paragraphs: list[str]) -> tuple[int, str]:
    """An article page with a machine-readable date."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    head = f'<meta property="article:published_time" content="{published}">'
    return 200, f"<html><head>{head}</head><body><article><h1>{headline}</h1>{text}</article></body></html>"


@pytest.fixture(scope="module")
def crawled(newscrawl_of_module: Any) -> Iterator[tuple[Any, Server]]:
    """The command and a replica of 90 articles that it has crawled once."""
    with serve(Replica(articles=90, seed=7)) as server:
        newscrawl_of_module.add_site("replica", site_file(server.base_url))
        newscrawl_of_module("crawl", "replica")
        yield newscrawl_of_module, server


def test_the_editions_of_each_story_are_one_story_and_its_stories_no_copies(crawled: tuple[Any, Server]) -> None:
    newscrawl, server = crawled
    stored = {document["url"]: document for document in newscrawl.documents("articles")}
    stories: dict[str, set[str]] = {}
    for url, document in stored.items():
        assert (document["cluster"], document["copied"]) == (None, None)
        stories.setdefault(document["story"], set()).add(url)
    articles = server.replica.articles
    expected = [{article.url for article in articles[at : at + 3]} for at in range(0, len(articles), 3)]
    assert sorted(stories.values(), key=min) == sorted(expected, key=min)


def test_an_article_is_shown_with_its_twins(crawled: tuple[Any, Server]) -> None:
    newscrawl, server = crawled
    own, *others = server.replica.articles[:3]
    shown = newscrawl("articles", "show", own.url)
    envelope = newscrawl.envelope("articles", "show", own.url)
    twins = {(twin["edition"], twin["headline"], twin["url"]) for twin in envelope["twins"]}
    assert twins == {(other.edition, other.headline, other.url) for other in others}
    assert envelope["copies"] == []
    assert all(other.headline in shown for other in others)


def test_an_article_is_shown_with_its_copies(newscrawl: Any, website: Any) -> None:
    website.pages["/news"] = (200, '<main><a href="/news/the-first-report">The headline of the first report</a></main>')
    website.pages["/news/the-first-report"] = page("The first report", "2026-01-06T10:00:00Z", TEXT)
    website.pages["/other"] = (200, '<main><a href="/news/a-later-report">The headline of a later report</a></main>')
    later = [*TEXT[1:5], f"As people in the town told the agency (Reuters), {TEXT[5]}"]
    website.pages["/news/a-later-report"] = page("A later report", "2026-01-06T12:00:00Z", later)
    newscrawl.add_site("first", website.site_file())
    newscrawl.add_site("second", website.site_file(listings=f'["{website.base_url}/other"]'))
    newscrawl("crawl", "first", "second")
    first, second = (f"{website.base_url}/news/{name}" for name in ("the-first-report", "a-later-report"))
    [copy] = newscrawl.envelope("articles", "show", first)["copies"]
    assert (copy["site"], copy["url"], copy["source"], copy["agency"]) == ("second", second, first, "Reuters")
    assert 0.8 < copy["share"] < 1
    [original] = newscrawl.envelope("articles", "show", second)["copies"]
    assert (original["site"], original["url"], original["is_first"]) == ("first", first, True)
    assert "Reuters" in newscrawl("articles", "show", first)
    assert f"from {first}" in newscrawl("articles", "show", second)
