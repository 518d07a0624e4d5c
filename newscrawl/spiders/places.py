"""Where a backfill looks: day archives, listings and sitemaps, page by page, the newest first. No I/O.

Each place asks for some pages, is told what they showed, and is settled when every article on them is stored or has
its reason in `failures`. Only then its record counts them as done, so that a run that is stopped at any instant is
taken up with the pages that were not settled.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from newscrawl.extract.sitemap import SitemapEntry, month_of, newest_first
from newscrawl.normalize.dates import parse_date
from newscrawl.records import Backfill
from newscrawl.spiders.span import DAY, Span, is_done, slots, with_done
from newscrawl.spiders.walk import DISORDER, Walk

TOGETHER = 3  # pages of an archive in one round: a crawl that is stopped reads so many again
MOST_EMPTY = 14  # days without an article in a row: longer than a newsroom's holidays
MOST_FAILED = 5  # pages of an archive in a row that cannot be fetched: it is closed, or its server is down
MOST_OLD = 2  # pages of older articles in a row: one alone may be a box of old stories


@dataclass(slots=True)
class PageRead:
    """What one page led to. `dates`: publications of what it shows, as far as they are known."""

    articles: int = 0
    dates: list[datetime] = field(default_factory=list)
    next_page: str | None = None
    sitemaps: Sequence[SitemapEntry] = ()
    has_failed: bool = False


class Place(ABC):
    """One source of articles of the past, with its record. `now`: instant of the run's begin."""

    def __init__(self, record: Backfill, span: Span, *, again: bool, now: datetime) -> None:
        self.record = record
        self.span = span
        self.today = span.today(now)
        self.asked: dict[str, PageRead | None] = {}
        """Pages of this round, and what they showed as soon as that is known."""
        self.is_cut = False
        """A page could not be read."""
        self.days = [day for day in span.newest_first if again or not is_done(record.done, day)]
        self.is_resumed = record.open == span.days and not again
        if not self.is_resumed:
            self.record = record.model_copy(update={"open": span.days, "pages": []})

    @abstractmethod
    def ask(self) -> list[str]:
        """Addresses of the next round; none: the place has nothing more."""

    @abstractmethod
    def settle(self) -> None:
        """Everything that the pages of this round led to is stored."""

    @property
    def missing(self) -> str | None:
        """What the place cannot give, in a sentence for people; null where it gave all."""
        oldest = self.record.oldest
        if oldest is None:
            return f"{self.record.source}: shows no article with a date"
        if oldest > self.span.begin + DAY and not self.is_cut:
            return f"{self.record.source}: its oldest article is of {oldest:%Y-%m-%d}; it shows none before"
        return None

    def walk(self, address: str) -> Walk:
        """The walk that a page belongs to."""
        return self._walk

    _walk: Walk

    def _finish(self, days: Sequence[date]) -> None:
        past = [day for day in days if day < self.today]
        self.record = self.record.model_copy(update={"done": with_done(self.record.done, past)})

    def _note_dates(self) -> None:
        dates = [date for page in self.asked.values() if page is not None for date in page.dates]
        oldest = min([*dates, *([self.record.oldest] if self.record.oldest else [])], default=None)
        self.record = self.record.model_copy(update={"oldest": oldest})


@dataclass(slots=True)
class _Slot:
    """One page of an archive, with those that continue it."""

    days: list[date]
    walk: Walk
    articles: int = 0


class Archive(Place):
    """Pages of past days, or months, by their address. Days without articles in a row are its beginning."""

    def __init__(self, record: Backfill, span: Span, *, again: bool, now: datetime, new_walk: Walk) -> None:
        super().__init__(record, span, again=again, now=now)
        begins = record.begins if not again else None
        self.record = self.record.model_copy(update={"open": None})
        self._left = list(slots(record.source, [d for d in self.days if not begins or d.isoformat() >= begins]).items())
        self._open: dict[str, _Slot] = {}
        """Address of the page that is wanted next to its slot."""
        self._empty: list[date] = []
        self._failed = 0
        self._has_articles = record.oldest is not None
        self._walk = new_walk
        self._seen: set[str] = set()
        """What was on the page of any day: a box of popular articles makes no day of it."""

    def ask(self) -> list[str]:
        while self._left and len(self._open) < TOGETHER:
            address, days = self._left.pop(0)
            listing = self._walk.before.model_copy(update={"url": address})
            self._open[address] = _Slot(days, Walk(listing, seen=self._seen))
        self.asked = dict.fromkeys(self._open)
        return list(self.asked)

    def walk(self, address: str) -> Walk:
        return self._open[address].walk

    def day(self, address: str) -> Span:
        """The days that a page is about."""
        days = self._open[address].days
        return Span(days[-1], days[0], self.span.zone)

    def settle(self) -> None:
        self._note_dates()
        still_open: dict[str, _Slot] = {}
        for address, slot in self._open.items():
            page = self.asked.get(address)
            if page is None or page.has_failed:
                self.is_cut = True
                self._failed += 1
                self._empty = []
                continue
            self._failed = 0
            slot.articles += page.articles
            onward = page.next_page
            if onward and not slot.walk.is_endless and onward not in slot.walk.addresses and _continues(slot, onward):
                still_open[onward] = slot
                continue
            self._finish(slot.days)
            if slot.articles:
                self._empty, self._has_articles = [], True
            else:
                self._empty += slot.days
        self._open = still_open
        if len(self._empty) >= MOST_EMPTY:
            self._end()
        if self._failed >= MOST_FAILED:
            self._left = []

    def _end(self) -> None:
        """The archive has nothing older: it is remembered where it begins."""
        self._left = []
        if self._has_articles:
            begins = max(self._empty) + DAY
            self.record = self.record.model_copy(update={"begins": begins.isoformat()})

    @property
    def missing(self) -> str | None:
        if not self._has_articles and self._empty:
            return f"{self.record.source}: shows no article on {len(self._empty)} days in a row"
        if self.record.begins and self.record.begins > self.span.first.isoformat():
            return f"{self.record.source}: begins on {self.record.begins}; the days before are empty"
        return None


