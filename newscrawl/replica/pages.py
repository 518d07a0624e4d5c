"""The replica's pages: two layouts of an article, listings, feeds, sitemaps, and broken pages."""

from __future__ import annotations

import json
from collections.abc import Iterable
from email.utils import format_datetime
from html import escape
from xml.sax.saxutils import escape as xml_escape

from newscrawl.replica.stories import EDITIONS, IDENTITY, WORDS, Replica, ReplicaArticle, printed_date


def card(story: ReplicaArticle, *, pinned: bool = False, query: str = "") -> str:
    """A teaser whose headline, date and counter are glued together."""
    mark = " news-card_pinned__x1y2z" if pinned else ""
    text = f"{escape(story.headline)}{printed_date(story)} • {story.views} {WORDS[story.edition].views}"
    return f'<a class="news-card_root__S0MnP{mark}" href="{story.path}{query}">{text}</a>'


def _paragraphs(story: ReplicaArticle) -> list[str]:
    texts: list[str] = []
    for section in story.sections:
        if section.heading:
            texts.append(f"<h2>{escape(section.heading)}</h2>")
        texts += [f"<p>{escape(text)}</p>" for text in section.paragraphs]
    return texts


def article(replica: Replica, story: ReplicaArticle, base_url: str) -> str:
    """The page of an article in its layout."""
    twins = [other for other in replica.articles[story.number // 3 * 3 :][:3] if other.slug]
    links = "".join(f'<link rel="alternate" hreflang="{twin.edition}" href="{base_url}{twin.path}">' for twin in twins)
    prefix = "" if story.edition == "uk" else f"/{story.edition}"
    head = (
        f"<title>{escape(story.headline)}</title>"
        f'<meta property="og:title" content="{escape(story.headline)}">'
        f'<meta property="og:image" content="{base_url}/img/{story.number}.webp">'
        f'<meta name="description" content="{escape(story.lead)}">'
        f'<link rel="canonical" href="{base_url}{story.path}">{links}'
        f'<link rel="amphtml" href="{base_url}{prefix}/amp/{story.slug}">'
    )
    body = _old_layout(story) if story.is_old_layout else _new_layout(replica, story, base_url)
    return f'<!DOCTYPE html><html lang="{story.edition}"><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'


def _new_layout(replica: Replica, story: ReplicaArticle, base_url: str) -> str:
    words = WORDS[story.edition]
    texts = _paragraphs(story)
    if story.card is not None:
        texts.insert(2, f"<p>{card(replica.articles[story.card])}</p>")
    strip = "".join(card(other) for other in replica.edition(story.edition)[:5] if other is not story)
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.headline,
        "datePublished": story.published.isoformat(),
        "author": {"@type": "Person", "name": story.author},
        "articleSection": story.section,
        "url": base_url + story.path,
    }
    date = printed_date(story)
    return (
        f'<div class="carousel_root__jPlpy">{strip}</div><main class="home-page_main__3lEa_">'
        f'<h1 class="single-news-card_newsTitle__qeEWY">{escape(story.headline)}</h1>'
        f'<img src="/img/{story.number}.webp" alt="{escape(story.headline)}">'
        f"<p>{words.capital}  •  {words.agency}</p>"
        f'<p class="single-news-card_tagDateInfoItem__a1">{date}</p>'
        f'<p class="single-news-card_tagDateInfoItem__a1"> • {story.views} {words.views}</p>'
        f'<div class="single-news-card_announce__f7WVB"><p>{escape(story.lead)}</p></div>'
        f'<div class="single-news-card_body__w0_Jb">{"".join(texts)}</div>'
        f'<div class="b-news-tags">{"".join(f"<a href=/tag>{escape(tag)}</a>" for tag in story.tags)}</div></main>'
        f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'
    )


def _old_layout(story: ReplicaArticle) -> str:
    words = WORDS[story.edition]
    first, *rest = [f"<p>{escape(text)}</p>" for text in story.paragraphs]
    place = words.capital.upper()
    day = f"{story.published.day} {words.months[story.published.month - 1]}"
    return (
        '<div class="b-page-content" itemscope itemtype="http://schema.org/Article">'
        f'<div><span itemprop="articleSection"><a href="/news">{story.section}</a></span></div>'
        f'<div class="b-news-date"><span itemprop="datePublished" class="datelink" content="{story.published:%Y-%m-%dT%H:%M}">'
        f'{printed_date(story)}</span> &bull; <span itemprop="author" itemscope><span itemprop="name">{story.author}</span></span>'
        f' &bull; <span class="view"> {story.views}</span></div>'
        f'<h1 class="title" itemprop="name">{escape(story.headline)}</h1>'
        f'<div class="b-news-text" itemprop="articleBody">{first.replace("<p>", f"<p>{place}. {day}. {words.agency}. ", 1)}'
        f"{''.join(rest)}</div>"
        f'<div class="b-news-tags">{"".join(f"<a href=/tag>{escape(tag)}</a>" for tag in story.tags)}</div></div>'
    )


def listing(stories: list[ReplicaArticle], pinned: ReplicaArticle | None, more: str | None) -> str:
    """A listing page: a pinned card, then the page's cards, some with tracking parameters, and the link onward."""
    cards = [card(pinned, pinned=True)] if pinned else []
    cards += [
        card(story, query="?utm_source=listing&utm_medium=card" if story.number % 7 == 3 else "") for story in stories
    ]
    onward = f'<a class="next" rel="next" href="{more}">»</a>' if more else ""
    return f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>Replica News</title></head><body><nav><a href="/">Replica</a></nav><main>{"".join(cards)}</main>{onward}</body></html>'


def feed(stories: Iterable[ReplicaArticle], base_url: str, edition: str) -> str:
    """RSS 2.0; every third link by way of the AMP twin, every fourth by the old host."""
    items = []
    for story in stories:
        address = base_url + story.path
        if story.number % 12 == 3:
            prefix = "" if story.edition == "uk" else f"/{story.edition}"
            address = f"{base_url}{prefix}/amp/{story.slug}"
        elif story.number % 12 == 7:
            old = base_url.replace("127.0.0.1", "localhost")
            address = f"{old}/{story.edition}/news/{story.number}-{story.slug}"
        items.append(
            f"<item><title>{xml_escape(story.headline)}</title><link>{address}</link><guid isPermaLink='false'>{story.number}</guid>"
            f"<category>{story.section}</category><pubDate>{format_datetime(story.published)}</pubDate></item>"
        )
    return f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>Replica News</title><language>{edition}</language>{''.join(items)}</channel></rss>"


def sitemap_index(base_url: str, names: Iterable[str] = ("sitemap-news.xml", "sitemap-archive.xml.gz")) -> str:
    """An index of the site's sitemaps."""
    entries = "".join(f"<sitemap><loc>{base_url}/{name}</loc></sitemap>" for name in names)
    return f'<?xml version="1.0" encoding="UTF-8"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</sitemapindex>'


def news_sitemap(
    stories: Iterable[ReplicaArticle], base_url: str, *, dated: bool = True, further: Iterable[str] = ()
) -> str:
    """A sitemap with the news block where `dated`; `further`: paths of other pages."""
    entries = [f"<url><loc>{base_url}{path}</loc></url>" for path in further]
    for story in stories:
        block = (
            f"<news:news><news:publication><news:name>Replica News</news:name><news:language>{story.edition}</news:language></news:publication>"
            f"<news:publication_date>{story.published.isoformat()}</news:publication_date><news:title>{xml_escape(story.headline)}</news:title></news:news>"
        )
        entries.append(f"<url><loc>{base_url}{story.path}</loc>{block if dated else ''}</url>")
    return (
        '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{"".join(entries)}</urlset>'
    )


_TEXT = (
    "<p>A paragraph that is long enough to be the text of an article, with words that a reader would read to the end.</p>"
    * 3
)

BAD: dict[str, bytes] = {
    "headless": f"<html><body><div class='single-news-card_body__x'>{_TEXT}</div></body></html>".encode(),
    "utf8": "<html><head><title>Café of broken bytes</title></head><body><h1>Café of broken bytes</h1>".encode()
    + b"<div class='single-news-card_body__x'><p>Some bytes \xff\xfe\xfa are no UTF-8, and the rest of this text is readable.</p></div></body></html>",
    "future": f"<html><body><h1>News from the future</h1><meta property='article:published_time' content='2199-01-01T00:00:00Z'><div class='single-news-card_body__x'>{_TEXT}</div></body></html>".encode(),
    "counter": f"<html><body><h1>A counter beyond all numbers</h1><p class='single-news-card_tagDateInfoItem__x'>20 січня 2026, 10:50</p><p class='single-news-card_tagDateInfoItem__x'>• {10**30} views</p><div class='single-news-card_body__x'>{_TEXT}</div></body></html>".encode(),
}  # fmt: skip
"""Broken pages by name; besides them `404`, `500`, `empty` and an address that robots.txt closes."""


def bad_listing() -> str:
    """A listing of everything that can be wrong with a page."""
    # The sitemap alone names the page without a headline: a card's headline would serve for it.
    names = [*(f"bad-{name}" for name in (*BAD, "404", "500", "empty") if name != "headless"), "closed-by-robots"]
    links = "".join(
        f'<a class="news-card_root__x" href="/news/{name}">A page that is wrong: {name}</a>' for name in names
    )
    return f"<html><body><main>{links}</main></body></html>"


__all__ = [
    "BAD",
    "EDITIONS",
    "IDENTITY",
    "article",
    "bad_listing",
    "card",
    "feed",
    "listing",
    "news_sitemap",
    "sitemap_index",
]
