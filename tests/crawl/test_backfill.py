"""Backfill: the articles of some days of the past, through the real crawl."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from newscrawl.replica import Replica, ReplicaArticle, Server, serve, site_file
from tests.waiting import until_asked

FIRST, LAST = date(2026, 1, 12), date(2026, 1, 17)
DAYS = ("--from", "2026-01-12", "--to", "2026-01-17")


@pytest.fixture
def past(newscrawl: Any) -> Iterator[Server]:
    """A replica with five stories a day in three editions, from 20 January back to 6 January."""
    with serve(Replica(articles=210, seed=7, every=288)) as server:
        yield server


@pytest.fixture(params=["archives", "listings", "sitemaps"])
def place(request: pytest.FixtureRequest, newscrawl: Any, past: Server) -> str:
    """The kind of place that the replica's site file names, and no other."""
    text = site_file(past.base_url, archives=request.param == "archives")
    others = tuple({"listings", "sitemaps", "feeds"} - {request.param})
    lines = [line for line in text.splitlines() if not line.startswith(others)]
    newscrawl.add_site("replica", "\n".join(lines).replace("/sitemap.xml", "/sitemap-months.xml"))
    return str(request.param)


def of_days(server: Server, first: date = FIRST, last: date = LAST) -> list[str]:
    return sorted(a.headline for a in server.replica.articles if first <= a.published.date() <= last)


def asked_articles(server: Server) -> list[str]:
    paths = {article.path for article in server.replica.articles}
    return [path.partition("?")[0] for path in server.requests if path.partition("?")[0] in paths]


def known_and_asked(server: Server, stored: set[str]) -> set[str]:
    asked = set(asked_articles(server))
    return {article.url for article in server.replica.articles if article.path in asked} & stored


def pages(server: Server) -> list[str]:
    return [path for path in server.visited if "/news/" not in path]


def test_the_articles_of_the_days_are_stored_and_no_others(newscrawl: Any, past: Server, place: str) -> None:
    newscrawl("crawl", "replica", *DAYS)
    assert newscrawl.headlines() == of_days(past)
    asked = asked_articles(past)
    assert len(asked) == len(set(asked))
    if place != "listings":  # there a number at the headline's end is glued to the day: the page decides
        assert len(asked) == len(newscrawl.headlines())


def test_finished_days_are_not_asked_for_again_unless_that_is_wanted(newscrawl: Any, past: Server, place: str) -> None:
    newscrawl("crawl", "replica", *DAYS)
    past.requests.clear()
    assert "every one of these days is finished" in newscrawl("crawl", "replica", *DAYS)
    assert pages(past) == []
    newscrawl("crawl", "replica", *DAYS, "--again")
    assert pages(past) != []
    stored = {document["url"] for document in newscrawl.documents("articles")}
    assert known_and_asked(past, stored) == set()


def test_a_backfill_cut_by_its_limit_is_taken_up_by_the_same_command(newscrawl: Any, past: Server, place: str) -> None:
    output = newscrawl("crawl", "replica", *DAYS, "--limit", "20")
    assert "not finished; the same command goes on" in output
    stored = {document["url"] for document in newscrawl.documents("articles")}
    past.requests.clear()
    newscrawl("crawl", "replica", *DAYS)
    assert newscrawl.headlines() == of_days(past)
    assert known_and_asked(past, stored) == set()


def test_a_backfill_killed_at_random_instants_ends_as_one_that_was_not(
    newscrawl: Any, past: Server, place: str
) -> None:
    dice = random.Random(place)
    for attempt in range(4):
        before = len(past.requests)
        process = newscrawl.start("crawl", "replica", *DAYS)
        until_asked(past, before + dice.randrange(3, 45), process)
        process.send_signal((signal.SIGKILL, signal.SIGTERM)[attempt % 2])
        process.communicate()
    stored = {document["url"] for document in newscrawl.documents("articles")}
    past.requests.clear()
    newscrawl("crawl", "replica", *DAYS, code=0)
    assert newscrawl.headlines() == of_days(past)
    assert known_and_asked(past, stored) == set()
    assert len(newscrawl.documents("articles")) == len(of_days(past))


def test_a_listing_is_taken_up_at_the_page_that_it_had_come_to(newscrawl: Any, website: Any) -> None:
    small_listing(website, range(60, 0, -1), per_page=5)
    newscrawl.add_site("small", website.site_file())
    newscrawl("crawl", "small", "--from", "2026-01-01", "--to", "2026-01-05", "--max-pages", "8")
    website.requests.clear()
    newscrawl("crawl", "small", "--from", "2026-01-01", "--to", "2026-01-05")
    assert [path for path in website.visited if "news/" not in path][:2] == ["/news?page=7", "/news?page=8"]
    assert len(newscrawl.documents("articles")) == 5


