"""The listings, feeds and sitemaps of one site in one run: how far each is walked, and what is new in them.

What is known costs no fetch, and one database query for a whole page of a listing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import scrapy
from pymongo.errors import PyMongoError
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from newscrawl.article import Card
from newscrawl.crawl.reader import ReadingFailed
from newscrawl.crawl.reading import headers_of
from newscrawl.crawl.reasons import answered, request_and_error
from newscrawl.extract.sitemap import SitemapEntry, newest_first
from newscrawl.normalize.cadence import next_due
from newscrawl.normalize.counted import card_views
from newscrawl.normalize.dates import parse_date
from newscrawl.normalize.urls import article_id, canonical_url, fetchable_url
from newscrawl.records import LEDGER, Listing, Sighting
from newscrawl.settings import settings
from newscrawl.spiders.discovery import Found, Fresh, Unreadable, read_discovery
from newscrawl.spiders.fates import KNOWN, VISITED
from newscrawl.spiders.trust import (
    answered_whole,
    believed,
    body_hash,
    distrusted,
    is_read,
    needs_proof,
    unchanged,
    validators,
)
from newscrawl.spiders.walk import Kind, Shown, Walk
from newscrawl.store.arrivals import arrivals_of
from newscrawl.store.ledger import keep_sightings
from newscrawl.store.queries import known, site_listings

if TYPE_CHECKING:
    from newscrawl.crawl.session import Session
    from newscrawl.spiders.site_spider import SiteSpider
    from newscrawl.store.observations import Counter


AT_ONCE = 500  # cards that are looked at in one go
ASKED_AT_ONCE = 5000  # articles that one query asks for: what it takes in memory is bounded, also of 50,000
MOST_ASKED = 2 * 2**20  # bytes of their addresses: each stands in the query several times, which may have 16 MB
MOST_SIGHTED = 2000  # articles of one page that the ledger keeps


LARGE = 512 * 2**10
"""Bytes of a page of discovery from which such pages of all sites are read one after the other: 50,000 links take
40 MB until all of them wait for their turn."""
_turn = asyncio.Lock()


def _alone(response: Response) -> AbstractAsyncContextManager[object]:
    return _turn if len(response.body) > LARGE else nullcontext()


def _parts(addresses: dict[str, Fresh]) -> Iterator[dict[str, Fresh]]:
    """So many at a time as one query can ask for, by number and by the bytes of their addresses."""
    part: dict[str, Fresh] = {}
    size = 0
    for identity, fresh in addresses.items():
        size += len(fresh.address.encode())
        if len(part) == ASKED_AT_ONCE or (part and size > MOST_ASKED):
            yield part
            part, size = {}, len(fresh.address.encode())
        part[identity] = fresh
    if part:
        yield part


class Listings:
    """Walks the places of discovery of a site and hands what is new to its articles."""

    def __init__(self, spider: SiteSpider) -> None:
        self.spider = spider
        self.walks: list[Walk] = []
        self.failed: dict[str, int] = {}
        """Attempts so far at the listings, feeds and sitemaps that failed before and are due."""
        self._known: dict[str, Listing] = {}
        self._begun: set[str] = set()

    async def recall(self) -> None:
        """How far the walks of earlier runs came. Raises PyMongoError."""
        if (session := self.spider.session) is not None:
            database, site = session.connection.database, self.spider.site.name
            self._known = await session.read(lambda: site_listings(database, site))

    async def requests_again(self) -> AsyncIterator[scrapy.Request]:
        """Those that failed before and are due. A page of a listing comes with its listing."""
        site = self.spider.site
        at_once: dict[str, Kind] = {url: listing.kind for url, listing in self._known.items() if url in self.failed}
        at_once |= {url: kind for url, kind in site.sources.items() if url in self.failed}  # type: ignore[misc]
        if self.failed.keys() - at_once.keys():
            at_once |= {url: "listing" for edition in site.editions for url in edition.listings}
        for address, kind in at_once.items():
            yield self._request(address, await self._begin_walk(address, kind))

    async def requests(self) -> AsyncIterator[scrapy.Request]:
        """A request for the first page of every listing, feed and sitemap of every edition that is to be visited."""
        now = datetime.now(UTC)
        for edition in self.spider.site.editions:
            kinds: tuple[tuple[Kind, tuple[str, ...]], ...] = (
                ("listing", edition.listings),
                ("feed", edition.feeds),
                ("sitemap", edition.sitemaps),
            )
            for kind, addresses in kinds:
                for address in addresses:
                    if address in self._begun:
                        continue
                    if self.spider.only_due and not self._is_due(address, now):
                        self.spider.count("listings_not_due")
                        continue
                    yield self._request(address, await self._begin_walk(address, kind))

    def _is_due(self, address: str, now: datetime) -> bool:
        """What is due soon is visited along with what is due; a time beyond every wait was set by a wrong clock."""
        bounds, listing = settings().due_bounds, self._known.get(address)
        due = listing.next_due if listing else None
        return due is None or not now + bounds.shortest / 2 < due <= now + bounds.longest

    async def _begin_walk(
        self, address: str, kind: Kind, *, modified: str | None = None, depth: int = 0, source: str = ""
    ) -> Walk:
        self._begun.add(address)
        listing = self._known.get(address) or Listing(
            url=address, site=self.spider.site.name, kind=kind, known_since=datetime.now(UTC)
        )
        walk = Walk(listing, since=self.spider.since, modified=modified, depth=depth, source=source)
        self.walks.append(walk)
        await self._remember(walk.listing)
        return walk

    async def _remember(self, listing: Listing) -> None:
        if self.spider.session is not None:
            await self.spider.session.writer.remember(listing)

    def _request(self, address: str, walk: Walk, *, whole: bool = False) -> scrapy.Request:
        """`whole`: after a 304 that is to be proved."""
        is_first = walk.pages == 0
        # An index that has not changed leads to sitemaps that may have.
        may_be_unchanged = is_first and not whole and walk.has_all_before and not walk.before.is_index
        walk.addresses.add(address)
        return scrapy.Request(
            address,
            callback=self.parse,
            errback=self.not_fetched,
            headers=validators(walk.before, datetime.now(UTC)) if may_be_unchanged else {},
            cb_kwargs={"walk": walk, "whole": whole},
            dont_filter=True,
            priority=10,
        )

    async def parse(self, response: Response, walk: Walk, whole: bool) -> AsyncIterator[Any]:
        """A page of a listing, feed or sitemap: its new articles, then what it leads to."""
        now = datetime.now(UTC)
        if response.status == 304 and needs_proof(walk.before, now) and not whole:
            yield self._request(walk.listing.url, walk, whole=True)
            return
        if not await self._answered(response, walk, now, whole):
            return
        async with _alone(response):
            try:
                async for request in self._requests(response, walk, now, whole):
                    yield request
            except BaseException:
                walk.is_cut = True  # whatever it is: what this page leads to is not known to be seen to
                raise

    async def _requests(self, response: Response, walk: Walk, now: datetime, whole: bool) -> AsyncIterator[Any]:
        """What a page with something to read leads to."""
        spider, is_first = self.spider, walk.pages == 0
        try:
            found = await self._read(response, walk)
            fresh, number = await self._sort(found.cards, response.url, walk)
        except (Unreadable, ReadingFailed) as error:
            await self._failure(response.url, error.reason, error.detail, walk)
            return
        except PyMongoError as error:
            walk.is_cut = True
            await spider.database_away(error)
            return
        if is_first and not number and walk.kind != "sitemap":
            await self._empty(response.url, walk)
            return
        if whole and walk.has_news and walk.before.body_hash not in (None, walk.listing.body_hash):
            spider.remark("unchanged-was-false")
            walk.listing = distrusted(walk.listing, now)
        for request in spider.articles.requests(fresh):
            yield request
        if walk.kind == "sitemap":
            walk.own = []  # no page comes after it
        if found.next_page and self._goes_on(walk, found):
            yield self._request(found.next_page, walk)
        if found.sitemaps:
            walk.listing = walk.listing.model_copy(update={"is_index": True})
            async for request in self._sitemaps(found.sitemaps, walk, now):
                yield request

    async def _read(self, response: Response, walk: Walk) -> Found:
        """What the page leads to; what of it was left out is counted. Raises Unreadable, ReadingFailed."""
        spider = self.spider
        headers, limits = headers_of(response), settings().limits
        found = await spider.read(read_discovery, walk.kind, response.body, response.url, headers, spider.site, limits)
        for remark in found.remarks:
            spider.remark(remark)
        return found

    async def _sitemaps(self, entries: list[SitemapEntry], walk: Walk, now: datetime) -> AsyncIterator[scrapy.Request]:
        """A request for each sitemap of an index that may hold something new, newest first, as many as are allowed."""
        spider = self.spider
        if walk.depth >= settings().max_depth:
            spider.remark("sitemaps-too-deep")
            return
        begun = 0
        for entry in newest_first(entries):
            if entry.url in self._begun or not spider.site.owns(entry.url):
                continue
            modified = parse_date(entry.modified) if entry.modified else None
            if spider.since and modified and modified.at and modified.at < spider.since:
                continue
            before = self._known.get(entry.url)
            if before and Walk(before, since=spider.since).has_all_before and is_read(before, entry.modified, now):
                spider.count("listings_unchanged")
                continue
            if begun >= self._page_limit():
                spider.count("listings_cut_by_max_pages")
                walk.is_cut = walk.is_cut or spider.max_pages is not None
                return
            begun += 1
            child = await self._begin_walk(
                entry.url, "sitemap", modified=entry.modified, depth=walk.depth + 1, source=walk.source
            )
            yield self._request(entry.url, child)

    async def _answered(self, response: Response, walk: Walk, now: datetime, whole: bool) -> bool:
        """Whether there is something to read."""
        if response.status in (200, 304):
            walk.listing = walk.listing.model_copy(update={"answered_at": now})
        if response.status == 304:
            self.spider.count("listings_unchanged")
            walk.listing = unchanged(walk.listing)
            return False
        if response.status != 200:
            await self._failure(response.url, f"http-{response.status}", answered(response), walk)
            return False
        if self.spider.session is not None and response.url in self.failed:
            await self.spider.session.writer.resolve([response.url])
        if walk.pages == 0:
            walk.listing = answered_whole(walk.listing, headers_of(response), response.body, now)
            walk.listing = believed(walk.listing) if whole else walk.listing
            is_same = walk.before.body_hash == body_hash(response.body) and not walk.before.is_index
            if is_same and walk.has_all_before:
                self.spider.count("listings_unchanged")
                return False
        return True

    async def _sort(self, cards: list[Card], source: str, walk: Walk) -> tuple[list[Fresh], int]:
        """Articles that are not known yet, and the number of all, by one query for each 5,000 and one write of what
        they are.

        Counters on the cards become view observations. Raises PyMongoError.
        """
        spider = self.spider
        fates = spider.articles.fates
        seen_at = walk.listing.answered_at or datetime.now(UTC)
        addresses: dict[str, Fresh] = {}
        first: set[str] = set()
        for number, card in enumerate(cards, 1):
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)  # a sitemap of 50,000 addresses takes seconds, in which other sites go on
            address = fetchable_url(card.url, base=source)
            if not address or not spider.site.owns(address):
                fates.leave("other-site" if address else "no-address")
            elif spider.site.is_article(address) is False:
                fates.leave("no-article-address")
            else:
                card.found_at = source
                fresh = Fresh(address, spider.articles.identity(address), card)
                addresses.setdefault(fresh.identity, fresh)
                if fates.meet(fresh.identity):
                    first.add(fresh.identity)
        settled: set[str] = set()
        if spider.session is not None and addresses:
            session, now = spider.session, datetime.now(UTC)
            counters: dict[str, Counter] = {}
            for part in _parts(addresses):
                settled |= await self._settled(session, part, first, counters, now)
            views = card_views([fresh.card for fresh in addresses.values()], spider.site, at=now, run=spider.run_id)
            await session.writer.observe(views, {view.article: counters.get(view.url) for view in views})
            sightings = self._sightings(addresses, walk, seen_at)
            # Before any of them is asked for: a crash must not hide what was met.
            news = [seen for seen in sightings if seen.article not in settled]
            await session.read(lambda: keep_sightings(session.connection.database, news))
            await session.writer.sight(seen for seen in sightings if seen.article in settled)
        unknown = [fresh for i, fresh in addresses.items() if i not in settled]
        spider.count("cards", len(addresses))
        walk.note_page(self._shown(walk.kind, addresses, unknown, seen_at))
        await self._remember(walk.listing)
        return unknown, len(addresses)

    async def _settled(
        self,
        session: Session,
        part: dict[str, Fresh],
        first: set[str],
        counters: dict[str, Counter],
        now: datetime,
    ) -> set[str]:
        """Those that are not to be fetched, stored ones and failed ones, by one query; last counters are added."""
        articles, fates = self.spider.articles, self.spider.articles.fates
        forms = {i: canonical_url(fresh.address) for i, fresh in part.items()}
        own = {i: articles.canonical(fresh.address) for i, fresh in part.items()}
        urls = list({*(fresh.address for fresh in part.values()), *forms.values(), *own.values()})
        found = await session.read(lambda: known(session.connection.database, list(part), urls, now))
        stored = found.articles | {i for i, fresh in part.items() if {fresh.address, own[i]} & found.aliases}
        settled = stored | {i for i, fresh in part.items() if fresh.address in found.postponed}
        for i in settled & first:
            visited = VISITED if articles.is_asked(i) else KNOWN
            fates.note(i, visited if i in stored else "failed-before")
        for i in found.articles & part.keys():
            if article_id(forms[i]) != i and not {forms[i], part[i].address} & found.aliases:
                await session.writer.add_aliases(i, [forms[i]])
        counters.update(found.counters)
        return settled

    def _sightings(self, addresses: dict[str, Fresh], walk: Walk, now: datetime) -> list[Sighting]:
        """What the ledger keeps of one page: its articles that are young, or may be."""
        spider = self.spider
        found: list[Sighting] = []
        for identity, fresh in addresses.items():
            if len(found) == MOST_SIGHTED:
                break
            at = spider.articles.appeared(fresh.card, now)
            if at > now - LEDGER:
                found.append(
                    Sighting(
                        site=spider.site.name,
                        source=walk.source,
                        kind=walk.kind,
                        article=identity,
                        url=fresh.address,
                        at=now,
                        seen=at,
                        run=spider.run_id,
                        is_partial=spider.since is not None or spider.limit is not None,
                    )
                )
        return found

    def _shown(self, kind: Kind, addresses: dict[str, Fresh], unknown: list[Fresh], now: datetime) -> Shown:
        # Feeds and sitemaps have one page, most of them: its order decides nothing.
        usual = [f.card for f in addresses.values() if kind == "listing" and not f.card.is_pinned]
        dates = [at for card in usual if (at := self.spider.articles.printed(card, reference=now)) is not None]
        promoted = {i for i, fresh in addresses.items() if fresh.card.is_pinned}
        return Shown(list(addresses), {fresh.identity for fresh in unknown}, promoted, dates)

    def _goes_on(self, walk: Walk, found: Found) -> bool:
        spider = self.spider
        if spider.articles.is_full:
            walk.is_cut = True
            return False
        own = self._own(found.cards, walk) if spider.since else []
        is_too_old = bool(own) and all(spider.articles.is_old(card) for card in own)
        goes_on = walk.goes_on(all_too_old=is_too_old)
        if walk.is_endless or (goes_on and found.next_page in walk.addresses):
            spider.remark("listing-repeats-itself")
            return False
        if goes_on and walk.pages >= self._page_limit():
            spider.count("listings_cut_by_max_pages")
            walk.is_cut = walk.is_cut or spider.max_pages is not None
            return False
        return goes_on

    def _own(self, cards: list[Card], walk: Walk) -> list[Card]:
        """Those cards of the last page that tell how far the walk is."""
        own = set(walk.own)
        return [card for card in cards if self.spider.articles.identity(card.url) in own]

    def _page_limit(self) -> int:
        return self.spider.max_pages or self.spider.site.crawl.max_pages or settings().max_pages

    async def not_fetched(self, failure: TwistedFailure) -> None:
        """A listing, feed or sitemap that could not be fetched."""
        request, error = request_and_error(failure)
        await self._not_fetched(request.url, error, request.cb_kwargs["walk"])

    async def _not_fetched(self, url: str, error: BaseException, walk: Walk) -> None:
        walk.is_cut = True
        if not self.spider.stop.is_requested:
            self.spider.count("failed_listings")
        await self.spider.download_failed(url, "discover", error)

    async def _failure(self, url: str, reason: str, detail: str, walk: Walk) -> None:
        walk.is_cut = True
        self.spider.count("failed_listings")
        await self.spider.record_failure(url, "discover", reason, detail)

    async def _empty(self, url: str, walk: Walk) -> None:
        walk.is_cut = True
        detail = f"the {walk.kind} shows no article"
        if walk.before.cards:
            self.spider.count("listings_gone_quiet")
            detail += f"; at the last visit it showed {walk.before.cards}: its layout may have changed"
        await self.spider.record_failure(url, "discover", "no-articles", detail)

    def note_published(self, page: str, at: datetime | None) -> None:
        """An article that a page led to was read; what follows from its date is for backfills."""

    def notes(self, finished: bool) -> list[str]:
        """What the run's record says in sentences; `finished`: the run was not ended early."""
        return []

    async def end(self, finished: bool) -> None:
        """Mark the walks that lost nothing as complete; the others are walked further by the next run."""
        now = datetime.now(UTC)
        due = await self._next_due(now) if finished else {}
        for walk in self.walks:
            is_complete = finished and not walk.is_cut and not self.spider.has_lost
            url = walk.listing.url
            if is_complete or url in due:
                listing = walk.complete(now) if is_complete else walk.listing
                await self._remember(listing.model_copy(update={"next_due": due.get(url)}))

    async def _next_due(self, now: datetime) -> dict[str, datetime]:
        """When each source that this run has asked is due again. What was not walked to its end is due soon."""
        session, site = self.spider.session, self.spider.site
        sources = {walk.listing.url: walk for walk in self.walks if walk.source == walk.listing.url}
        if session is None or not sources:
            return {}
        database, bounds, zone = session.connection.database, settings().due_bounds, ZoneInfo(site.timezone or "UTC")
        try:
            known = await session.read(lambda: arrivals_of(database, site.name, list(sources), now))
        except PyMongoError as error:
            self.spider.logger.warning("when the listings are due again is not kept: %s", str(error)[:200])
            return {}
        due: dict[str, datetime] = {}
        for url, walk in sources.items():
            arrivals, first_sight = known.get(url, ([], now))
            first_read = min(walk.listing.known_since or first_sight, first_sight)
            due[url] = next_due(arrivals, now, zone, first_read, bounds)
            if walk.is_cut and walk.pages:
                due[url] = min(due[url], now + bounds.shortest)
        return due
