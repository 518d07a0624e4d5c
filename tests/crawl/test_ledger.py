"""The ledger: what the sources of a site have shown against what is stored, through the real crawl and `health`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from newscrawl.normalize.completeness import Estimate, estimate
from newscrawl.normalize.urls import article_id
from newscrawl.records import Listing, Sighting
from newscrawl.replica import Replica, Server, serve, site_file
from newscrawl.store.ledger import sightings_query
from tests.waiting import until_or_end

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def young(newscrawl: Any) -> Iterator[Server]:
    """A replica whose newest story is of two hours ago."""
    with serve(Replica(articles=90, seed=7, start=NOW - 2 * HOUR)) as server:
        newscrawl.add_site("replica", site_file(server.base_url))
        yield server


def health(newscrawl: Any, *words: str, code: int = 0) -> Any:
    """The only site's health, as JSON."""
    [found] = newscrawl.json("health", *words, code=code)
    return found


# --- what became of what was shown --------------------------------------------------------------


def test_all_that_was_shown_is_stored(newscrawl: Any, young: Server) -> None:
    newscrawl("crawl", "replica")
    found = health(newscrawl, "replica", "--hours", "48")
    assert found["state"] == "ok"
    assert found["shown"] == found["fates"]["stored"] == 90
    assert {source["kind"] for source in found["sources"]} == {"listing", "feed", "sitemap"}


def test_each_hour_counts_the_articles_published_in_it(newscrawl: Any, young: Server) -> None:
    newscrawl("crawl", "replica")
    hours = health(newscrawl, "replica", "--hours", "48")["hours"]
    published = [article.published for article in young.replica.articles]
    for row in hours:
        start = datetime.fromisoformat(row["hour"])
        assert row["stored"] == sum(start <= at < start + HOUR for at in published)


def test_an_article_that_failed_is_told_with_its_reason(newscrawl: Any, website: Any) -> None:
    newscrawl.add_site("small", website.site_file())
    website.listing("storm", "harvest")
    website.pages["/news/harvest"] = (500, "broken")
    newscrawl("crawl", "small")
    found = health(newscrawl, "small", code=0)
    assert found["fates"]["stored"] == 1
    assert [(item["url"], item["reason"]) for item in found["failed"]] == [
        (f"{website.base_url}/news/harvest", "http-500")
    ]
    assert "http-500" in newscrawl("health", "small")


def test_an_article_that_redirects_is_stored_under_the_address_shown(newscrawl: Any, website: Any) -> None:
    newscrawl.add_site("small", website.site_file())
    website.listing("storm")
    website.pages["/news/new-storm"] = website.pages["/news/storm"]
    website.pages["/news/storm"] = (301, "/news/new-storm")
    newscrawl("crawl", "small")
    assert health(newscrawl, "small")["fates"]["stored"] == 1


def test_two_addresses_of_one_article_are_one_where_one_redirects_to_the_other(newscrawl: Any, website: Any) -> None:
    newscrawl.add_site("small", website.site_file())
    website.listing("storm", "old-storm")
    website.pages["/news/old-storm"] = (301, "/news/storm")
    newscrawl("crawl", "small")
    [article] = newscrawl.documents("articles")
    assert article["aliases"] == [f"{website.base_url}/news/old-storm"]
    assert len(newscrawl.documents("sightings")) == 2
    found = health(newscrawl, "small")
    assert found["shown"] == found["fates"]["stored"] == 1


def test_what_a_killed_crawl_left_is_missing_until_the_next_run(newscrawl: Any, young: Server) -> None:
    process = newscrawl.start("crawl", "replica")
    with MongoClient(newscrawl.uri) as client:
        until_or_end(client[newscrawl.database]["sightings"].find_one, process)
    process.kill()
    process.communicate()
    found = health(newscrawl, "replica", "--hours", "48", code=3)
    assert found["missing"]
    assert found["fates"]["stored"] + len(found["missing"]) == found["shown"]
    assert "`newscrawl crawl replica` fetches what is missing" in newscrawl(
        "health", "replica", "--hours", "48", code=3
    )
    newscrawl("crawl", "replica")
    assert health(newscrawl, "replica", "--hours", "48")["missing"] == []


def test_what_a_killed_crawl_left_is_fetched_though_no_source_shows_it_any_more(newscrawl: Any, website: Any) -> None:
    newscrawl.add_site("small", website.site_file())
    website.listing("storm", "harvest")
    asked, sound = threading.Event(), website.pages["/news/harvest"]

    def held() -> Any:
        asked.set()
        answered.wait(60)
        return sound

    answered = threading.Event()
    website.pages["/news/harvest"] = held
    process = newscrawl.start("crawl", "small")
    asked.wait(60)
    process.kill()
    process.communicate()
    answered.set()
    website.listing("storm")
    newscrawl("crawl", "small")
    assert len(newscrawl.headlines()) == 2


def test_after_a_run_that_came_to_its_end_nothing_is_looked_for(newscrawl: Any, website: Any) -> None:
    newscrawl.add_site("small", website.site_file())
    website.listing("storm", "harvest")
    newscrawl("crawl", "small", "--limit", "1")
    website.listing("storm")
    website.requests.clear()
    newscrawl("crawl", "small")
    assert len([path for path in website.requests if path.startswith("/news/")]) <= 1


