"""A site's pages of today against its own past: a listing and some articles are fetched, politely, and compared.

What is compared, and how rules are found, is in `newscrawl.repair`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from newscrawl.archive.pages import ArchivedPage, page_at
from newscrawl.article import Article, NotAnArticle
from newscrawl.crawl.looked import Fetched
from newscrawl.crawl.pages import read_article_page
from newscrawl.crawl.reader import Reader, ReadingFailed, close_reader, open_reader
from newscrawl.crawl.reading import headers_of
from newscrawl.crawl.reasons import reason_of
from newscrawl.crawl.visit import Visits
from newscrawl.normalize.identity import identity
from newscrawl.normalize.urls import article_id
from newscrawl.records import Listing
from newscrawl.repair.compare import FieldCheck, Reading, compare
from newscrawl.repair.places import Example
from newscrawl.repair.rules import SEARCHED, Suggestion, suggest, worsens
from newscrawl.repair.values import value_of
from newscrawl.settings import Settings
from newscrawl.site import RuleField, Site
from newscrawl.spiders.discovery import Found, Unreadable, read_discovery
from newscrawl.spiders.walk import Kind

PAST = 200
"""Stored articles that make a site's past."""
NEW = 2  # articles that are not stored, of which there are so many at least
SEARCH_TIME = 60.0  # seconds of processor time for the rule of one field
MOST_ARCHIVED = 20  # pages of the past that a rule is tried on


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """A listing, feed or sitemap: the articles that it shows, and showed at its last visit. `reason`: why none."""

    url: str
    kind: Kind
    cards: int
    before: int | None
    reason: str | None = None

    @property
    def is_lost(self) -> bool:
        """It showed articles, and shows none."""
        return self.cards == 0 and bool(self.before)


@dataclass(frozen=True, slots=True)
class Offer:
    """A rule that reads a lost field again. `spoils`: a page of the past that it would read wrongly; it is not offered
    then. `archived`: pages of the past that it was tried on."""

    suggestion: Suggestion
    archived: int
    spoils: str | None


