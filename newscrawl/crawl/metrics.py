"""What the crawls of a process tell Prometheus. Everything comes from what is counted already, when it is asked for:
a request costs nothing more. Loaded only where the setting `metrics` asks for it."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from scrapy import signals

from newscrawl.crawl.processes import cpu_seconds, resident_memory
from newscrawl.crawl.run_record import RunRecord, by_class, figures_of, outcome_of
from newscrawl.metrics import families
from newscrawl.metrics.exposure import Exposure
from newscrawl.metrics.families import Family
from newscrawl.metrics.tally import LASTING, Sites, Tally
from newscrawl.normalize.quantiles import Durations
from newscrawl.settings import settings
from newscrawl.spiders.fates import NOT_FETCHED
from newscrawl.spiders.site_spider import SiteSpider

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from newscrawl.crawl.reader import Reader
    from newscrawl.crawl.session import Session

logger = logging.getLogger(__name__)

OUTCOMES = ("new", "changed", "unchanged", "older", "spooled", "shown")
"""Counts of a run that say what became of an article that was fetched."""


class CrawlMetrics:
    """The crawls of this process: those that go on, and what those that have ended have counted."""

    def __init__(self) -> None:
        self._open: dict[str, Crawler] = {}
        self._ended = Tally()
        self._sites = Sites()
        self._sessions: dict[int, Session] = {}
        self._cpu: dict[int, float] = {}
        self._reported: dict[tuple[str, str, str], float] = {}
        self._exposure: Exposure | None = None

    async def begin(self, crawler: Crawler) -> None:
        """A crawl begins; with the first one the endpoint does."""
        self._open[_site(crawler)] = crawler
        if self._exposure is None:
            self._exposure = Exposure(settings().metrics, logger.warning, [self.tally])
            await self._exposure.start()

    async def end(self, crawler: Crawler, reason: str) -> None:
        """It ends; with the last one the endpoint does."""
        site = _site(crawler)
        self._note_sessions()
        self._add_shared(Tally())  # of the readers, which end now
        record = crawler.get_extension(RunRecord)
        if record is not None and isinstance(crawler.spider, SiteSpider):
            await record.end(crawler.spider, reason)  # what is still to be written counts, too
        now = time.time()
        told = self._of_crawl(crawler)
        outcome = outcome_of(figures_of(crawler), reason)
        told.add(families.RUNS, 1, site, outcome)
        told.add(families.LAST_RUN, now, site)
        if outcome == "ok":
            told.add(families.LAST_SUCCESS, now, site)
        self._ended.merge(told, only=LASTING, sites=self._sites)
        self._open.pop(site, None)
        self._reported = {key: number for key, number in self._reported.items() if key[1] != site}
        if not self._open and self._exposure is not None:
            exposure, self._exposure = self._exposure, None
            await exposure.stop()

    def tally(self) -> Tally:
        """Everything, now."""
        self._note_sessions()
        together = Tally()
        together.merge(self._ended)
        for crawler in self._open.values():
            together.merge(self._of_crawl(crawler), sites=self._sites)
        together.add(families.CRAWLING, len(self._open))
        self._add_shared(together)
        return together

    def _note_sessions(self) -> None:
        for crawler in self._open.values():
            spider = crawler.spider
            if isinstance(spider, SiteSpider) and spider.session is not None:
                self._sessions[id(spider.session)] = spider.session

    def _of_crawl(self, crawler: Crawler) -> Tally:
        """What one crawl has counted so far."""
        told, spider = Tally(), crawler.spider
        if not isinstance(spider, SiteSpider):
            return told
        site, traffic, figures = spider.site.name, spider.traffic, figures_of(crawler)
        told.add(families.REQUESTS, traffic.requests, site)
        told.add_table(families.RESPONSES, by_class(figures.codes), site)
        told.add(families.RECEIVED, traffic.bytes_sent, site)
        told.add(families.DECODED, traffic.bytes_decoded, site)
        outcomes = {name: figures.counts[name] for name in OUTCOMES if name in figures.counts}
        told.add_table(families.ARTICLES, outcomes, site)
        told.add_table(families.FAILURES, figures.errors, site)
        refused = {reason: number for reason, number in figures.dropped.items() if reason != NOT_FETCHED}
        for reason, number in refused.items():
            told.add(families.REFUSED, self._highest(families.REFUSED, site, reason, number), site, reason)
        told.add(families.WAITING, traffic.waiting.total(), site)
        told.add(families.IN_FLIGHT, traffic.in_flight.total(), site)
        told.add_durations(families.DOWNLOAD, traffic.download)
        told.add_durations(families.READING, traffic.reading)
        return told

    def _highest(self, family: Family, site: str, reason: str, number: float) -> float:
        """A link that was refused may be stored after all: a count for Prometheus never falls for that."""
        key = (family.name, site, reason)
        self._reported[key] = max(number, self._reported.get(key, 0))
        return self._reported[key]

    def _add_shared(self, told: Tally) -> None:
        """What the crawls of a process share: its readers, its writer, its spool."""
        writing, waiting = Durations(), 0
        for session in self._sessions.values():
            writing.merge(session.writer.durations)
            waiting += session.writer.waiting
        told.add_durations(families.WRITING, writing)
        told.add(families.WRITE_QUEUE, waiting)
        own = settings()
        told.add(families.SPOOL, _size_of_spool(own.spool_file))
        readers = {reader for crawler in self._open.values() if (reader := _reader(crawler)) is not None}
        told.add(families.READING_QUEUE, sum(reader.waiting for reader in readers))
        parts = {"crawler": [os.getpid()], "readers": [pid for reader in readers for pid in reader.processes]}
        for part, processes in parts.items():
            told.add(families.MEMORY, sum(map(resident_memory, processes)), part)
            told.add(families.CPU, self._cpu_of(part, processes), part)

    def _cpu_of(self, part: str, processes: list[int]) -> float:
        """Of readers also that of those that have ended since they were last looked at."""
        kept = self._cpu if part == "readers" else {}
        for process in processes:
            kept[process] = max(kept.get(process, 0.0), cpu_seconds(process))
        return sum(kept.values())


def _site(crawler: Crawler) -> str:
    return crawler.spider.name if crawler.spider is not None else ""


def _reader(crawler: Crawler) -> Reader | None:
    return crawler.spider.reader if isinstance(crawler.spider, SiteSpider) else None


def _size_of_spool(file: Path) -> int:
    """Bytes of the records that wait, with those that a replay has taken and not finished."""
    size = 0
    for path in (file, *file.parent.glob(f"{file.stem}.*.replay")):
        with contextlib.suppress(OSError):
            size += path.stat().st_size
    return size


METRICS = CrawlMetrics()
"""Those of this process. Scrapy makes its extensions once a crawl; an endpoint there is once a process."""


class Metrics:
    """Tells `METRICS` of the beginning and the end of each crawl."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        crawler.signals.connect(self.spider_opened, signal=signals.spider_opened)
        crawler.signals.connect(self.spider_closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy makes its components."""
        return cls(crawler)

    async def spider_opened(self) -> None:
        """As Scrapy signals it."""
        await METRICS.begin(self.crawler)

    async def spider_closed(self, reason: str) -> None:
        """As Scrapy signals it."""
        await METRICS.end(self.crawler, reason)
