"""Which listings, feeds and sitemaps a site file should name: few that together lead to everything that was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from newscrawl.normalize.urls import canonical_url
from newscrawl.proposal.candidates import Source
from newscrawl.proposal.front import Front

MOST_LISTINGS, MOST_FEEDS, MOST_SITEMAPS = 8, 6, 3  # of one edition
FEWEST = 2  # articles that make a listing of a page
RIGHT = 0.5  # share of a feed's entries that are articles
SMALL_INDEX = 3  # sitemaps of an index that is read whole
SMALL_SITEMAP = 1000  # entries of a sitemap that is read whole, though it is not one of news
_IsArticle = Callable[[str], bool]


def identity_of(url: str) -> str:
    """The address by which two are compared."""
    try:
        return canonical_url(url)
    except ValueError:
        return url


def choose_listings(fronts: Sequence[Front], is_article: _IsArticle, *, first: str) -> list[Front]:
    """Listings: the one that was asked for, then those that add the most articles. `first`: its address."""
    shown = {front.url: {identity_of(link.url) for link in front.links if is_article(link.url)} for front in fronts}
    by_url = {front.url: front for front in fronts}
    chosen: list[Front] = []
    known: set[str] = set()
    if len(shown.get(first, ())) >= FEWEST:
        chosen.append(by_url[first])
        known |= shown[first]
    while len(chosen) < MOST_LISTINGS:
        left = [url for url in shown if by_url[url] not in chosen and len(shown[url]) >= FEWEST]
        best = max(left, key=lambda url: (len(shown[url] - known), by_url[url].next_page is not None), default=None)
        if best is None or not shown[best] - known:
            break
        chosen.append(by_url[best])
        known |= shown[best]
    return chosen


def choose_feeds(feeds: Iterable[Source], is_article: _IsArticle) -> list[Source]:
    """Feeds of articles, each of which adds some."""
    chosen: list[Source] = []
    known: set[str] = set()
    ranked = sorted(feeds, key=lambda feed: -len(feed.cards))
    for feed in ranked:
        right = {identity_of(card.url) for card in feed.cards if is_article(card.url)}
        if right and len(right) >= RIGHT * len(feed.cards) and right - known and len(chosen) < MOST_FEEDS:
            chosen.append(feed)
            known |= right
    return chosen


def choose_sitemaps(sitemaps: Mapping[str, Source], is_article: _IsArticle, *, alone: bool) -> list[Source]:
    """Sitemaps of news, or small ones; a large one of all pages only where the site has nothing else (`alone`).

    An index of few sitemaps is named itself: what it leads to changes.
    """
    chosen: dict[str, Source] = {}
    for source in sorted(sitemaps.values(), key=lambda source: not source.is_news):
        right = sum(is_article(card.url) for card in source.cards)
        if not right or (not source.is_news and len(source.cards) > SMALL_SITEMAP and not alone):
            continue
        if not source.is_news and right < 0.2 * len(source.cards) and not alone:
            continue
        index = sitemaps.get(source.parent or "")
        if index is not None and (len(index.children) <= SMALL_INDEX or (alone and not source.is_news)):
            chosen.setdefault(index.url, index)
        else:
            chosen.setdefault(source.url, source)
    found = list(chosen.values())
    news = [source for source in found if source.is_news]
    return (news if news and not alone and not any(s.children for s in found) else found)[:MOST_SITEMAPS]
