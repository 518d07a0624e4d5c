"""Bad input through the real command line, HTTP server and database: a recorded reason, and the run goes on."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from newscrawl.replica import Replica, serve, site_file


@pytest.fixture(scope="module")
def broken(newscrawl_of_module: Any) -> Iterator[Any]:
    """A replica with broken pages among its 12 articles, crawled once."""
    with serve(Replica(articles=12, bad=True)) as server:
        newscrawl_of_module.add_site("broken", site_file(server.base_url, bad=True))
        newscrawl_of_module("crawl", "broken")
        yield newscrawl_of_module


@pytest.mark.parametrize(
    ("page", "stage", "reason"),
    [
        ("/news/bad-headless", "read", "no-headline"),
        ("/news/bad-404", "fetch", "http-404"),
        ("/news/bad-500", "fetch", "http-500"),
        ("/news/bad-empty", "read", "empty-body"),
        ("/news/closed-by-robots", "fetch", "robots-forbidden"),
    ],
)
def test_a_page_that_gives_no_article_is_a_failure_with_its_reason(
    broken: Any, page: str, stage: str, reason: str
) -> None:
    [failure] = [document for document in broken.documents("failures") if document["url"].endswith(page)]
    assert (failure["stage"], failure["reason"], failure["attempts"]) == (stage, reason, 1)
    assert failure["detail"]


def test_the_sound_articles_among_broken_pages_are_stored(broken: Any) -> None:
    stored = {document["url"] for document in broken.documents("articles")}
    assert {article.url for article in Replica(articles=12).articles} <= stored


def test_bytes_that_are_no_utf_8_are_marked_and_counted(broken: Any) -> None:
    [article] = broken.documents("articles", headline="Café of broken bytes")
    assert "are no UTF-8, and the rest of this text is readable" in article["body"]
    assert "\ufffd" in article["body"]
    assert broken.documents("runs")[0]["errors"]["undecodable-bytes"] == 1


def test_a_date_in_the_future_is_null_with_its_text_and_counted(broken: Any) -> None:
    [article] = broken.documents("articles", headline="News from the future")
    assert article["published"]["at"] is None
    assert article["published"]["raw"] == "2199-01-01T00:00:00Z"
    assert broken.documents("runs")[0]["errors"]["date-in-future"] == 1


def test_a_counter_beyond_all_numbers_is_null_with_its_text_and_counted(broken: Any) -> None:
    [article] = broken.documents("articles", headline="A counter beyond all numbers")
    assert article["views"]["count"] is None
    assert str(10**30) in article["views"]["raw"]
    assert broken.documents("runs")[0]["errors"]["counter-out-of-range"] == 1


def test_a_run_with_failures_of_single_pages_is_no_failed_run(broken: Any) -> None:
    [run] = broken.documents("runs")
    assert (run["outcome"], run["counts"]["failed"]) == ("ok", 5)


def test_what_failed_is_listed_with_its_reason(broken: Any) -> None:
    reasons = {row["reason"] for row in broken.json("failures", "list", "--site", "broken")}
    assert reasons == {"no-headline", "http-404", "http-500", "empty-body", "robots-forbidden"}


def test_an_address_that_failed_is_left_alone_until_its_time(newscrawl: Any, website: Any) -> None:
    website.listing("sound", "wrong")
    website.pages["/news/wrong"] = (500, "")
    newscrawl.add_site("small", website.site_file())
    newscrawl("crawl", "small")
    newscrawl("crawl", "small")
    assert website.requests.count("/news/wrong") == 1


def test_an_unknown_site_is_a_usage_error_that_names_near_ones(newscrawl: Any) -> None:
    code, _output, errors = newscrawl.run("crawl", "umn")
    assert code == 2
    assert "unn" in errors


def test_an_unreachable_host_fails_the_site_with_its_reason(newscrawl: Any, website: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    listing = f'["http://127.0.0.1:{port}/news"]'
    newscrawl.add_site("nowhere", website.site_file(listings=listing))
    newscrawl("crawl", "nowhere", code=1)
    [failure] = newscrawl.documents("failures")
    assert (failure["stage"], failure["reason"]) == ("discover", "robots-unreachable")
    assert "robots.txt could not be read (connection-refused" in failure["detail"]


def test_a_host_without_an_address_fails_the_site_with_its_reason(newscrawl: Any, website: Any) -> None:
    newscrawl.add_site("nowhere", website.site_file(listings='["http://news.invalid/news"]'))
    newscrawl("crawl", "nowhere", code=1)
    [failure] = newscrawl.documents("failures")
    assert failure["reason"] == "robots-unreachable"
    assert "robots.txt could not be read (dns" in failure["detail"]


def test_a_robots_txt_that_forbids_is_kept_to_and_recorded(newscrawl: Any, website: Any) -> None:
    website.listing("one")
    website.pages["/robots.txt"] = (200, "User-agent: *\nDisallow: /\n")
    newscrawl.add_site("closed", website.site_file())
    newscrawl("crawl", "closed", code=1)
    assert website.requests == ["/robots.txt"]
    assert newscrawl.documents("failures")[0]["reason"] == "robots-forbidden"
    assert newscrawl.documents("runs")[0]["errors"] == {"robots-forbidden": 1}


def test_a_listing_without_articles_is_nothing_found(newscrawl: Any, website: Any) -> None:
    website.pages["/news"] = (200, "<html><body><p>Nothing yet.</p></body></html>")
    newscrawl.add_site("quiet", website.site_file())
    newscrawl("crawl", "quiet", code=4)
    assert newscrawl.documents("failures")[0]["reason"] == "no-articles"


def test_a_listing_that_has_lost_its_articles_is_below_its_baseline(newscrawl: Any, website: Any) -> None:
    website.listing("one", "two")
    newscrawl.add_site("quiet", website.site_file())
    newscrawl("crawl", "quiet")
    website.pages["/news"] = (200, "<html><body><p>A new layout.</p></body></html>")
    newscrawl("crawl", "quiet", code=3)
    assert newscrawl.documents("failures")[0]["reason"] == "no-articles"


def test_a_listing_that_answers_with_an_error_fails_the_site_and_is_tried_again(newscrawl: Any, website: Any) -> None:
    website.pages["/news"] = (503, "")
    newscrawl.add_site("small", website.site_file())
    newscrawl("crawl", "small", code=1)
    website.listing("one")
    newscrawl("crawl", "small")
    assert len(newscrawl.documents("articles")) == 1


def test_a_feed_that_is_none_fails_and_the_listing_is_still_read(newscrawl: Any, website: Any) -> None:
    website.listing("one")
    website.pages["/feed"] = (200, "<html><body>no feed</body></html>")
    newscrawl.add_site("small", website.site_file(feeds=f'["{website.base_url}/feed"]'))
    newscrawl("crawl", "small", code=1)
    assert len(newscrawl.documents("articles")) == 1
    assert newscrawl.documents("failures")[0]["reason"] == "not-a-feed"


def test_a_site_that_fails_does_not_keep_the_others_from_being_crawled(newscrawl: Any, website: Any) -> None:
    website.listing("one")
    newscrawl.add_site("sound", website.site_file())
    newscrawl.add_site("wrong", website.site_file(listings='["http://127.0.0.1:1/news"]'))
    newscrawl("crawl", "wrong", "sound", code=1)
    assert len(newscrawl.documents("articles")) == 1


def test_a_redirect_off_the_site_is_no_article_of_it(newscrawl: Any, website: Any) -> None:
    website.listing("one")
    newscrawl.add_site("small", website.site_file())
    elsewhere = website.base_url.replace("127.0.0.1", "localhost")
    website.pages["/news/one"] = (302, f"{elsewhere}/news/two")
    newscrawl("crawl", "small")
    [failure] = newscrawl.documents("failures")
    assert (failure["url"], failure["reason"]) == (f"{website.base_url}/news/one", "left-the-site")
