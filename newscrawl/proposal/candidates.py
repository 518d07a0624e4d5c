"""Which addresses of a site are articles, as far as its pages, feeds and sitemaps tell, and which are others.

Also where further listings, feeds and sitemaps may be.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from newscrawl.article import Card
from newscrawl.extract.links import SERVICES, story_score
from newscrawl.extract.sitemap import SitemapEntry, newest_first
from newscrawl.normalize.urls import fetchable_url, registrable_domain
from newscrawl.proposal.editions import prefix_of
from newscrawl.proposal.front import Front, Link
from newscrawl.proposal.headlines import is_headline
from newscrawl.proposal.shapes import shape_of

USUAL_FEEDS = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml")
USUAL_SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml", "/sitemap-news.xml")
USUAL_LISTINGS = ("/news", "/latest", "/articles")
FROM_FEED, FROM_NEWS_SITEMAP, FROM_LISTING, FROM_SITEMAP, VERIFIED = 3.0, 3.0, 1.0, 0.5, 6.0
TOGETHER = 3  # links of one shape in a row that look like headlines
HEADLINES = 0.6  # share of them that are
MOST_CARDS = 400  # of one source that are learnt from
_SITEMAP_LINE = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.I | re.M)
_COMMENTS = re.compile(r"comment|podcast|video|search", re.I)
_LATEST = re.compile(
    r"(?:^|/)(?:latest|news|all|archive|archives|nachrichten|newsticker|ticker|actualites?|en-continu|dernieres|ultimas?|ultime|noticias|notizie|nieuws|"
    r"nyheter|novosti|novyny|lenta|aktualnosci|wiadomosci|zpravy|haber|haberler|berita|stories|articles|blog)(?:-[a-z]+)?/?$",
    re.I,
)
_NO_NEWS_SITEMAP = re.compile(r"image|video|author|categor|tag|page(?!s?\d)|static|section|topic|product|event", re.I)


@dataclass(slots=True)
class Source:
    """A feed or sitemap that could be read. `is_news`: its entries carry headlines and dates."""

    url: str
    cards: list[Card]
    children: list[SitemapEntry] = field(default_factory=list)
    parent: str | None = None

    @property
    def is_news(self) -> bool:
        """A news sitemap, not one of every page."""
        dated = sum(card.published is not None for card in self.cards)
        return dated > 0.5 * len(self.cards)


@dataclass(slots=True)
class Evidence:
    """Addresses of the site: articles with how surely they are, others, and the hosts of both."""

    articles: dict[str, float] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)
    cards: dict[str, Card] = field(default_factory=dict)
    """The best card of an article: that of a feed or news sitemap before that of a listing."""


def gather(
    fronts: Iterable[Front], feeds: Iterable[Source], sitemaps: Iterable[Source], hosts: Sequence[str]
) -> Evidence:
    """What is known of the addresses of a site's hosts before any of them is fetched."""
    found = Evidence()
    weights: dict[str, float] = defaultdict(float)
    for source, weight in _weighted(feeds, sitemaps):
        for card in source.cards[:MOST_CARDS]:
            address = fetchable_url(card.url)
            if address is None or not is_of(address, hosts):
                continue
            is_sure = weight >= FROM_FEED or story_score("", address) > 0 or _is_numbered(address)
            if is_sure:
                weights[address] = max(weights[address], weight)
                found.cards.setdefault(address, card)
            elif story_score("", address) < -1.5:
                found.others.add(address)
    visited = {front.url for front in fronts}
    for front in fronts:
        articles, others = _of_front(front, hosts)
        for link in articles:
            weights[link.url] = max(weights[link.url], FROM_LISTING)
            found.cards.setdefault(link.url, Card(url=link.url, source="listing", headline=link.text))
        found.others.update(link.url for link in others)
    found.articles = {
        url: weight for url, weight in weights.items() if url not in visited and urlsplit(url).path.strip("/")
    }
    found.others |= visited
    # A menu may hold a story, and a feed may list what is none: the surer sign counts.
    found.others -= {url for url, weight in found.articles.items() if weight >= FROM_FEED}
    found.articles = {url: weight for url, weight in found.articles.items() if url not in found.others}
    return found


def _weighted(feeds: Iterable[Source], sitemaps: Iterable[Source]) -> Iterator[tuple[Source, float]]:
    for source in feeds:
        yield source, FROM_FEED
    for source in sorted(sitemaps, key=lambda source: not source.is_news):
        yield source, FROM_NEWS_SITEMAP if source.is_news else FROM_SITEMAP


def _of_front(front: Front, hosts: Sequence[str]) -> tuple[list[Link], list[Link]]:
    """Links of a page to articles, and to what is none."""
    own = [link for link in front.links if is_of(link.url, hosts)]
    text = [link for link in own if link.where == "text"]
    articles: dict[str, Link] = {}
    groups: dict[tuple[str, ...], list[Link]] = defaultdict(list)
    for link in text:
        groups[(prefix_of(link.url), *shape_of(link.url).key)].append(link)
        if story_score(link.text, link.url) + 1.0 * link.is_headed > 0:
            articles[link.url] = link
    for links in groups.values():
        told = [link for link in links if is_headline(link.text)]
        if len(told) >= TOGETHER and len(told) >= HEADLINES * len(links):
            articles.update((link.url, link) for link in told)
    others = [link for link in own if link.where == "menu" or (link.url not in articles and is_other(link))]
    return [link for link in articles.values() if not _is_service(link.url)], others


