"""robots.txt is kept to (RFC 9309): asked for once a day and origin, remembered between runs, one request at a time.

The decisions are in `newscrawl.crawl.robots_memory` and `newscrawl.normalize.robots_rules`; here is what waits: for the
server, for the database, for a long file to be read in a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urljoin, urlsplit

import scrapy
from pymongo.errors import PyMongoError
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from newscrawl.crawl.context import POLICY, WANTS_POLICY
from newscrawl.crawl.download import CRAWL_DELAY, TRUNCATE_AT
from newscrawl.crawl.reasons import reason_of
from newscrawl.crawl.refusals import Refused, Stopped
from newscrawl.crawl.robots_memory import (
    Answer,
    asked_again_at,
    is_due,
    origin_of,
    policies_are_due,
    remembered,
    rules_in_force,
    state_of,
)
from newscrawl.normalize import publisher_policy
from newscrawl.normalize.publisher_policy import SitePolicy, read_policy
from newscrawl.normalize.robots_rules import MOST_BYTES, Rules, decode_rules, is_page, parse_rules, product_token
from newscrawl.records import Robots
from newscrawl.settings import settings
from newscrawl.store.queries import known_robots

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from newscrawl.spiders.site_spider import SiteSpider

FEWEST_REDIRECTS = 5
"""Redirects of a robots.txt that are followed at least (RFC 9309, 2.3.1.2)."""

POLICY_TIMEOUT = 10.0  # seconds; nothing depends on these files
LONG = 16 * 2**10  # characters that are read in a thread
_BYPASS = "is_robots_txt"
T = TypeVar("T")


class RobotsRefused(Refused):
    """robots.txt forbids an address, or cannot be known: `robots-forbidden` or `robots-unreachable`."""


class RobotsMiddleware:
    """Lets a request pass where the robots.txt of its origin allows it. Raises RobotsRefused elsewhere."""

    def __init__(self, crawler: Crawler, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.crawler = crawler
        self.clock = clock
        self.agent = product_token(crawler.settings["USER_AGENT"])
        self._known: dict[str, Robots] = {}
        self._rules: dict[str, Rules | None] = {}
        """By origin; None where nothing is allowed."""
        self._policies: dict[str, SitePolicy] = {}
        self._running: dict[object, asyncio.Future[None]] = {}
        self._is_recalled = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy makes its components."""
        return cls(crawler)

    @property
    def spider(self) -> SiteSpider:
        """The spider whose requests pass here."""
        return self.crawler.spider  # type: ignore[return-value]

    async def process_request(self, request: scrapy.Request) -> None:
        """Raises RobotsRefused, with a message for people, where the address may not be fetched."""
        if request.meta.get(_BYPASS) or not request.url.startswith(("http://", "https://")):
            return
        try:
            origin = origin_of(request.url)
        except ValueError:
            return  # no host to ask, and nothing that could be fetched
        await self._once("memory", self._recall)
        if origin not in self._rules or is_due(self._known[origin], self.clock()):
            await self._once(origin, lambda: self._learn(origin))
        self._check(request, origin)
        if request.meta.get(WANTS_POLICY):
            if origin not in self._policies or policies_are_due(self._known[origin], self.clock()):
                await self._once((origin, POLICY), lambda: self._learn_policy(origin))
            request.meta[POLICY] = self._policies[origin]

    def _check(self, request: scrapy.Request, origin: str) -> None:
        rules, known = self._rules[origin], self._known[origin]
        if rules is None:
            again = asked_again_at(known)
            raise RobotsRefused(
                "robots-unreachable",
                f"{origin}/robots.txt could not be read ({known.reason}, {known.fetched_at:%Y-%m-%d %H:%M} UTC), so "
                f"nothing is fetched from there; it is asked for again from {again:%H:%M} UTC on",
            )
        if not rules.allows(request.url):
            rule = rules.forbidding(request.url)
            named = f' by the rule "{rule[:200]}"' if rule else ""
            raise RobotsRefused(
                "robots-forbidden",
                f"{origin}/robots.txt forbids this address to {rules.group}{named}; it was not fetched",
            )
        delay = rules.delay
        request.meta.pop(CRAWL_DELAY, None)  # of the host that redirected here
        if delay is not None:
            request.meta[CRAWL_DELAY] = min(delay, settings().max_crawl_delay)

    # --- what is waited for ---------------------------------------------------------------------

    async def _once(self, key: object, work: Callable[[], Awaitable[None]]) -> None:
        """Do some work once, however many requests wait for it at the same time."""
        if key not in self._running:
            self._running[key] = asyncio.ensure_future(work())
            self._running[key].add_done_callback(lambda _done: self._running.pop(key, None))
        await asyncio.shield(self._running[key])

    async def _recall(self) -> None:
        """What earlier runs have learnt, by one query. Without it everything is asked for anew."""
        if self._is_recalled:
            return
        if (session := self.spider.session) is not None:
            site = self.spider.site
            sources = (urlsplit(url).netloc.rpartition("@")[2].lower() for url in site.sources)
            origins = [f"{scheme}://{host}" for scheme in ("http", "https") for host in {*site.all_hosts, *sources}]
            try:
                self._known |= await session.read(lambda: known_robots(session.connection.database, origins))
            except PyMongoError as error:
                self.spider.logger.warning("robots.txt is asked for anew: %s", str(error)[:200])
        self._is_recalled = True

    async def _learn(self, origin: str) -> None:
        now, known = self.clock(), self._known.get(origin)
        if known is None or is_due(known, now):
            self.spider.count("robots_fetched")
            answer = await self._ask(origin)
            known = remembered(known, answer, origin=origin, site=self.spider.site.name, now=now)
            await self._keep(known)
            if answer.is_cut:
                self.spider.remark("robots-cut")
            if answer.state == "unavailable" and not answer.reason.startswith("http-"):
                self.spider.remark(answer.reason)
            if answer.state == "unreachable" and rules_in_force(known, now) is not None:
                self.spider.remark("robots-copy-believed")
        text = rules_in_force(known, now)
        rules = None if text is None else await _read(text, lambda text: parse_rules(text, self.agent))
        if rules is not None and (rules.delay or 0) > settings().max_crawl_delay:
            self.spider.remark("crawl-delay-capped")
        self._rules[origin] = rules

    async def _learn_policy(self, origin: str) -> None:
        known = self._known[origin]
        if policies_are_due(known, self.clock()):
            ai_txt, tdmrep = await asyncio.gather(
                self._text(f"{origin}/ai.txt", known.ai_txt),
                self._text(f"{origin}/.well-known/tdmrep.json", known.tdmrep),
            )
            change = {"ai_txt": ai_txt, "tdmrep": tdmrep, "policies_at": self.clock()}
            known = Robots.model_validate(self._known[origin].model_dump() | change)
            await self._keep(known)
        texts = (known.ai_txt or "") + (known.tdmrep or "")
        self._policies[origin] = await _read(texts, lambda _: read_policy(known.ai_txt, known.tdmrep, self.agent))

    async def _keep(self, known: Robots) -> None:
        self._known[known.origin] = known
        if self.spider.session is not None:
            await self.spider.session.writer.remember_robots(known)

    # --- the server -----------------------------------------------------------------------------

    async def _ask(self, origin: str) -> Answer:
        """The robots.txt of an origin, after redirects, also to other hosts.

        Raises Refused where the origin may not be asked for anything, now or ever: then nothing is learnt of it.
        """
        url = f"{origin}/robots.txt"
        seen: set[str] = set()
        for _ in range(1 + max(FEWEST_REDIRECTS, settings().max_redirects)):
            if url in seen:
                return Answer("unavailable", "robots-redirects")
            seen.add(url)
            # One byte more, to know that there is more.
            meta = {_BYPASS: True, "dont_redirect": True, TRUNCATE_AT: MOST_BYTES + 1}
            try:
                response = await self._download(url, meta)
                location = response.headers.get("Location") if response.status in {301, 302, 303, 307, 308} else None
                if location is None:
                    return await self._answer(response)
                url = urljoin(url, location.decode("latin-1").strip())
            except Exception as error:
                is_left_alone = isinstance(error, Refused) and (isinstance(error, Stopped) or error.until is not None)
                is_forbidden = reason_of(error) == "forbidden-address" and len(seen) == 1
                if is_left_alone or is_forbidden:
                    raise
                self.spider.logger.info("%s: %s", url, error)
                return Answer("unreachable", reason_of(error))
            if not url.startswith(("http://", "https://")):
                return Answer("unreachable", f"http-{response.status}")
        return Answer("unavailable", "robots-redirects")

    async def _answer(self, response: Response) -> Answer:
        state, reason = state_of(response.status), f"http-{response.status}"
        if state != "rules":
            return Answer(state, reason)
        text, is_cut = decode_rules(response.body)
        return Answer(state, reason, text, is_cut)

    async def _text(self, url: str, before: str | None) -> str | None:
        """A small file; `before`, what is known of it, where the server cannot tell now."""
        most = publisher_policy.MOST_BYTES
        meta = {"dont_retry": True, "download_timeout": min(POLICY_TIMEOUT, settings().timeout), TRUNCATE_AT: most}
        try:
            response = await self._download(url, meta)
        except Exception as error:
            self.spider.logger.debug("%s: %s", url, error)
            return before
        if response.status != 200:
            return before if state_of(response.status) == "unreachable" else None
        text = decode_rules(response.body[:most])[0]
        return None if is_page(text) else text

    async def _download(self, url: str, meta: dict[str, Any]) -> Response:
        engine = self.crawler.engine
        assert engine is not None
        return await engine.download_async(scrapy.Request(url, callback=NO_CALLBACK, priority=1000, meta=meta))


async def _read(text: str, read: Callable[[str], T]) -> T:
    return await asyncio.to_thread(read, text) if len(text) > LONG else read(text)
