"""The article pages of one site in one run: what is asked for, and what each answer becomes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from newscrawl.article import Article, Card, Fetch, NotAnArticle, Timestamp
from newscrawl.crawl.archiving import ARCHIVED, Kept
from newscrawl.crawl.context import POLICY, WANTS_POLICY
from newscrawl.crawl.pages import read_article_page
from newscrawl.crawl.reader import ReadingFailed
from newscrawl.crawl.reading import Reading, headers_of
from newscrawl.crawl.reasons import answered, reason_of, request_and_error
from newscrawl.crawl.retries import STAYS
from newscrawl.normalize.dates import parse_date
from newscrawl.normalize.identity import identity
from newscrawl.normalize.parameters import without
from newscrawl.normalize.publisher_policy import SitePolicy
from newscrawl.normalize.urls import article_id
from newscrawl.settings import settings
from newscrawl.spiders.discovery import Fresh
from newscrawl.spiders.fates import Fates

if TYPE_CHECKING:
    from newscrawl.spiders.site_spider import SiteSpider


LENGTHS = {"day": timedelta(days=1), "month": timedelta(days=31), "year": timedelta(days=366)}
"""Precision of a printed date to how much later than its instant the publication may be."""


DISCOVERED = 1
"""Bit of a mark: discovery led to the article, and it is not stored yet."""


RECENT = 500
"""Addresses whose forms are kept, and dates whose readings: those of a page of a listing, which are asked for twice."""


@lru_cache(maxsize=RECENT)
def _read_date(text: str, languages: tuple[str, ...], timezone: str | None, reference: datetime) -> Timestamp | None:
    return parse_date(text, languages=languages, timezone=timezone, reference=reference)


def _mark(address: str, *, is_discovered: bool = False) -> int:
    """What tells an address from others of the same article: a number of 40 bits above 0."""
    return hash(address) & 0xFF_FFFF_FFFC | 0b10 | (DISCOVERED if is_discovered else 0)


class Articles:
    """Asks for article pages, each once in a run, and reads them."""

    def __init__(self, spider: SiteSpider) -> None:
        self.spider = spider
        self.fates = Fates()
        """What became of each article that this run met a link to; those it asks for bear a mark of the address."""
        self.attempts: dict[str, int] = {}
        """Attempts so far at the articles that failed before and are due."""
        self.lost: list[str] = []
        """Addresses that an earlier run met, and died before it had fetched them."""
        self._further: dict[str, list[str]] = {}
        """Further addresses that such articles were met under, where there are any."""
        self._asked = 0
        site = spider.site
        self._form = lru_cache(maxsize=RECENT)(lambda address: identity(address, site))

    @property
    def is_full(self) -> bool:
        """The run has asked for as many articles as its limit allows."""
        return self.spider.limit is not None and self._asked >= self.spider.limit

    def canonical(self, address: str) -> str:
        """The address that is the identity of the article at an address."""
        try:
            return without(self._form(address), self.spider.learning.parameters)
        except ValueError:
            return address

    def identity(self, address: str) -> str:
        """The identity of the article at an address."""
        return article_id(self.canonical(address))

    def printed(self, card: Card, *, reference: datetime | None = None) -> datetime | None:
        """The publication that a card prints; null also for one after `reference`, which is now by default."""
        printed = self._date(card.published, reference or datetime.now(UTC))
        return printed.at if printed is not None else None

    def appeared(self, card: Card, now: datetime) -> datetime:
        """When an article that is seen now came out, at the latest: of a mere date the end, never after now."""
        printed = self._date(card.published, now)
        if printed is None or printed.at is None:
            return now
        return min(printed.at + LENGTHS.get(printed.precision, timedelta()), now)

    def _date(self, text: str | None, reference: datetime) -> Timestamp | None:
        site = self.spider.site
        return _read_date(text, site.languages, site.timezone, reference) if text else None

    def is_old(self, card: Card) -> bool:
        """The card prints a date before the run's limit: of publication, or else of the last change, which is later."""
        since = self.spider.since
        if since is None:
            return False
        if (at := self.printed(card)) is not None:
            return at < since
        changed = self._date(card.modified, datetime.now(UTC))
        if changed is None or changed.at is None:
            return False
        return changed.at + LENGTHS.get(changed.precision, timedelta()) < since

    def requests_again(self) -> Iterable[scrapy.Request]:
        """A request for each article that failed before and is due, or that a run before has lost."""
        again = [
            Fresh(url, self.identity(url), Card(url=url, source="listing")) for url in (*self.attempts, *self.lost)
        ]
        for fresh in again:
            self.fates.meet(fresh.identity)
        yield from self.requests(again)

    def requests(self, unknown: Iterable[Fresh]) -> Iterable[scrapy.Request]:
        """A request for each article that this run has not asked for yet, within its limits."""
        for fresh in unknown:
            if self.is_full:
                self.spider.has_lost = True
                self.fates.note(fresh.identity, "limit")
                continue
            if self.is_old(fresh.card):
                self.fates.note(fresh.identity, "older-than-since")
                continue
            if self.is_asked(fresh.identity):
                self._note_alias(fresh)
                continue
            is_discovered = fresh.address not in self.attempts
            self.fates.set_mark(fresh.identity, _mark(fresh.address, is_discovered=is_discovered))
            self._asked += 1
            yield self.request(fresh)

    def request(self, fresh: Fresh) -> scrapy.Request:
        """The request for an article."""
        return scrapy.Request(
            fresh.address,
            callback=self.parse,
            errback=self.failed,
            cb_kwargs={"card": fresh.card, "identity": fresh.identity},
            meta={STAYS: True, WANTS_POLICY: True},
            # Asked once as it is. Scrapy would also drop a redirect to an article that was asked for, and with it
            # the only sign that both addresses are one article.
            dont_filter=True,
        )

    def is_asked(self, identity: str) -> bool:
        """Whether this run asks for an article."""
        return self.fates.mark(identity) > 0

    def reserve(self, identities: list[str], address: str) -> bool:
        """Note that this run asks for an article at an address; False where it does so already, under another one."""
        if any(map(self.is_asked, identities)):
            return False
        for one in identities:
            self.fates.set_mark(one, _mark(address))
        return True

    def _note_alias(self, fresh: Fresh) -> None:
        """An article that is asked for already: its further address is kept, and nothing fetched."""
        further = self._further.get(fresh.identity, [])
        asked = self.fates.mark(fresh.identity) & ~DISCOVERED
        if _mark(fresh.address) != asked and fresh.address not in further:
            self._further[fresh.identity] = [*further, fresh.address]
            self.spider.count("duplicates")

    async def parse(self, response: Response, card: Card, identity: str) -> AsyncIterator[Reading]:
        """An article page, read into raw fields; what is no article becomes a failure with its reason."""
        spider = self.spider
        asked = response.request.url if response.request else response.url
        first = (response.meta.get("redirect_urls") or [asked])[0]
        kept: Kept | None = response.meta.get(ARCHIVED)
        place = kept.place if kept else None
        if not spider.site.owns(response.url):
            self.fates.note(identity, "left-the-site")
            said = f"redirected to {response.url}"
            await spider.record_failure(first, "fetch", "left-the-site", said, archive=place)
            return
        if response.status != 200:
            self.fates.note(identity, f"http-{response.status}")
            await spider.record_failure(first, "fetch", f"http-{response.status}", answered(response), archive=place)
            return
        headers, now = headers_of(response), kept.at if kept else datetime.now(UTC)
        of_site: SitePolicy | None = response.meta.get(POLICY)
        policy = of_site.of(response.url) if of_site else None  # the rules of a site may be long
        limits = settings().limits
        further = self._further.get(identity, [])
        met = (*response.meta.get("redirect_urls", ()), asked, *further)
        met = (*met, *(without(url, spider.learning.parameters) for url in met))
        try:
            page = await spider.read(
                read_article_page, response.body, response.url, headers, spider.site, card, met, now, policy, limits
            )
        except (NotAnArticle, ReadingFailed) as error:
            self.fates.note(identity, error.reason)
            await spider.record_failure(first, "read", error.reason, error.detail, archive=place)
            return
        for remark in page.remarks:
            spider.remark(remark)
        if identity in self._further:
            self._further[identity] = [url for url in self._further[identity] if url not in further]
        fetch = Fetch(
            at=now,
            status=response.status,
            url=response.url,
            etag=headers.get("etag"),
            last_modified=headers.get("last-modified"),
            run=spider.run_id,
            archive=place,
        )
        yield Reading(page.article, card, fetch, spider.since)

    async def failed(self, failure: TwistedFailure) -> None:
        """An article page that could not be fetched."""
        request, error = request_and_error(failure)
        first = (request.meta.get("redirect_urls") or [request.url])[0]
        if await self.spider.download_failed(first, "fetch", error):
            self.fates.note(request.cb_kwargs.get("identity"), reason_of(error))

    def note_stored(self, article: Article, outcome: str) -> None:
        """An article of this run is stored: its address is learnt from, where discovery led to it."""
        for address in {article.url, *article.aliases}:
            identity, mark = self.identity(address), _mark(address)
            if self.fates.mark(identity) == mark | DISCOVERED:
                self.fates.set_mark(identity, mark)
                self.spider.learning.note(address, outcome)

    async def end(self) -> None:
        """Keep the further addresses that articles were met under after their reading."""
        for article, met_since_its_reading in self._further.items():
            if self.spider.session is not None and met_since_its_reading:
                await self.spider.session.writer.add_aliases(article, met_since_its_reading)