def test_what_a_limit_left_out_is_not_missing(newscrawl: Any, young: Server) -> None:
    newscrawl("crawl", "replica", "--limit", "5")
    found = health(newscrawl, "replica", "--hours", "48")
    assert found["fates"]["missing"] == 0
    assert found["fates"]["left-out"] > 0


def test_what_a_whole_run_shows_is_no_longer_left_out(newscrawl: Any, website: Any) -> None:
    newscrawl.add_site("small", website.site_file())
    website.listing("storm", "harvest")
    newscrawl("crawl", "small", "--limit", "1")
    assert [seen["is_partial"] for seen in newscrawl.documents("sightings")] == [True, True]
    newscrawl("crawl", "small")
    assert [seen["is_partial"] for seen in newscrawl.documents("sightings")] == [False, False]
    newscrawl("crawl", "small", "--limit", "1")
    assert [seen["is_partial"] for seen in newscrawl.documents("sightings")] == [False, False]


def test_what_is_missing_is_told_though_it_was_published_before_these_hours(newscrawl: Any, website: Any) -> None:
    newscrawl.add_site("small", website.site_file())
    newscrawl("db", "init")
    add_sightings(newscrawl, sighting(f"{website.base_url}/news", "old", at=NOW - HOUR, seen=NOW - 3 * DAY))
    found = health(newscrawl, "small", code=3)
    assert found["missing"] == [f"{website.base_url}/news/old"]
    assert found["shown"] == 0


def test_an_article_that_prints_a_mere_date_counts_at_its_end(newscrawl: Any, website: Any) -> None:
    newscrawl.add_site("small", website.site_file(listings="[]", sitemaps=f'["{website.base_url}/sitemap"]'))
    website.listing("storm")
    day = (NOW - 3 * DAY).replace(hour=0, minute=0, second=0)
    website.pages["/sitemap"] = (
        200,
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
        f"<url><loc>{website.base_url}/news/storm</loc><news:news><news:title>Storm</news:title>"
        f"<news:publication_date>{day:%Y-%m-%d}</news:publication_date></news:news></url></urlset>",
    )
    newscrawl("crawl", "small")
    [seen] = newscrawl.documents("sightings")
    assert seen["seen"] == day + DAY


def test_a_backfill_is_no_news(newscrawl: Any, young: Server) -> None:
    newscrawl("crawl", "replica", "--from", f"{NOW - 2 * DAY:%Y-%m-%d}", "--to", f"{NOW:%Y-%m-%d}")
    assert newscrawl.documents("articles")
    assert not newscrawl.documents("sightings")


# --- what was missed ----------------------------------------------------------------------------


def test_what_no_source_has_shown_is_estimated_from_what_they_share(newscrawl: Any, website: Any) -> None:
    newscrawl.add_site("small", website.site_file(feeds=f'["{website.base_url}/rss"]'))
    names = [f"story-{letter}" for letter in "abcdefghijklmnopqrst"]
    website.listing(*names)
    website.listing(*names[:15])
    items = "".join(f"<item><title>{name}</title><link>/news/{name}</link></item>" for name in names[5:])
    website.pages["/rss"] = (200, f"<rss><channel>{items}</channel></rss>")
    newscrawl("crawl", "small")
    found = health(newscrawl, "small")
    expected = estimate({"listing": names[:15], "feed": names[5:]})
    assert isinstance(expected, Estimate)
    assert found["estimate"] == {**asdict(expected), "missed": expected.missed}
    assert (expected.seen, expected.missed) == (20, 3)
    assert [hour["estimate"]["seen"] for hour in found["hours"]] == [20]
    assert f"about 23 (95 %: 20 to {expected.high}); about 3 were shown by none" in newscrawl("health", "small")


def test_what_failed_is_left_out_of_the_estimate(newscrawl: Any, website: Any) -> None:
    newscrawl.add_site("small", website.site_file(feeds=f'["{website.base_url}/rss"]'))
    website.listing("storm", "harvest")
    website.pages["/news/about-us"] = (404, "")
    website.listing("storm", "harvest", "about-us")
    items = "".join(f"<item><title>{name}</title><link>/news/{name}</link></item>" for name in ("storm", "harvest"))
    website.pages["/rss"] = (200, f"<rss><channel>{items}</channel></rss>")
    newscrawl("crawl", "small")
    found = health(newscrawl, "small")
    assert found["fates"]["failed"] == 1
    assert found["estimate"]["seen"] == 2


def test_one_kind_of_source_alone_gives_no_estimate(newscrawl: Any, website: Any) -> None:
    newscrawl.add_site("small", website.site_file())
    website.listing("storm")
    newscrawl("crawl", "small")
    assert health(newscrawl, "small")["estimate"] == {"unknown": "one-source"}
    assert "cannot be estimated" in newscrawl("health", "small")


# --- sources that went quiet --------------------------------------------------------------------


