"""Stored articles that are visited again, through the real command line, HTTP and database."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import MongoClient

from newscrawl.replica import Server

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MISSING = (404, "<html><body><h1>404</h1></body></html>")


@contextmanager
def articles_of(newscrawl: Any) -> Iterator[Any]:
    """The collection itself."""
    with MongoClient(newscrawl.uri, tz_aware=True) as client:
        yield client[newscrawl.database]["articles"]


def make_due(newscrawl: Any, **which: Any) -> None:
    with articles_of(newscrawl) as articles:
        articles.update_many(which, [{"$set": {"next_visit_at": "$last_seen_at"}}])


def article_asked(website: Any) -> list[str]:
    return [path for path in website.requests if path.startswith("/news/")]


def page(name: str, text: str, views: int | None = None) -> tuple[int, str]:
    counter = f"<span class='views'>{views} views</span>" if views is not None else ""
    body = f"<p>The text of {name} is long enough to be read as that of an article, and tells of {text}.</p>" * 4
    return 200, f"<html><body><article><h1>The headline of {name}</h1>{counter}{body}</article></body></html>"


@pytest.fixture
def small(newscrawl: Any, website: Any) -> Any:
    """The site `small` of one article, `storm`, that is stored and due."""
    website.pages["/news/storm"] = page("storm", "the wind", 100)
    website.listing("storm")
    newscrawl.add_site("small", website.site_file() + "[rules]\nviews = {css = '.views'}\n")
    newscrawl("crawl", "small")
    make_due(newscrawl)
    website.requests.clear()
    return newscrawl


def test_a_stored_article_is_planned_for_an_hour_after_its_first_sight(newscrawl: Any, website: Any) -> None:
    website.listing("storm")
    newscrawl.add_site("small", website.site_file())
    newscrawl("crawl", "small")
    [article] = newscrawl.documents("articles")
    assert article["next_visit_at"] == article["first_seen_at"] + HOUR


def test_ages_of_the_site_file_win_over_the_setting(newscrawl: Any, website: Any) -> None:
    website.listing("storm")
    newscrawl.environment["NEWSCRAWL_REVISITS"] = "2h"
    newscrawl.add_site("general", website.site_file())
    newscrawl("crawl", "general")
    [article] = newscrawl.documents("articles")
    assert article["next_visit_at"] == article["first_seen_at"] + 2 * HOUR
    newscrawl.environment["NEWSCRAWL_DATABASE"] = newscrawl.database = f"{newscrawl.database}-b"
    newscrawl.add_site("never", website.site_file() + "[crawl]\nrevisits = []\n")
    newscrawl("crawl", "never")
    [article] = newscrawl.documents("articles")
    assert article["next_visit_at"] is None
    with MongoClient(newscrawl.uri) as client:
        client.drop_database(newscrawl.database)


def test_an_article_that_is_not_due_is_not_asked_for(newscrawl: Any, website: Any) -> None:
    website.listing("storm")
    newscrawl.add_site("small", website.site_file())
    newscrawl("crawl", "small")
    website.requests.clear()
    newscrawl("crawl", "small")
    newscrawl("crawl", "small", "--revisit")
    assert article_asked(website) == []


def test_a_due_article_that_a_listing_shows_is_asked_for_once(small: Any, website: Any) -> None:
    small("crawl", "small")
    assert article_asked(website) == ["/news/storm"]


def test_a_changed_text_is_one_revision_of_the_same_document(small: Any, website: Any) -> None:
    [before] = small.documents("articles")
    website.pages["/news/storm"] = page("storm", "the rain", 100)
    output = small("crawl", "small")
    assert "revisited" in output
    [after] = small.documents("articles")
    [revision] = small.documents("revisions")
    assert after["_id"] == before["_id"] == revision["article"]
    assert ("rain" in after["body"], "wind" in revision["body"]) == (True, True)
    assert after["revision"] == 2
    assert small.json("runs", "list")[0]["counts"]["revisited"] == 1


def test_a_text_that_changed_is_visited_sooner_than_one_that_did_not(small: Any, website: Any) -> None:
    waits = []
    for text in ("the wind", "the rain"):
        website.pages["/news/storm"] = page("storm", text, 100)
        with articles_of(small) as articles:
            articles.update_one({}, {"$set": {"first_seen_at": datetime.now(UTC) - 25 * HOUR}})
        make_due(small)
        small("crawl", "small", "--revisit")
        [article] = small.documents("articles")
        waits.append(article["next_visit_at"] - article["last_seen_at"])
    assert waits[1] < waits[0]


def test_a_counter_that_grew_is_observed_and_makes_no_revision(small: Any, website: Any) -> None:
    website.pages["/news/storm"] = page("storm", "the wind", 250)
    small("crawl", "small")
    assert small.documents("revisions") == []
    assert [view["count"] for view in sorted(small.documents("views"), key=lambda view: view["at"])] == [100, 250]
    [article] = small.documents("articles")
    assert article["views"]["count"] == 250


def test_what_only_a_card_told_is_not_forgotten_at_a_visit(newscrawl: Any, website: Any) -> None:
    website.listing("storm")
    items = (
        f"<item><title>The headline of the article storm</title><link>{website.base_url}/news/storm</link>"
        "<pubDate>Tue, 06 Jan 2026 10:50:00 GMT</pubDate></item>"
    )
    website.pages["/rss"] = (200, f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>")
    newscrawl.add_site("small", website.site_file(listings="[]", feeds=f'["{website.base_url}/rss"]'))
    newscrawl("crawl", "small")
    [before] = newscrawl.documents("articles")
    make_due(newscrawl)
    newscrawl("crawl", "small", "--revisit")
    [after] = newscrawl.documents("articles")
    assert before["published"]["at"] == after["published"]["at"] == datetime(2026, 1, 6, 10, 50, tzinfo=UTC)


# --- conditional requests ---------------------------------------------------------------------------


def test_a_page_that_has_not_changed_is_not_sent_again(newscrawl: Any, replica: Server) -> None:
    newscrawl("crawl", "replica", "--limit", "5")
    make_due(newscrawl)
    before = {document["_id"]: document for document in newscrawl.documents("articles")}
    newscrawl("crawl", "replica", "--revisit")
    counts = newscrawl.json("runs", "list")[0]["counts"]
    assert (counts["revisited"], counts["not_modified"]) == (5, 5)
    assert newscrawl.documents("revisions") == []
    for document in newscrawl.documents("articles"):
        assert document["last_seen_at"] > before[document["_id"]]["last_seen_at"]
        assert document["next_visit_at"] > document["last_seen_at"]
        assert document["body"] == before[document["_id"]]["body"]


def test_every_visit_of_the_replica_keeps_counters_and_changes_texts_once(newscrawl: Any, replica: Server) -> None:
    newscrawl("crawl", "replica")
    make_due(newscrawl)
    replica.replica.advance()
    newscrawl.environment["NEWSCRAWL_REVISIT_BUDGET"] = "500"
    newscrawl("crawl", "replica")
    truth = {article.url: article for article in replica.replica.articles}
    changed = {url for url, article in truth.items() if article.version}
    stored = {document["url"]: document for document in newscrawl.documents("articles")}
    assert changed
    assert {url for url, document in stored.items() if document["revision"] == 2} == changed
    assert len(newscrawl.documents("revisions")) == len(changed)
    assert stored.keys() == truth.keys()
    assert all(document["views"]["count"] == truth[url].views for url, document in stored.items())


def test_a_server_that_always_says_unchanged_is_not_believed_for_ever(small: Any, website: Any) -> None:
    website.etags["/news/storm"] = '"constant"'
    small("crawl", "small", "--revisit")
    website.pages["/news/storm"] = page("storm", "the rain")
    revisions = []
    for _ in range(3):
        make_due(small)
        small("crawl", "small", "--revisit")
        revisions.append(len(small.documents("revisions")))
    assert website.conditional == ["/news/storm"] * 2
    assert revisions == [0, 0, 1]


# --- gone, and back ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [404, 410])
def test_an_article_that_is_gone_is_marked_and_keeps_its_text(small: Any, website: Any, status: int) -> None:
    [before] = small.documents("articles")
    website.pages["/news/storm"] = (status, "")
    output = small("crawl", "small")
    assert "gone" in output
    [after] = small.documents("articles")
    assert after["body"] == before["body"]
    assert (after["gone"]["status"], after["gone"]["sightings"]) == (status, 1)
    assert after["next_visit_at"] == after["gone"]["at"] + DAY
    assert after["last_seen_at"] == before["last_seen_at"]
    assert small.documents("failures") == []
    assert small.json("runs", "list")[0]["counts"]["gone"] == 1
    assert f"answered {status}, seen once" in small("articles", "show", before["url"])


def test_an_article_that_is_still_gone_a_day_later_is_left_alone(small: Any, website: Any) -> None:
    website.pages["/news/storm"] = MISSING
    small("crawl", "small", "--revisit")
    [first] = small.documents("articles")
    make_due(small)
    small("crawl", "small", "--revisit")
    [second] = small.documents("articles")
    assert second["gone"] == {**first["gone"], "sightings": 2}
    assert second["next_visit_at"] is None


def test_an_article_that_is_back_is_not_gone_and_that_is_remembered(small: Any, website: Any) -> None:
    sound = website.pages["/news/storm"]
    website.pages["/news/storm"] = MISSING
    small("crawl", "small", "--revisit")
    [away] = small.documents("articles")
    website.pages["/news/storm"] = sound
    make_due(small)
    small("crawl", "small", "--revisit")
    [back] = small.documents("articles")
    assert back["gone"] is None
    [absence] = back["absences"]
    assert (absence["gone_at"], absence["status"]) == (away["gone"]["at"], 404)
    assert absence["back_at"] == back["last_seen_at"]
    assert back["next_visit_at"] is not None
    assert small.documents("revisions") == []


@pytest.mark.parametrize("target", ["/", "/news"])
def test_an_article_that_redirects_to_the_home_page_or_a_listing_is_gone(small: Any, website: Any, target: str) -> None:
    website.pages["/"] = page("the home page", "everything")
    website.pages["/news/storm"] = (302, f"{website.base_url}{target}")
    small("crawl", "small", "--revisit")
    [article] = small.documents("articles")
    assert article["gone"]["redirected_to"] == f"{website.base_url}{target}"
    assert "wind" in article["body"]
    assert small.documents("failures") == []


def test_without_a_pattern_of_articles_a_redirect_to_the_listing_is_gone_too(newscrawl: Any, website: Any) -> None:
    website.listing("storm-over-the-coast")
    file = "".join(line for line in website.site_file().splitlines(True) if not line.startswith("article ="))
    newscrawl.add_site("small", file)
    newscrawl("crawl", "small")
    make_due(newscrawl)
    website.pages["/news/storm-over-the-coast"] = (301, f"{website.base_url}/news")
    newscrawl("crawl", "small", "--revisit")
    [article] = newscrawl.documents("articles")
    assert article["gone"]["status"] == 301


def test_an_article_that_moved_stays_one_document_at_its_new_address(small: Any, website: Any) -> None:
    [before] = small.documents("articles")
    website.pages["/news/storm-2"] = website.pages["/news/storm"]
    website.pages["/news/storm"] = (301, f"{website.base_url}/news/storm-2")
    small("crawl", "small", "--revisit")
    [article] = small.documents("articles")
    assert article["_id"] == before["_id"]
    assert (article["url"], article["aliases"]) == (f"{website.base_url}/news/storm-2", [before["url"]])
    assert small.documents("revisions") == []
    assert article["gone"] is None
    assert article["next_visit_at"] > article["last_seen_at"]


def test_an_article_that_moved_is_visited_at_its_new_address_from_then_on(small: Any, website: Any) -> None:
    website.pages["/news/storm-2"] = website.pages["/news/storm"]
    website.pages["/news/storm"] = (301, f"{website.base_url}/news/storm-2")
    small("crawl", "small", "--revisit")
    make_due(small)
    website.requests.clear()
    small("crawl", "small", "--revisit")
    assert article_asked(website) == ["/news/storm-2"]


def test_an_address_that_shows_another_article_keeps_the_text_of_the_first_one(small: Any, website: Any) -> None:
    [before] = small.documents("articles")
    paintings = "<p>Visitors queued from early morning to see paintings hidden for decades in a damp cellar.</p>" * 4
    website.pages["/news/storm"] = (
        200,
        f"<html><body><article><h1>A museum opens its doors</h1>{paintings}</article></body></html>",
    )
    small("crawl", "small", "--revisit")
    [after] = small.documents("articles")
    [revision] = small.documents("revisions")
    assert (after["headline"], after["first_seen_at"]) == ("A museum opens its doors", after["last_seen_at"])
    assert (revision["headline"], revision["is_other_article"]) == (before["headline"], True)
    assert revision["body"] == before["body"]
    assert after["next_visit_at"] == after["first_seen_at"] + HOUR


def test_an_article_that_redirects_to_another_one_is_gone_and_not_overwritten(small: Any, website: Any) -> None:
    website.pages["/news/museum"] = (
        200,
        "<html><body><article><h1>A museum opens its doors</h1>"
        + "<p>Visitors queued from early morning to see paintings that were hidden for decades in a cellar.</p>" * 4,
    )
    website.pages["/news/storm"] = (301, f"{website.base_url}/news/museum")
    small("crawl", "small", "--revisit")
    stored = {document["headline"]: document for document in small.documents("articles")}
    assert stored.keys() == {"The headline of storm", "A museum opens its doors"}
    storm = stored["The headline of storm"]
    assert storm["gone"]["redirected_to"] == f"{website.base_url}/news/museum"
    assert storm["next_visit_at"] == storm["gone"]["at"] + DAY
    assert small.json("runs", "list")[0]["counts"]["gone"] == 1


# --- failures ---------------------------------------------------------------------------------------


def test_a_visit_that_fails_is_tried_again_later_and_leaves_the_article_as_it_is(small: Any, website: Any) -> None:
    [before] = small.documents("articles")
    sound = website.pages["/news/storm"]
    website.pages["/news/storm"] = (500, "")
    waits = []
    for _ in range(3):
        small("crawl", "small", "--revisit")
        [article] = small.documents("articles")
        [failure] = small.documents("failures")
        assert article["next_visit_at"] == failure["next_try_at"]
        assert article["gone"] is None
        assert article["last_seen_at"] == before["last_seen_at"]
        waits.append(failure["next_try_at"] - failure["last_at"])
        make_due(small)
    assert waits == sorted(set(waits))
    assert failure["attempts"] == 3
    website.pages["/news/storm"] = sound
    small("crawl", "small", "--revisit")
    assert small.documents("failures") == []


def test_a_visit_that_takes_too_long_is_tried_again_later(small: Any, website: Any) -> None:
    [before] = small.documents("articles")
    released, sound = threading.Event(), website.pages["/news/storm"]

    def held() -> Any:
        released.wait(60)
        return sound

    website.pages["/news/storm"] = held
    small.environment["NEWSCRAWL_TIMEOUT"] = "1"
    small.run("crawl", "small", "--revisit")
    released.set()
    [after] = small.documents("articles")
    [failure] = small.documents("failures")
    assert failure["reason"] == "timeout"
    assert after["next_visit_at"] == failure["next_try_at"] > failure["last_at"]
    assert {**after, "next_visit_at": None} == {**before, "next_visit_at": None}


def test_an_article_stored_by_an_earlier_release_is_visited(small: Any, website: Any) -> None:
    with articles_of(small) as articles:
        articles.update_one({}, {"$set": {"next_visit_at": None}, "$unset": {"absences": "", "gone": "", "fetch": ""}})
    small("crawl", "small")
    [article] = small.documents("articles")
    assert article_asked(website) == ["/news/storm"]
    assert article["next_visit_at"] > article["last_seen_at"]


def test_an_article_that_always_fails_is_given_up_at_its_last_age(small: Any, website: Any) -> None:
    website.pages["/news/storm"] = (500, "")
    with articles_of(small) as articles:
        articles.update_one({}, {"$set": {"first_seen_at": datetime.now(UTC) - 8 * DAY}})
    for _ in range(5):
        make_due(small)
        small("crawl", "small", "--revisit")
    [article] = small.documents("articles")
    [failure] = small.documents("failures")
    assert (failure["attempts"], failure["next_try_at"], article["next_visit_at"]) == (5, None, None)


def test_a_page_that_cannot_be_read_any_more_spoils_nothing(small: Any, website: Any) -> None:
    website.pages["/news/storm"] = (200, "<html><body></body></html>")
    small("crawl", "small", "--revisit")
    [article] = small.documents("articles")
    [failure] = small.documents("failures")
    assert "wind" in article["body"]
    assert failure["article"] == article["_id"]


# --- what a run does --------------------------------------------------------------------------------


def test_a_run_visits_no_more_than_its_budget_and_the_next_one_goes_on(newscrawl: Any, website: Any) -> None:
    names = [f"story-{number}" for number in range(7)]
    website.listing(*names)
    newscrawl.add_site("small", website.site_file() + "[crawl]\nrevisit_budget = 4\n")
    newscrawl("crawl", "small")
    make_due(newscrawl)
    website.requests.clear()
    newscrawl("crawl", "small", "--revisit")
    assert len(article_asked(website)) == 4
    newscrawl("crawl", "small", "--revisit")
    assert sorted(article_asked(website)) == sorted(f"/news/{name}" for name in names)


def test_the_limit_counts_new_articles_only(small: Any, website: Any) -> None:
    website.listing("storm", "museum")
    small("crawl", "small", "--limit", "1")
    assert sorted(article_asked(website)) == ["/news/museum", "/news/storm"]


def test_new_articles_are_not_kept_waiting_by_further_visits(newscrawl: Any, website: Any) -> None:
    old, new = ([f"{word}-{number}" for number in range(50)] for word in ("old", "new"))
    newscrawl.environment["NEWSCRAWL_CONCURRENCY"] = "1"
    website.listing(*old)
    newscrawl.add_site("small", website.site_file())
    newscrawl("crawl", "small")
    make_due(newscrawl)
    website.listing(*old, *new)
    website.requests.clear()
    newscrawl("crawl", "small")
    asked = article_asked(website)
    first = next(number for number, path in enumerate(asked) if "new" in path)
    # However many visits came before the listing was read; one may be on its way then.
    assert sum("new" in path for path in asked[first : first + 50]) >= 48


def test_no_revisits_asks_for_new_articles_only(small: Any, website: Any) -> None:
    website.listing("storm", "museum")
    small("crawl", "small", "--no-revisits")
    assert article_asked(website) == ["/news/museum"]


def test_revisit_asks_for_due_articles_only(small: Any, website: Any) -> None:
    website.listing("storm", "museum")
    small("crawl", "small", "--revisit")
    assert website.visited == ["/news/storm"]


def test_a_run_with_nothing_due_is_no_fault(newscrawl: Any, website: Any) -> None:
    newscrawl.add_site("small", website.site_file())
    assert "Nothing was due" in newscrawl("crawl", "small", "--revisit")


@pytest.mark.parametrize("other", ["--no-revisits", "--dry-run"])
def test_options_that_exclude_each_other_are_refused(newscrawl: Any, website: Any, other: str) -> None:
    newscrawl.add_site("small", website.site_file())
    code, _output, errors = newscrawl.run("crawl", "small", "--revisit", other)
    assert code == 2
    assert other in errors


def test_what_a_run_that_is_stopped_did_not_come_to_stays_due(newscrawl: Any, website: Any) -> None:
    names = [f"story-{number}" for number in range(30)]
    website.listing(*names)
    newscrawl.add_site("small", website.site_file() + "[crawl]\nconcurrency = 1\n")
    newscrawl("crawl", "small")
    make_due(newscrawl)
    released, asked = threading.Event(), threading.Event()
    sound = dict(website.pages)

    def held(path: str) -> Any:
        def answer() -> Any:
            asked.set()
            released.wait(60)
            return sound[path]

        return answer

    website.pages |= {f"/news/{name}": held(f"/news/{name}") for name in names}
    crawler = newscrawl.start("crawl", "small", "--revisit")
    assert asked.wait(60)
    crawler.send_signal(signal.SIGTERM)
    released.set()
    _output, errors = crawler.communicate(timeout=60)
    assert crawler.returncode == 143, errors
    now = datetime.now(UTC)
    due = [article for article in newscrawl.documents("articles") if article["next_visit_at"] <= now]
    claimed = [article for article in newscrawl.documents("articles") if article["next_visit_at"] > now + HOUR + DAY]
    assert len(due) > 0
    assert claimed == []
    website.requests.clear()
    newscrawl("crawl", "small", "--revisit")
    assert len(article_asked(website)) == len(due)


def test_two_machines_visit_each_due_article_once(newscrawl: Any, replica: Server) -> None:
    newscrawl("crawl", "replica")
    make_due(newscrawl)
    replica.requests.clear()
    newscrawl.environment["NEWSCRAWL_REVISIT_BUDGET"] = "500"
    crawlers = []
    for machine in ("first", "second"):
        newscrawl.environment["NEWSCRAWL_DATA"] = str(newscrawl.folder / machine)
        crawlers.append(newscrawl.start("crawl", "replica", "--revisit", "--wait", "2m"))
    for crawler in crawlers:
        _output, errors = crawler.communicate(timeout=120)
        assert crawler.returncode == 0, errors
    visited = replica.visited
    assert len(visited) == len(set(visited)) == 90
