"""One process crawls many sites at once: builds Scrapy's process and reports what each crawl did."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pymongo.errors import PyMongoError
from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler

from newscrawl.article import Article
from newscrawl.crawl.ending import end_early
from newscrawl.crawl.heap import give_back_large_blocks
from newscrawl.crawl.run_record import INTERRUPTED, KEY_TAKEN, RunRecord, counts_of, run_of
from newscrawl.crawl.session import Session, close_session, open_session
from newscrawl.crawl.stop import WRITES, EndedEarly, Stop, told_by_signals
from newscrawl.records import Run
from newscrawl.settings import Settings, scrapy_settings
from newscrawl.site import Site
from newscrawl.spiders.loader import spider_of
from newscrawl.store.articles import ArticleWriter
from newscrawl.store.connect import DatabaseDown, describe
from newscrawl.store.runs import record_of, runs_with_key

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Options:
    """What a crawl is asked for. `since`: older articles are left out. `limit`: new articles fetched a site.

    `days`: first and last day of a backfill, both whole. `again`: finished days once more. `now`: what failed is
    tried again at once, also at hosts that are down or want to be left alone. `wait`: how long another run of a site is
    waited for; else the site is refused. `archive`: archive the pages, or do not; None: as the setting says.
    `started_by`: who, if not the user of this process. `key`: of each site no second crawl is started with it.
    `due`: of the listings, feeds and sitemaps those that are due. `addresses`: of what failed before these addresses,
    and nothing else. `in_fleet`: of all processes of the database one asks a host; a site that another process crawls
    with the same key is waited for, as any other is, and taken over where that process dies.
    """

    limit: int | None = None
    since: datetime | None = None
    max_pages: int | None = None
    dry_run: bool = False
    no_revisits: bool = False
    only_revisits: bool = False
    days: tuple[date, date] | None = None
    again: bool = False
    now: bool = False
    wait: timedelta = timedelta()
    archive: bool | None = None
    started_by: str | None = None
    key: str | None = None
    due: bool = False
    in_fleet: bool = False
    addresses: frozenset[str] | None = None

    def arguments(self) -> dict[str, Any]:
        """The same as spider arguments."""
        return {
            "limit": self.limit,
            "since": self.since.isoformat() if self.since else None,
            "max_pages": self.max_pages,
            "dry_run": self.dry_run,
            "no_revisits": self.no_revisits,
            "only_revisits": self.only_revisits,
            "first_day": self.days[0].isoformat() if self.days else None,
            "last_day": self.days[1].isoformat() if self.days else None,
            "again": self.again,
            "now": self.now,
            "wait": self.wait.total_seconds(),
            "archive": self.archive,
            "started_by": self.started_by,
            "key": self.key,
            "only_due": self.due,
            "in_fleet": self.in_fleet,
            "addresses": self.addresses,
        }


@dataclass
class Outcome:
    """What a crawl did: the run record of each site, and the signal that ended it early, if one did.

    `identities`: of the records in the database. `earlier`: sites of which an earlier run with the same key is told.
    """

    runs: dict[str, Run]
    signal: int | None = None
    identities: dict[str, str] = field(default_factory=dict)
    earlier: set[str] = field(default_factory=set)


Progress = Callable[[dict[str, dict[str, int]]], None]


def crawl(
    sites: Sequence[Site],
    own: Settings,
    options: Options,
    *,
    on_article: Callable[[Article], None] | None = None,
    on_progress: Progress | None = None,
) -> Outcome:
    """Crawl the sites in this process. A first SIGINT or SIGTERM ends it within ten seconds, and everything that was
    fetched is stored by then; a second one ends the process at once.

    `on_article` sees every article as it is done; `on_progress` the counts of every site twice a second.
    Call it once a process: an event loop is not started twice. Raises DatabaseDown where no server
    answers, OSError where the data folder cannot be used.
    """
    give_back_large_blocks()
    logging.getLogger("scrapy.addons").setLevel(logging.ERROR)
    process = AsyncCrawlerProcess(scrapy_settings(own))
    crawlers: dict[str, Crawler] = {}
    stop = Stop()
    outcome = Outcome({})
    problems: list[BaseException] = []

    for site in sites:
        crawler = process.create_crawler(spider_of(site))
        crawlers[site.name] = crawler

        def closed(spider: Any, reason: str, crawler: Crawler = crawler) -> None:
            outcome.runs[spider.name] = _record(crawler, reason)
            if spider.run_id is not None:
                outcome.identities[spider.name] = spider.run_id

        def scraped(item: Any) -> None:
            if on_article is not None and isinstance(item, Article):
                on_article(item)

        crawler.signals.connect(closed, signal=signals.spider_closed, weak=False)
        crawler.signals.connect(scraped, signal=signals.item_scraped, weak=False)

    async def main() -> None:
        session = None
        try:
            if not options.dry_run:
                # Held, so that an embedded server runs until the last site is done.
                session = await stop.unless_requested(open_session(own))
                end_writes_in_time(session.writer)
                session.holdings.when_lost(end_in_order)
                await tell_of_earlier(session, crawlers, unended=not options.in_fleet)
            await crawl_all(session)
            if session is not None:
                await tell_of_earlier(session, [name for name, run in outcome.runs.items() if run.reason == KEY_TAKEN])
        except EndedEarly:
            pass
        except PyMongoError as error:
            problems.append(DatabaseDown(describe(error, own.mongo_uri)))
        except (DatabaseDown, OSError) as error:
            problems.append(error)
        finally:
            if session is not None:
                await close_session(session)

    async def tell_of_earlier(session: Session, names: Iterable[str], *, unended: bool = True) -> None:
        """Where the key of this crawl has a run of a site already, that run is told, and the site not crawled.

        `unended`: also where that run goes on.
        """
        if options.key is None:
            return
        key, database, wanted = options.key, session.connection.database, list(names)
        for name, document in (await session.read(lambda: runs_with_key(database, key, wanted))).items():
            if document.get("reason") is None and not unended:
                continue
            crawlers.pop(name)
            outcome.runs[name] = record_of(document)
            outcome.identities[name] = document["_id"]
            outcome.earlier.add(name)

    def end_writes_in_time(writer: ArticleWriter) -> None:
        stop.then(lambda: writer.end_by(asyncio.get_running_loop().time() + stop.left(WRITES)))

    async def crawl_all(session: Session | None) -> None:
        crawls = [process.crawl(crawler, stop=stop, **options.arguments()) for crawler in crawlers.values()]
        ending = asyncio.create_task(end_early(stop, crawlers.values(), crawls))
        pending = asyncio.gather(*crawls, return_exceptions=True)
        while not pending.done():
            await asyncio.wait([pending], timeout=0.5)
            if options.in_fleet and session is not None and not session.holdings.is_sure and not stop.is_requested:
                logger.warning(
                    "the database has not answered for long: others may crawl these sites now; this run ends"
                )
                end_in_order()
            if on_progress is not None:
                on_progress({name: counts_of(crawler) for name, crawler in crawlers.items() if crawler.stats})
        if stop.is_requested:
            await ending
        ending.cancel()
        problems.extend(result for result in pending.result() if isinstance(result, Exception))
        for name, crawler in crawlers.items():
            if stop.is_requested and name not in outcome.runs and crawler.spider is not None:
                outcome.runs[name] = _record(crawler, INTERRUPTED)

    _start(process, main(), stop)
    outcome.signal = stop.signal
    for problem in problems:
        raise problem
    return outcome


def end_in_order() -> None:
    """Let this process end as by SIGTERM: what was fetched is stored."""
    os.kill(os.getpid(), signal.SIGTERM)


def _record(crawler: Crawler, reason: str) -> Run:
    record = crawler.get_extension(RunRecord)
    return run_of(crawler, record.started_at if record else datetime.now(UTC), reason)


def _start(process: AsyncCrawlerProcess, main: Coroutine[Any, Any, None], stop: Stop) -> None:
    """Run `main` inside the process's loop, which ends with it. Signals tell `stop`, not Scrapy."""
    from twisted.internet import reactor
    from twisted.internet.error import ReactorNotRunning

    loop: Any = reactor  # Twisted's own types are those of the module, not of the reactor put in its place

    def end(_main: object) -> None:
        with contextlib.suppress(ReactorNotRunning):
            loop.stop()

    loop.callWhenRunning(lambda: asyncio.ensure_future(main).add_done_callback(end))
    with told_by_signals(stop, loop.callFromThread):
        process.start(stop_after_crawl=False, install_signal_handlers=False)
