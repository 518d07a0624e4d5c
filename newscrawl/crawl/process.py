"""One process crawls many sites at once: builds Scrapy's process and reports what each crawl did."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from pymongo.errors import PyMongoError
from scrapy.crawler import AsyncCrawlerProcess

from newscrawl.article import Article
from newscrawl.crawl.crawlers import Crawlers, Listed, OwnSettings, Supply
from newscrawl.crawl.earlier import earlier_runs
from newscrawl.crawl.heap import give_back_large_blocks
from newscrawl.crawl.options import Ended, Options, Outcome, Progress
from newscrawl.crawl.run_record import KEY_TAKEN
from newscrawl.crawl.session import Session, close_session, open_session
from newscrawl.crawl.stop import WRITES, EndedEarly, Stop, told_by_signals
from newscrawl.settings import Settings, scrapy_settings
from newscrawl.site import Site
from newscrawl.store.articles import ArticleWriter
from newscrawl.store.connect import DatabaseDown, describe

logger = logging.getLogger(__name__)

LOOK = 0.5  # seconds between two tellings of the counts
MOST_FOR_COUNTS = 20  # such tellings take no more than one part in so many of the time


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
    outcome, listed = Outcome({}), Listed(sites)

    async def leave_out_earlier(session: Session) -> None:
        earlier = await earlier_runs(session, options.key, [site.name for site in sites], unended=not options.in_fleet)
        listed.leave_out(ended.site for ended in earlier)
        for ended in earlier:
            outcome.add(ended)

    running = Running(own, options, outcome.add, on_article, on_progress, before=leave_out_earlier)
    running.crawl(listed)
    outcome.signal = running.stop.signal
    return outcome


Beside = Callable[[Callable[[int], None]], Coroutine[Any, Any, None]]


class Running:
    """The crawl of this process. `before` is called as soon as there is a database, before any site is crawled."""

    def __init__(
        self,
        own: Settings,
        options: Options,
        on_end: Callable[[Ended], None],
        on_article: Callable[[Article], None] | None = None,
        on_progress: Progress | None = None,
        *,
        before: Callable[[Session], Coroutine[Any, Any, None]] | None = None,
    ) -> None:
        self.own, self.options, self.before = own, options, before
        self.on_end, self.on_article, self.on_progress = on_end, on_article, on_progress
        self.stop = Stop()
        self._taken: list[str] = []
        """Sites whose run another one with the same key has forestalled."""

    def crawl(self, supply: Supply, beside: Beside | None = None) -> None:
        """Crawl what is supplied. `beside`: what else goes on in the event loop meanwhile; it is given what tells the
        crawl to end, as a first signal does. A process with that is led by another one.

        Raises DatabaseDown, OSError, and what nobody foresaw.
        """
        give_back_large_blocks()
        logging.getLogger("scrapy.addons").setLevel(logging.ERROR)
        process = AsyncCrawlerProcess(OwnSettings(scrapy_settings(self.own)))
        problems: list[BaseException] = []

        async def main(tell: Callable[[int], None]) -> None:
            task = asyncio.create_task(beside(tell)) if beside is not None else None
            try:
                await self._crawl(process, supply, problems)
            except EndedEarly:
                pass
            except PyMongoError as error:
                problems.append(DatabaseDown(describe(error, self.own.mongo_uri)))
            except Exception as error:
                problems.append(error)
            finally:
                if task is not None:
                    task.cancel()

        _start(process, main, self.stop, is_led=beside is not None)
        for problem in problems:
            raise problem

    async def _crawl(self, process: AsyncCrawlerProcess, supply: Supply, problems: list[BaseException]) -> None:
        session, stop = None, self.stop
        crawlers = Crawlers(
            process, self.options, stop, most=self.own.sites_at_once, on_end=self._ended, on_article=self.on_article
        )
        telling = asyncio.create_task(self._tell(crawlers))
        watching = None
        try:
            if not self.options.dry_run:
                # Held, so that an embedded server runs until the last site is done.
                session = await stop.unless_requested(open_session(self.own))
                session.writer.expects_more = crawlers.expects_pages
                self._end_writes_in_time(session.writer)
                session.holdings.when_lost(end_in_order)
                if self.options.in_fleet:
                    watching = asyncio.create_task(self._watch(session))
                if self.before is not None:
                    await self.before(session)
            await crawlers.crawl(supply)
            problems.extend(crawlers.problems)
            if session is not None:
                for ended in await earlier_runs(session, self.options.key, self._taken):
                    self.on_end(ended)
        finally:
            telling.cancel()
            if watching is not None:
                watching.cancel()
            if self.on_progress is not None:
                self.on_progress(crawlers.counts())
            if session is not None:
                await close_session(session)

    def _ended(self, ended: Ended) -> None:
        if ended.run.reason == KEY_TAKEN:
            self._taken.append(ended.site)
        self.on_end(ended)

    def _end_writes_in_time(self, writer: ArticleWriter) -> None:
        stop = self.stop
        stop.then(lambda: writer.end_by(asyncio.get_running_loop().time() + stop.left(WRITES)))

    async def _watch(self, session: Session) -> None:
        """End the crawl where others may have taken its sites."""
        while session.holdings.is_sure:
            if await self.stop.wait(LOOK):
                return
        if not self.stop.is_requested:
            logger.warning("the database has not answered for long: others may crawl these sites now; this run ends")
            end_in_order()

    async def _tell(self, crawlers: Crawlers) -> None:
        pause = LOOK
        while self.on_progress is not None:
            await asyncio.sleep(pause)
            begun = time.monotonic()
            self.on_progress(crawlers.counts())
            pause = max(LOOK, MOST_FOR_COUNTS * (time.monotonic() - begun))


def end_in_order() -> None:
    """Let this process end as by SIGTERM: what was fetched is stored."""
    os.kill(os.getpid(), signal.SIGTERM)


def _start(process: AsyncCrawlerProcess, main: Beside, stop: Stop, *, is_led: bool) -> None:
    """Run `main` inside the process's loop, which ends with it. Signals tell `stop`, not Scrapy."""
    from twisted.internet import reactor
    from twisted.internet.error import ReactorNotRunning

    loop: Any = reactor  # Twisted's own types are those of the module, not of the reactor put in its place

    def end(_main: object) -> None:
        with contextlib.suppress(ReactorNotRunning):
            loop.stop()

    with told_by_signals(stop, loop.callFromThread, is_led=is_led) as tell:
        loop.callWhenRunning(lambda: asyncio.ensure_future(main(tell)).add_done_callback(end))
        process.start(stop_after_crawl=False, install_signal_handlers=False)
