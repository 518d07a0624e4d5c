"""One page of a listing, feed or sitemap to what it leads to: cards, the next page, further sitemaps. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from newscrawl.article import Card, NotAnArticle
from newscrawl.extract.feed import NotAFeed, read_feed
from newscrawl.extract.limits import LIMITS, Limits
from newscrawl.extract.listing import read_listing
from newscrawl.extract.page import Page
from newscrawl.extract.sitemap import NotASitemap, SitemapEntry, read_sitemap
from newscrawl.site import Site

if TYPE_CHECKING:
    from newscrawl.spiders.walk import Kind  # of records, which readers of pages do without


class Unreadable(ValueError):
    """The page is not what the site file says. `reason` is a stable code, `detail` a sentence for people."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason, self.detail = reason, detail
        super().__init__(f"{detail} ({reason})")

    def __reduce__(self) -> tuple[type[Unreadable], tuple[str, str]]:
        """So that it comes whole from another process."""
        return type(self), (self.reason, self.detail)


@dataclass(slots=True)
class Found:
    """What one page leads to."""

    cards: list[Card]
    next_page: str | None = None
    sitemaps: list[SitemapEntry] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    """Reasons for what of the page was left out, to be counted."""


class Fresh(NamedTuple):
    """An article that is not known yet: address to fetch, identity, and the card that led to it."""

    address: str
    identity: str
    card: Card


def read_discovery(
    kind: Kind, body: bytes, url: str, headers: Mapping[str, str], site: Site, limits: Limits = LIMITS
) -> Found:
    """Read one page. `headers`: those of the response, names in small letters. Raises Unreadable."""
    try:
        if kind == "feed":
            feed = read_feed(body, url, content_type=headers.get("content-type", ""), limits=limits)
            return Found(feed.cards, feed.next_page, remarks=feed.remarks)
        if kind == "sitemap":
            sitemap = read_sitemap(body, url, content_type=headers.get("content-type", ""), limits=limits)
            return Found(sitemap.cards, sitemaps=sitemap.sitemaps, remarks=sitemap.remarks)
        listing = read_listing(Page(body, url, headers=headers, limits=limits), site)
        return Found(listing.cards, listing.next_page, remarks=listing.remarks)
    except NotAFeed as error:
        raise Unreadable(error.reason, str(error)) from error
    except NotASitemap as error:
        raise Unreadable(error.reason, str(error)) from error
    except NotAnArticle as error:
        raise Unreadable(error.reason, error.detail) from error
