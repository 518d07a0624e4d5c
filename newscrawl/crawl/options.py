"""What a crawl is asked for, and what it gives back. No Scrapy: a process that only leads others does without it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from newscrawl.records import Run


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


class Ended(NamedTuple):
    """The crawl of one site has ended. `identity`: of its record in the database, where it has one.

    `is_earlier`: it is an earlier run with the same key, and no other one was started.
    """

    site: str
    run: Run
    identity: str | None = None
    is_earlier: bool = False


@dataclass
class Outcome:
    """What a crawl did: the run record of each site, and the signal that ended it early, if one did.

    `identities`: of the records in the database. `earlier`: sites of which an earlier run with the same key is told.
    """

    runs: dict[str, Run]
    signal: int | None = None
    identities: dict[str, str] = field(default_factory=dict)
    earlier: set[str] = field(default_factory=set)

    def add(self, ended: Ended) -> None:
        """Note the end of one site's crawl, in the place of what was noted of it before."""
        self.runs[ended.site] = ended.run
        if ended.identity is not None:
            self.identities[ended.site] = ended.identity
        if ended.is_earlier:
            self.earlier.add(ended.site)


Counted = dict[str, dict[str, int]]
"""Counts of every site of a crawl, by its name."""
Progress = Callable[[Counted], None]
"""Takes the counts of a crawl that goes on."""
