"""The walk of one listing, feed or sitemap: how far it goes, and what the next run must know of it. No I/O.

A walk ends at the first page that holds nothing new, if the walks before it lost nothing. What is pinned, or was on an
earlier page of the same walk, says nothing about a page. A run that crashed or was cut short leaves its walk open with
the deepest page that it reached; the next walk goes on beyond that page, so that nothing below it is lost.

Not every listing is in the order of publication. Now and then a walk looks one page further than it has to; what it
finds there is remembered as the listing's patience, which later walks keep to. Where the printed dates show no order at
all, a known page says nothing, and only the limit of pages ends the walk.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal

from newscrawl.records import Listing

Kind = Literal["listing", "feed", "sitemap"]

LOOK_FURTHER = 8  # every so many walks, the first one after a complete walk among them
MOST_PATIENCE = 5  # known pages that a walk passes
MOST_STALE = 2  # pages in a row without a card of their own; one alone may be articles that came during the walk
DISORDER = 0.25  # of the neighbours are in the wrong order: half of a shuffled list, few where a box is not marked
FEWEST_DATES = 8  # neighbours with dates that tell of an order


@dataclass(frozen=True, slots=True)
class Shown:
    """What one page shows: identities of its articles in reading order, and what is known of them."""

    identities: Sequence[str]
    unknown: Collection[str] = ()
    promoted: Collection[str] = ()
    """Those that are marked as pinned."""
    dates: Sequence[datetime] = ()
    """Printed dates of those that are not pinned, in reading order, as far as there are any."""


class Walk:
    """One listing, feed or sitemap in this run. `since`: the run leaves out what was published before.

    `modified`: the date that a sitemap index prints for it. `depth`: indexes above it. `seen`: articles of earlier
    pages, where several walks share them. `source`: the address in the site file that led to it; its own by default.
    """

    def __init__(
        self,
        listing: Listing,
        *,
        since: datetime | None = None,
        modified: str | None = None,
        depth: int = 0,
        seen: set[str] | None = None,
        source: str = "",
    ) -> None:
        self.before = listing
        self.source = source or listing.url
        self.since = since
        self.modified = modified
        self.depth = depth
        self.pages = 0
        self.newest: str | None = None
        self.is_cut = False
        """Something was left behind: the next run has to come back for it."""
        self.has_news = False
        """The last page has an unknown article of its own."""
        self.own: list[str] = []
        """Articles of the last page that are not pinned and were on no page before: they tell how far the walk is."""
        self.ended_by_known = False
        self.addresses: set[str] = {listing.url}
        """Pages that were asked for."""
        self._seen = seen if seen is not None else set()
        self._dates: list[datetime] = []
        self._known_pages = 0
        self._stale_pages = 0
        self._news_below = 0
        self._to_pass = set(listing.open_walk or ())
        self._touched = False
        self.listing = listing.model_copy(update={"open_walk": listing.open_walk or []})

    @property
    def kind(self) -> Kind:
        """What is walked."""
        return self.listing.kind

    @property
    def has_all_before(self) -> bool:
        """Nothing of the last answer was left behind: where it has not changed, there is nothing to do."""
        return self.kind != "listing" and self.may_stop and self.before.open_walk is None

    @property
    def may_stop(self) -> bool:
        """A page without news ends the walk: what lies below it was seen by the walks before."""
        covers = self.before.since is None or (self.since is not None and self.since >= self.before.since)
        return self.before.completed_at is not None and covers

    @property
    def is_endless(self) -> bool:
        """The last pages showed nothing that was not on earlier ones."""
        return self._stale_pages >= MOST_STALE

    @property
    def patience(self) -> int:
        """Known pages that this walk passes before it ends."""
        return self.before.patience + (self.before.walks % LOOK_FURTHER == 1)

    @property
    def disorder(self) -> float | None:
        """Share of neighbouring cards of which the later one is the newer; null where too few have dates."""
        pairs = [(later > earlier) for earlier, later in pairwise(self._dates) if later != earlier]
        return sum(pairs) / len(pairs) if len(pairs) >= FEWEST_DATES else self.before.disorder

    def note_page(self, shown: Shown) -> None:
        """A page was read."""
        self.pages += 1
        own = [i for i in shown.identities if i not in shown.promoted and i not in self._seen]
        self.own = own
        self._note_news(own, shown)
        if self._to_pass and own:
            if not self._to_pass.isdisjoint(own):
                self._touched = True
            elif self._touched:
                self._to_pass = set()
        update: dict[str, object] = {}
        if self.pages == 1:
            update = {"cards": len(shown.identities), "new": len(shown.unknown)}
        if self.newest is None and shown.identities:
            self.newest = shown.identities[0]
        if self.kind != "sitemap":  # which has one page, and may have 50,000 articles
            if own and not self._to_pass:
                update["open_walk"] = own
            self._seen.update(shown.identities)
        self._dates += shown.dates
        self.listing = self.listing.model_copy(update=update)

    def _note_news(self, own: list[str], shown: Shown) -> None:
        self.has_news = any(i in shown.unknown for i in own)
        self._stale_pages = 0 if own or self.pages == 1 else self._stale_pages + 1
        if self.has_news:
            self._news_below = max(self._news_below, self._known_pages)
            self._known_pages = 0
        elif own:
            self._known_pages += 1

    def goes_on(self, *, all_too_old: bool) -> bool:
        """Whether the next page is wanted. `all_too_old`: every article of this one is older than `since`."""
        if all_too_old or self.is_endless:
            return False
        if self.has_news or self._to_pass or not self.may_stop or (self.disorder or 0) > DISORDER:
            return True
        if self._known_pages <= self.patience:
            return True
        self.ended_by_known = True
        return False

    def complete(self, now: datetime) -> Listing:
        """What is remembered of a walk that lost nothing."""
        since = self.before.since if self.ended_by_known or self.pages == 0 else self.since
        newest = self.newest or self.listing.newest
        update = {"open_walk": None, "completed_at": now, "newest": newest, "since": since, "modified": self.modified}
        return self.listing.model_copy(update=update | self._learnt())

    def _learnt(self) -> dict[str, object]:
        """What the walk tells of the listing's order. A first walk, or one that takes up another, tells nothing."""
        if self.pages == 0:
            return {}
        walks, patience = self.before.walks + 1, self.before.patience
        if self._news_below and self.may_stop and self.before.open_walk is None:
            walks, patience = 1, min(max(patience, self._news_below), MOST_PATIENCE)
        elif walks > LOOK_FURTHER and walks % LOOK_FURTHER == 1:
            patience = max(patience - 1, 0)
        return {"walks": walks, "patience": patience, "disorder": self.disorder}
