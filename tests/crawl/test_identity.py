"""One article under many addresses, through the real command line, HTTP and database."""

from __future__ import annotations

from typing import Any

import pytest

from newscrawl.replica import Server

TEXT = """<p>The council met at night and decided on the bridge by the river, said its speaker, after a long debate.</p>
<p>Work on the bridge is to begin in spring, and the ferry will run twice as often until the last stone is laid.</p>
<p>Traders on both banks had asked for a footpath as well, which the engineers now mean to hang below the road.</p>"""


def page(headline: str, head: str = "") -> str:
    text = TEXT.replace("bridge", f"bridge of {headline.lower()}")
    return f"<html><head>{head}</head><body><article><h1>{headline}</h1>{text}</article></body></html>"


def test_of_two_crawlers_of_one_site_at_once_one_waits_and_every_article_is_stored_once(
    newscrawl: Any, replica: Server
) -> None:
    # Two machines: each has its own folder, so neither sees the other's lock.
    crawlers = []
    for machine in ("first", "second"):
        newscrawl.environment["NEWSCRAWL_DATA"] = str(newscrawl.folder / machine)
        crawlers.append(newscrawl.start("crawl", "replica", "--wait", "2m"))
    for crawler in crawlers:
        _output, errors = crawler.communicate(timeout=120)
        assert crawler.returncode == 0, errors
    assert newscrawl.headlines() == sorted(article.headline for article in replica.replica.articles)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("/", "home-page"),
        ("/news", "section"),
        ("/news/museum-opens-new-wing", "another-article"),
        ("https://other.example/news/old-bridge-closed-after-storm", "another-site"),
    ],
)
def test_a_canonical_link_that_cannot_be_the_articles_is_not_believed_and_that_is_recorded(
    newscrawl: Any, website: Any, target: str, reason: str
) -> None:
    name = "old-bridge-closed-after-storm"
    website.listing(name)
    website.pages[f"/news/{name}"] = (200, page("Old bridge closed", f'<link rel="canonical" href="{target}">'))
    newscrawl.add_site("small", website.site_file())
    newscrawl("crawl", "small")
    [article] = newscrawl.documents("articles")
    assert article["url"] == f"{website.base_url}/news/{name}"
    assert reason in article["provenance"]["url"]


def test_a_site_that_gives_every_article_a_new_address_at_each_visit_fills_no_database(
    newscrawl: Any, website: Any
) -> None:
    names = ("storm", "bridge", "museum")
    newscrawl.add_site("small", website.site_file(article=r"'/news/[a-z0-9-]+\?visit=\d+$'"))
    for visit in range(3):
        links = [f"/news/{name}?visit={visit}{number}" for number, name in enumerate(names)]
        website.pages |= {link: (200, page(f"News of the {link[6:11]}")) for link in links}
        website.pages["/news"] = (
            200,
            "".join(f'<p><a href="{link}">News of the {link[6:11]}</a></p>' for link in links),
        )
        newscrawl("crawl", "small")
    assert len(newscrawl.documents("articles")) == len(names)


def test_an_article_that_lists_itself_under_mobile_print_and_tracked_addresses_is_fetched_once(
    newscrawl: Any, website: Any
) -> None:
    website.listing("storm")
    forms = ("", "?utm_source=x", "/print", "?print=1", "/amp", "?amp=1", "#top", "?fbclid=1")
    website.pages["/news"] = (
        200,
        "".join(f'<p><a href="/news/storm{form}">The headline of the article storm</a></p>' for form in forms),
    )
    newscrawl.add_site("small", website.site_file(article="'/news/[a-z0-9-]+'"))
    newscrawl("crawl", "small")
    assert len(newscrawl.documents("articles")) == 1
    assert sum("/news/" in path for path in website.requests) == 1
