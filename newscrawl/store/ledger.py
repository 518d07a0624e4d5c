"""The ledger of a site: what its listings, feeds and sitemaps have shown, and what became of it.

The crawl writes what was shown (`Sighting`) before any article of it is asked for. What became of an article is not
kept beside that, it is looked up: so nothing has to be kept in step, and a crash can hide nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Literal

from pymongo import UpdateOne
from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.normalize.completeness import Estimate, Unknown, estimate
from newscrawl.normalize.rhythm import Silence, silence
from newscrawl.normalize.urls import article_id
from newscrawl.records import LEDGER, Sighting
from newscrawl.store.runs import state_of
from newscrawl.verdicts import Finding, What

Database = AsyncDatabase[dict[str, Any]]
Document = dict[str, Any]

Fate = Literal["stored", "failed", "missing", "left-out", "on-the-way"]
"""What became of an article that was shown. Missing: neither stored nor in `failures`, and no run is about to fetch it.
Left out: by `--since` or `--limit`."""

EXACT = frozenset({"second", "minute", "hour"})
"""Precisions of a publication that tell its hour."""
RECALLED = timedelta(days=7)
"""How young an article is that a crawl fetches though no source shows it any more."""
CHUNK = 1000  # articles looked up by one query


@dataclass(frozen=True, slots=True)
class Shown:
    """One article that was shown, under whatever addresses, and what became of it."""

    identity: str
    """`_id` of its document where it is stored."""
    url: str
    seen: datetime
    kinds: frozenset[str]
    fate: Fate
    reason: str | None = None
    """Why it failed."""


@dataclass(slots=True)
class Source:
    """One listing, feed or sitemap."""

    url: str
    kind: str
    shown: int = 0
    """Articles of the hours in question."""
    answered_at: datetime | None = None
    silence: Silence | None = None
    problem: str | None = None
    """Why it could not be read at last."""


@dataclass(frozen=True, slots=True)
class Hour:
    """The articles published in one hour."""

    counts: Counter[str]
    """Of those shown by each kind, and of each fate."""
    estimate: Estimate | Unknown


@dataclass(slots=True)
class Ledger:
    """The ledger of a site over some hours."""

    site: str
    since: datetime
    until: datetime
    articles: list[Shown]
    """Published in these hours."""
    earlier: list[Shown]
    """Published before, and shown for the first time in these hours."""
    sources: list[Source]
    estimate: Estimate | Unknown
    last_run: Document | None = None
    by_hour: dict[datetime, Hour] = field(default_factory=dict)
    """By the beginning of each hour."""

    @property
    def fates(self) -> Counter[str]:
        """Number of articles of each fate."""
        return Counter(article.fate for article in self.articles)

    @property
    def missing(self) -> list[Shown]:
        """What was shown and is neither stored nor explained."""
        return self._of("missing")

    @property
    def failed(self) -> list[Shown]:
        """What was shown and is in `failures`."""
        return self._of("failed")

    def _of(self, fate: Fate) -> list[Shown]:
        return [article for article in (*self.earlier, *self.articles) if article.fate == fate]

    @property
    def is_empty(self) -> bool:
        """The site was never crawled."""
        return self.last_run is None and not self.sources

    @property
    def findings(self) -> list[Finding]:
        """What is wrong; none: nothing is."""
        found = []
        if missing := self.missing:
            first = min(article.seen for article in missing)
            about = missing[0].url
            found.append(self._finding("missing", since=first, observed=len(missing), number=len(missing), url=about))
        for source in self.sources:
            if source.problem is not None:
                since = source.answered_at or self.until
                found.append(self._finding("source", source.url, since=since, reasons={source.problem: 1}))
            elif source.silence is not None and source.silence.is_quiet:
                usual = source.silence.usual / timedelta(hours=1) if source.silence.usual is not None else None
                hours = source.silence.length / timedelta(hours=1)
                since = source.silence.since
                found.append(self._finding("source", source.url, since=since, observed=hours, expected=usual))
        return found

    def _finding(self, what: What, subject: str | None = None, *, observed: float = 0, **further: Any) -> Finding:
        run = self.last_run["_id"] if self.last_run else None
        return Finding(what=what, subject=subject, observed=observed, until=self.until, run=run, **further)


def sighting_operation(seen: Sighting) -> UpdateOne:
    """The write of a sighting. The first one of an article by a source counts; but what any whole run has shown is not
    left out, and false is less than true."""
    update = {"$setOnInsert": seen.model_dump(exclude={"is_partial"}), "$min": {"is_partial": seen.is_partial}}
    return UpdateOne({"_id": seen.id}, update, upsert=True)


async def keep_sightings(database: Database, sightings: Iterable[Sighting]) -> None:
    """Keep what a source has shown, at once."""
    if operations := [sighting_operation(seen) for seen in sightings]:
        await database["sightings"].bulk_write(operations, ordered=False)


async def read_ledger(
    database: Database,
    site: str,
    *,
    since: datetime,
    now: datetime,
    zone: tzinfo = UTC,
    configured: Mapping[str, str] | None = None,
) -> Ledger:
    """The ledger of a site from an instant on. `zone`: of the site. `configured`: address to kind of its sources."""
    sightings = [document async for document in database["sightings"].find(*sightings_query(site, now - LEDGER))]
    recent = {found["article"] for found in sightings if found["seen"] >= since or found["at"] >= since}
    fates = await _fates(database, site, [sighting for sighting in sightings if sighting["article"] in recent])
    articles = [article for article in fates if article.seen >= since]
    last_run = await database["runs"].find_one({"site": site}, sort=[("started_at", -1)])
    return Ledger(
        site=site,
        since=since,
        until=now,
        articles=articles,
        earlier=[article for article in fates if article.seen < since],
        sources=await _sources(database, site, sightings, since, zone, configured or {}),
        estimate=_estimate(articles),
        last_run=last_run,
        by_hour=_by_hour(articles),
    )


def sightings_query(site: str, since: datetime) -> tuple[Document, Document]:
    """Filter and projection of the sightings of a site from an instant on."""
    fields = dict.fromkeys(("source", "kind", "article", "url", "at", "seen", "run", "is_partial"), 1)
    return {"site": site, "seen": {"$gte": since}}, fields


def _estimate(articles: Iterable[Shown]) -> Estimate | Unknown:
    """From the kinds of sources, since listings of one site repeat each other. Without what failed: much of it is no
    article, and what only one kind links to by mistake would count as missed by the others."""
    shown: dict[str, set[str]] = defaultdict(set)
    for article in articles:
        for kind in article.kinds if article.fate != "failed" else ():
            shown[kind].add(article.identity)
    return estimate(shown)


async def lost_articles(database: Database, site: str, run: str | None, now: datetime) -> list[str]:
    """Addresses that runs before this one have met, and that are neither stored nor explained.

    Looked for only where the last run did not come to its end: what it met may be shown nowhere any more.
    """
    last = await database["runs"].find_one({"site": site, "_id": {"$ne": run}}, sort=[("started_at", -1)])
    if last is None or (last.get("reason") == "finished" and "database-away" not in last.get("errors", {})):
        return []
    sightings = [document async for document in database["sightings"].find(*sightings_query(site, now - RECALLED))]
    return [article.url for article in await _fates(database, site, sightings) if article.fate == "missing"]


async def _fates(database: Database, site: str, sightings: list[Document]) -> list[Shown]:
    by_article: dict[str, list[Document]] = defaultdict(list)
    for sighting in sightings:
        by_article[sighting["article"]].append(sighting)
    open_runs = database["runs"].find({"site": site, "ended_at": None, "reason": None})
    now = datetime.now(UTC)
    running = {run["_id"] async for run in open_runs if state_of(run, now) == "running"}
    found: dict[str, Shown] = {}
    identities = sorted(by_article)
    for start in range(0, len(identities), CHUNK):
        chunk = {identity: by_article[identity] for identity in identities[start : start + CHUNK]}
        stored = await _stored(database, chunk)
        left = {identity: seen for identity, seen in chunk.items() if identity not in stored}
        reasons = await _failed(database, left)
        for identity, seen in chunk.items():
            article = _shown(identity, seen, stored, reasons, running)
            known = found.get(article.identity)
            found[article.identity] = _together(known, article) if known else article
    return sorted(found.values(), key=lambda article: (article.seen, article.url))


def _together(one: Shown, other: Shown) -> Shown:
    """One article that was shown under two addresses."""
    return replace(one, seen=min(one.seen, other.seen), kinds=one.kinds | other.kinds)


def _shown(
    identity: str,
    sightings: list[Document],
    stored: Mapping[str, Document],
    reasons: Mapping[str, str],
    running: set[str],
) -> Shown:
    fate: Fate = "missing"
    if identity in stored:
        fate = "stored"
    elif identity in reasons:
        fate = "failed"
    elif any(sighting["run"] in running for sighting in sightings):
        fate = "on-the-way"
    elif all(sighting["is_partial"] for sighting in sightings):
        fate = "left-out"
    document: Document = stored.get(identity) or {"_id": identity, "url": sightings[0]["url"]}
    published = document.get("published") or {}
    at = published.get("at") if published.get("precision") in EXACT else None
    return Shown(
        identity=document["_id"],
        url=document["url"],
        seen=at or min(sighting["seen"] for sighting in sightings),
        kinds=frozenset(sighting["kind"] for sighting in sightings),
        fate=fate,
        reason=reasons.get(identity),
    )


async def _stored(database: Database, chunk: Mapping[str, list[Document]]) -> dict[str, Document]:
    """Identity to the article that is stored under it, or under an address at which it was shown."""
    by_url = {sighting["url"]: identity for identity, seen in chunk.items() for sighting in seen}
    urls = list(by_url)
    matches = {"$or": [{"_id": {"$in": list(chunk)}}, {"url": {"$in": urls}}, {"aliases": {"$in": urls}}]}
    fields = {"url": 1, "aliases": 1, "published.at": 1, "published.precision": 1}
    stored: dict[str, Document] = {}
    async for document in database["articles"].find(matches, fields):
        addresses = (document["url"], *(document.get("aliases") or ()))
        found = {document["_id"], *(article_id(url) for url in addresses)} & chunk.keys()
        found |= {by_url[url] for url in addresses if url in by_url}
        stored |= dict.fromkeys(found, document)
    return stored


async def _failed(database: Database, left: Mapping[str, list[Document]]) -> dict[str, str]:
    """Reasons of the articles that failed, by identity."""
    by_failure = {article_id(sighting["url"]): identity for identity, seen in left.items() for sighting in seen}
    query = {"_id": {"$in": list(by_failure)}, "stage": {"$ne": "discover"}}
    found = database["failures"].find(query, {"reason": 1})
    return {by_failure[failure["_id"]]: failure["reason"] async for failure in found}


async def _sources(
    database: Database,
    site: str,
    sightings: list[Document],
    since: datetime,
    zone: tzinfo,
    configured: Mapping[str, str],
) -> list[Source]:
    """Every source that was read or shows something, with its rhythm."""
    sources: dict[str, Source] = {}
    arrivals: dict[str, list[datetime]] = defaultdict(list)
    for sighting in sightings:
        sources.setdefault(sighting["source"], Source(sighting["source"], sighting["kind"]))
        arrivals[sighting["source"]].append(sighting["seen"])
        sources[sighting["source"]].shown += sighting["seen"] >= since
    problems = {
        failure["url"]: failure["reason"]
        async for failure in database["failures"].find({"site": site, "stage": "discover"}, {"url": 1, "reason": 1})
    }
    async for listing in database["listings"].find({"site": site}):
        url = listing["url"]
        if url in configured:
            sources.setdefault(url, Source(url, configured[url]))
        if url in sources:
            sources[url].answered_at = listing.get("answered_at")
    for url, source in sources.items():
        source.problem = problems.get(url)
        if source.answered_at is not None:
            source.silence = silence(arrivals[url], source.answered_at, zone)
    for url in problems.keys() - sources.keys():
        sources[url] = Source(url, configured.get(url, "source"), problem=problems[url])
    return sorted(sources.values(), key=lambda source: (source.kind, source.url))


def _by_hour(articles: Iterable[Shown]) -> dict[datetime, Hour]:
    hours: dict[datetime, list[Shown]] = defaultdict(list)
    for article in articles:
        hours[article.seen.replace(minute=0, second=0, microsecond=0)].append(article)
    return {
        hour: Hour(Counter(name for article in found for name in (*article.kinds, article.fate)), _estimate(found))
        for hour, found in sorted(hours.items())
    }
