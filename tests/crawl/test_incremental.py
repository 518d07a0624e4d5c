"""What a further crawl of a known site costs, by the database's own log and the site's."""

from __future__ import annotations

from typing import Any

from pymongo import MongoClient

from newscrawl.replica import Server


def test_known_articles_cost_no_fetch_and_one_query_for_a_whole_listing(newscrawl: Any, replica: Server) -> None:
    newscrawl("crawl", "replica")
    replica.requests.clear()
    with MongoClient(newscrawl.uri) as client:
        database = client[newscrawl.database]
        database.command("profile", 2)
        newscrawl("crawl", "replica")
        database.command("profile", 0)
        commands = [c for c in database["system.profile"].find({"appName": "newscrawl"}) if c["op"] != "insert"]
    read = [c for c in commands if c["op"] in ("query", "command") and "." in c["ns"]]
    of_articles = [c for c in read if c["ns"].endswith(".articles")]
    # What the run asks at its start, however many listings there are: what is to be visited again, linked and numbered.
    at_start = [
        c for c in of_articles if {"next_visit_at", "links_due", "seq_due"} & c["command"].get("filter", {}).keys()
    ]
    of_articles = [c for c in of_articles if c not in at_start]
    listings = replica.visited
    answered = [path for path in listings if not path.startswith(("/rss/", "/sitemap"))]  # those say 304
    assert not any("/news/" in path or "/amp/" in path for path in replica.requests)
    assert len(of_articles) == len(answered)
    assert len(at_start) == 3
    assert len([c for c in read if c["ns"].endswith((".listings", ".failures")) and c["op"] == "query"]) == 2


def test_feeds_and_sitemaps_that_have_not_changed_are_not_sent_again(newscrawl: Any, replica: Server) -> None:
    newscrawl("crawl", "replica")
    newscrawl("crawl", "replica")
    last = newscrawl.json("runs", "list")[0]
    assert last["counts"]["listings_unchanged"] >= 4


def test_new_articles_alone_are_fetched(newscrawl: Any, replica: Server, fetched: Any) -> None:
    replica.replica.unpublished = 30
    newscrawl("crawl", "replica")
    replica.replica.unpublished = 0
    replica.requests.clear()
    newscrawl("crawl", "replica")
    assert fetched() == {article.path for article in replica.replica.articles[:30]}
    assert newscrawl.json("runs", "list")[0]["counts"]["new"] == 30


def test_a_failed_article_is_fetched_again_when_its_time_has_come(newscrawl: Any, website: Any) -> None:
    website.listing("sound", "wrong")
    page = website.pages.pop("/news/wrong")
    website.pages["/news/wrong"] = (500, "")
    newscrawl.add_site("small", website.site_file())
    newscrawl("crawl", "small")
    with MongoClient(newscrawl.uri) as client:
        failures = client[newscrawl.database]["failures"]
        failures.update_one({}, [{"$set": {"next_try_at": "$last_at"}}])
    website.pages["/news/wrong"] = page
    newscrawl("crawl", "small")
    assert len(newscrawl.documents("articles")) == 2
    assert newscrawl.documents("failures") == []


def test_the_attempts_at_a_failing_article_are_counted_and_postponed_further(newscrawl: Any, website: Any) -> None:
    website.listing("sound", "wrong")
    website.pages["/news/wrong"] = (500, "")
    newscrawl.add_site("small", website.site_file())
    waits = []
    for _ in range(3):
        newscrawl("crawl", "small")
        [failure] = newscrawl.documents("failures")
        waits.append(failure["next_try_at"] - failure["last_at"])
        with MongoClient(newscrawl.uri) as client:
            client[newscrawl.database]["failures"].update_one({}, [{"$set": {"next_try_at": "$last_at"}}])
    assert failure["attempts"] == 3
    assert failure["first_at"] < failure["last_at"]
    assert waits == sorted(set(waits))


def test_a_limit_of_no_article_begins_and_ends_and_fetches_nothing(newscrawl: Any, website: Any) -> None:
    website.listing("sound")
    newscrawl.add_site("small", website.site_file())
    newscrawl("crawl", "small", "--limit", "0")
    assert website.requests == []
    (run,) = newscrawl.documents("runs")
    assert (run["outcome"], run["options"], run["counts"].get("stored")) == ("ok", {"limit": 0}, 0)
    newscrawl("crawl", "small")
    assert newscrawl.headlines()
