"""Listing pages: their cards and the way to the next page."""

import pytest

from newscrawl.extract.cards import split_glued
from newscrawl.extract.listing import read_listing
from newscrawl.extract.page import Page
from newscrawl.site import Site, load_sites

URL = "https://example.com/news"
CARDS = "".join(
    f"<div class='card'><a href='/news/story-number-{n}'><img src='/{n}.jpg'><h3>Story number {n} has a long headline</h3></a>"
    f"<time datetime='2025-01-0{n}T10:50:00Z'>6 Jan</time><span class='views'>{n}00</span></div>"
    for n in range(1, 4)
)


def listing(
    body: str, url: str = URL, site: Site | None = None
) -> tuple[list[tuple[str, str | None, str | None, str | None]], str | None]:
    read = read_listing(Page(f"<html><body>{body}</body></html>", url), site or Site.generic(url))
    return [(c.url, c.headline, c.published, c.views) for c in read.cards], read.next_page


def test_a_card_says_address_headline_date_and_views() -> None:
    cards, _ = listing(CARDS)
    assert cards[0] == (
        "https://example.com/news/story-number-1",
        "Story number 1 has a long headline",
        "2025-01-01T10:50:00Z",
        "100 views",
    )
    assert len(cards) == 3


def test_an_address_is_listed_once_with_its_longest_headline() -> None:
    cards, _ = listing(
        "<a href='/city/bridge-closed'>Read more about it</a><h2><a href='/city/bridge-closed'>The bridge over the river was closed</a></h2>"
    )
    assert [(url, headline) for url, headline, *_ in cards] == [
        ("https://example.com/city/bridge-closed", "The bridge over the river was closed")
    ]


def test_menus_and_footers_list_no_stories() -> None:
    menu = "<a href='/about-us'>All about us and what we do every day</a>"
    assert listing(f"<nav>{menu}</nav>{CARDS}<footer>{menu}</footer>")[0] == listing(CARDS)[0]


def test_a_listing_without_stories_is_empty() -> None:
    assert listing("<p>Nothing here yet.</p>") == ([], None)


@pytest.mark.parametrize(
    ("text", "headline", "published", "views"),
    [
        ("Blinken: North Korean missile launch underscores importance of cooperationAsiaJan 6 2025, 10:50 AM • 22684 views", "Blinken: North Korean missile launch underscores importance of cooperationAsia", "Jan 6 2025, 10:50 AM", "22684 views"),
        ("15:05 • 13680 перегляди Рада ухвалила закон", "Рада ухвалила закон", "15:05", "13680 перегляди"),
        ("Мост закрыли 6 января, 10:50 • 1290 просмотров", "Мост закрыли", "6 января, 10:50", "1290 просмотров"),
        ("The bridge was closed", "The bridge was closed", None, None),
    ],
)  # fmt: skip
def test_glued_cards_are_taken_apart(text: str, headline: str, published: str | None, views: str | None) -> None:
    glued = split_glued(text)
    assert (glued.published, glued.views) == (published, views)
    assert headline.startswith(glued.headline[:20])


@pytest.mark.parametrize(
    "pager",
    [
        "<link rel='next' href='/news?page=2'>",
        "<a rel='next' href='/news?page=2'>»</a>",
        "<a class='pagination-next' href='/news?page=2'>→</a>",
        "<a href='/news?page=2'>Наступна</a>",
        "<a href='/news?page=2'>Nächste Seite</a>",
        "<a href='/news?page=2'>下一页</a>",
        "<span>1</span><a href='/news?page=2'>2</a><a href='/news?page=3'>3</a>",
        "<a aria-label='Next page' href='/news?page=2'><svg></svg></a>",
    ],
)
def test_the_next_page_is_found(pager: str) -> None:
    assert listing(CARDS + pager)[1] == "https://example.com/news?page=2"


def test_the_last_page_has_no_next() -> None:
    pager = "<a href='/news?page=1'>1</a><a href='/news?page=2'>2</a><span>3</span><a class='next disabled' href='#'>Next</a>"
    assert listing(CARDS + pager, URL + "?page=3")[1] is None


def test_a_page_never_follows_itself() -> None:
    assert listing(CARDS + "<a rel='next' href='/news'>Next</a>")[1] is None


def test_unn_listings_are_read_by_its_site_file() -> None:
    body = (
        "<a class='news-card_root__x1' href='/en/news/bridge-closed'>Bridge closedJan 6 2025, 10:50 AM • 22684 views</a>"
        "<a class='news-card_root__x1' href='/en/politics'>Politics of the day in one place</a>"
        "<a href='/en/exclusives?page=2'>2</a>"
    )
    cards, next_page = listing(body, "https://unn.ua/en/exclusives", load_sites()["unn"])
    assert [(url, views) for url, _, _, views in cards] == [("https://unn.ua/en/news/bridge-closed", "22684 views")]
    assert next_page == "https://unn.ua/en/exclusives?page=2"