@dataclass(slots=True)
class SiteCheck:
    """What came of the check of one site."""

    site: str
    sources: list[SourceCheck] = field(default_factory=list)
    fields: list[FieldCheck] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What could not be fetched or read, in sentences for people."""
    has_past: bool = True
    pages: int = 0
    """Article pages that were read."""

    @property
    def lost(self) -> list[RuleField]:
        """Fields that the pages have lost."""
        return [check.field for check in self.fields if check.is_lost]

    @property
    def is_degraded(self) -> bool:
        """Something is lost."""
        return bool(self.lost) or any(source.is_lost for source in self.sources)


class Check:
    """The check of one site. `past`: stored articles, the newest first."""

    def __init__(self, site: Site, own: Settings, past: Sequence[Article], listings: dict[str, Listing]) -> None:
        self.site, self.own, self.past, self.listings = site, own, past, listings
        self.found = SiteCheck(site.name, has_past=bool(past))
        self._stored = {article.id for article in past}

    async def run(self, articles: int) -> SiteCheck:
        """Fetch one source of each edition and at most so many articles, known ones and new ones, and compare."""
        visits = Visits(self.own, [self.site.home, *self.site.sources])
        reader = open_reader(self.own.page_timeout, self.site.languages)
        try:
            cards = [url for source in self._sources() for url in await self._source(visits, reader, *source)]
            readings, examples = await self._articles(visits, reader, cards, articles)
        finally:
            await close_reader(reader)
            await visits.close()
        self.found.pages = sum(reading.article is not None for reading in readings)
        self.found.fields = compare(self.past, readings)
        if examples and self.found.lost:
            await self._offer(examples)
        return self.found

    # --- what is fetched ----------------------------------------------------------------------------

    def _sources(self) -> list[tuple[str, Kind]]:
        """One source of each edition: a listing where it has one."""
        kinds: tuple[Kind, ...] = ("listing", "feed", "sitemap")
        found = []
        for edition in self.site.editions:
            named = [(url, kind) for kind in kinds for url in getattr(edition, f"{kind}s")]
            found += named[:1]
        return found

    async def _get(self, visits: Visits, url: str) -> Fetched | str:
        """The page, or the reason why there is none."""
        try:
            response = await visits.get(url)
        except Exception as error:  # each way to fail has an exception of its own; all are told alike
            self.found.notes.append(f"{url}: {error or reason_of(error)}")
            return reason_of(error)
        if response.status != 200:
            self.found.notes.append(f"{url}: the server answered {response.status}")
            return f"http-{response.status}"
        return Fetched(response.body, response.url, dict(headers_of(response)), datetime.now(UTC))

    async def _source(self, visits: Visits, reader: Reader, url: str, kind: Kind) -> list[str]:
        """The articles that a source shows, the first sitemap of an index in its place."""
        known = self.listings.get(url)
        before = known.cards if known is not None and not known.is_index else None
        cards, reason = await self._cards(visits, reader, url, kind)
        self.found.sources.append(SourceCheck(url, kind, len(cards), before, reason))
        return cards

    async def _cards(self, visits: Visits, reader: Reader, url: str, kind: Kind) -> tuple[list[str], str | None]:
        for _ in range(2):
            page = await self._get(visits, url)
            if isinstance(page, str):
                return [], page
            arguments = (kind, page.body, page.url, page.headers, self.site, self.own.limits)
            try:
                found: Found = await reader.read(self.site.name, read_discovery, *arguments)
            except (Unreadable, ReadingFailed) as error:
                self.found.notes.append(f"{url}: {error.detail}")
                return [], error.reason
            if found.cards or not found.sitemaps:
                break
            url = max(found.sitemaps, key=lambda entry: entry.modified or "").url
        urls = [card.url for card in found.cards if self.site.is_article(card.url) is not False]
        return urls, None if urls else "no-articles"

    async def _articles(
        self, visits: Visits, reader: Reader, cards: Sequence[str], most: int
    ) -> tuple[list[Reading], list[Example]]:
        """Pages of stored articles, of which the values are known, and of new ones."""
        known = self._chosen(most)
        shown = [url for url in dict.fromkeys(cards) if article_id(identity(url, self.site)) not in self._stored]
        wanted: list[tuple[str, Article | None]] = [(article.fetch.url or article.url, article) for article in known]
        wanted += [(url, None) for url in shown[: max(NEW, most - len(known))]]
        readings, examples = [], []
        for url, article in wanted:
            page = await self._get(visits, url)
            if isinstance(page, str):
                continue
            reading, example = await self._read(reader, page, article)
            readings.append(reading)
            if example is not None:
                examples.append(example)
        return readings, examples

    def _chosen(self, most: int) -> list[Article]:
        """Stored articles that tell most: with many fields, and among these the newest."""
        return sorted(self.past[: PAST // 2], key=lambda article: -sum(bool(value_of(article, f)) for f in SEARCHED))[
            :most
        ]

    async def _read(self, reader: Reader, page: Fetched, known: Article | None) -> tuple[Reading, Example | None]:
        arguments = (page.body, page.url, page.headers, self.site, None, (), page.at, None, self.own.limits)
        example = Example(page.body, page.url, known, page.headers) if known is not None else None
        try:
            read = await reader.read(self.site.name, read_article_page, *arguments)
        except (NotAnArticle, ReadingFailed) as error:
            return Reading(page.url, None, error.reason, known), example
        return Reading(page.url, read.article, None, known), example

    # --- what is offered ----------------------------------------------------------------------------

    async def _offer(self, examples: list[Example]) -> None:
        """A rule for each field that is lost, tried on archived pages before it is offered."""
        folder = self.own.archive_folder or self.own.default_archive
        archived = await asyncio.to_thread(archived_examples, folder, self.past[:MOST_ARCHIVED])
        searcher = open_reader(SEARCH_TIME, self.site.languages)
        try:
            for lost in self.found.lost:
                try:
                    found = await searcher.read(self.site.name, suggest, lost, examples, self.site)
                    if found is None:
                        self.found.notes.append(f"{lost}: no place of the known values could be named by a rule")
                        continue
                    spoils = await searcher.read(self.site.name, worsens, found, archived, self.site)
                except ReadingFailed as error:
                    self.found.notes.append(f"{lost}: the search for a rule was given up: {error.detail}")
                    continue
                self.found.offers.append(Offer(found, len(archived), spoils))
        finally:
            await close_reader(searcher)


def archived_examples(folder: Path, articles: Sequence[Article]) -> list[Example]:
    """The archived pages of articles, each with what is known of it; those that are not archived are left out."""
    found = []
    for article in articles:
        with contextlib.suppress(OSError):
            page = page_at(folder, article.fetch.archive) if article.fetch.archive else None
            if isinstance(page, ArchivedPage):
                found.append(Example(page.body, page.url, article, page.headers))
    return found
