"""What has to be known of a page beside itself, to read it again just as it was read then. Plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from newscrawl.article import Card
from newscrawl.normalize.publisher_policy import PagePolicy, SitePolicy
from newscrawl.spiders.walk import Walk
from newscrawl.store.visits import Due

if TYPE_CHECKING:
    from scrapy.http import Request

WANTS_POLICY, POLICY = "wants_policy", "policy"
"""Keys of a request's `meta`: an article is asked for; what the publisher says of it, as a `SitePolicy`."""


def context_of(request: Request) -> dict[str, Any]:
    """`kind`: article, listing, feed, sitemap, robots or other. Of an article also `card`, what led to it said; `met`,
    the addresses that led to it; `policy`, what the publisher says of its use."""
    known = request.cb_kwargs
    if "card" in known or "due" in known:
        card = known.get("card") or _card_of(known.get("due"))
        met = dict.fromkeys((*request.meta.get("redirect_urls", ()), request.url))
        context = {"kind": "article", "card": _without_nothing(asdict(card)) if card else None, "met": list(met)}
        policy = request.meta.get(POLICY)
        if isinstance(policy, SitePolicy):
            context["policy"] = _without_nothing(asdict(policy.of(request.url)))
        return _without_nothing(context)
    if isinstance(walk := known.get("walk"), Walk):
        return {"kind": walk.kind}
    if "place" in known:
        return {"kind": "listing"}
    return {"kind": "robots" if urlsplit(request.url).path == "/robots.txt" else "other"}


def card_in(context: Mapping[str, Any]) -> Card | None:
    """The card in the context of an archived page."""
    said = context.get("card")
    if not isinstance(said, dict):
        return None
    try:
        return Card(**said | {name: tuple(said.get(name) or ()) for name in ("authors", "tags")})
    except TypeError:  # of a release that knows other parts
        return None


def policy_in(context: Mapping[str, Any]) -> PagePolicy | None:
    """What the publisher said of an archived page."""
    said = context.get("policy")
    try:
        return PagePolicy(**said) if isinstance(said, dict) else None
    except TypeError:
        return None


def met_in(context: Mapping[str, Any]) -> tuple[str, ...]:
    """The addresses that led to an archived page."""
    met = context.get("met")
    return tuple(url for url in met if isinstance(url, str)) if isinstance(met, list) else ()


def _card_of(due: Any) -> Card | None:
    return due.card if isinstance(due, Due) else None


def _without_nothing(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value not in (None, (), [], {}, False)}
