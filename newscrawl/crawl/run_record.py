"""One document in `runs` for each crawl of a site: what it did, how it ended, why anything was refused."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, Self

from pymongo.errors import PyMongoError
from scrapy import signals
from scrapy.exceptions import CloseSpider

from newscrawl.crawl.circumstances import command_line, options_of, versions
from newscrawl.crawl.coverage import COVERED
from newscrawl.crawl.holding import hold_within, names_to_hold
from newscrawl.crawl.hosts_now import hosts_now
from newscrawl.crawl.lock import SiteLock, SiteLocked, take_within
from newscrawl.crawl.log import keep_to_one_line, make_none_below
from newscrawl.crawl.reading import Reading
from newscrawl.crawl.refusals import Dropped
from newscrawl.crawl.stop import READS, WRITES, EndedEarly
from newscrawl.records import Run
from newscrawl.settings import ConfigurationError, read_settings
from newscrawl.spiders.fates import KNOWN, NOT_FETCHED, SHOWN, STORED, VISITED
from newscrawl.spiders.site_spider import SiteSpider
from newscrawl.store.connect import DatabaseDown
from newscrawl.store.runs import KeyTaken, run_identity, start_run

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from newscrawl.crawl.session import Session

PREFIX = "newscrawl/"
MOST_REASONS = 50  # keys of a table of a record: it is kept for ever

KEY_TAKEN = "key-taken"
"""Why a run did not begin: another one of the site has its idempotency key."""

SHUTDOWN = "shutdown"
"""Why a run ended that was told to, as Scrapy names it: what was in flight came to its end."""
INTERRUPTED = "interrupted"
"""Why a run ended that was told to, and was not done in time: some of what was in flight is unknown."""


def counts_of(crawler: Crawler) -> dict[str, int]:
    """newscrawl's own counts of a crawl so far, by plain name."""
    stats = crawler.stats.get_stats() if crawler.stats else {}
    counts = {key.removeprefix(PREFIX): int(value) for key, value in stats.items() if key.startswith(PREFIX)}
    return counts | {"requests": crawler.spider.traffic.requests if isinstance(crawler.spider, SiteSpider) else 0}


@dataclass(frozen=True, slots=True)
class Figures:
    """What a crawl has counted so far: newscrawl's own counts by plain name, links that were not stored and what went
    wrong, both by reason, and answers by HTTP status."""

    counts: dict[str, int]
    dropped: dict[str, int]
    errors: dict[str, int]
    codes: dict[str, int]


def figures_of(crawler: Crawler) -> Figures:
    """The figures of a crawl as they stand."""
    assert isinstance(crawler.spider, SiteSpider)
    counts = counts_of(crawler)
    stats = crawler.stats.get_stats() if crawler.stats else {}
    fates = crawler.spider.articles.fates
    counts |= {"links": fates.links, "known": fates.number(KNOWN), "known_visited": fates.number(VISITED)}
    counts["stored"] = fates.number(STORED)
    counts["exceptions"] = int(stats.get("spider_exceptions/count", 0)) + counts.get("item_errors", 0)
    errors = {name.removeprefix("reason/"): number for name, number in counts.items() if name.startswith("reason/")}
    codes = {str(status): number for status, number in sorted(crawler.spider.traffic.statuses.items())}
    return Figures(counts, fates.dropped, errors, codes)


def outcome_of(figures: Figures, reason: str) -> Literal["ok", "failed", "degraded"]:
    """How a run has ended. `reason`: why its spider closed."""
    counts = figures.counts
    lost = counts.get("spooled") or counts.get("reason/database-away")
    if reason != "finished" or counts.get("failed_listings") or counts["exceptions"] or lost:
        return "failed"
    return "degraded" if counts.get("listings_gone_quiet") else "ok"


