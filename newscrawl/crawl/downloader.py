"""Scrapy's downloader without its own delays: the gate keeps to them, for all sites of the process together.

It tells the spider's traffic which requests it has taken out of the spider's queue.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from scrapy import signals
from scrapy.core.downloader import Downloader
from scrapy.http.request import NO_CALLBACK

from newscrawl.crawl.reader import pages_waiting

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.internet.defer import Deferred

    from newscrawl.crawl.traffic import Traffic
    from newscrawl.spiders.site_spider import SiteSpider


MOST_PAGES = 64
"""Pages of all sites that wait for their reading, before sites that have one among them fetch no more."""


class PacedDownloader(Downloader):
    """Hands every request on at once; see `newscrawl.crawl.gate`."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.crawler = crawler
        self._delay = 0.0
        self.domain_concurrency = self.total_concurrency
        crawler.signals.connect(self._scheduled, signal=signals.request_scheduled)
        crawler.signals.connect(self._begun, signal=signals.request_dropped)

    def needs_backout(self) -> bool:
        """Whether no further request is to begin now: also where too many pages wait for their reading, one of this
        site among them, whose turn comes. Memory is bounded over all sites of the process so.
        """
        slot = self.crawler.engine.scraper.slot
        is_behind = bool(slot and slot.active) and pages_waiting() > MOST_PAGES
        return is_behind or super().needs_backout()

    def fetch(self, request: Request, spider: Spider | None = None) -> Deferred[Response | Request]:
        """As Scrapy calls it for the next request."""
        if request.callback is not NO_CALLBACK:  # else it was in no queue
            self._begun(request)
        return super().fetch(request)

    async def _enqueue_request(self, request: Request) -> Response:
        """The answer to a request, without a queue. Of Scrapy's slots its scheduler wants to know which is busy."""
        key, slot = self._get_slot(request)
        request.meta[self.DOWNLOAD_SLOT] = key
        slot.active.add(request)
        slot.lastseen = time.monotonic()
        try:
            return await self.handlers.download_request_async(request)
        finally:
            slot.active.remove(request)

    def _scheduled(self, request: Request) -> None:
        self._traffic.scheduled(request.url)

    def _begun(self, request: Request) -> None:
        self._traffic.begun(request.url)

    @property
    def _traffic(self) -> Traffic:
        spider: SiteSpider = self.crawler.spider  # type: ignore[assignment]
        return spider.traffic
