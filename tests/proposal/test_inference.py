"""Editions, country, name and places are inferred from what pages say."""

from __future__ import annotations

import pytest

from newscrawl.article import Card
from newscrawl.extract.near import near_headline
from newscrawl.extract.page import Page
from newscrawl.extract.sitemap import SitemapEntry
from newscrawl.proposal.candidates import Source, children_to_read, gather, sections, sitemaps_in_robots
from newscrawl.proposal.choice import choose_feeds, choose_listings, choose_sitemaps
from newscrawl.proposal.counters import common_places, counters
from newscrawl.proposal.countries import find_country
from newscrawl.proposal.editions import find_editions, regional
from newscrawl.proposal.front import Front, Link, read_front
from newscrawl.proposal.hints import Hints
from newscrawl.proposal.names import name_of_site, publisher_of

HOME = "https://example.com"
HOSTS = ["example.com"]


# --- editions ---------------------------------------------------------------------------------------


def test_prefixes_in_which_another_language_is_written_are_editions() -> None:
    languages = {f"{HOME}/news/a": "uk", f"{HOME}/ru/news/a": "ru", f"{HOME}/en/news/a": "en"}
    found = find_editions(languages)
    assert [(edition.name, edition.language) for edition in found] == [("uk", "uk"), ("en", "en"), ("ru", "ru")]
    assert found[0].path is None
    assert found[1].path == "^https?://[^/]+/en(?:/|$)"


def test_a_rubric_that_looks_like_a_language_is_none() -> None:
    languages = {f"{HOME}/uk/a-story": "en", f"{HOME}/us/a-story": "en", f"{HOME}/sport/a-story": "en"}
    assert [edition.language for edition in find_editions(languages)] == ["en"]


def test_a_country_code_stands_for_its_language_where_the_text_agrees() -> None:
    found = find_editions({f"{HOME}/ua/news/a": "uk", f"{HOME}/news/a": "ru"})
    assert {edition.prefix: edition.language for edition in found} == {"": "ru", "ua": "uk"}


def test_a_region_is_named_where_it_is_not_the_usual() -> None:
    assert regional("de", ["de-AT", "de-AT", "de"]) == "de-AT"
    assert regional("de", ["de-DE"]) == "de"
    assert regional("en", ["en-US", "en-GB"]) == "en"


# --- country ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("countries", "language", "zoned", "expected"),
    [
        ({"address": "AT"}, "de", [], "AT"),
        ({"meta:og:locale": "CH"}, "de", ["DE", "AT", "CH"], "CH"),
        ({"html:lang": "US", "mail": "KE"}, "en", [], "KE"),
        ({}, "uk", [], "UA"),
        ({}, "en", [], None),
        ({}, "en", ["GB"], None),
        ({}, "de", ["DE", "AT", "CH"], "DE"),
    ],
)  # fmt: skip
def test_the_surest_sign_of_a_country_wins_and_a_language_alone_is_none(
    countries: dict[str, str], language: str, zoned: list[str], expected: str | None
) -> None:
    found = find_country([Hints(countries=countries)], language, zoned)
    assert (found.code if found else None) == expected


# --- names ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("home", "name"),
    [
        ("https://www.derstandard.at/", "derstandard"),
        ("https://www.bbc.co.uk/", "bbc"),
        ("https://news.orf.at/", "news-orf"),
        ("http://127.0.0.1:8008/", "127-0-0-1-8008"),
    ],
)
def test_a_site_is_named_after_its_domain(home: str, name: str) -> None:
    assert name_of_site(home) == name


def test_the_publisher_is_what_its_pages_call_it() -> None:
    pages = [Hints(names={"title": "A story", "meta:og:site_name": "Example News"}), Hints(names={"title": "Another"})]
    assert publisher_of(pages, [], HOME) == ("Example News", "meta:og:site_name")
    assert publisher_of([Hints(names={"title": "Ex"})] * 2, [], HOME) == ("Ex", "title")
    assert publisher_of([], [None], HOME) == ("example.com", "address")


# --- addresses --------------------------------------------------------------------------------------


def front(*links: Link, path: str = "/") -> Front:
    return Front(HOME + path, list(links))


def menu(path: str, text: str = "Menu") -> Link:
    return Link(HOME + path, text, "menu")


def story(path: str, text: str = "The mayor opens a new bridge over the river") -> Link:
    return Link(HOME + path, text, "text", is_headed=True)


def test_links_of_menus_are_no_articles_unless_a_feed_lists_them() -> None:
    home = front(menu("/politics"), menu("/the-longest-read-of-this-year"), story("/a-bridge-opens-over-the-river"))
    feed = Source(f"{HOME}/rss", [Card(url=f"{HOME}/the-longest-read-of-this-year", source="feed")])
    found = gather([home], [feed], [], HOSTS)
    assert set(found.articles) == {f"{HOME}/the-longest-read-of-this-year", f"{HOME}/a-bridge-opens-over-the-river"}
    assert f"{HOME}/politics" in found.others


def test_numbers_with_long_texts_in_a_row_are_articles_though_their_addresses_say_nothing() -> None:
    found = gather(
        [front(*(Link(f"{HOME}/{n}.html", f"Story number {n} is about a bridge", "text") for n in range(10, 15)))],
        [],
        [],
        HOSTS,
    )
    assert len(found.articles) == 5


def test_links_to_other_hosts_are_left_out() -> None:
    found = gather(
        [front(Link("https://elsewhere.com/a-bridge-opens-over-the-river", "A bridge opens", "text", True))],
        [],
        [],
        HOSTS,
    )
    assert not found.articles


