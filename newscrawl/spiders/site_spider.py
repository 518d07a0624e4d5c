"""The one spider: walks the listings, feeds and sitemaps of a site and reads its new articles.

What is known costs no fetch, and one database query for a whole page of a listing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from typing import Any, ClassVar

import scrapy
from pymongo.errors import PyMongoError
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure as TwistedFailure

from newscrawl.article import Card, Fetch, Listing, NotAnArticle, article_id
from newscrawl.crawl.reading import Reading, headers_of
from newscrawl.crawl.reasons import Stage, failure_of, reason_of
from newscrawl.crawl.session import Session, close_session, open_session
from newscrawl.extract.article import read_article
from newscrawl.extract.page import Page
from newscrawl.normalize.article import card_views
from newscrawl.normalize.article import identity as identity_of
from newscrawl.normalize.dates import parse_date
from newscrawl.normalize.urls import canonical_url, fetchable_url
from newscrawl.settings import settings
from newscrawl.site import Site
from newscrawl.spiders.discovery import Found, Fresh, Unreadable, read_discovery
from newscrawl.spiders.walk import Kind, Walk
from newscrawl.store.queries import known, site_failures, site_listings


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
        self.has_lost = False
        """Something could neither be stored nor recorded: no walk of this run counts as complete."""
        self.scheduled: dict[str, list[str]] = {}
        """Identities of articles that this run asks for, with the further addresses that it met them under."""
        self.met: set[str] = set()
        """Identities of articles that were stored before this run met them."""
        self.attempts: dict[str, int] = {}
        """Attempts so far at the articles that failed before and are due."""
        self.failed_listings: dict[str, int] = {}
        """Attempts so far at the listings, feeds and sitemaps that failed before and are due."""
        self._addresses: dict[str, str] = {}
        self._listings: dict[str, Listing] = {}

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
        """Open the process's database session; a dry run has none. Raises DatabaseDown."""
        if not self.dry_run:
            self.session = await open_session(settings())

    async def close_database(self) -> None:
        """End this spider's use of the session."""
        session, self.session = self.session, None
        if session is not None:
            await close_session(session)

    def count(self, name: str, number: int = 1) -> None:
        """Add to one of the run's counts."""
        if self.crawler.stats is not None:
            self.crawler.stats.inc_value(f"newscrawl/{name}", number)

    # --- discovery ----------------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Any]:
        """Addresses that failed before and are due, then every listing, feed and sitemap of every edition."""
        if self.session is not None:
            try:
                await self._recall(self.session)
            except PyMongoError as error:
                await self._database_away(error)
                return
        due = [Fresh(url, self._article_id(url), Card(url=url, source="listing")) for url in self.attempts]
        for request in self._article_requests(due):
            yield request
        for edition in self.site.editions:
            kinds: tuple[tuple[Kind, tuple[str, ...]], ...] = (
                ("listing", edition.listings),
                ("feed", edition.feeds),
                ("sitemap", edition.sitemaps),
            )
            for kind, addresses in kinds:
                for address in addresses:
                    yield self._listing_request(address, await self._begin_walk(address, kind))

    async def _recall(self, session: Session) -> None:
        """What earlier runs left: addresses to try again, and how far the walks came."""
        database = session.connection.database
        for failure in await session.read(lambda: site_failures(database, self.site.name, _now())):
            if failure.stage != "discover":
                self.attempts[failure.url] = failure.attempts
            else:
                self.failed_listings[failure.url] = failure.attempts
        self._listings = await session.read(lambda: site_listings(database, self.site.name))

    async def _begin_walk(self, address: str, kind: Kind) -> Walk:
        listing = self._listings.get(address) or Listing(url=address, site=self.site.name, kind=kind)
        walk = Walk(listing, since=self.since)
        self.walks.append(walk)
        await self._remember(walk.listing)
        return walk

    async def _remember(self, listing: Listing) -> None:
        if self.session is not None:
            await self.session.writer.remember(listing)

    def _listing_request(self, address: str, walk: Walk) -> scrapy.Request:
        headers = {}
        if walk.is_conditional and walk.before.etag:
            headers["If-None-Match"] = walk.before.etag
        if walk.is_conditional and walk.before.last_modified:
            headers["If-Modified-Since"] = walk.before.last_modified
        return scrapy.Request(
            address,
            callback=self.parse_discovery,
            errback=self.discovery_failed,
            headers=headers,
            cb_kwargs={"walk": walk},
            dont_filter=True,
            priority=10,
        )

    async def parse_discovery(self, response: Response, walk: Walk) -> AsyncIterator[Any]:
        """A page of a listing, feed or sitemap: its new articles, then what it leads to."""
        if not await self._answered(response, walk):
            return
        try:
            found = read_discovery(walk.kind, response.body, response.url, headers_of(response), self.site)
        except Unreadable as error:
            await self._discovery_failure(response.url, error.reason, error.detail, walk)
            return
        is_first = walk.pages == 0
        try:
            fresh, number = await self._sort(found.cards, response.url, walk)
        except PyMongoError as error:
            walk.is_cut = True
            await self._database_away(error)
            return
        if is_first and not number and walk.kind != "sitemap":
            await self._empty_listing(response.url, walk)
            return
        for request in self._article_requests(fresh):
            yield request
        if found.next_page and self._goes_on(walk, fresh, found):
            yield self._listing_request(found.next_page, walk)
        for entry in found.sitemaps[: self._page_limit()]:
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
            await self._discovery_failure(response.url, f"http-{response.status}", _answered(response), walk)
            return False
        if self.session is not None and response.url in self.failed_listings:
            await self.session.writer.resolve([response.url])
        if walk.pages == 0:
            headers = headers_of(response)
            walk.listing = walk.listing.model_copy(
                update={"etag": headers.get("etag"), "last_modified": headers.get("last-modified")}
            )
        return True

    async def _sort(self, cards: list[Card], source: str, walk: Walk) -> tuple[list[Fresh], int]:
        """Articles that are not known yet, by one database query, and the number of all.

        Counters on the cards become view observations. Raises PyMongoError.
        """
        addresses: dict[str, Fresh] = {}
        for card in cards:
            address = fetchable_url(card.url, base=source)
            if address and self.site.owns(address) and self.site.is_article(address) is not False:
                card.found_at = source
                fresh = Fresh(address, self._article_id(address), card)
                addresses.setdefault(fresh.identity, fresh)
        settled: set[str] = set()
        if self.session is not None and addresses:
            database, now = self.session.connection.database, _now()
            forms = {i: canonical_url(fresh.address) for i, fresh in addresses.items()}
            urls = [*(fresh.address for fresh in addresses.values()), *forms.values()]
            found = await self.session.read(lambda: known(database, list(addresses), urls, now))
            stored = found.articles | {i for i, fresh in addresses.items() if fresh.address in found.aliases}
            settled = stored | {i for i, fresh in addresses.items() if fresh.address in found.postponed}
            self.met |= stored & addresses.keys() - self.scheduled.keys()
            for i in found.articles & addresses.keys():
                if article_id(forms[i]) != i and not {forms[i], addresses[i].address} & found.aliases:
                    await self.session.writer.add_aliases(i, [forms[i]])
            observations = card_views([fresh.card for fresh in addresses.values()], self.site, at=now)
            await self.session.writer.observe(observations)
        unknown = [fresh for i, fresh in addresses.items() if i not in settled]
        self.count("cards", len(addresses))
        walk.note_page(list(addresses), len(unknown))
        await self._remember(walk.listing)
        return unknown, len(addresses)

    def _goes_on(self, walk: Walk, fresh: list[Fresh], found: Found) -> bool:
        if self.limit is not None and len(self.scheduled) >= self.limit:
            walk.is_cut = True
            return False
        pinned = {card.url for card in found.cards if card.is_pinned}
        usual = [card for card in found.cards if not card.is_pinned]
        goes_on = walk.goes_on(
            has_news=any(item.card.url not in pinned for item in fresh),
            all_too_old=bool(self.since and usual) and all(self._is_old(card) for card in usual),
        )
        if goes_on and walk.pages >= self._page_limit():
            self.count("listings_cut_by_max_pages")
            walk.is_cut = walk.is_cut or self.max_pages is not None
            return False
        return goes_on

    def _page_limit(self) -> int:
        return self.max_pages or self.site.crawl.max_pages or settings().max_pages

    def _is_old(self, card: Card) -> bool:
        if not (self.since and card.published):
            return False
        printed = parse_date(
            card.published, languages=self.site.languages, timezone=self.site.timezone, reference=_now()
        )
        return printed is not None and printed.at is not None and printed.at < self.since

    def _article_id(self, address: str) -> str:
        try:
            return article_id(identity_of(address, self.site))
        except ValueError:
            return article_id(address)

    # --- articles -----------------------------------------------------------------------------

    def _article_requests(self, unknown: Iterable[Fresh]) -> Iterable[scrapy.Request]:
        for fresh in unknown:
            if self.limit is not None and len(self.scheduled) >= self.limit:
                self.has_lost = True
                return
            if self._is_old(fresh.card):
                continue
            if fresh.identity in self.scheduled:
                self._note_alias(fresh)
                continue
            self.scheduled[fresh.identity] = []
            self._addresses[fresh.identity] = fresh.address
            yield scrapy.Request(
                fresh.address,
                callback=self.parse_article,
                errback=self.article_failed,
                cb_kwargs={"card": fresh.card, "identity": fresh.identity},
            )

    def _note_alias(self, fresh: Fresh) -> None:
        """An article that is asked for already: its further address is kept, and nothing fetched."""
        further = self.scheduled[fresh.identity]
        if fresh.address != self._addresses[fresh.identity] and fresh.address not in further:
            further.append(fresh.address)
            self.count("duplicates")

    async def parse_article(self, response: Response, card: Card, identity: str) -> AsyncIterator[Reading]:
        """An article page, read into raw fields; what is no article becomes a failure with its reason."""
        asked = response.request.url if response.request else response.url
        first = (response.meta.get("redirect_urls") or [asked])[0]
        if not self.site.owns(response.url):
            await self.record_failure(first, "fetch", "left-the-site", f"redirected to {response.url}")
            return
        if response.status != 200:
            await self.record_failure(first, "fetch", f"http-{response.status}", _answered(response))
            return
        headers = headers_of(response)
        try:
            page = Page(response.body, response.url, headers=headers)
            raw = read_article(page, self.site, card=card)
        except NotAnArticle as error:
            await self.record_failure(first, "read", error.reason, error.detail)
            return
        except Exception as error:
            self.logger.exception("%s cannot be read", response.url)
            await self.record_failure(first, "read", "reading-error", f"{type(error).__name__}: {error}")
            return
        if "\ufffd" in page.source and "\ufffd".encode() not in response.body:
            self.remark("undecodable-bytes")
        further, self.scheduled[identity] = self.scheduled[identity], []
        met = (*response.meta.get("redirect_urls", ()), asked, *further)
        raw.aliases += [url for url in dict.fromkeys(met) if url not in raw.aliases]
        fetch = Fetch(
            status=response.status,
            etag=headers.get("etag"),
            last_modified=headers.get("last-modified"),
            run=self.run_id,
        )
        yield Reading(raw, card, fetch, _now(), self.since)

    async def article_failed(self, failure: TwistedFailure) -> None:
        """An article page that could not be fetched."""
        request, error = _request_and_error(failure)
        first = (request.meta.get("redirect_urls") or [request.url])[0]
        await self.record_failure(first, "fetch", reason_of(error), str(error))

    async def discovery_failed(self, failure: TwistedFailure) -> None:
        """A listing, feed or sitemap that could not be fetched."""
        request, error = _request_and_error(failure)
        await self._discovery_failure(request.url, reason_of(error), str(error), request.cb_kwargs["walk"])

    # --- what goes wrong ----------------------------------------------------------------------

    async def _discovery_failure(self, url: str, reason: str, detail: str, walk: Walk) -> None:
        walk.is_cut = True
        self.count("failed_listings")
        await self.record_failure(url, "discover", reason, detail)

    async def _empty_listing(self, url: str, walk: Walk) -> None:
        walk.is_cut = True
        detail = f"the {walk.kind} shows no article"
        if walk.before.cards:
            self.count("listings_gone_quiet")
            detail += f"; at the last visit it showed {walk.before.cards}: its layout may have changed"
        await self.record_failure(url, "discover", "no-articles", detail)

    async def _database_away(self, error: PyMongoError) -> None:
        """The database does not answer: what is not known to be new is not fetched; the next run goes on."""
        self.has_lost = True
        self.remark("database-away")
        self.logger.error("the database does not answer: %s", str(error)[:200])

    def remark(self, reason: str) -> None:
        """Count a reason in the run's record, for what is wrong and no failure of an address."""
        self.count(f"reason/{reason}")

    async def record_failure(self, url: str, stage: Stage, reason: str, detail: str) -> None:
        """Count a failure and keep it in `failures` with its reason, so that it can be shown and tried again."""
        self.count("failed")
        self.remark(reason)
        self.logger.info("%s: %s: %s", url, reason, detail)
        if self.session is None:
            return
        attempts = (self.attempts.get(url) or self.failed_listings.get(url) or 0) + 1
        failure = failure_of(url, self.site.name, stage, reason, detail, attempts=attempts, now=_now(), run=self.run_id)
        await self.session.writer.fail(failure)

    async def end_walks(self, finished: bool) -> None:
        """Mark the walks that lost nothing as complete; the others are walked further by the next run."""
        for article, met_since_its_reading in self.scheduled.items():
            if self.session is not None and met_since_its_reading:
                await self.session.writer.add_aliases(article, met_since_its_reading)
        for walk in self.walks:
            if finished and not walk.is_cut and not self.has_lost:
                await self._remember(walk.complete(_now()))


def _now() -> datetime:
    return datetime.now(UTC)


def _answered(response: Response) -> str:
    return f"the server answered {response.status}"


def _request_and_error(failure: TwistedFailure) -> tuple[scrapy.Request, BaseException]:
    assert failure.value is not None
    return failure.request, failure.value  # type: ignore[attr-defined]