def sighting(source: str, name: str, *, at: datetime, seen: datetime) -> Sighting:
    url = f"{source}/{name}"
    return Sighting(site="small", source=source, kind="listing", article=article_id(url), url=url, at=at, seen=seen)


def add_sightings(newscrawl: Any, *sightings: Sighting) -> None:
    with MongoClient(newscrawl.uri) as client:
        documents = [{"_id": seen.id, **seen.model_dump()} for seen in sightings]
        client[newscrawl.database]["sightings"].insert_many(documents)


def with_history(newscrawl: Any, url: str, *, until: datetime) -> None:
    """Let a source have shown an article an hour for four weeks."""
    hours = [until - number * HOUR for number in range(28 * 24)]
    add_sightings(newscrawl, *(sighting(url, f"{at:%m-%d-%H}", at=at, seen=at) for at in hours))
    listing = Listing(url=url, site="small", kind="listing", answered_at=NOW)
    with MongoClient(newscrawl.uri) as client:
        listings = client[newscrawl.database]["listings"]
        listings.replace_one({"_id": article_id(url)}, listing.model_dump(), upsert=True)


def test_a_source_that_shows_nothing_new_for_far_longer_than_usual_is_quiet(newscrawl: Any, website: Any) -> None:
    newscrawl.add_site("small", website.site_file())
    newscrawl("db", "init")
    with_history(newscrawl, f"{website.base_url}/news", until=NOW - 20 * HOUR)
    found = health(newscrawl, "small", "--hours", "1", code=3)
    [source] = found["sources"]
    assert source["is_quiet"]
    assert source["silent_seconds"] == 20 * 3600
    assert source["usual_seconds"] < 3600
    assert "has shown nothing new since" in found["troubles"][0]


def test_a_source_that_goes_on_is_not_quiet(newscrawl: Any, website: Any) -> None:
    newscrawl.add_site("small", website.site_file())
    newscrawl("db", "init")
    with_history(newscrawl, f"{website.base_url}/news", until=NOW - HOUR / 2)
    [source] = health(newscrawl, "small", "--hours", "1", code=3)["sources"]  # 3: the history is not stored
    assert not source["is_quiet"]


def test_a_source_that_shows_nothing_but_old_articles_is_told(newscrawl: Any, website: Any) -> None:
    newscrawl.add_site("small", website.site_file(feeds=f'["{website.base_url}/rss"]'))
    website.listing("storm")
    old = "<item><title>Storm</title><link>/news/storm</link><pubDate>Mon, 06 Jan 2020 10:50:00 GMT</pubDate></item>"
    website.pages["/rss"] = (200, f"<rss><channel>{old}</channel></rss>")
    newscrawl("crawl", "small")
    assert [(source["kind"], source["shown"]) for source in health(newscrawl, "small")["sources"]] == [
        ("feed", 0),
        ("listing", 1),
    ]
    assert "nothing new in 60 days" in newscrawl("health", "small")


def test_a_source_that_cannot_be_read_is_told(newscrawl: Any, website: Any) -> None:
    newscrawl.add_site("small", website.site_file())
    website.pages["/news"] = (503, "")
    newscrawl("crawl", "small", code=1)
    found = health(newscrawl, "small", code=3)
    assert found["sources"][0]["problem"] == "http-503"


# --- the command --------------------------------------------------------------------------------


def test_health_of_all_sites_is_one_line_each(newscrawl: Any, young: Server) -> None:
    newscrawl("crawl", "replica")
    output = newscrawl("health", "--hours", "48")
    assert [line.split()[:2] for line in output.splitlines()[1:]] == [["replica", "ok"]]


def test_a_site_that_was_never_crawled_says_how(newscrawl: Any, young: Server) -> None:
    assert "`newscrawl crawl replica`" in newscrawl("health", "replica", code=4)
    newscrawl("health", code=4)


def test_a_site_that_does_not_exist_is_a_wrong_word(newscrawl: Any, young: Server) -> None:
    code, _output, errors = newscrawl.run("health", "replika")
    assert code == 2
    assert "did you mean replica" in errors


def test_the_ledger_is_read_by_an_index(newscrawl: Any, young: Server) -> None:
    newscrawl("crawl", "replica", "--limit", "1")
    with MongoClient(newscrawl.uri) as client:
        query, fields = sightings_query("replica", NOW - DAY)
        plan = client[newscrawl.database]["sightings"].find(query, fields).explain()["queryPlanner"]["winningPlan"]
    assert "IXSCAN" in str(plan)
    assert "COLLSCAN" not in str(plan)


def test_what_waited_on_disk_is_in_the_ledger(newscrawl: Any, tmp_path: Path) -> None:
    seen = Sighting(site="small", source="https://e.com/", kind="feed", article="0" * 32, url="u", at=NOW, seen=NOW)
    spool = newscrawl.data / f"spool-{newscrawl.database}.jsonl"
    spool.parent.mkdir(parents=True, exist_ok=True)
    spool.write_text(f'{{"kind": "sighting", "sighting": {seen.model_dump_json()}}}\n')
    newscrawl("db", "replay")
    assert [document["_id"] for document in newscrawl.documents("sightings")] == [seen.id]