def run_of(crawler: Crawler, started_at: datetime, reason: str | None = None) -> Run:
    """The run record as it stands. `reason`: why the spider closed; None while it goes on."""
    spider = crawler.spider
    assert isinstance(spider, SiteSpider)
    figures, traffic = figures_of(crawler), spider.traffic
    counts, dropped = figures.counts, figures.dropped
    if reason is None:  # those may still be fetched
        counts["waiting"] = dropped.pop(NOT_FETCHED, 0)
    stored = sum(counts.get(name, 0) for name in ("new", "changed", "unchanged", "spooled"))
    return Run(
        site=spider.site.name,
        command=command_line(),
        started_at=started_at,
        ended_at=datetime.now(UTC) if reason is not None else None,
        reason=reason,
        outcome=outcome_of(figures, reason) if reason is not None else None,
        started_by=spider.started_by,
        options=options_of(spider),
        key=spider.key,
        holds_key=spider.key is not None and reason not in (SHUTDOWN, INTERRUPTED),
        counts={name: number for name, number in counts.items() if "/" not in name},
        coverage={name: round(counts.get(f"field/{name}", 0) / stored, 4) for name in COVERED} if stored else {},
        dropped=most_frequent(dropped),
        errors=most_frequent(figures.errors),
        statuses=by_class(figures.codes),
        codes=most_frequent(figures.codes),
        bytes=traffic.bytes_sent,
        bytes_decoded=traffic.bytes_decoded,
        times=traffic.times,
        notes=spider.listings.notes(reason == "finished") if reason is not None else [],
        version=versions()["newscrawl"],
        versions=versions(),
        pid=os.getpid(),
        host=socket.gethostname(),
        hosts=hosts_now(crawler, spider) if reason is None else [],
    )


def most_frequent(table: Mapping[str, int]) -> dict[str, int]:
    """A table of numbers, of as many keys as a record may have; the rest of them under one, `other`."""
    if len(table) <= MOST_REASONS:
        return dict(table)
    kept = dict(sorted(table.items(), key=lambda item: -item[1])[: MOST_REASONS - 1])
    return {**kept, "other": sum(table.values()) - sum(kept.values())}


def by_class(codes: Mapping[str, int]) -> dict[str, int]:
    """HTTP statuses by their class: `404` counts as `4xx`."""
    classes: dict[str, int] = {}
    for code, number in sorted(codes.items()):
        classes[f"{code[:1]}xx"] = classes.get(f"{code[:1]}xx", 0) + number
    return classes


