"""Section, tags, keywords, twins, paywall and live blogs: what a page says of its article beside the text."""

import json
from typing import Any

import pytest

import newscrawl
from newscrawl.article import Article
from newscrawl.site import Site

TEXT = "<p>The bridge over the river was closed on Monday after engineers found cracks in two of its piers, the city said.</p>"


def read(head: str = "", body: str = "", url: str = "https://example.com/politics/bridge") -> Article:
    page = f"<html><head>{head}</head><body><h1>Bridge closed</h1>{TEXT}{body}</body></html>"
    return newscrawl.extract(page, url, site=Site.generic(url))


def ld(**told: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle"} | told)}</script>'


def trail(*names: str) -> str:
    entries = [{"@type": "ListItem", "position": n, "name": name} for n, name in enumerate(names, 1)]
    return ld(**{"@type": "BreadcrumbList", "itemListElement": entries})


# --- section --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "section", "source"),
    [
        (ld(articleSection=["Politics", "City"]), "Politics", "jsonld:articleSection"),
        (ld(articleSection="Cakes,Desserts,Recipes"), "Cakes", "jsonld:articleSection"),
        (ld(articleSection="Food, Drink"), "Food, Drink", "jsonld:articleSection"),
        ('<meta property="article:section" content="Politics &amp;amp; City">', "Politics & City", "meta:article:section"),
        (trail("Home", "News", "Politics", "Bridge closed"), "Politics", "jsonld:BreadcrumbList"),
        (trail("Startseite", "Politik", "Bridge closed after cracks are found"), "Politik", "jsonld:BreadcrumbList"),
        (trail("Politics"), "Politics", "jsonld:BreadcrumbList"),
        ('<meta property="og:site_name" content="River Post">' + trail("River Post", "City"), "City", "jsonld:BreadcrumbList"),
    ],
)  # fmt: skip
def test_the_section_is_found_in_what_the_page_declares(head: str, section: str, source: str) -> None:
    article = read(head)
    assert (article.section, article.provenance["section"]) == (section, source)


@pytest.mark.parametrize("names", [("Home",), ("Home", "Bridge closed"), ("example.com", "All articles"), ()])
def test_home_and_the_article_itself_are_no_section(names: tuple[str, ...]) -> None:
    assert read(trail(*names)).section is None


# --- tags and keywords ----------------------------------------------------------------------------


def test_tags_are_those_that_the_page_declares_else_links_to_tags() -> None:
    links = '<a rel="tag" href="/t/1">Bridges</a> <a rel="nofollow tag" href="/t/2">Rivers</a> <a rel="tag" href="/t">All tags</a>'
    declared = '<meta property="article:tag" content="Traffic"><meta property="article:tag" content="Traffic">'
    assert read(body=links).tags == ["Bridges", "Rivers"]
    assert read(declared, links).tags == ["Traffic"]


def test_keywords_are_kept_apart_from_tags() -> None:
    article = read('<meta name="keywords" content="bridge, river; city,bridge">')
    assert (article.tags, article.keywords) == ([], ["bridge", "river", "city"])


# --- addresses ------------------------------------------------------------------------------------


def test_twins_in_other_languages_and_the_amp_page_are_kept() -> None:
    article = read(
        '<link rel="canonical" href="/politics/bridge">'
        '<link rel="alternate" hreflang="uk" href="/uk/politics/bridge">'
        '<link rel="alternate" hreflang="x-default" href="/politics/bridge">'
        '<link rel="amphtml" href="/amp/politics/bridge">'
    )
    assert [(twin.language, twin.url) for twin in article.alternates] == [
        ("uk", "https://example.com/uk/politics/bridge")
    ]
    assert "https://example.com/amp/politics/bridge" in article.aliases
    assert article.url == "https://example.com/politics/bridge"


# --- paywall --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "body", "is_paywalled"),
    [
        ("", "", None),
        (ld(isAccessibleForFree=False), "", True),
        (ld(isAccessibleForFree="False"), "", True),
        (ld(isAccessibleForFree="http://schema.org/True"), "", False),
        (ld(headline="Bridge closed") + ld(**{"@type": "WebPage", "isAccessibleForFree": False}), "", True),
        ('<meta property="article:content_tier" content="locked">', "", True),
        ('<meta property="article:content_tier" content="metered">', "", True),
        ('<meta property="article:content_tier" content="free">', "", False),
        ("", '<div itemscope itemtype="http://schema.org/NewsArticle"><meta itemprop="isAccessibleForFree" content="false"></div>', True),
        ("", "<p>Subscribe to continue reading</p>", True),
        ("", "<p>Cet article est réservé aux abonnés.</p>", True),
        ("", "<p>Dieser Artikel ist nur für Abonnenten lesbar.</p>", True),
        ("", "<p>Residents subscribe to the view that the bridge was neglected.</p>", None),
        ("", '<div class="related">Subscribe to continue reading</div>', None),
    ],
)  # fmt: skip
def test_a_paywall_is_known_by_what_is_declared_or_printed(head: str, body: str, is_paywalled: bool | None) -> None:
    assert read(head, body).is_paywalled is is_paywalled


def test_sources_that_disagree_about_the_paywall_are_recorded() -> None:
    article = read(ld(isAccessibleForFree=True) + '<meta property="article:content_tier" content="locked">')
    assert article.is_paywalled is False
    assert article.provenance["is_paywalled"] == "jsonld:isAccessibleForFree"
    assert article.disagreements["is_paywalled"] == ["meta:article:content_tier"]


# --- kind -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "body", "url"),
    [
        (ld(**{"@type": "LiveBlogPosting"}), "", "/bridge"),
        (ld() + ld(**{"@type": "LiveBlogPosting", "headline": "Bridge closed"}), "", "/bridge"),
        ("", '<div itemscope itemtype="https://schema.org/LiveBlogPosting"></div>', "/bridge"),
        ("", "", "/news/live/2025/jan/06/bridge"),
        ("", "", "/politics/liveblog-bridge"),
        ("", "", "/politik/bruecke-im-liveticker-101.html"),
        ("", f'<div class="live-blog-entry">{TEXT}</div>' * 3, "/bridge"),
        ("", f'<div class="liveTicker__item">{TEXT}</div>' * 3, "/bridge"),
    ],
)
def test_a_live_blog_is_known(head: str, body: str, url: str) -> None:
    article = read(head, body, f"https://example.com{url}")
    assert (article.is_live, article.content_type) == (True, "live")


@pytest.mark.parametrize(
    "url", ["/politics/delivery", "/lives/jane-doe", "/alive/bridge", "/live-music-returns", "/oliveblog"]
)
def test_a_word_with_live_in_it_makes_no_live_blog(url: str) -> None:
    assert read(url=f"https://example.com{url}").is_live is False


def test_live_entries_beside_the_story_make_no_live_blog() -> None:
    assert (
        read(body='<div class="sidebar">' + '<div class="liveblog-item">12:00 Rain</div>' * 3 + "</div>").is_live
        is False
    )


def test_an_opinion_is_known_by_its_type() -> None:
    assert read(ld(**{"@type": "OpinionNewsArticle"})).content_type == "opinion"
