"""The stored articles of one site that are due for another visit: asked for within a budget, below new articles.

An article that is still there and changed is read like any other. One that its site has withdrawn is marked gone and
keeps its text. One that cannot be fetched keeps what is stored, and is tried again later.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import scrapy
from pymongo.errors import PyMongoError
from scrapy.http import Response

from newscrawl.article import Gone
from newscrawl.crawl.context import WANTS_POLICY
from newscrawl.crawl.reading import Reading
from newscrawl.crawl.reasons import GONE, next_try
from newscrawl.crawl.retries import STAYS
from newscrawl.normalize.urls import believable_canonical, canonical_url
from newscrawl.normalize.visits import visit_after_absence
from newscrawl.records import Failure, Visit
from newscrawl.settings import settings
from newscrawl.store.queries import attempts_at
from newscrawl.store.visits import Due, claim_articles, claim_due, plan_earlier, still_claimed

if TYPE_CHECKING:
    from newscrawl.spiders.site_spider import SiteSpider

MOST_NOT_MODIFIED = 2
"""Answers 304 in a row that are believed: some servers give no other. The next visit asks without conditions."""

MOST_ATTEMPTS = 4
"""Failed visits in a row after which an article is only visited at the ages that are planned anyway."""

PRIORITY = -10  # below new articles


class Revisits:
    """Visits the due articles of a site, each once in a run."""

    def __init__(self, spider: SiteSpider) -> None:
        self.spider = spider
        self.attempts: dict[str, int] = {}
        """Attempts so far at the due articles that could not be fetched at their last visit."""
        self.chosen: list[str] = []
        """Identities of the articles that a run of chosen addresses visits."""
        self._due: dict[str, Due] = {}
        self._at: dict[str, Due] = {}
        self._requests: list[scrapy.Request] = []
        self._answered: dict[str, Response | None] = {}
        """Identities of articles whose visit came to an end, with the page that was handed on to be read."""
        self._claiming: asyncio.Task[None] | None = None

    @property
    def ages(self) -> tuple[timedelta, ...]:
        """Ages at which articles of the site are visited again."""
        own = self.spider.site.crawl.revisits
        return settings().revisits if own is None else own

    @property
    def budget(self) -> int:
        """Articles visited again in one run."""
        own = self.spider.site.crawl.revisit_budget
        return settings().revisit_budget if own is None else own

    async def claim(self) -> None:
        """Take the due articles that this run visits. Raises PyMongoError.

        Where the run ends meanwhile it is done all the same, so that `end` knows what to free.
        """
        self._claiming = asyncio.create_task(self._claim())
        await asyncio.shield(self._claiming)

    async def _claim(self) -> None:
        spider = self.spider
        if spider.session is None:
            return
        database, now = spider.session.connection.database, datetime.now(UTC)
        if spider.addresses is not None:
            claimed = await spider.session.read(lambda: claim_articles(database, spider.site.name, now, self.chosen))
        elif spider.no_revisits or not self.ages:
            return
        else:
            await spider.session.read(lambda: plan_earlier(database, spider.site.name, now, self.ages[-1]))
            claimed = await spider.session.read(lambda: claim_due(database, spider.site.name, now, self.budget))
        for due in claimed:
            self._due[due.identity] = due
            address = next((url for url in due.addresses if spider.site.owns(url)), None)
            if address is None:  # the site file names other hosts by now
                await self._end(due, now, due.next_visit(now, self.ages))
                continue
            request = self._request(due, address)
            self._at |= dict.fromkeys((request.url, *due.addresses), due)
            if spider.articles.reserve([due.identity, *map(spider.articles.identity, due.addresses)], request.url):
                self._requests.append(request)
        if self._at:
            self.attempts = await spider.session.read(lambda: attempts_at(database, list(self._at)))

    def requests(self) -> Iterable[scrapy.Request]:
        """A request for each due article, for what has changed only where the server may be believed."""
        return self._requests

    def _request(self, due: Due, address: str) -> scrapy.Request:
        return scrapy.Request(
            address,
            callback=self.parse,
            errback=self.spider.articles.failed,
            headers=self._conditions(due, address),
            cb_kwargs={"due": due},
            meta={STAYS: True, WANTS_POLICY: True},
            dont_filter=True,
            priority=PRIORITY,
        )

    @staticmethod
    def _conditions(due: Due, address: str) -> dict[str, str]:
        fetch = due.fetch
        if due.gone or address != fetch.get("url") or fetch.get("not_modified", 0) >= MOST_NOT_MODIFIED:
            return {}
        conditions = {"If-None-Match": fetch.get("etag"), "If-Modified-Since": fetch.get("last_modified")}
        return {name: value for name, value in conditions.items() if value}

    async def parse(self, response: Response, due: Due) -> AsyncIterator[Reading]:
        """The answer to a visit: unchanged, gone, or a page that is read like that of a new article."""
        spider = self.spider
        redirects = response.meta.get("redirect_urls") or []
        if response.status in {200, 304, *GONE}:
            spider.count("revisited")
        if response.status in GONE:
            await self._is_gone(due, response.status)
        elif redirects and spider.site.owns(response.url) and not self._may_be_article(response.url, redirects[0]):
            await self._is_gone(due, response.meta["redirect_reasons"][0], response.url)
        elif response.status == 304 and response.request is not None and self._is_conditional(response.request):
            # After a redirect the next visit asks for the whole page, to learn where the article is.
            await self._is_unchanged(due, MOST_NOT_MODIFIED if redirects else due.fetch.get("not_modified", 0) + 1)
        else:
            self._answered[due.identity] = response
            identity = spider.articles.identity(due.document["url"])
            async for reading in spider.articles.parse(response, due.card, identity):
                reading.since = None
                yield reading

    def _may_be_article(self, url: str, asked: str) -> bool:
        site = self.spider.site
        if site.is_article(url) is not None:
            return site.is_article(url) is True
        places = [site.home, *(url for edition in site.editions for url in edition.listings)]
        is_place = canonical_url(url) in map(canonical_url, places)
        return not is_place and believable_canonical(url, asked) not in ("home-page", "section")

    @staticmethod
    def _is_conditional(request: scrapy.Request) -> bool:
        return "If-None-Match" in request.headers or "If-Modified-Since" in request.headers

    async def _is_unchanged(self, due: Due, not_modified: int) -> None:
        self.spider.count("not_modified")
        now = datetime.now(UTC)
        await self._end(due, now, due.next_visit(now, self.ages), is_there=True, not_modified=not_modified)

    async def _is_gone(self, due: Due, status: object, redirected_to: str | None = None) -> None:
        """Mark an article gone; after a day it is looked for once more."""
        self.spider.count("gone")
        now, before = datetime.now(UTC), due.gone
        code = status if isinstance(status, int) else 200  # Scrapy names a redirect within a page by a word
        gone = Gone(
            at=before.at if before else now,
            status=code,
            redirected_to=redirected_to,
            sightings=before.sightings + 1 if before else 1,
        )
        await self._end(due, now, visit_after_absence(gone.sightings, now), gone=gone)

    async def _end(
        self,
        due: Due,
        now: datetime,
        next_visit_at: datetime | None,
        *,
        is_there: bool = False,
        not_modified: int = 0,
        gone: Gone | None = None,
    ) -> None:
        assert self.spider.session is not None
        self._answered[due.identity] = None
        visit = Visit(
            article=due.identity,
            at=now,
            claim=due.claim,
            next_visit_at=next_visit_at,
            is_there=is_there,
            not_modified=not_modified,
            gone=gone,
        )
        await self.spider.session.writer.visit(visit)
        if is_there or gone:
            await self.spider.session.writer.resolve([url for url in self.attempts if self._at[url] is due])

    async def postpone(self, failure: Failure) -> Failure:
        """The failure of a visit, with the instant of the next one, which is planned; other failures as they are."""
        due = self._at.get(failure.url)
        if due is None or self.spider.session is None:
            return failure
        attempts = self.attempts.get(failure.url, 0) + 1
        now = failure.last_at
        again = next_try(failure.reason, attempts, now) if attempts <= MOST_ATTEMPTS else due.next_visit(now, self.ages)
        self._answered[due.identity] = None
        visit = Visit(article=due.identity, at=now, claim=due.claim, next_visit_at=again, is_there=False)
        await self.spider.session.writer.visit(visit)
        return failure.model_copy(update={"attempts": attempts, "next_try_at": again, "article": due.identity})

    async def end(self) -> None:
        """Free what this run did not come to, and settle pages that turned out to be other articles.

        None of it changes an article that has been stored since its claim.
        """
        if self._claiming is not None:
            await asyncio.wait([self._claiming])
        if (session := self.spider.session) is None or not self._due:
            return
        now = datetime.now(UTC)
        for identity in self._due.keys() - self._answered.keys():
            due = self._due[identity]
            await self._end(due, now, due.document["next_visit_at"])
        pages = {identity: response for identity, response in self._answered.items() if response is not None}
        visited = [self._due[identity] for identity in pages]
        try:
            left = await session.read(lambda: still_claimed(session.connection.database, visited))
        except PyMongoError as error:
            await self.spider.database_away(error)  # the claims end by themselves
            return
        for identity in left:
            due, response = self._due[identity], pages[identity]
            if response.meta.get("redirect_urls"):
                await self._is_gone(due, response.meta["redirect_reasons"][0], response.url)
            else:
                await self._end(due, now, due.next_visit(now, self.ages))
