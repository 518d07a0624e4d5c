"""Listings, feeds and sitemaps as sites really have them, through the real crawl."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import MongoClient

TEXT = (
    "<p>Part {1} of the text of {0} is long enough to be read as an article's text, and tells of {0} and of more.</p>"
)
ITEM = '<li><a href="{1}">The headline of the article {0}</a>{2}</li>'


def article(name: str, *, head: str = "") -> str:
    text = "".join(TEXT.format(name, part) for part in range(4))
    return f"<html><head>{head}</head><body><article><h1>The headline of the article {name}</h1>{text}</article></body></html>"


def listing(names: Iterable[str], onward: str | None = None, *, link: str = "/news/{}", printed: str = "") -> str:
    items = "".join(ITEM.format(name, link.format(name), printed) for name in names)
    more = f'<a rel="next" href="{onward}">next page</a>' if onward else ""
    return f"<html><body><main><ul>{items}</ul></main>{more}</body></html>"


def feed(names: Iterable[str]) -> str:
    items = "".join(
        f"<item><title>The headline of the article {name}</title><link>/news/{name}</link></item>" for name in names
    )
    return f"<rss version='2.0'><channel><title>Small News</title>{items}</channel></rss>"


class Small:
    """A site whose listing has the pages that a test gives it."""

    def __init__(self, newscrawl: Any, website: Any) -> None:
        self.newscrawl, self.website = newscrawl, website

    def site(self, rules: str = "", **settings: str) -> None:
        self.newscrawl.add_site("small", self.website.site_file(**settings) + rules)

    def show(self, *pages: Iterable[str], path: str = "/news") -> None:
        """Let the listing have these pages, and serve every article on them."""
        for number, shown in enumerate(pages, 1):
            names = list(shown)
            own = path if number == 1 else f"{path}?page={number}"
            onward = f"{path}?page={number + 1}" if number < len(pages) else None
            self.website.pages[own] = (200, listing(names, onward))
            for name in names:
                self.website.pages.setdefault(f"/news/{name}", (200, article(name)))

    def crawl(self, *options: str, code: int = 0) -> list[str]:
        """Paths that a crawl asks for."""
        self.website.requests.clear()
        self.newscrawl("crawl", "small", *options, code=code)
        return self.website.visited

    def run(self) -> dict[str, Any]:
        """The record of the last crawl."""
        [run, *_] = self.newscrawl.json("runs", "list")
        return run  # type: ignore[no-any-return]

    def listing(self, path: str = "/news") -> dict[str, Any]:
        """What is remembered of a listing."""
        [found] = self.newscrawl.documents("listings", url=self.website.base_url + path)
        return found  # type: ignore[no-any-return]

    def set(self, path: str, **values: Any) -> None:
        with MongoClient(self.newscrawl.uri) as client:
            listings = client[self.newscrawl.database]["listings"]
            assert listings.update_one({"url": self.website.base_url + path}, {"$set": values}).matched_count

    def stored(self) -> set[str]:
        """Names of the stored articles."""
        return {headline.rpartition(" ")[2] for headline in self.newscrawl.headlines()}


@pytest.fixture
def small(newscrawl: Any, website: Any) -> Small:
    return Small(newscrawl, website)


def names(first: int, last: int) -> list[str]:
    """Names of articles by number, the newest first."""
    return [f"story-{number:03}" for number in range(last, first - 1, -1)]


def test_an_unmarked_box_on_every_page_keeps_no_walk_going(small: Small) -> None:
    small.site()
    small.show(*[[*names(start, start + 4)] for start in range(45, 0, -5)])
    small.crawl()
    box = ["popular-1", "popular-2"]
    small.show(*[[*box, *names(start, start + 4)] for start in range(47, 2, -5)])
    paths = small.crawl()
    assert {f"/news/{name}" for name in (*box, *names(50, 51))} <= set(paths)
    assert "/news?page=5" not in paths


def test_an_unmarked_box_of_new_articles_on_every_page_does_not_hide_that_the_rest_is_too_old(small: Small) -> None:
    small.site()
    box = ITEM.format("popular", "/news/popular", f"<time datetime='{datetime.now(UTC).isoformat()}'></time>")
    small.show(*[names(start, start + 4) for start in range(45, 0, -5)])
    for path in [path for path in small.website.pages if "/news/" not in path]:
        _status, body = small.website.pages[path]
        dated = body.replace("</a>", "</a><time datetime='2026-01-01T10:00:00Z'></time>")
        small.website.pages[path] = (200, dated.replace("<ul>", "<ul>" + box))
    small.website.pages["/news/popular"] = (200, article("popular"))
    assert "/news?page=3" not in small.crawl("--since", "2d")


def test_a_pinned_article_that_is_new_does_not_keep_a_walk_going(small: Small) -> None:
    small.site("[listing]\npinned = '.pinned'\n")
    small.show(*[names(start, start + 4) for start in range(45, 0, -5)])
    small.crawl()
    small.crawl()
    body = listing(names(45, 49), "/news?page=2").replace("<ul>", '<ul><li class="pinned"><a href="/news/pinned">A pinned headline of the site</a></li>')  # fmt: skip
    small.website.pages |= {"/news": (200, body), "/news/pinned": (200, article("pinned"))}
    paths = small.crawl()
    assert "/news/pinned" in paths
    assert "/news?page=2" not in paths


def test_a_listing_in_the_order_of_updates_is_walked_as_far_as_it_has_taught(small: Small) -> None:
    small.site()
    small.show(names(21, 25), names(16, 20), names(11, 15), names(6, 10), names(1, 5))
    small.crawl()
    small.show(names(21, 25), ["late-1", *names(17, 20)], names(11, 16), names(6, 10), names(1, 5))
    assert "/news/late-1" in small.crawl()
    assert small.listing()["patience"] == 1
    small.show(names(21, 25), ["late-1", *names(17, 20)], ["late-2", *names(11, 16)], names(6, 10), names(1, 5))
    assert "/news/late-2" in small.crawl()


def test_a_listing_in_random_order_is_walked_whole(small: Small) -> None:
    order = [7, 19, 3, 14, 1, 16, 5, 11, 20, 2, 9, 17, 4, 13, 8, 18, 6, 12, 10, 15]
    small.site()

    def show(*added: int) -> None:
        numbers = [*order, *added]
        for page in range(4):
            chosen = numbers[page * 5 : page * 5 + 5] if page < 3 else numbers[15:]
            day = {n: f"<time datetime='2026-01-{n:02}T10:00:00Z'></time>" for n in chosen}
            items = "".join(ITEM.format(f"story-{n}", f"/news/story-{n}", day[n]) for n in chosen)
            more = f'<a rel="next" href="/news?page={page + 2}">next page</a>' if page < 3 else ""
            path = "/news" if page == 0 else f"/news?page={page + 1}"
            small.website.pages[path] = (200, f"<html><body><main><ul>{items}</ul></main>{more}</body></html>")
            for n in chosen:
                small.website.pages.setdefault(f"/news/story-{n}", (200, article(f"story-{n}")))

    show()
    small.crawl()
    small.crawl()
    show(21)
    assert "/news/story-21" in small.crawl()


def test_cards_with_dates_in_the_future_or_none_are_fetched_like_others(small: Small) -> None:
    small.site()
    small.show(["future", "dateless"])
    body = listing(["future"], printed="<time datetime='2199-01-01T00:00:00Z'></time>")
    small.website.pages["/news"] = (200, body.replace("</ul>", ITEM.format("dateless", "/news/dateless", "") + "</ul>"))
    small.crawl("--since", "2d")
    assert small.stored() == {"future", "dateless"}
    assert small.crawl("--since", "2d") == ["/news"]


@pytest.mark.parametrize("onward", ["/news", "/news?page=2"])
def test_a_pagination_that_leads_back_ends_and_is_recorded(small: Small, onward: str) -> None:
    small.site()
    small.show(names(4, 6), names(1, 3))
    small.website.pages["/news?page=2"] = (200, listing(names(1, 3), onward))
    assert sum(path.startswith("/news?") or path == "/news" for path in small.crawl()) == 2
    assert small.stored() == set(names(1, 6))


def test_a_pagination_that_always_shows_the_same_page_ends_and_is_recorded(small: Small) -> None:
    small.site("[listing]\npage_parameter = 'page'\n")
    small.show(names(1, 3))
    for page in range(1, 30):
        path = "/news" if page == 1 else f"/news?page={page}"
        small.website.pages[path] = (200, listing(names(1, 3), f"/news?page={page + 1}"))
    paths = small.crawl()
    assert [path for path in paths if "page=" in path] == ["/news?page=2", "/news?page=3"]
    assert small.run()["errors"] == {"listing-repeats-itself": 1}


def test_a_calendar_without_end_ends_and_is_recorded(small: Small) -> None:
    small.site()
    small.show(names(1, 3), [], [], [], [])
    assert "/news?page=4" not in small.crawl()
    assert small.run()["errors"] == {"listing-repeats-itself": 1}


def test_pages_without_end_that_are_always_new_end_at_the_limit_of_pages(small: Small) -> None:
    small.site("[crawl]\nmax_pages = 4\n")
    small.show(*[[f"page-{page}"] for page in range(10)])
    assert small.stored() == set()
    small.crawl()
    assert small.stored() == {f"page-{page}" for page in range(4)}
    assert small.run()["counts"]["listings_cut_by_max_pages"] == 1


def test_a_run_cut_by_its_limit_does_not_make_the_next_one_stop_at_its_own_fresh_page(small: Small) -> None:
    small.site()
    small.show(names(1, 5))
    small.crawl()
    small.show(names(16, 20), names(11, 15), names(6, 10), names(1, 5))
    small.crawl("--limit", "5")
    small.crawl()
    assert small.stored() == set(names(1, 20))


# --- feeds and sitemaps -------------------------------------------------------------------------


def with_validator(small: Small, path: str, *, always_unchanged: bool = False) -> None:
    """Let an address have an ETag, and answer 304 to it, also where that is a lie."""
    status, body = small.website.pages[path]
    small.website.headers[path] = {"ETag": '"1"'}
    small.website.pages[path] = lambda: (
        (304, b"") if always_unchanged and dict(small.website.asked)[path].get("if-none-match") else (status, body)
    )


def asked(small: Small, path: str) -> list[bool]:
    """For each request of an address, whether it asked for changes alone."""
    return ["if-none-match" in headers for found, headers in small.website.asked if found == path]


@pytest.fixture
def fed(small: Small) -> Small:
    """A site with a feed of two articles, crawled once; the server says 304 for ever."""
    small.site(listings="[]", feeds=f'["{small.website.base_url}/rss"]')
    small.show(names(1, 3), path="/unlisted")
    small.website.pages["/rss"] = (200, feed(names(1, 2)))
    with_validator(small, "/rss")
    small.crawl()
    small.website.asked.clear()
    return small


def test_a_server_that_says_304_for_ever_is_found_out_and_gets_no_validators(fed: Small) -> None:
    fed.website.pages["/rss"] = (200, feed(names(1, 3)))
    with_validator(fed, "/rss", always_unchanged=True)
    fed.crawl()
    assert fed.stored() == set(names(1, 2))  # it is believed, at first
    fed.set("/rss", unchanged=20)
    fed.website.asked.clear()
    fed.crawl()
    assert fed.stored() == set(names(1, 3))
    assert asked(fed, "/rss") == [True, False]
    assert fed.run()["errors"] == {"unchanged-was-false": 1}
    assert fed.listing("/rss")["distrusted_until"] > datetime.now(UTC) + timedelta(days=6)
    fed.website.asked.clear()
    fed.crawl()
    assert asked(fed, "/rss") == [False]


def test_a_server_that_says_304_rightly_is_believed_further(fed: Small) -> None:
    fed.website.pages["/rss"] = (200, feed(names(1, 2)))
    with_validator(fed, "/rss", always_unchanged=True)
    fed.set("/rss", read_at=datetime.now(UTC) - timedelta(days=3))
    fed.crawl()
    fed.crawl()
    assert asked(fed, "/rss") == [True, False, True]
    assert fed.run()["errors"] == {}
    assert fed.listing("/rss")["distrusted_until"] is None


def test_a_feed_with_another_etag_each_time_and_the_same_body_counts_as_unchanged(fed: Small) -> None:
    for visit in (2, 3):
        fed.website.headers["/rss"] = {"ETag": f'"{visit}"'}
        fed.crawl()
        assert fed.run()["counts"]["listings_unchanged"] == 1
        assert "cards" not in fed.run()["counts"]
    assert asked(fed, "/rss") == [True, True]


def sitemap(small: Small, children: dict[str, str | None], **pages: list[str]) -> Callable[[], list[str]]:
    """A site with an index of sitemaps, these with their dates; call it for the sitemaps that a crawl reads."""
    base = small.website.base_url
    small.site(listings="[]", sitemaps=f'["{base}/sitemap.xml"]')
    entries = "".join(
        f"<sitemap><loc>{base}/{name}</loc>{f'<lastmod>{date}</lastmod>' if date else ''}</sitemap>"
        for name, date in children.items()
    )
    small.website.pages["/sitemap.xml"] = (200, f"<sitemapindex>{entries}</sitemapindex>")
    for name, stories in pages.items():
        small.show(stories, path="/unlisted")
        urls = "".join(f"<url><loc>{base}/news/{story}</loc></url>" for story in stories)
        small.website.pages[f"/{name}"] = (200, f"<urlset>{urls}</urlset>")
    return lambda: [path for path in small.crawl() if not path.startswith("/news/")]


def test_sitemaps_whose_date_has_not_moved_are_not_fetched(small: Small) -> None:
    dates: dict[str, str | None] = {"new": "2026-01-06T10:00:00Z", "old": "2026-01-05T10:00:00Z", "undated": None}
    read = sitemap(small, dates, new=names(3, 4), old=names(1, 2), undated=["x"])
    assert set(read()) == {"/sitemap.xml", "/new", "/old", "/undated"}
    assert set(read()) == {"/sitemap.xml", "/undated"}
    read = sitemap(small, dates | {"new": "2026-01-06T11:00:00Z"}, new=names(3, 5))
    assert set(read()) == {"/sitemap.xml", "/new", "/undated"}
    assert "story-005" in small.stored()


def test_an_index_that_has_not_changed_still_leads_to_sitemaps_that_have(small: Small) -> None:
    read = sitemap(small, {"news": None}, news=names(1, 2))
    with_validator(small, "/sitemap.xml", always_unchanged=True)
    read()
    urls = "".join(f"<url><loc>{small.website.base_url}/news/{name}</loc></url>" for name in names(1, 3))
    small.show(names(1, 3), path="/unlisted")
    small.website.pages["/news"] = (200, f"<urlset>{urls}</urlset>")
    small.crawl()
    assert small.stored() == set(names(1, 3))


def test_sitemaps_that_lead_to_each_other_end(small: Small) -> None:
    sitemap(small, {"sitemap.xml": None, "a": None})
    small.website.pages["/a"] = small.website.pages["/sitemap.xml"]
    small.newscrawl.run("crawl", "small")
    assert small.website.visited == ["/sitemap.xml", "/a"]


# --- new addresses at each visit ----------------------------------------------------------------


@pytest.mark.parametrize("has_canonical", [True, False])
def test_a_site_with_a_new_address_for_each_visit_is_seen_through(small: Small, has_canonical: bool) -> None:
    stories = [f"story-{letter}" for letter in "abcde"]
    small.site(article="'/news/[a-z-]+'")
    day = '<meta property="article:published_time" content="2026-01-06T10:00:00Z">'

    def visit(number: int) -> list[str]:
        small.website.pages["/news"] = (200, listing(stories, link=f"/news/{{}}?token={number}7f"))
        for name in stories:
            canonical = f'<link rel="canonical" href="/news/{name}">' if has_canonical else ""
            page = article(name, head=day + canonical)
            small.website.pages[f"/news/{name}?token={number}7f"] = (200, page)
        return [path for path in small.crawl() if path.startswith("/news/")]

    assert len(visit(1)) == len(stories)
    if not has_canonical:
        assert len(visit(2)) == len(stories)  # the texts alone tell
        assert small.run()["counts"]["known_under_new_address"] == len(stories)
    assert small.run()["errors"] == {"parameters-learnt": 1}
    assert visit(3) == []
    assert visit(4) == []
    assert len(small.stored()) == len(stories)
    assert len(small.newscrawl.documents("articles")) == len(stories)
    [memory] = small.newscrawl.documents("sites")
    assert memory["parameters"] == ["token"]


def test_a_site_with_random_paths_is_bounded_and_recorded(small: Small) -> None:
    stories = [f"story-{letter}" for letter in "abcde"]
    small.site()
    day = '<meta property="article:published_time" content="2026-01-06T10:00:00Z">'
    for visit in ("x1", "x2"):
        small.website.pages["/news"] = (200, listing(stories, link=f"/{visit}/news/{{}}"))
        small.website.pages |= {f"/{visit}/news/{name}": (200, article(name, head=day)) for name in stories}
        assert len(small.crawl()) == 1 + len(stories)
    assert len(small.newscrawl.documents("articles")) == len(stories)
    assert small.run()["errors"] == {"known-under-new-addresses": 1}


# --- clocks -------------------------------------------------------------------------------------


def test_an_article_first_seen_by_a_clock_of_the_future_is_neither_skipped_nor_fetched_again(small: Small) -> None:
    small.site()
    small.show(names(1, 3))
    small.crawl()
    later = datetime.now(UTC) + timedelta(days=4000)
    with MongoClient(small.newscrawl.uri) as client:
        database = client[small.newscrawl.database]
        database["articles"].update_many({}, {"$set": {"first_seen_at": later, "last_seen_at": later}})
        database["listings"].update_many({}, {"$set": {"completed_at": later, "read_at": later}})
    small.show(names(1, 5))
    assert set(small.crawl()) == {"/news", "/news/story-004", "/news/story-005"}
    assert small.crawl() == ["/news"]


def test_a_failure_that_a_clock_of_the_future_postponed_is_tried_again(small: Small) -> None:
    small.site()
    small.show(["wrong"])
    page = small.website.pages.pop("/news/wrong")
    small.website.pages["/news/wrong"] = (500, "")
    small.crawl()
    with MongoClient(small.newscrawl.uri) as client:
        later = datetime.now(UTC) + timedelta(days=4000)
        client[small.newscrawl.database]["failures"].update_many({}, {"$set": {"next_try_at": later}})
    small.website.pages["/news/wrong"] = page
    small.crawl()
    assert small.stored() == {"wrong"}


def test_a_sitemap_says_by_its_last_change_what_is_too_old(small: Small) -> None:
    small.site(sitemaps=f'["{small.website.base_url}/map.xml"]')
    small.show(["shown"])
    entries = "".join(
        f"<url><loc>{small.website.base_url}/news/{name}</loc><lastmod>{day}</lastmod></url>"
        for name, day in (("old", "2019-01-01"), ("new", f"{datetime.now(UTC):%Y-%m-%d}"))
    )
    small.website.pages["/map.xml"] = (200, f"<urlset>{entries}</urlset>")
    small.website.pages["/news/new"] = (200, article("new"))
    asked = small.crawl("--since", "2d")
    assert "/news/new" in asked
    assert "/news/old" not in asked