def test_sections_are_pages_of_the_menu_those_of_latest_news_first() -> None:
    home = front(
        menu("/sport"), menu("/about"), menu("/contact"), menu("/latest"), story("/a-bridge-opens-over-the-river")
    )
    assert sections(home, HOSTS, HOME) == [f"{HOME}/latest", f"{HOME}/sport"]


def test_robots_txt_names_sitemaps_of_which_those_of_news_come_first() -> None:
    text = "User-agent: *\nSitemap: /sitemap.xml\nsitemap: https://example.com/news-sitemap.xml\n"
    assert sitemaps_in_robots(text, HOME) == [f"{HOME}/news-sitemap.xml", f"{HOME}/sitemap.xml"]


def test_of_an_index_news_and_the_newest_are_read_and_no_images() -> None:
    entries = [SitemapEntry(f"{HOME}/{name}.xml") for name in ("posts-2024-01", "posts-2024-02", "images", "news")]
    assert [url.rpartition("/")[2] for url in children_to_read(entries, 2)] == ["news.xml", "posts-2024-02.xml"]


# --- choice -----------------------------------------------------------------------------------------


def is_article(url: str) -> bool:
    return "/news/" in url


def test_listings_are_named_that_add_articles_the_one_asked_for_first() -> None:
    latest = front(story("/news/a"), story("/news/b"), path="/latest")
    home = front(story("/news/a"), story("/news/b"), story("/news/c"))
    same = front(story("/news/b"), story("/news/c"), path="/again")
    assert [f.url for f in choose_listings([home, latest, same], is_article, first=f"{HOME}/latest")] == [
        f"{HOME}/latest",
        f"{HOME}/",
    ]


def source(name: str, *paths: str, published: str | None = None, parent: str | None = None) -> Source:
    return Source(
        f"{HOME}/{name}", [Card(url=HOME + path, source="feed", published=published) for path in paths], parent=parent
    )


def test_a_feed_that_repeats_another_or_lists_other_things_is_left_out() -> None:
    feeds = [
        source("all", "/news/a", "/news/b"),
        source("part", "/news/b"),
        source("jobs", "/job/1", "/job/2", "/news/c"),
    ]
    assert [feed.url for feed in choose_feeds(feeds, is_article)] == [f"{HOME}/all"]


def test_a_news_sitemap_is_preferred_to_one_of_all_pages() -> None:
    news, pages = source("news.xml", "/news/a", published="2026-01-20"), source("pages.xml", "/news/a", "/news/b")
    found = {s.url: s for s in (news, pages)}
    assert [s.url for s in choose_sitemaps(found, is_article, alone=False)] == [f"{HOME}/news.xml"]
    assert len(choose_sitemaps(found, is_article, alone=True)) == 2


def test_a_small_index_is_named_in_place_of_its_sitemaps() -> None:
    index = Source(f"{HOME}/index.xml", [], [SitemapEntry(f"{HOME}/news.xml")])
    found = {s.url: s for s in (index, source("news.xml", "/news/a", published="2026-01-20", parent=index.url))}
    assert [s.url for s in choose_sitemaps(found, is_article, alone=False)] == [index.url]


# --- pages ------------------------------------------------------------------------------------------

PAGE = """<html lang="de-AT"><head><title>Beispiel - Nachrichten</title><meta property="og:site_name" content="Beispiel">
<link rel="alternate" type="application/rss+xml" href="/rss"><link rel="alternate" hreflang="en" href="/en/">
</head><body><nav><a href="/sport">Sport</a></nav><main><h2><a href="/a-long-story-about-it">Eine lange Geschichte davon</a></h2></main>
<a href="/news?page=2">2</a><footer><a href="mailto:a@beispiel.at">Mail</a><a href="tel:+43 1 234567">Anruf</a></footer></body></html>"""


def test_a_front_page_says_where_its_links_stand_and_what_it_declares() -> None:
    found = read_front(PAGE.encode(), f"{HOME}/news", {})
    assert [(link.url.removeprefix(HOME), link.where) for link in found.links] == [
        ("/sport", "menu"),
        ("/a-long-story-about-it", "text"),
        ("/news?page=2", "text"),
    ]
    assert found.feeds == [f"{HOME}/rss"]
    assert found.alternates == {"en": f"{HOME}/en/"}
    assert found.next_page == f"{HOME}/news?page=2"
    assert found.hints.names["meta:og:site_name"] == "Beispiel"
    assert found.hints.countries == {"html:lang": "AT", "mail": "AT", "telephone": "AT"}


def counter_page(count: int) -> Page:
    text = (
        "<p>A paragraph of the story that is long enough to be its text, and tells what happened in the town.</p>" * 3
    )
    other = '<ul class="related"><li><a href="/x"><h3>Another story</h3><span class="stat-num">99</span></a></li></ul>'
    body = f'<article><h1>A bridge opens</h1><div class="post-stats"><span class="stat-views__x9Yz1">{count}</span></div>{text}</article>{other}'
    return Page(f"<html><body>{body}</body></html>", f"{HOME}/a")


def test_the_place_of_a_counter_is_found_where_most_articles_show_it() -> None:
    samples = []
    for count in (1234, 77, 9001):
        page = counter_page(count)
        samples.append(counters(page, near_headline(page, "A bridge opens"), "en", None))
    [place] = common_places(samples)
    assert (place.css, place.text) == ('[class*="stat-views__"]', "1234")


def test_a_place_that_one_article_shows_is_none() -> None:
    page = counter_page(5)
    assert common_places([counters(page, near_headline(page, "A bridge opens"), "en", None), [], []]) == []
