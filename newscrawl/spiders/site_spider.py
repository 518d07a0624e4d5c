"""The one spider: walks the listings, feeds and sitemaps of a site and reads its new articles.

A listing is walked until a whole page is known, if its last walk ended well; after a crash until the page that
the crashed walk had reached has been passed, so that nothing between is lost. What is known costs no fetch and
one database query a listing page.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal, NamedTuple

import scrapy
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure as TwistedFailure

from newscrawl.article import Article, Card, Failure, Fetch, Listing, NotAnArticle, article_id
from newscrawl.crawl.reading import Reading
from newscrawl.crawl.reasons import next_try, reason_of
from newscrawl.crawl.session import Session, close_session, open_session
from newscrawl.extract.article import read_article
from newscrawl.extract.feed import NotAFeed, read_feed
from newscrawl.extract.listing import read_listing
from newscrawl.extract.page import Page
from newscrawl.extract.sitemap import NotASitemap, read_sitemap
from newscrawl.normalize.article import card_views, identity
from newscrawl.normalize.dates import parse_date
from newscrawl.normalize.urls import fetchable_url
from newscrawl.settings import read_settings
from newscrawl.site import Site
from newscrawl.store.queries import get_listing, known, put_listing, site_failures

Kind = Literal["listing", "feed", "sitemap"]

COVERED = ("lead", "body", "published", "dateline", "views", "authors", "section", "tags", "images", "language")
"""Fields whose coverage each run records."""


@dataclass
class Walk:
    """The walk of one listing, feed or sitemap in this run."""

    listing: Listing
    may_stop: bool
    """A page without news ends the walk: the last walk of this listing lost nothing."""
    passed: bool = True
    """Past the deepest page of a walk that crashed, or no walk did."""
    pages: int = 0
    newest: str | None = None
    stopped_early: bool = False


class Fresh(NamedTuple):
    """Cards of one page by what is known of them."""

    unknown: list[tuple[str, str, Card]]
    """Address to fetch, identity, card."""
    identities: list[str]


class SiteSpider(scrapy.Spider):
    """Crawls `site`. Arguments, all optional and as text: `limit`, `since` (ISO instant), `max_pages`, `dry_run`."""

    site: ClassVar[Site]

    def __init__(
        self,
        limit: str | int | None = None,
        since: str | None = None,
        max_pages: str | int | None = None,
        dry_run: str | bool = False,
        **arguments: Any,
    ) -> None:
        super().__init__(self.site.name, **arguments)
        self.limit = int(limit) if limit is not None else None
        self.since = datetime.fromisoformat(since).astimezone(UTC) if since else None
        self.max_pages = int(max_pages) if max_pages is not None else None
        self.dry_run = str(dry_run).lower() in {"1", "true", "yes"}
        self.session: Session | None = None
        self.run_id: str | None = None
        self.walks: list[Walk] = []
        self.scheduled: set[str] = set()
        self.met: set[str] = set()
        """Identities of articles that were stored before this run met them."""
        self.attempts: dict[str, int] = {}
        """Attempts so far at the addresses that failed before and are due."""

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """The site file's delay and concurrency before the general ones."""
        super().update_settings(settings)
        if cls.site.crawl.delay is not None:
            settings.set("DOWNLOAD_DELAY", cls.site.crawl.delay, priority="spider")
            settings.set("AUTOTHROTTLE_ENABLED", cls.site.crawl.delay > 0, priority="spider")
        if cls.site.crawl.concurrency is not None:
            settings.set("CONCURRENT_REQUESTS_PER_DOMAIN", cls.site.crawl.concurrency, priority="spider")

    async def open_database(self) -> None:
        """Open the process's database session, once; a dry run has none."""
        if not self.dry_run and self.session is None:
            self.session = await open_session(read_settings())

    async def close_database(self) -> None:
        """End this spider's use of the session."""
        session, self.session = self.session, None
        if session is not None:
            await close_session(session)

    def count(self, name: str, number: int = 1) -> None:
        """Add to one of the run's counts."""
        assert self.crawler.stats is not None
        self.crawler.stats.inc_value(f"newscrawl/{name}", number)

    def count_fields(self, article: Article) -> None:
        """Count which fields the article has; the run record makes coverage of it."""
        for name in COVERED:
            if getattr(article, name):
                self.count(f"field/{name}")

    # --- discovery ----------------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Any]:
        """Addresses that failed before and are due, then every listing, feed and sitemap of every edition."""
        await self.open_database()
        if self.session is not None:
            for failure in await site_failures(self.session.connection.database, self.site.name, _now()):
                self.attempts[failure.url] = failure.attempts
                if failure.stage != "discover":
                    card = Card(url=failure.url, source="listing")
                    for request in self._article_requests([(failure.url, self._article_id(failure.url), card)]):
                        yield request
        for edition in self.site.editions:
            kinds: tuple[tuple[Kind, tuple[str, ...]], ...] = (
                ("listing", edition.listings),
                ("feed", edition.feeds),
                ("sitemap", edition.sitemaps),
            )
            for kind, addresses in kinds:
                for address in addresses:
                    walk = await self._begin_walk(address, kind)
                    yield self._listing_request(address, walk)

    async def _begin_walk(self, address: str, kind: Kind) -> Walk:
        listing = None
        if self.session is not None:
            listing = await get_listing(self.session.connection.database, address)
        crashed = listing is not None and listing.open_walk is not None
        completed = listing is not None and listing.completed_at is not None
        walk = Walk(
            listing=listing or Listing(url=address, site=self.site.name, kind=kind),
            may_stop=completed,
            passed=not (crashed and listing is not None and listing.open_walk),
        )
        self.walks.append(walk)
        if walk.listing.open_walk is None:
            walk.listing = walk.listing.model_copy(update={"open_walk": []})
        await self._remember(walk)
        return walk

    async def _remember(self, walk: Walk) -> None:
        if self.session is not None:
            await put_listing(self.session.connection.database, walk.listing)

    def _listing_request(self, address: str, walk: Walk) -> scrapy.Request:
        headers = {}
        if walk.listing.kind != "listing" and walk.listing.completed_at is not None and walk.passed:
            if walk.listing.etag:
                headers["If-None-Match"] = walk.listing.etag
            if walk.listing.last_modified:
                headers["If-Modified-Since"] = walk.listing.last_modified
        callback: dict[str, Callable[..., Any]] = {
            "listing": self.parse_listing,
            "feed": self.parse_feed,
            "sitemap": self.parse_sitemap,
        }
        return scrapy.Request(
            address,
            callback=callback[walk.listing.kind],
            errback=self.discovery_failed,
            headers=headers,
            cb_kwargs={"walk": walk},
            dont_filter=True,
            priority=10,
        )

    async def parse_listing(self, response: Response, walk: Walk) -> AsyncIterator[Any]:
        """A listing page: its new articles, then the next page."""
        if not await self._answered(response, walk):
            return
        try:
            page = Page(response.body, response.url, headers=_headers(response))
            listing = read_listing(page, self.site)
        except NotAnArticle as error:
            await self._discovery_failure(response.url, error.reason, error.detail, walk)
            return
        if not listing.cards:
            reason = "no-articles" if walk.pages == 0 else "empty-page"
            if walk.pages == 0:
                await self._discovery_failure(response.url, reason, "the listing shows no article", walk)
            return
        fresh = await self._sort(listing.cards, response.url, walk)
        for request in self._article_requests(fresh.unknown):
            yield request
        if listing.next_page and self._goes_on(walk, fresh, listing.cards):
            yield self._listing_request(listing.next_page, walk)

    async def parse_feed(self, response: Response, walk: Walk) -> AsyncIterator[Any]:
        """A feed: its new articles."""
        if not await self._answered(response, walk):
            return
        try:
            feed = read_feed(response.body, response.url)
        except NotAFeed as error:
            await self._discovery_failure(response.url, "not-a-feed", str(error), walk)
            return
        fresh = await self._sort(feed.cards, response.url, walk)
        for request in self._article_requests(fresh.unknown):
            yield request
        if feed.next_page and self._goes_on(walk, fresh, feed.cards):
            yield self._listing_request(feed.next_page, walk)

    async def parse_sitemap(self, response: Response, walk: Walk) -> AsyncIterator[Any]:
        """A sitemap or sitemap index: its new articles and further sitemaps."""
        if not await self._answered(response, walk):
            return
        try:
            sitemap = read_sitemap(response.body, response.url)
        except NotASitemap as error:
            await self._discovery_failure(response.url, "not-a-sitemap", str(error), walk)
            return
        fresh = await self._sort(sitemap.cards, response.url, walk)
        for request in self._article_requests(fresh.unknown):
            yield request
        for entry in sitemap.sitemaps[: self._page_limit()]:
            modified = parse_date(entry.modified) if entry.modified else None
            if self.since and modified and modified.at and modified.at < self.since:
                continue
            if self.site.owns(entry.url):
                yield self._listing_request(entry.url, await self._begin_walk(entry.url, "sitemap"))

    async def _answered(self, response: Response, walk: Walk) -> bool:
        if response.status == 304:
            self.count("listings_unchanged")
            return False
        if response.status != 200:
            await self._discovery_failure(
                response.url, f"http-{response.status}", f"the server answered {response.status}", walk
            )
            return False
        if self.session is not None and walk.listing.url in self.attempts:
            await self.session.writer.resolve([walk.listing.url])
        if walk.pages == 0:
            headers = _headers(response)
            walk.listing = walk.listing.model_copy(
                update={"etag": headers.get("etag"), "last_modified": headers.get("last-modified")}
            )
        return True

    async def _sort(self, cards: list[Card], source: str, walk: Walk) -> Fresh:
        """Cards that are not known yet, by one database query; counters on the cards become view observations."""
        addresses: dict[str, tuple[str, Card]] = {}
        for card in cards:
            address = fetchable_url(card.url, base=source)
            if address and self.site.owns(address) and self.site.is_article(address) is not False:
                card.found_at = source
                addresses.setdefault(self._article_id(address), (address, card))
        identities = list(addresses)
        settled: set[str] = set()
        if self.session is not None and addresses:
            urls = [address for address, _card in addresses.values()]
            found = await known(self.session.connection.database, identities, urls, _now())
            stored = found.articles | {i for i, (address, _card) in addresses.items() if address in found.aliases}
            settled = stored | {i for i, (address, _card) in addresses.items() if address in found.postponed}
            self.met |= stored & addresses.keys() - self.scheduled
            observations = card_views([card for _address, card in addresses.values()], self.site, at=_now())
            await self.session.writer.observe(observations)
        unknown = [(address, i, card) for i, (address, card) in addresses.items() if i not in settled]
        self.count("cards", len(addresses))
        await self._note_page(walk, identities, len(unknown))
        return Fresh(unknown, identities)

    async def _note_page(self, walk: Walk, identities: list[str], new: int) -> None:
        walk.pages += 1
        reached = walk.listing.open_walk or []
        if not walk.passed and set(reached) & set(identities):
            walk.passed = True
        update: dict[str, Any] = {"cards": len(identities), "new": new}
        if walk.passed and identities:
            update["open_walk"] = identities
        walk.listing = walk.listing.model_copy(update=update)
        if walk.newest is None and identities:
            walk.newest = identities[0]
        await self._remember(walk)

    def _goes_on(self, walk: Walk, fresh: Fresh, cards: list[Card]) -> bool:
        if self.limit is not None and len(self.scheduled) >= self.limit:
            walk.stopped_early = True
            return False
        if walk.pages >= self._page_limit():
            self.count("listings_cut_by_max_pages")
            return False
        if self.since and cards and all(self._is_old(card) for card in cards if not card.is_pinned):
            return False
        pinned = {card.url for card in cards if card.is_pinned}
        news = [card for _address, _identity, card in fresh.unknown if card.url not in pinned]
        return bool(news) or not walk.may_stop or not walk.passed

    def _page_limit(self) -> int:
        return self.max_pages or self.site.crawl.max_pages or read_settings().max_pages

    def _is_old(self, card: Card) -> bool:
        if not (self.since and card.published):
            return False
        printed = parse_date(
            card.published, languages=self.site.languages, timezone=self.site.timezone, reference=_now()
        )
        return printed is not None and printed.at is not None and printed.at < self.since

    def _article_id(self, address: str) -> str:
        try:
            return article_id(identity(address, self.site))
        except ValueError:
            return article_id(address)

    # --- articles -----------------------------------------------------------------------------

    def _article_requests(self, unknown: Iterable[tuple[str, str, Card]]) -> Iterable[scrapy.Request]:
        for address, identity_hash, card in unknown:
            if self.limit is not None and len(self.scheduled) >= self.limit:
                for walk in self.walks:
                    walk.stopped_early = True
                return
            if identity_hash in self.scheduled or self._is_old(card):
                continue
            self.scheduled.add(identity_hash)
            yield scrapy.Request(
                address, callback=self.parse_article, errback=self.article_failed, cb_kwargs={"card": card}
            )

    async def parse_article(self, response: Response, card: Card) -> AsyncIterator[Reading]:
        """An article page, read into raw fields; what is no article becomes a failure with its reason."""
        asked = response.request.url if response.request else response.url
        if response.status != 200:
            await self.record_failure(
                asked, "fetch", f"http-{response.status}", f"the server answered {response.status}"
            )
            return
        if not self.site.owns(response.url):
            await self.record_failure(asked, "fetch", "left-the-site", f"redirected to {response.url}")
            return
        headers = _headers(response)
        try:
            page = Page(response.body, response.url, headers=headers)
            raw = read_article(page, self.site, card=card)
        except NotAnArticle as error:
            await self.record_failure(asked, "read", error.reason, error.detail)
            return
        raw.aliases += [url for url in (*response.meta.get("redirect_urls", ()), asked) if url not in raw.aliases]
        fetch = Fetch(
            status=response.status,
            etag=headers.get("etag"),
            last_modified=headers.get("last-modified"),
            run=self.run_id,
        )
        yield Reading(raw, card, fetch, _now(), self.since)

    async def article_failed(self, failure: TwistedFailure) -> None:
        """An article page that could not be fetched."""
        error = failure.value
        assert error is not None
        request = failure.request  # type: ignore[attr-defined]
        await self.record_failure(request.url, "fetch", reason_of(error), str(error))

    async def discovery_failed(self, failure: TwistedFailure) -> None:
        """A listing, feed or sitemap that could not be fetched."""
        error = failure.value
        assert error is not None
        request = failure.request  # type: ignore[attr-defined]
        await self._discovery_failure(request.url, reason_of(error), str(error), request.cb_kwargs["walk"])

    async def _discovery_failure(self, url: str, reason: str, detail: str, walk: Walk) -> None:
        walk.stopped_early = True
        self.count("failed_listings")
        await self.record_failure(url, "discover", reason, detail)

    async def record_failure(
        self, url: str, stage: Literal["discover", "fetch", "read", "store"], reason: str, detail: str
    ) -> None:
        """Count a failure and keep it in `failures` with its reason, so that it can be shown and tried again."""
        self.count("failed")
        self.count(f"reason/{reason}")
        self.logger.info("%s: %s: %s", url, reason, detail)
        if self.session is not None:
            now = _now()
            attempts = self.attempts.get(url, 0) + 1
            await self.session.writer.fail(
                Failure(
                    url=url,
                    site=self.site.name,
                    stage=stage,
                    reason=reason,
                    detail=detail[:500],
                    attempts=attempts,
                    first_at=now,
                    last_at=now,
                    next_try_at=next_try(reason, attempts, now),
                    run=self.run_id,
                )
            )

    async def end_walks(self, finished: bool) -> None:
        """Mark the walks that lost nothing as complete; the others are walked further by the next run."""
        for walk in self.walks:
            if finished and not walk.stopped_early:
                walk.listing = walk.listing.model_copy(
                    update={"open_walk": None, "completed_at": _now(), "newest": walk.newest or walk.listing.newest}
                )
                await self._remember(walk)


def _now() -> datetime:
    return datetime.now(UTC)


def _headers(response: Response) -> dict[str, str]:
    return {
        name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
    }