class RunRecord:
    """Takes the site's lock and the database for the spider, starts its run record, and ends all three."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.started_at = datetime.now(UTC)
        self.lock: SiteLock | None = None
        self._held: list[str] = []
        self._ending: asyncio.Task[None] | None = None
        crawler.signals.connect(self.spider_opened, signal=signals.spider_opened)
        crawler.signals.connect(self.spider_closed, signal=signals.spider_closed)
        crawler.signals.connect(self.item_error, signal=signals.item_error)
        crawler.signals.connect(self.item_scraped, signal=signals.item_scraped)
        crawler.signals.connect(self.item_dropped, signal=signals.item_dropped)
        crawler.signals.connect(self.spider_error, signal=signals.spider_error)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy makes its components."""
        keep_to_one_line()
        make_none_below(crawler.settings["LOG_LEVEL"])
        return cls(crawler)

    async def spider_opened(self, spider: SiteSpider) -> None:
        """Start the record. Raises CloseSpider where another run holds the site or no database answers."""
        if not spider.fetches_nothing:
            spider.open_reader()
        if spider.dry_run:
            return
        try:
            own = read_settings()
            lock = SiteLock(own.lock_folder, spider.site.name)
            if not await take_within(lock, spider.wait, spider.stop, spider.logger):
                raise CloseSpider(SHUTDOWN)
            self.lock, self.started_at = lock, datetime.now(UTC)
            await spider.stop.unless_requested(spider.open_database())
            assert spider.session is not None
            await self._hold(spider, spider.session)
            run = run_of(self.crawler, self.started_at)
            identity = run_identity(run)
            try:
                await spider.stop.unless_requested(start_run(spider.session.connection.database, identity, run))
            except EndedEarly:
                spider.run_id = identity  # the record may be there, and has to be ended
                raise
            spider.run_id = identity
            spider.session.heart.join(identity, lambda: run_of(self.crawler, self.started_at))
        except EndedEarly:
            raise CloseSpider(SHUTDOWN) from None
        except KeyTaken as error:
            spider.logger.warning("%s", error)
            raise CloseSpider(KEY_TAKEN) from None
        except SiteLocked as error:
            spider.logger.error("%s", error)
            raise CloseSpider("locked") from None
        except (DatabaseDown, PyMongoError) as error:
            spider.logger.error("%s", error)
            raise CloseSpider("database-down") from None
        except OSError as error:
            spider.logger.error("%s; correct the folder, or name another in NEWSCRAWL_DATA", error)
            raise CloseSpider("configuration") from None
        except ConfigurationError as error:
            spider.logger.error("%s", error)
            raise CloseSpider("configuration") from None

    async def _hold(self, spider: SiteSpider, session: Session) -> None:
        """Take the site, and in a fleet its hosts, from all other processes. Raises SiteLocked, EndedEarly."""
        names = names_to_hold(spider.site, in_fleet=spider.in_fleet)
        if not await hold_within(session.holdings, names, spider.wait, spider.stop, spider.logger):
            raise EndedEarly
        self._held, self.started_at = names, datetime.now(UTC)
        if spider.in_fleet:  # who asked these hosts before may have done so a moment ago
            await spider.stop.wait(self.crawler.settings.getfloat("DOWNLOAD_DELAY"))

    def item_scraped(self, spider: SiteSpider, response: Response | None) -> None:
        """An article that came through all pipelines."""
        spider.articles.fates.note(_asked_for(response), STORED if spider.session is not None else SHOWN)

    def item_dropped(self, spider: SiteSpider, response: Response | None, exception: Exception) -> None:
        """An article that a pipeline refused."""
        reason = exception.reason if isinstance(exception, Dropped) else "dropped"
        spider.articles.fates.note(_asked_for(response), reason)

    def spider_error(self, spider: SiteSpider, response: Response | None) -> None:
        """A page that the spider failed at."""
        spider.articles.fates.note(_asked_for(response), "spider-error")

    async def item_error(self, item: Any, spider: SiteSpider, response: Response | None, failure: Any) -> None:
        """An article that a pipeline could not bring to its end: no walk of the run is complete without it."""
        spider.count("item_errors")
        spider.articles.fates.note(_asked_for(response), "processing-error")
        url = item.article.url if isinstance(item, Reading) else item.url
        error = failure.value
        try:
            await spider.record_failure(url, "store", "processing-error", f"{type(error).__name__}: {error}")
        except Exception:
            spider.has_lost = True
            spider.logger.exception("%s could neither be stored nor recorded", url)

    async def spider_closed(self, spider: SiteSpider, reason: str) -> None:
        """End the walks, the record and the use of the database, in this order, then free the site."""
        await self.end(spider, reason)

    async def end(self, spider: SiteSpider, reason: str) -> None:
        """The same, once: further calls wait for the first one."""
        if self._ending is None:
            self._ending = asyncio.create_task(self._end(spider, reason))
        await asyncio.shield(self._ending)

    async def _end(self, spider: SiteSpider, reason: str) -> None:
        try:
            try:
                await spider.stop.within(READS, spider.end_walks(finished=reason == "finished"))
            except TimeoutError:  # the next run goes on from what the database holds
                spider.has_lost = True
                spider.logger.warning("the database has not answered in time: the next run looks again")
            if spider.session is not None and spider.run_id is not None:
                spider.session.heart.leave(spider.run_id)
                run = run_of(self.crawler, self.started_at, reason)
                await spider.session.writer.end_run(spider.run_id, run)
                await spider.session.writer.flush()
        finally:
            await self._let_go(spider)
            await spider.close_database()
            if self.lock is not None:
                self.lock.release()

    async def _let_go(self, spider: SiteSpider) -> None:
        if spider.session is None or not self._held:
            return
        try:
            await spider.stop.within(WRITES, spider.session.holdings.give_back(self._held))
        except (PyMongoError, TimeoutError):  # whoever wants the site finds that this process is no more
            spider.logger.debug("the site could not be given back")
        self._held = []


def _asked_for(response: Response | None) -> str | None:
    """Identity of the article that a response was asked for as; None: it was asked for as a stored one, or as none."""
    request = response.request if response is not None else None
    identity = request.cb_kwargs.get("identity") if request is not None else None
    return identity if isinstance(identity, str) else None
