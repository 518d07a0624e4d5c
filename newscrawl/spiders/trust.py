"""How far a server is believed that says that a feed or sitemap has not changed. No I/O.

RFC 9110, 13: a request with the validators of the last answer is answered 304 where nothing has changed. Some servers
answer so for ever. So after some such answers, or some time, the page is asked for whole directly after a 304; where it
shows new articles then, no validators are sent to this address for a while.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from newscrawl.normalize.dates import parse_date
from newscrawl.records import Listing
from newscrawl.storable import header_value

MOST_UNCHANGED = 20  # answers 304 in a row: a feed that is asked every half hour is checked about twice a day
LONGEST_UNCHANGED = timedelta(days=1)  # since the last whole answer: what a feed hides is a day old at most
DISTRUST = timedelta(days=7)  # a server is mended by people, in days
LONGEST_UNREAD = timedelta(days=7)  # a sitemap whose index says for so long that it has not changed is read once more


def validators(listing: Listing, now: datetime) -> dict[str, str]:
    """Headers that ask for changes alone; none where the server is not believed."""
    until = listing.distrusted_until
    if until is not None and now < until <= now + DISTRUST:  # a later end was set by a clock that was wrong
        return {}
    headers = {"If-None-Match": listing.etag, "If-Modified-Since": listing.last_modified}
    return {name: value for name, value in headers.items() if value}


def needs_proof(listing: Listing, now: datetime) -> bool:
    """Whether a 304 is not to be believed without a look at the whole page."""
    read_at = listing.read_at
    is_recent = read_at is not None and now - LONGEST_UNCHANGED <= read_at <= now + LONGEST_UNCHANGED
    return listing.unchanged >= MOST_UNCHANGED or not is_recent


def unchanged(listing: Listing) -> Listing:
    """The listing after a 304 that was believed."""
    return listing.model_copy(update={"unchanged": listing.unchanged + 1})


def body_hash(body: bytes) -> str:
    """What tells two bodies apart."""
    return hashlib.sha256(body).hexdigest()[:32]


def answered_whole(listing: Listing, headers: Mapping[str, str], body: bytes, now: datetime) -> Listing:
    """The listing after a whole answer. `headers`: names in small letters."""
    return listing.model_copy(
        update={
            "etag": header_value(headers.get("etag")),
            "last_modified": header_value(headers.get("last-modified")),
            "body_hash": body_hash(body),
            "read_at": now,
            "unchanged": listing.unchanged if listing.distrusted_until else 0,
        }
    )


def believed(listing: Listing) -> Listing:
    """The listing after a 304 that the whole answer did not contradict."""
    return listing.model_copy(update={"distrusted_until": None, "unchanged": 0})


def distrusted(listing: Listing, now: datetime) -> Listing:
    """The listing after a 304 that hid new articles. The first 304 after the time of distrust is checked again."""
    return listing.model_copy(update={"distrusted_until": now + DISTRUST, "unchanged": MOST_UNCHANGED})


def is_read(listing: Listing, modified: str | None, now: datetime) -> bool:
    """Whether a sitemap was read completely since the date that its index prints for it.

    A date without a time is believed two days later: that day may go on, and its time zone is not known.
    """
    stamp = parse_date(modified) if modified else None
    read_at = listing.completed_at
    if stamp is None or stamp.at is None or listing.modified != modified or read_at is None:
        return False
    settled = stamp.at if stamp.precision in ("second", "minute") else stamp.at + timedelta(days=2)
    return settled < read_at and now - LONGEST_UNREAD <= read_at <= now + LONGEST_UNREAD