def small_listing(website: Any, numbers: range, *, per_page: int, printed: Callable[[int], str] | None = None) -> None:
    """A listing of one article a day, `number` days after 31 December 2025, `per_page` of them on each page."""
    names = [f"story-{number}" for number in numbers]
    website.listing(*names)
    shown = list(numbers)
    count = -(-len(shown) // per_page)
    for page in range(count):
        items = ""
        for number in shown[page * per_page : (page + 1) * per_page]:
            day = date.fromordinal(date(2025, 12, 31).toordinal() + number).isoformat()
            when = printed(number) if printed else f"<time datetime='{day}T10:00:00Z'></time>"
            items += f'<li><a href="/news/story-{number}">The headline of the article story-{number}</a>{when}</li>'
            path = f"/news/story-{number}"
            head = f'<meta property="article:published_time" content="{day}T10:00:00Z">'
            website.pages[path] = (200, website.pages[path][1].replace("<html>", f"<html><head>{head}</head>"))
        more = f'<a rel="next" href="/news?page={page + 2}">next page</a>' if page + 1 < count else ""
        path = "/news" if page == 0 else f"/news?page={page + 1}"
        website.pages[path] = (200, f"<html><body><main><ul>{items}</ul></main>{more}</body></html>")


def test_where_cards_print_no_date_the_articles_decide(newscrawl: Any, website: Any) -> None:
    small_listing(website, range(30, 0, -1), per_page=5, printed=lambda _number: "")
    newscrawl.add_site("small", website.site_file())
    newscrawl("crawl", "small", "--from", "2026-01-16", "--to", "2026-01-20")
    assert {document["published"]["at"].day for document in newscrawl.documents("articles")} == {16, 17, 18, 19, 20}
    assert "/news?page=6" not in website.requests  # two pages of older articles end it


def test_a_box_of_new_articles_on_every_page_does_not_keep_a_backfill_going(newscrawl: Any, website: Any) -> None:
    small_listing(website, range(60, 0, -1), per_page=5)
    box = '<ul><li><a href="/news/popular">A headline that is popular</a><time datetime="2026-03-01T10:00:00Z"></time>'
    for path in [path for path in website.pages if path == "/news" or path.startswith("/news?")]:
        website.pages[path] = (200, website.pages[path][1].replace("<ul>", box + "</li>"))
    newscrawl.add_site("small", website.site_file())
    newscrawl("crawl", "small", "--from", "2026-02-16", "--to", "2026-02-20")
    assert len(newscrawl.documents("articles")) == 5
    assert "/news?page=7" not in website.requests


def test_known_pages_do_not_end_a_backfill(newscrawl: Any, website: Any) -> None:
    small_listing(website, range(30, 10, -1), per_page=5)
    newscrawl.add_site("small", website.site_file())
    newscrawl("crawl", "small")
    small_listing(website, range(30, 0, -1), per_page=5)
    newscrawl("crawl", "small", "--from", "2026-01-01", "--to", "2026-01-31")
    assert len(newscrawl.documents("articles")) == 30


def test_a_listing_that_does_not_go_back_so_far_says_so(newscrawl: Any, website: Any) -> None:
    small_listing(website, range(30, 10, -1), per_page=5)
    newscrawl.add_site("small", website.site_file())
    output = newscrawl("crawl", "small", "--from", "2026-01-01", "--to", "2026-01-15")
    assert "/news: its oldest article is of 2026-01-11; it shows none before" in output
    assert len(newscrawl.documents("articles")) == 5


def test_a_site_with_nothing_to_look_through_says_so(newscrawl: Any, website: Any) -> None:
    newscrawl.add_site("small", website.site_file(listings="[]"))
    assert "names no archive" in newscrawl("crawl", "small", "--from", "2026-01-01", code=4)


def test_an_archive_ends_before_the_site_began_and_this_is_remembered(newscrawl: Any, past: Server) -> None:
    newscrawl.add_site("replica", site_file(past.base_url, archives=True))
    span = ("--from", "2020-01-01", "--to", "2026-01-10")
    output = newscrawl("crawl", "replica", *span)
    assert "begins on 2026-01-06" in output
    assert newscrawl.headlines() == of_days(past, date(2026, 1, 6), date(2026, 1, 10))
    assert len(pages(past)) < 100
    past.requests.clear()
    newscrawl("crawl", "replica", *span, code=4)
    assert [path for path in pages(past) if "archive/" in path] == []


def test_a_calendar_that_shows_popular_articles_on_every_day_ends(newscrawl: Any, website: Any) -> None:
    website.listing("popular-one", "popular-two")
    day = website.pages["/news"]
    for month in range(1, 13):
        website.pages |= {f"/archive/2025/{month:02}/{number:02}": day for number in range(1, 32)}
    pattern = f'["{website.base_url}/archive/{{year}}/{{month:02}}/{{day:02}}"]'
    newscrawl.add_site("small", website.site_file(archives=pattern))
    newscrawl("crawl", "small", "--from", "2025-01-01", "--to", "2025-12-31")
    assert sum(path.startswith("/archive/") for path in website.requests) < 25


def test_an_archive_whose_cards_print_the_time_alone_gives_its_articles_the_day(newscrawl: Any, website: Any) -> None:
    website.listing("one", "two")
    body = website.pages["/news"][1].replace("</a>", "</a> <span>10:50</span>")
    website.pages["/archive/2025/03/05"] = (200, body)
    pattern = f'["{website.base_url}/archive/{{year}}/{{month:02}}/{{day:02}}"]'
    newscrawl.add_site("small", website.site_file(archives=pattern))
    newscrawl("crawl", "small", "--from", "2025-03-05", "--to", "2025-03-05")
    published = [document["published"]["at"].date() for document in newscrawl.documents("articles")]
    assert published == [date(2025, 3, 5)] * 2


def test_a_day_that_cannot_be_fetched_is_asked_for_again(newscrawl: Any, website: Any) -> None:
    website.listing("one")
    website.pages["/archive/2025/03/05"] = (500, "")
    website.pages["/archive/2025/03/04"] = website.pages["/news"]
    pattern = f'["{website.base_url}/archive/{{year}}/{{month:02}}/{{day:02}}"]'
    newscrawl.add_site("small", website.site_file(archives=pattern))
    newscrawl("crawl", "small", "--from", "2025-03-04", "--to", "2025-03-05", code=1)
    website.requests.clear()
    website.pages["/archive/2025/03/05"] = (404, "")
    newscrawl("crawl", "small", "--from", "2025-03-04", "--to", "2025-03-05", code=4)
    assert [path for path in website.requests if "archive" in path] == ["/archive/2025/03/05"]


def test_the_days_are_those_of_the_site(newscrawl: Any, website: Any) -> None:
    website.listing("evening", "night")
    items = ""
    for name, at in (("evening", "2026-01-05T21:30:00Z"), ("night", "2026-01-05T22:30:00Z")):  # 23:30, 00:30 in Kyiv
        items += f'<li><a href="/news/{name}">The headline of the article {name}</a><time datetime="{at}"></time></li>'
        head = f'<html><head><meta property="article:published_time" content="{at}"></head>'
        website.pages[f"/news/{name}"] = (200, website.pages[f"/news/{name}"][1].replace("<html>", head))
    website.pages["/news"] = (200, f"<html><body><main><ul>{items}</ul></main></body></html>")
    newscrawl.add_site("small", website.site_file(timezone='"Europe/Kyiv"'))
    newscrawl("crawl", "small", "--from", "2026-01-06", "--to", "2026-01-06")
    assert newscrawl.headlines() == ["The headline of the article night"]


def article_of(server: Server, path: str) -> ReplicaArticle:
    return next(article for article in server.replica.articles if article.path == path)


def test_the_newest_days_come_first(newscrawl: Any, past: Server) -> None:
    newscrawl.add_site("replica", site_file(past.base_url, archives=True))
    newscrawl.environment["NEWSCRAWL_CONCURRENCY"] = "1"
    newscrawl("crawl", "replica", *DAYS, "--limit", "12")
    days = [article_of(past, path).published.date() for path in asked_articles(past)]
    assert min(days) >= date(2026, 1, 15)


def test_a_dry_run_shows_the_articles_of_the_days_and_keeps_nothing(newscrawl: Any, past: Server) -> None:
    newscrawl.add_site("replica", site_file(past.base_url, archives=True))
    output = newscrawl("crawl", "replica", *DAYS, "--dry-run")
    assert all(article.headline in output for article in past.replica.articles if article.headline in of_days(past))
    assert newscrawl.documents("articles") == newscrawl.documents("backfills") == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--from", "2024-02-01", "--to", "2024-01-01"), "lies before"),
        (("--from", "yesterday"), "is no day such as"),
        (("--from", "2024-01-01", "--to", "2024-02-30"), "is no day such as"),
        (("--to", "2024-01-01"), "needs --from"),
        (("--from", "2024-01-01", "--since", "2d"), "exclude each other"),
        (("--from", "2199-01-01"), "lies in the future"),
    ],
)
def test_days_that_make_no_sense_are_refused_with_the_reason(
    newscrawl: Any, options: tuple[str, ...], message: str
) -> None:
    code, _output, errors = newscrawl.run("crawl", "unn", *options)
    assert code == 2
    assert message in errors
