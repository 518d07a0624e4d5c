"""A backfill: the articles of some days of the past, through day archives, paginated listings and sitemaps.

The run goes by rounds. In each, every place is asked for its next pages, and their articles are fetched; when the
spider has nothing left to do, all of them are stored or have their reason in `failures`, and the pages count as done.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import scrapy
from pymongo.errors import PyMongoError
from scrapy import signals
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from newscrawl.article import Card
from newscrawl.crawl.reader import ReadingFailed
from newscrawl.crawl.reasons import GONE, answered, request_and_error
from newscrawl.normalize.dates import parse_date
from newscrawl.records import Backfill, Listing, Sighting
from newscrawl.site import Edition
from newscrawl.spiders.discovery import Fresh, Unreadable
from newscrawl.spiders.listings import Listings
from newscrawl.spiders.places import Archive, PageRead, Pages, Place, Sitemaps
from newscrawl.spiders.span import DAY, Span
from newscrawl.spiders.walk import Kind, Walk
from newscrawl.store.memory import remember_backfills, site_backfills

if TYPE_CHECKING:
    from newscrawl.spiders.site_spider import SiteSpider

MOST_PAGES = 10_000  # of one listing in one run: a listing without end that always shows something else
LOOK = 0.1  # seconds; Scrapy itself looks every five whether a spider is idle
MINUTE = timedelta(minutes=1)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_DAY_IN_ADDRESS = re.compile(r"/((?:19|20)\d{2})[/-](0[1-9]|1[0-2])[/-](0[1-9]|[12]\d|3[01])(?=[/-])")


class PastListings(Listings):
    """The places of a site that show articles of some days. `again`: also days that are finished."""

    def __init__(self, spider: SiteSpider, span: Span, *, again: bool) -> None:
        super().__init__(spider)
        self.span = span
        self.again = again
        self.places: list[Place] = []
        self._records: dict[str, Backfill] = {}
        self._pages: dict[str, PageRead] = {}
        self._was_finished = False
        self._rounds: asyncio.Task[None] | None = None

    async def recall(self) -> None:
        """How far earlier runs came. Raises PyMongoError."""
        if (session := self.spider.session) is not None:
            database, site = session.connection.database, self.spider.site.name
            self._records = await session.read(lambda: site_backfills(database, site))

    async def requests(self) -> AsyncIterator[scrapy.Request]:
        """The first round."""
        now = datetime.now(UTC)
        self.span = self.spider.span = self.span.until(self.span.today(now))
        for edition in self.spider.site.editions:
            self.places += [place for place in self._places(edition, now) if place.record.source not in self._begun]
            self._begun.update(place.record.source for place in self.places)
        self._was_finished = bool(self.places) and not any(place.days for place in self.places)
        if self._was_finished:
            self.spider.count("finished_before")
        self.spider.crawler.signals.connect(self._idle, signal=signals.spider_idle)
        self._rounds = asyncio.create_task(self._go_on())
        for request in self._round():
            yield request

    def _places(self, edition: Edition, now: datetime) -> list[Place]:
        """Archives lead to every day at once; only without them a listing is walked from its top."""
        places: list[Place] = []
        span, again = self.span, self.again
        for source in edition.archives:
            walk = self._walk(source, "listing")
            places.append(Archive(self._record(source, "archive"), span, again=again, now=now, new_walk=walk))
        for source in edition.listings if not edition.archives else ():
            walk, most = self._walk(source, "listing"), self.spider.max_pages or MOST_PAGES
            record = self._record(source, "listing")
            places.append(Pages(record, span, again=again, now=now, new_walk=walk, max_pages=most))
        for source in edition.sitemaps:
            walk = self._walk(source, "sitemap")
            places.append(Sitemaps(self._record(source, "sitemap"), span, again=again, now=now, new_walk=walk))
        return places

    def _walk(self, source: str, kind: Kind) -> Walk:
        return Walk(Listing(url=source, site=self.spider.site.name, kind=kind))

    def _record(self, source: str, kind: Any) -> Backfill:
        return self._records.get(source) or Backfill(site=self.spider.site.name, source=source, kind=kind)

    def _sightings(self, addresses: dict[str, Fresh], walk: Walk, now: datetime) -> list[Sighting]:
        """Nothing: the ledger is of what sources show while they are new."""
        return []

    async def _remember(self, listing: Listing) -> None:
        """A backfill leaves what is known of the listings to the other runs."""

    # --- rounds ---------------------------------------------------------------------------------

    def _round(self) -> list[scrapy.Request]:
        self._pages = {}
        return [
            scrapy.Request(
                address,
                callback=self.parse_page,
                errback=self.page_not_fetched,
                cb_kwargs={"place": place, "address": address},
                dont_filter=True,
                priority=10,
            )
            for place in self.places
            for address in place.ask()
        ]

    def _idle(self) -> None:
        """Scrapy would close a spider with nothing to do. Raises DontCloseSpider until the last round is over."""
        raise DontCloseSpider

    async def _go_on(self) -> None:
        """Begin the next round whenever one is over, and close the spider after the last."""
        engine = self.spider.crawler.engine
        assert engine is not None
        while True:
            await asyncio.sleep(LOOK)
            # A spider that is being closed drops its requests and is idle, too: then nothing counts as done.
            if engine.spider is None or engine.needs_backout() or not engine.spider_is_idle():
                continue
            for request in await self._next_round():
                engine.crawl(request)
            if engine.spider_is_idle():
                break
        self._rounds = None
        await engine.close_spider_async(reason="finished")

    async def _next_round(self) -> list[scrapy.Request]:
        try:
            return self._round() if await self._settle() else []
        except PyMongoError as error:
            await self.spider.database_away(error)
            return []

    async def _settle(self) -> bool:
        """Count the pages of the round as done; False where something of them was lost."""
        spider = self.spider
        if spider.has_lost or spider.articles.is_full:
            return False
        if (session := spider.session) is not None:
            await session.writer.flush()  # the reasons of what failed
        days = self._days_done()
        for place in self.places:
            place.settle()
        spider.count("days", self._days_done() - days)
        if session is not None:
            records = [place.record for place in self.places]
            await session.read(lambda: remember_backfills(session.connection.database, records))
        return True

    def _days_done(self) -> int:
        """Days of archives that are finished, those of earlier runs among them."""
        return sum(
            (datetime.fromisoformat(days.last) - datetime.fromisoformat(days.first)).days + 1
            for place in self.places
            if isinstance(place, Archive)
            for days in place.record.done
        )

    # --- pages ----------------------------------------------------------------------------------

    async def parse_page(self, response: Response, place: Place, address: str) -> AsyncIterator[Any]:
        """A page of an archive, listing or sitemap: its articles of the days asked for."""
        spider, walk = self.spider, place.walk(address)
        page = PageRead(has_failed=True)
        place.asked[address] = self._pages[response.url] = page
        walk.addresses.add(address)
        if isinstance(place, Archive) and response.status in GONE:
            page.has_failed = False
            return
        if response.status != 200:
            await self._failure(response.url, f"http-{response.status}", answered(response), walk)
            return
        if spider.session is not None:
            await spider.session.writer.resolve([response.url])
        try:
            found = await self._read(response, walk)
            fresh, _number = await self._sort(found.cards, response.url, walk)
        except (Unreadable, ReadingFailed) as error:
            await self._failure(response.url, error.reason, error.detail, walk)
            return
        except PyMongoError as error:
            await spider.database_away(error)
            return
        spider.count("pages")
        page.articles = len(walk.own)
        page.next_page, page.sitemaps = found.next_page, [e for e in found.sitemaps if spider.site.owns(e.url)]
        page.dates += [at for card in self._own(found.cards, walk) if (at := self._told(card, place, address))]
        wanted = [f for f in fresh if self._is_wanted(f, place, address)]
        for other in {f.identity for f in fresh} - {f.identity for f in wanted}:
            if not spider.articles.is_asked(other):
                spider.articles.fates.note(other, "outside-the-days")
        for request in spider.articles.requests(wanted):
            yield request
        page.has_failed = False

    async def page_not_fetched(self, failure: TwistedFailure) -> None:
        """A page that could not be fetched: it is asked for again by the next run."""
        request, error = request_and_error(failure)
        place: Place = request.cb_kwargs["place"]
        address: str = request.cb_kwargs["address"]
        place.asked[address] = PageRead(has_failed=True)
        await self._not_fetched(request.url, error, place.walk(address))

    def _told(self, card: Card, place: Place, address: str) -> datetime | None:
        """The publication that a card tells beyond doubt: without its year only on the page of a day."""
        if isinstance(place, Archive):
            return self.spider.articles.printed(card, reference=place.day(address).end - MINUTE)
        return self.spider.articles.printed(card) if card.published and _YEAR.search(card.published) else None

    def _is_wanted(self, fresh: Fresh, place: Place, address: str) -> bool:
        """Whether an article is of the days asked for, or may be: then its own page decides."""
        card = fresh.card
        at = self._told(card, place, address)
        if isinstance(place, Archive):
            return self._is_of_day(card, at, place.day(address))
        if at is not None:
            return at in self.span
        if named := _DAY_IN_ADDRESS.search(card.url):
            day = datetime(int(named[1]), int(named[2]), 1, tzinfo=UTC) + DAY * (int(named[3]) - 1)
            return self.span.begin - DAY <= day < self.span.end + DAY
        modified = parse_date(card.modified) if card.modified else None
        return modified is None or modified.at is None or modified.at >= self.span.begin - DAY

    def _is_of_day(self, card: Card, at: datetime | None, day: Span) -> bool:
        """An archive's page says of what day its articles are; other dates are those of boxes beside them."""
        if at is not None:
            card.published = at.isoformat()
            if not day.begin - DAY <= at < day.end + DAY:
                return at in self.span
        elif day.first == day.last:
            card.published = day.first.isoformat()
        return True

    def note_published(self, page: str, at: datetime | None) -> None:
        """An article that a page led to has this date, which tells how far back the page is."""
        if at is not None and page in self._pages:
            self._pages[page].dates.append(at)

    async def end(self, finished: bool) -> None:
        """End the rounds. What was not settled is read again by the next run."""
        if self._rounds is not None:
            self._rounds.cancel()

    def notes(self, finished: bool) -> list[str]:
        """How far the run came, in sentences for people."""
        if not self.places:
            return [f"{self.spider.site.name}: its site file names no archive, listing or sitemap to look through"]
        if self._was_finished:
            return [f"{self.spider.site.name}: every one of these days is finished; --again reads them once more"]
        notes = []
        is_cut = not finished or self.spider.has_lost or self.spider.articles.is_full
        for place in self.places:
            if is_cut or place.is_cut:
                notes.append(f"{place.record.source}: not finished; the same command goes on")
            elif place.days and place.missing:
                notes.append(place.missing)
        return notes