def is_other(link: Link) -> bool:
    """A link that is surely to no article: few words in its text and in its address."""
    return (
        not is_headline(link.text) and bool(link.text) and not link.is_headed and story_score(link.text, link.url) < -1
    )


def _is_numbered(url: str) -> bool:
    """An address with a number or a day outside of the folders of services."""
    segments = [segment for segment in urlsplit(url).path.lower().split("/") if segment]
    return shape_of(url).is_marked and not any(segment in SERVICES for segment in segments[:-1])


def _is_service(url: str) -> bool:
    segments = [segment for segment in urlsplit(url).path.lower().split("/") if segment]
    return len(segments) == 1 and segments[0] in SERVICES


def is_of(url: str, hosts: Sequence[str]) -> bool:
    """Whether an address stands on one of the hosts, with or without `www.`."""
    host = urlsplit(url).netloc.rpartition("@")[2].lower().removeprefix("www.")
    return any(host == other.removeprefix("www.") for other in hosts)


def further_hosts(home: str, feeds: Iterable[Source], fronts: Iterable[Front]) -> list[str]:
    """Hosts of the same owner on which many of the stories stand that a site links."""
    own, domain = urlsplit(home).netloc.lower(), registrable_domain(home)
    counts: Counter[str] = Counter()
    addresses = [card.url for source in feeds for card in source.cards]
    addresses += [link.url for front in fronts for link in front.links if link.is_headed and is_headline(link.text)]
    for url in dict.fromkeys(addresses):
        counts[urlsplit(url).netloc.lower().removeprefix("www.")] += 1
    total = sum(counts.values())
    return [
        host
        for host, number in counts.most_common(6)
        if host != own.removeprefix("www.")
        and number >= max(3, 0.1 * total)
        and "." in host
        and registrable_domain(f"https://{host}/") == domain
        and urlsplit(home).port == urlsplit(f"https://{host}/").port
    ]


# --- where to look further --------------------------------------------------------------------------


def sections(front: Front, hosts: Sequence[str], home: str) -> list[str]:
    """Pages of a menu that may be listings: those of latest news first, then in the order of the menu."""
    found: dict[str, int] = {}
    for number, link in enumerate(front.links):
        parts = urlsplit(link.url)
        segments = [segment for segment in parts.path.lower().split("/") if segment]
        if not segments or len(segments) > 3 or parts.query or not is_of(link.url, hosts):
            continue
        if re.search(r"\.(?:xml|rss|pdf|jpe?g|png|gif|zip|mp3|mp4|js|css|ico)$", parts.path, re.I):
            continue
        is_latest = _LATEST.search(parts.path) is not None
        if not is_latest and any(segment in SERVICES for segment in segments):
            continue
        if link.where == "text" and (is_headline(link.text) or len(segments) > 2 or not link.text):
            continue
        if shape_of(link.url).is_marked:
            continue
        found.setdefault(
            link.url,
            number - (10_000 if is_latest else 0) + (5_000 if link.where == "text" else 0) + 300 * len(segments),
        )
    ranked = sorted(found, key=lambda url: found[url])
    return [url for url in ranked if url.rstrip("/") != home.rstrip("/")]


def feeds_of(fronts: Iterable[Front]) -> list[str]:
    """Feeds that pages name, without those of comments."""
    every = (feed for front in fronts for feed in front.feeds)
    return [feed for feed in dict.fromkeys(every) if not _COMMENTS.search(urlsplit(feed).path)]


def sitemaps_in_robots(text: str, home: str) -> list[str]:
    """Sitemaps that a robots.txt names (sitemaps.org), those of news first."""
    found = [urljoin(home, line) for line in _SITEMAP_LINE.findall(text)]
    web = [url for url in dict.fromkeys(found) if url.startswith(("http://", "https://"))]
    return sorted(web, key=lambda url: ("news" not in url.lower(), _NO_NEWS_SITEMAP.search(url) is not None))


def children_to_read(entries: Sequence[SitemapEntry], most: int) -> list[str]:
    """Sitemaps of an index that are worth a look: those of news, then the newest."""
    ranked = [
        entry.url for entry in newest_first(list(entries)) if not _NO_NEWS_SITEMAP.search(urlsplit(entry.url).path)
    ]
    return sorted(dict.fromkeys(ranked), key=lambda url: "news" not in urlsplit(url).path.lower())[:most]


def twins_of(url: str, prefixes: Iterable[str]) -> Mapping[str, str]:
    """Where the same listing of other editions would stand: `/ru/news` for `/news`."""
    own = prefix_of(url)
    parts = urlsplit(url)
    path = parts.path.removeprefix(f"/{own}") if own else parts.path
    return {
        prefix: parts._replace(path=f"/{prefix}{path}" if prefix else path or "/").geturl()
        for prefix in prefixes
        if prefix != own
    }
