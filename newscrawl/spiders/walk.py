"""The walk of one listing, feed or sitemap: how far it goes, and what the next run must know of it. No I/O.

A walk ends at the first page that holds nothing new, if the walks before it lost nothing. A run that crashed or was
cut short leaves its walk open with the deepest page that it reached; the next walk goes on beyond that page, so that
nothing below it is lost.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from newscrawl.records import Listing

Kind = Literal["listing", "feed", "sitemap"]


class Walk:
    """One listing, feed or sitemap in this run. `since`: the run leaves out what was published before."""

    def __init__(self, listing: Listing, *, since: datetime | None = None) -> None:
        self.before = listing
        self.since = since
        self.pages = 0
        self.newest: str | None = None
        self.is_cut = False
        """Something was left behind: the next run has to come back for it."""
        self.ended_by_known = False
        self._to_pass = set(listing.open_walk or ())
        self._touched = False
        self.listing = listing.model_copy(update={"open_walk": listing.open_walk or []})

    @property
    def kind(self) -> Kind:
        """What is walked."""
        return self.listing.kind

    @property
    def is_conditional(self) -> bool:
        """The request may ask for changes only: nothing of the last answer was left behind."""
        return self.kind != "listing" and self.may_stop and self.before.open_walk is None

    @property
    def may_stop(self) -> bool:
        """A page without news ends the walk: what lies below it was seen by the walks before."""
        covers = self.before.since is None or (self.since is not None and self.since >= self.before.since)
        return self.before.completed_at is not None and covers

    def note_page(self, identities: list[str], new: int) -> None:
        """A page was read: identities of its articles, and how many of them are new."""
        self.pages += 1
        if self._to_pass:
            if self._to_pass & set(identities):
                self._touched = True
            elif self._touched:
                self._to_pass = set()
        update: dict[str, object] = {"cards": len(identities), "new": new} if self.pages == 1 else {}
        if identities and not self._to_pass:
            update["open_walk"] = identities
        if self.newest is None and identities:
            self.newest = identities[0]
        self.listing = self.listing.model_copy(update=update)

    def goes_on(self, *, has_news: bool, all_too_old: bool) -> bool:
        """Whether the next page is wanted. `all_too_old`: every article of this one is older than `since`."""
        if all_too_old:
            return False
        if has_news or self._to_pass or not self.may_stop:
            return True
        self.ended_by_known = True
        return False

    def complete(self, now: datetime) -> Listing:
        """What is remembered of a walk that lost nothing."""
        since = self.before.since if self.ended_by_known or self.pages == 0 else self.since
        newest = self.newest or self.listing.newest
        return self.listing.model_copy(
            update={"open_walk": None, "completed_at": now, "newest": newest, "since": since}
        )
