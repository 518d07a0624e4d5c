"""An article that shows what is wrong, beside the last good one: what one looks at first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.site import Site
from newscrawl.verdicts import Finding

Database = AsyncDatabase[dict[str, Any]]
Document = dict[str, Any]

LOOKED_AT = 500
"""Articles of a site, the newest first, that are looked at for a sample."""
LATE = timedelta(days=2)
"""How long after their publication articles are fetched."""
PART = {"published": "published.at", "dateline": "dateline.raw", "views": "views.count"}
"""Where a field holds its value, if not in itself."""
_NOTHING: list[Any] = [None, "", []]


@dataclass(frozen=True, slots=True)
class Sample:
    """Addresses to look at; None: there is none."""

    bad: str | None = None
    good: str | None = None
    value: str | None = None
    """What the good one has."""


async def samples(database: Database, site: Site, findings: Iterable[Finding]) -> dict[str, Sample]:
    """Key of each finding to its sample."""
    return {finding.key: await _sample(database, site, finding) for finding in findings}


async def _sample(database: Database, site: Site, finding: Finding) -> Sample:
    match finding.what:
        case "field":
            path = PART.get(finding.subject or "", finding.subject or "")
            bad = await _article(database, site.name, {path: {"$in": _NOTHING}}, since=finding.since)
            if bad is None and finding.subject == "published":
                bad = await database["articles"].find_one({"site": site.name, "published.at": None})
            good = await _article(database, site.name, {path: {"$nin": _NOTHING}}, until=finding.since)
            return Sample(_url(bad), _url(good), _value(good, path))
        case "failures" | "http" | "run-failed":
            query = {"site": site.name, "last_at": {"$gte": finding.since}}
            failure = await database["failures"].find_one(query, sort=[("last_at", -1)])
            good = await _article(database, site.name, {}, until=finding.since)
            return Sample(_url(failure), _url(good))
        case "no-new-articles" | "fewer-new-articles" | "listing-empty":
            good = await _article(database, site.name, {}, until=finding.since)
            return Sample(next(iter(site.sources), site.home), _url(good))
        case _:
            return Sample(finding.url or finding.subject)


async def _article(
    database: Database,
    site: str,
    further: Document,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Document | None:
    """The newest article of a site that was fetched from, or before, an instant, and is as `further` says."""
    fetched = {"$gte": since} if since else {"$lt": until}
    # By the index of site and publication: what was fetched since then was not published long before.
    published = {"$gte": since - LATE} if since else {"$lt": until}
    pipeline: list[Document] = [
        {"$match": {"site": site, "published.at": published}},
        {"$sort": {"published.at": -1}},
        {"$limit": LOOKED_AT},
        {"$match": {"fetch.at": fetched, **further}},
        {"$limit": 1},
    ]
    found = await (await database["articles"].aggregate(pipeline)).to_list()
    return found[0] if found else None


def _url(document: Document | None) -> str | None:
    return document["url"] if document else None


def _value(document: Document | None, path: str) -> str | None:
    """What stands there, as one line."""
    value: Any = document
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, list):
        value = ", ".join(
            str(item.get("name") or item.get("url")) if isinstance(item, dict) else str(item) for item in value
        )
    return " ".join(str(value).split())[:120] if value is not None else None
