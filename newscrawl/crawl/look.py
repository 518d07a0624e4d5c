"""A look at a site of which nothing is known but an address: home page, feeds, sitemaps, listings, some articles.

Pages are read in processes of their own. What is inferred from them is in `newscrawl.proposal`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import TypeVar, TypeVarTuple
from urllib.parse import urlsplit

from scrapy.http import Response

from newscrawl.article import Card, NotAnArticle
from newscrawl.crawl.looked import Fetched, Looked, NotLooked
from newscrawl.crawl.reader import ReadingFailed, close_reader, open_reader
from newscrawl.crawl.reading import headers_of
from newscrawl.crawl.refusals import Refused
from newscrawl.crawl.visit import Visits, says
from newscrawl.proposal import candidates
from newscrawl.proposal.candidates import Source
from newscrawl.proposal.front import read_front
from newscrawl.proposal.samples import choose_samples
from newscrawl.proposal.story import Story, read_story
from newscrawl.proposal.survey import Addresses, Survey, learn_addresses
from newscrawl.settings import Settings
from newscrawl.site import Site
from newscrawl.spiders.discovery import Found, Unreadable, read_discovery
from newscrawl.spiders.walk import Kind

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

MOST_FEEDS, MOST_SITEMAPS, MOST_CHILDREN = 8, 3, 3
MOST_SECTIONS, MOST_TWINS = 10, 8
GUESSES = 4  # usual addresses of feeds that are tried where a site names none
FURTHER = 3  # further articles read where some of the first are none
DEEP = 2  # sections of sections


class Look:
    """One look at one site."""

    def __init__(self, own: Settings, visits: Visits, say: Callable[[str], None]) -> None:
        self.own, self.visits, self.say = own, visits, say
        self.reader = open_reader(own.page_timeout)
        self.looked = Looked(Survey("", ""))
        self._met: set[str] = set()

    @property
    def survey(self) -> Survey:
        """What was seen so far."""
        return self.looked.survey

    async def close(self) -> None:
        """End the processes that read pages."""
        await close_reader(self.reader)

    async def read(self, function: Callable[[*Ts], T], *arguments: *Ts) -> T:
        """What a module-level function gives for a page, in a process that ends where the page is too much for it."""
        return await self.reader.read(urlsplit(self.survey.home).netloc, function, *arguments)

    async def run(self, addresses: Sequence[str], articles: int) -> Looked:
        """Look at the site. `addresses`: the one that was given, in the forms it may have. Raises NotLooked."""
        first = await self._first(addresses)
        await self._home(first)
        await self._feeds()
        await self._sitemaps()
        if not self.survey.fronts:
            await self._fronts(_at(self.survey.home, candidates.USUAL_LISTINGS))
        await self._sections()
        await self._twins()
        self.survey.hosts += candidates.further_hosts(
            self.survey.home, self.survey.feeds.values(), self.survey.fronts.values()
        )
        await self._stories(articles)
        self.looked.requests = self.visits.requests
        return self.looked

    # --- pages that lead to articles ----------------------------------------------------------------

    async def _first(self, addresses: Sequence[str]) -> Fetched:
        """The page at the address that was given. Raises NotLooked."""
        problem: Exception | None = None
        for url in addresses:
            self.say(f"looking at {url}")
            try:
                response = await self.visits.get(url)
            except Refused as error:
                problem = error
                if error.reason.startswith("robots"):
                    break
            except Exception as error:  # each way to fail has an exception of its own; all are told alike
                problem = error
            else:
                parts = urlsplit(response.url)
                self.looked.survey = Survey(f"{parts.scheme}://{parts.netloc}/", response.url, [parts.netloc.lower()])
                return Fetched(
                    response.body if response.status == 200 else b"", response.url, headers_of(response), _now()
                )
        assert problem is not None
        if isinstance(problem, Refused) and problem.reason.startswith("robots"):
            raise NotLooked("forbidden", f"{says(problem)}; nothing was fetched") from problem
        raise NotLooked("unreachable", f"{addresses[0]} cannot be fetched: {says(problem)}") from problem

    async def _home(self, first: Fetched) -> None:
        """The page that was given, as what it is, and the home page."""
        survey = self.survey
        self._met.add(first.url)
        if first.body:
            kind = await self._kind(first)
            if kind is None:
                await self._front(first)
                await self._is_story(first)
        if survey.home not in self._met:
            await self._fronts([survey.home])

    async def _kind(self, page: Fetched) -> Kind | None:
        """Whether the address that was given is a feed or a sitemap; it is kept then."""
        if b"<html" in page.body[:2000].lower():
            return None
        kinds: tuple[Kind, ...] = ("feed", "sitemap")
        for kind in kinds:
            if await self._source(page, kind) is not None:
                return kind
        return None

    async def _is_story(self, page: Fetched) -> None:
        """A page that was given may be an article, and is no listing then."""
        if not urlsplit(page.url).path.strip("/"):
            return
        story = await self._story(page, None)
        front = self.survey.fronts.get(page.url)
        if story is not None and story.article is not None and front is not None and story.times.instants:
            self.survey.stories[page.url] = story
            self.looked.pages[page.url] = page
            front.links = [link for link in front.links if link.where == "menu"]

    async def _fronts(self, urls: Iterable[str]) -> None:
        for url in urls:
            if url in self._met:
                continue
            page = await self._fetch(url)
            if page is not None:
                await self._front(page)

    async def _front(self, page: Fetched) -> None:
        try:
            front = await self.read(read_front, page.body, page.url, page.headers, self.own.limits)
        except (NotAnArticle, ReadingFailed) as error:
            self.looked.notes.append(f"{page.url}: {error.detail}")
            return
        self.survey.fronts.setdefault(page.url, front)
        self.looked.pages[page.url] = page

    async def _sections(self) -> None:
        """Pages of the menus, and once those of theirs."""
        left = MOST_SECTIONS
        for _ in range(DEEP):
            seen: list[str] = []
            for front in list(self.survey.fronts.values()):
                seen += candidates.sections(front, self.survey.hosts, self.survey.home)
            known = learn_addresses(self.survey)
            urls = [
                u
                for u in dict.fromkeys(seen)
                if u not in self._met and known.evidence.articles.get(u, 0) < candidates.FROM_FEED
            ]
            for url in urls[:left]:
                self.say(f"looking at {url}")
                await self._fronts([url])
            left -= len(urls[:left])
            if left <= 0 or len(self.survey.fronts) > DEEP:
                return

    async def _twins(self) -> None:
        """The listings of other editions: declared by hreflang, or at the same address below their prefix."""
        survey = self.survey
        declared = [
            url
            for front in survey.fronts.values()
            for url in front.alternates.values()
            if candidates.is_of(url, survey.hosts)
        ]
        prefixes = learn_addresses(survey).prefixes
        guessed = [
            url
            for front in list(survey.fronts.values())
            if front.links
            for url in candidates.twins_of(front.url, prefixes).values()
        ]
        await self._fronts([url for url in dict.fromkeys([*declared, *guessed]) if url not in self._met][:MOST_TWINS])

    # --- feeds and sitemaps -------------------------------------------------------------------------

    async def _feeds(self) -> None:
        named = candidates.feeds_of(self.survey.fronts.values())
        await self._sources(named[:MOST_FEEDS], "feed")
        if not self.survey.feeds:
            await self._sources(_at(self.survey.home, candidates.USUAL_FEEDS[:GUESSES]), "feed", most=1)

    async def _sitemaps(self) -> None:
        home = self.survey.home
        robots = self.visits.robots.get(home.rstrip("/"), "")
        await self._sources(candidates.sitemaps_in_robots(robots, home)[:MOST_SITEMAPS], "sitemap")
        if not self.survey.sitemaps:
            await self._sources(_at(home, candidates.USUAL_SITEMAPS), "sitemap", most=1)
        for index in [source for source in self.survey.sitemaps.values() if source.children]:
            for url in candidates.children_to_read(index.children, MOST_CHILDREN):
                await self._sources([url], "sitemap", parent=index.url)

    async def _sources(
        self, urls: Iterable[str], kind: Kind, *, most: int | None = None, parent: str | None = None
    ) -> None:
        """Fetch and keep those that can be read; end after `most` of them."""
        kept = 0
        for url in urls:
            if url in self._met or (most is not None and kept >= most):
                continue
            self.say(f"looking at {url}")
            page = await self._fetch(url)
            if page is not None and await self._source(page, kind, parent=parent) is not None:
                kept += 1

    async def _source(self, page: Fetched, kind: Kind, *, parent: str | None = None) -> Source | None:
        site = Site.generic(page.url)
        try:
            found: Found = await self.read(
                read_discovery, kind, page.body, page.url, page.headers, site, self.own.limits
            )
        except (Unreadable, ReadingFailed):
            return None
        source = Source(page.url, found.cards, found.sitemaps, parent)
        if not found.cards and not found.sitemaps:
            return None
        (self.survey.feeds if kind == "feed" else self.survey.sitemaps)[page.url] = source
        self.looked.pages[page.url] = page
        return source

    # --- articles -----------------------------------------------------------------------------------

    async def _stories(self, number: int) -> None:
        """Read a sample of articles; others in place of those that are none. Raises NotLooked."""
        addresses = learn_addresses(self.survey)
        if not addresses.evidence.articles and not self.survey.stories:
            raise NotLooked("no-articles", self._nothing())
        tried: set[str] = set(self.survey.stories)
        for left in (number, FURTHER, FURTHER):
            for url in choose_samples(addresses, left, tried):
                tried.add(url)
                await self._sample(url, addresses)
            addresses = learn_addresses(self.survey)
            if sum(story.article is not None for story in self.survey.stories.values()) >= number:
                break
        if not any(story.article is not None for story in self.survey.stories.values()):
            raise NotLooked("no-articles", self._nothing())

    async def _sample(self, url: str, addresses: Addresses) -> None:
        self.say(f"reading {url}")
        page = await self._fetch(url)
        if page is None:
            return
        card = addresses.evidence.cards.get(url)
        story = await self._story(page, card)
        if story is not None:
            self.survey.stories[url] = story
            self.looked.pages[url] = page

    async def _story(self, page: Fetched, card: Card | None) -> Story | None:
        site = Site.generic(page.url)
        known = card if card is not None and card.source != "listing" else None
        linked = card.headline if card is not None else None
        arguments = (page.body, page.url, page.headers, site, known, page.at, linked, self.own.limits)
        try:
            return await self.read(read_story, *arguments)
        except (NotAnArticle, ReadingFailed) as error:
            self.looked.notes.append(f"{page.url}: {error.detail}")
            return None

    def _nothing(self) -> str:
        survey = self.survey
        looked = (
            f"{len(survey.fronts)} pages, {len(survey.feeds)} feeds and {len(survey.sitemaps)} sitemaps were looked at"
        )
        said = f"; {self.looked.notes[0]}" if self.looked.notes else ""
        return (
            f"no articles were found at {survey.asked}: {looked}{said}. "
            "Name a page that lists the newest articles, or write the site file by hand"
        )

    # --- one page -----------------------------------------------------------------------------------

    async def _fetch(self, url: str) -> Fetched | None:
        """A page of the site, or None where it cannot be had; why is noted."""
        self._met.add(url)
        try:
            response: Response = await self.visits.get(url)
        except Exception as error:  # each way to fail has an exception of its own; all are told alike
            self.looked.notes.append(f"{url}: {says(error)}")
            return None
        self._met.add(response.url)
        if response.status != 200:
            return None
        return Fetched(response.body, response.url, headers_of(response), _now())


def _at(home: str, paths: Iterable[str]) -> list[str]:
    return [home.rstrip("/") + path for path in paths]


def _now() -> datetime:
    return datetime.now(UTC)
