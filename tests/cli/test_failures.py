"""`newscrawl failures`: why, grouped; one in words; tried again alone; given up."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo import MongoClient

from tests.conftest import Website


@pytest.fixture
def failed(newscrawl: Any, website: Website) -> Any:
    """The command, after the crawl of a site of which two articles failed and one did not."""
    website.listing("good", "broken", "gone")
    website.pages["/news/broken"] = (500, "<html></html>")
    website.pages["/news/gone"] = (404, "<html></html>")
    newscrawl.add_site("small", website.site_file())
    newscrawl("crawl", "small")
    website.requests.clear()
    return newscrawl


def test_failures_are_grouped_and_explained_and_tried_again_alone(failed: Any, website: Website) -> None:
    broken, gone = f"{website.base_url}/news/broken", f"{website.base_url}/news/gone"
    groups = failed.json("failures", "list", "--group")
    assert {(row["site"], row["stage"], row["reason"], row["count"]) for row in groups} == {
        ("small", "fetch", "http-500", 1),
        ("small", "fetch", "http-404", 1),
    }
    shown = failed("failures", "show", gone)
    assert "it has no such page" in shown
    assert "never by itself" in shown
    assert f"shown by  {website.base_url}/news" in shown

    website.listing("good", "broken", "gone", "later")
    website.pages["/news/broken"] = website.pages["/news/good"]
    assert "1 are no failures any more" in failed("failures", "retry", broken)
    assert website.visited == ["/news/broken"]
    assert [row["url"] for row in failed.documents("failures")] == [gone]


def test_what_fails_again_says_so_and_what_is_left_for_later_comes_with_the_next_run(
    failed: Any, website: Website
) -> None:
    assert "1 are no failures" not in failed("failures", "retry", "--reason", "http-404", code=1)
    assert website.visited == ["/news/gone"]
    assert "by the next run" in failed("failures", "retry", "--reason", "http-404", "--later")
    website.listing("good", "gone")
    website.pages["/news/gone"] = website.pages["/news/good"]
    failed("crawl", "small")
    assert [row["reason"] for row in failed.documents("failures")] == ["http-500"]


def test_what_is_dropped_is_shown_no_more_and_not_fetched_by_itself(failed: Any, website: Website) -> None:
    broken = f"{website.base_url}/news/broken"
    assert failed.run("failures", "drop", broken)[0] == 2
    assert "would be given up" in failed("failures", "drop", broken, "--dry-run")
    failed("failures", "drop", broken, "--yes")
    assert [row["reason"] for row in failed.json("failures", "list")] == ["http-404"]
    assert [row["url"] for row in failed.json("failures", "list", "--dropped")] == [broken]
    failed("crawl", "small", "--now")
    assert "/news/broken" not in website.visited
    failed("failures", "retry", broken, code=1)
    assert failed.documents("failures", dropped_at=None, url=broken)


def test_a_listing_that_failed_is_walked_again_alone(newscrawl: Any, website: Website) -> None:
    website.pages["/news"] = (500, "<html></html>")
    newscrawl.add_site("small", website.site_file(feeds=f'["{website.base_url}/rss"]'))
    newscrawl("crawl", "small", code=1)
    website.listing("good")
    website.requests.clear()
    newscrawl("failures", "retry", f"{website.base_url}/news")
    assert website.visited == ["/news", "/news/good"]
    assert newscrawl.headlines() == ["The headline of the article good"]


def test_a_visit_of_a_stored_article_that_failed_is_made_again(newscrawl: Any, website: Website) -> None:
    website.listing("good")
    page = website.pages["/news/good"]
    newscrawl.add_site("small", website.site_file())
    newscrawl("crawl", "small")
    [article] = newscrawl.documents("articles")
    with MongoClient(newscrawl.uri) as client:
        due = {"next_visit_at": article["first_seen_at"]}
        client[newscrawl.database]["articles"].update_one({"_id": article["_id"]}, {"$set": due})
    website.pages["/news/good"] = (500, "<html></html>")
    newscrawl("crawl", "small", "--revisit")
    [failure] = newscrawl.documents("failures")
    assert failure["article"] == article["_id"]
    website.pages["/news/good"] = page
    newscrawl("failures", "retry", "--site", "small")
    assert newscrawl.documents("failures") == []


def test_nothing_is_done_where_nothing_is_named(failed: Any) -> None:
    for verb in ("retry", "drop"):
        code, _, errors = failed.run("failures", verb)
        assert code == 2
        assert "--site" in errors
    assert failed.run("failures", "retry", "--site", "nowhere")[0] == 4