def _continues(slot: _Slot, onward: str) -> bool:
    """Whether a page continues the one of a day, and is not that of another day."""
    own, other = urlsplit(slot.walk.listing.url), urlsplit(onward)
    is_below = other.path == own.path or other.path.startswith(own.path.rstrip("/") + "/")
    return own.netloc == other.netloc and is_below and set(parse_qsl(own.query)) <= set(parse_qsl(other.query))


class Pages(Place):
    """A paginated listing, walked down to the days that are wanted and through them, past everything known."""

    def __init__(
        self, record: Backfill, span: Span, *, again: bool, now: datetime, new_walk: Walk, max_pages: int
    ) -> None:
        super().__init__(record, span, again=again, now=now)
        self._walk = new_walk
        self._max_pages = max_pages
        # New articles push others down, to later pages; what was deleted since pulls them up: so one page before.
        self._page: str | None = (self.record.pages or [record.source])[0] if self.days else None
        self._old = 0

    def ask(self) -> list[str]:
        self.asked = {self._page: None} if self._page else {}
        return list(self.asked)

    def settle(self) -> None:
        self._note_dates()
        for address, page in self.asked.items():
            self._page = None
            if page is None or page.has_failed:
                self.is_cut = True
                if self._walk.pages == 0:  # the listing has become shorter since: from its first page then
                    self.record = self.record.model_copy(update={"pages": []})
                continue
            self.record = self.record.model_copy(update={"pages": [*self.record.pages, address][-2:]})
            is_old = bool(page.dates) and max(page.dates) < self.span.begin
            self._old = self._old + 1 if is_old else 0
            is_ordered = (self._walk.disorder or 0) <= DISORDER
            is_over = self._walk.is_endless or page.next_page is None or page.next_page in self._walk.addresses
            if is_over or (self._old >= MOST_OLD and is_ordered):
                self._finish(self.span.newest_first)
                self.record = self.record.model_copy(update={"open": None, "pages": []})
            elif self._walk.pages >= self._max_pages:
                self.is_cut = True
            else:
                self._page = page.next_page


class Sitemaps(Place):
    """A sitemap, or an index of sitemaps of which those are read that may hold the days."""

    def __init__(self, record: Backfill, span: Span, *, again: bool, now: datetime, new_walk: Walk) -> None:
        super().__init__(record, span, again=again, now=now)
        self._walk = new_walk
        self._left = [record.source] if self.days else []
        self._met = {record.source}

    def ask(self) -> list[str]:
        self.asked = dict.fromkeys(self._left[:1])
        return list(self.asked)

    def settle(self) -> None:
        self._note_dates()
        for address, page in self.asked.items():
            self._left.remove(address)
            if page is None or page.has_failed:
                self.is_cut = True
                continue
            further = [entry.url for entry in newest_first(list(page.sitemaps)) if self._may_hold(entry)]
            further = [url for url in dict.fromkeys(further) if url not in self._met]
            self._met.update(further)
            self._left = further + self._left
            if not page.sitemaps:
                self.record = self.record.model_copy(update={"pages": [*self.record.pages, address]})
        if not self._left and not self.is_cut:
            self._finish(self.span.newest_first)
            self.record = self.record.model_copy(update={"open": None, "pages": []})

    def _may_hold(self, entry: SitemapEntry) -> bool:
        if entry.url in self.record.pages:
            return False
        if month := month_of(entry.url):
            return f"{self.span.first - DAY:%Y-%m}" <= month <= f"{self.span.last + DAY:%Y-%m}"
        modified = parse_date(entry.modified) if entry.modified else None
        return modified is None or modified.at is None or modified.at >= self.span.begin - timedelta(days=1)
