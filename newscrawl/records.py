"""The documents beside the articles: view counters, earlier versions, failures, listings, runs. Pure data."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from newscrawl.article import Article, Change, Count, Gone, Instant, Part
from newscrawl.job import Job, Worker
from newscrawl.schedule import Lease, Schedule, Slot
from newscrawl.storable import Address, Body, Counter, HeaderValue, Headline, Lead, Line, Name
from newscrawl.subscription import Webhook
from newscrawl.verdicts import Alert, Channel, Health, Mute

LEDGER = timedelta(days=60)
"""How long it is kept what sources have shown: twice the four weeks that tell the rhythm of a source."""

ViewSource = Literal["own page", "card"]
ViewKey = tuple[str, datetime, ViewSource, int, str | None]


class ViewObservation(Part):
    """One sighting of a view counter: the document of the collection `views`."""

    article: str = Field(description="Identity of the article: the hash of `url`.")
    url: Address = Field(description="Address of the article, in its canonical form.")
    at: Instant = Field(description="When the page that shows it was fetched.")
    count: Count = Field(description="Views.")
    source: ViewSource = Field(description="The article's own page, or a card of it on another page.")
    raw: Counter | None = Field(default=None, description="The counter as printed.")
    fell: bool = Field(default=False, description="It is lower than the latest one known when it was written.")
    run: str | None = Field(default=None, description="The run that saw it.")

    @property
    def key(self) -> ViewKey:
        """What makes it the observation that it is."""
        return self.article, self.at, self.source, self.count, self.run

    @property
    def id(self) -> str:
        """Identity in the database: the hash of `key`, the same however often the observation is written."""
        text = f"{self.article} {self.at.isoformat()} {self.source} {self.count} {self.run}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]


class Revision(Part):
    """An earlier version of an article whose headline, lead or body changed."""

    article: str = Field(description="Identity of the article.")
    revision: int = Field(description="Number of this version, 1 for the first.")
    headline: Headline = Field(description="Its headline.")
    lead: Lead | None = Field(default=None, description="Its lead; null: it had none, or `body` is null, too.")
    body: Body | None = Field(description="Null, as `lead` is: both are those of the version `change.same_as`.")
    fingerprint: str = Field(description="SHA-256 of headline, lead and body, typography folded.")
    seen_at: Instant | None = Field(default=None, description="When this version was first seen.")
    replaced_at: Instant = Field(description="Fetch that found the next version, UTC.")
    run: str | None = Field(default=None, description="The run that found the next version.")
    change: Change | None = Field(default=None, description="What made this version; null for the first one.")
    is_other_article: bool = Field(
        default=False,
        description="The address has come to show another article; this was the last version of the one before.",
    )


class Tombstone(Part):
    """What is left of a document that turned out to be another article's: the document of `tombstones`.

    Its `_id` was that of the article. Readers who follow `seq` learn by it that they have one article twice.
    """

    url: Address = Field(description="The address that it had; the article that it was merged into has it now.")
    site: str | None = Field(default=None, description="Name of the site file.")
    headline: Headline = Field(description="The headline that it had.")
    status: Literal["merged"] = Field(default="merged", description="Always `merged`.")
    merged_into: str = Field(description="Identity of the article that it is a part of now.")
    first_seen_at: Instant | None = Field(default=None, description="First fetch of that address, UTC.")
    changed_at: Instant = Field(description="When it was merged, UTC.")
    seq: Count | None = Field(default=None, description="Its place in the order of all news.")
    seq_due: str | None = Field(default=None, description="Set while its `seq` is still to be given.")


class Reserved(Part):
    """Numbers that a process is writing just now."""

    token: str = Field(description="The process and its attempt.")
    first: Count = Field(description="The lowest of these numbers.")
    at: Instant = Field(description="When they were reserved, by the clock of the database, UTC.")


class Sequence(Part):
    """How far the order of all news has come: the one document, `articles`, of the collection `sequence`."""

    last: Count = Field(default=0, description="The highest `seq` that was given.")
    settled: Count = Field(default=0, description="Readers may go up to here: nothing new appears below.")
    open: list[Reserved] = Field(default_factory=list, description="Numbers that are being written.")


class Form(Part):
    """In which form the articles are stored: the one document, `articles`, of the collection `forms`."""

    schema_version: Count = Field(description="No article is in an earlier form.")


class Failure(Part):
    """An address that could not be fetched, read or stored."""

    url: Address = Field(description="Address that was asked for.")
    site: str = Field(description="Name of the site file.")
    stage: Literal["discover", "fetch", "read", "store", "ingest"] = Field(
        description="`ingest`: it is the page in a file that could not be used; the address itself was not asked."
    )
    reason: str = Field(description="Stable code such as `http-404`.")
    detail: Line = Field(default="", description="A sentence for people.")
    attempts: int = Field(default=1, ge=1, description="Attempts in a row that failed.")
    first_at: Instant = Field(description="First failure of these, UTC.")
    last_at: Instant = Field(description="Last failure, UTC.")
    next_try_at: Instant | None = Field(default=None, description="Null: never again by itself.")
    article: str | None = Field(default=None, description="Identity of the stored article that was visited again.")
    run: str | None = Field(default=None, description="The run that failed last.")
    archive: Line | None = Field(default=None, description="Where the page is archived; null: it is not.")
    dropped_at: Instant | None = Field(default=None, description="When an operator gave it up: shown no more.")


class IngestedFile(Part):
    """How far a file was ingested: the document of the collection `ingests`."""

    path: str = Field(description="Path of the file.")
    site: str | None = Field(default=None, description="Only pages of this site were taken.")
    size: Count = Field(description="Bytes, when it was read.")
    modified_at: Instant = Field(description="Last change of the file when it was read, UTC.")
    position: str = Field(default="0", description="Where its next page begins: bytes, and records in the same block.")
    finished_at: Instant | None = Field(default=None, description="When all of it was read; null: not yet.")
    run: str | None = Field(default=None, description="The run that read it last.")

    @property
    def id(self) -> str:
        """Identity in the database: the hash of what was read, and for which site."""
        return ingest_id(self.path, self.site)


def ingest_id(path: str, site: str | None) -> str:
    """Identity of the state of a file. `site`: where pages of one site alone are taken."""
    return hashlib.sha256(f"{site or ''}\n{path}".encode("utf-8", "surrogateescape")).hexdigest()[:32]


class Visit(Part):
    """A visit of a stored article that gave no new reading of it. Part of the article, no collection of its own."""

    article: str
    at: Instant
    claim: Instant = Field(description="`next_visit_at` while the visit goes on: another value, and it is out of date.")
    next_visit_at: Instant | None
    is_there: bool = Field(description="The server said that the article is there, and unchanged.")
    not_modified: Count = 0
    gone: Gone | None = None


class Listing(Part):
    """What is known of a listing page, feed or sitemap between two runs."""

    url: Address = Field(description="Its address.")
    site: str = Field(description="Name of the site file.")
    kind: Literal["listing", "feed", "sitemap"] = Field(description="What it is.")
    etag: HeaderValue = Field(
        default=None, description="Header `ETag` of the last whole answer, sent back at the next visit."
    )
    last_modified: HeaderValue = Field(
        default=None, description="Header `Last-Modified` of the last whole answer, sent back at the next visit."
    )
    newest: Address | None = Field(default=None, description="URL of the newest card at the last complete walk.")
    completed_at: Instant | None = Field(default=None, description="End of the last walk that lost nothing.")
    since: Instant | None = Field(default=None, description="Older articles those walks left out; null: none.")
    open_walk: list[str] | None = Field(
        default=None,
        description="Identities on the deepest page reached by a walk that has not ended; null: none is open.",
    )
    cards: int = Field(default=0, description="Cards of the first page at the last visit.")
    new: int = Field(default=0, description="Of these, new articles.")
    body_hash: str | None = Field(default=None, description="Hash of the last whole answer's body.")
    read_at: Instant | None = Field(default=None, description="Last whole answer.")
    answered_at: Instant | None = Field(default=None, description="Last answer, also one that says 304.")
    unchanged: int = Field(default=0, ge=0, description="Answers 304 in a row since then.")
    distrusted_until: Instant | None = Field(
        default=None,
        description="The server said 304 and hid new articles: until then it gets no validators.",
    )
    is_index: bool = Field(default=False, description="A sitemap that leads to further sitemaps.")
    modified: Name | None = Field(default=None, description="Date that the index printed at the last complete walk.")
    walks: int = Field(default=0, ge=0, description="Complete walks since one found news below a known page.")
    patience: int = Field(default=0, ge=0, description="Known pages below which earlier walks found news.")
    disorder: float | None = Field(
        default=None, ge=0, le=1, description="Share of neighbouring cards of which the later one is the newer."
    )
    known_since: Instant | None = Field(default=None, description="First visit.")
    next_due: Instant | None = Field(
        default=None, description="When it is worth a visit again by its own rhythm; null: not known, so at once."
    )


class SiteMemory(Part):
    """What crawls have learnt of a site: the document of the collection `sites`."""

    site: str = Field(description="Name of the site file.")
    parameters: list[Name] = Field(
        default_factory=list, description="Query parameters that make new addresses of the same articles."
    )


class Host(Part):
    """How a host wants to be asked, or that it is down: the document of the collection `hosts`."""

    host: str = Field(description="Name, with its port where the address names one.")
    openings: int = Field(default=0, ge=0, description="Times in a row that it was found down.")
    left_until: Instant | None = Field(default=None, description="Until then it is left alone; null: it is not.")
    reason: str | None = Field(default=None, description="`host-down` or `host-asks-to-wait`.")
    changed_at: Instant = Field(description="When this was last written, UTC.")


class Robots(Part):
    """What is known of the robots.txt of one origin, and of the files beside it: a document of `robots`."""

    origin: str = Field(description="Scheme, host and port where it is not the scheme's own: `https://example.com`.")
    site: str = Field(description="The site that asked last.")
    fetched_at: Instant = Field(description="Last attempt.")
    state: Literal["rules", "unavailable", "unreachable"] = Field(
        description="By RFC 9309, 2.3.1: rules were read; there are none, so all is allowed; it cannot be known, so "
        "nothing is allowed unless a copy can be believed."
    )
    reason: str = Field(description="Why, as a stable code such as `http-503`.")
    failures: Count = Field(default=0, description="Attempts in a row after which it could not be known.")
    text: str | None = Field(default=None, description="The rules as last read, 500 KiB at most.")
    text_at: Instant | None = Field(default=None, description="When they were read: believed for 30 days.")
    ai_txt: str | None = Field(default=None, description="`/ai.txt`, 64 KiB at most; null: none.")
    tdmrep: str | None = Field(default=None, description="`/.well-known/tdmrep.json`, 64 KiB at most; null: none.")
    policies_at: Instant | None = Field(default=None, description="When these two were last asked for.")


class Days(Part):
    """Whole days, as ISO dates in the site's time zone. Both are part of it."""

    first: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="First day.")
    last: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="Last day.")


class Backfill(Part):
    """How far one day archive, listing or sitemap was read for days of the past."""

    site: str = Field(description="Name of the site file.")
    source: Address = Field(description="Address, that of a day archive with its fields for the day.")
    kind: Literal["archive", "listing", "sitemap"] = Field(description="What is read.")
    done: list[Days] = Field(default_factory=list, description="Days of which everything was stored; never today.")
    begins: str | None = Field(default=None, description="First day that the archive has; it was looked for before.")
    open: Days | None = Field(default=None, description="Days that are being read.")
    pages: list[Address] = Field(
        default_factory=list, description="For these: the last two pages of a listing, or the sitemaps, that are done."
    )
    oldest: Instant | None = Field(default=None, description="Oldest publication that it showed.")


class Sighting(Part):
    """That a source has shown an article, at the first time it did: the document of the collection `sightings`."""

    site: str = Field(description="Name of the site file.")
    source: Address = Field(description="Address of the listing, feed or sitemap in the site file.")
    kind: Literal["listing", "feed", "sitemap"] = Field(description="What the source is.")
    article: str = Field(description="Identity of the article at the address shown.")
    url: Address = Field(description="The address shown.")
    at: Instant = Field(description="When the source was read.")
    seen: Instant = Field(description="Publication by the card, of a mere date its end; never after `at`.")
    run: str | None = Field(default=None, description="The run that read it.")
    is_partial: bool = Field(default=False, description="The run was to leave articles out: by `--since` or `--limit`.")

    @property
    def id(self) -> str:
        """Identity in the database: the hash of source and article."""
        return hashlib.sha256(f"{self.source} {self.article}".encode()).hexdigest()[:32]


class HostNow(Part):
    """One host while a run goes on."""

    host: Name = Field(description="Name, with its port where the address names one.")
    queued: int = Field(description="Requests that wait for their turn.")
    in_flight: int = Field(description="Requests that it has not answered yet.")
    delay: float = Field(description="Seconds between two requests to its domain, on average, as they are now.")
    paused_until: Instant | None = Field(default=None, description="Until then it has asked to be left alone.")
    throttled_at: Instant | None = Field(default=None, description="When it last answered 429 or 503.")


class Run(Part):
    """One crawl of one site."""

    site: str = Field(description="Name of the site file.")
    command: Line = Field(description="The command line.")
    started_at: Instant = Field(description="When it began, UTC.")
    ended_at: Instant | None = Field(default=None, description="When it ended, UTC; null while it goes on.")
    reason: str | None = Field(
        default=None, description="Why it ended; null while it goes on, after a crash until the next run."
    )
    outcome: Literal["ok", "failed", "degraded"] | None = Field(
        default=None, description="How it ended; null while it goes on."
    )
    started_by: Name | None = Field(default=None, description="`user@host`, or `schedule NAME`.")
    options: dict[str, str | int | float | bool] = Field(
        default_factory=dict, description="What was asked for, as far as it differs from a crawl without options."
    )
    key: Name | None = Field(default=None, description="Idempotency key: of a site it starts one crawl.")
    holds_key: bool = Field(default=False, description="The key is taken by this run; false after a crash.")
    counts: dict[str, int] = Field(
        default_factory=dict,
        description="Among them `links` = `known` + `known_visited` + `stored` + all of `dropped` (+ `waiting`).",
    )
    coverage: dict[str, float] = Field(default_factory=dict, description="Share of articles that have the field.")
    dropped: dict[str, int] = Field(
        default_factory=dict, description="Links to articles that were not stored: reason to count."
    )
    errors: dict[str, int] = Field(default_factory=dict, description="Reason to count.")
    statuses: dict[str, int] = Field(default_factory=dict, description="Class of HTTP status, as `2xx`, to answers.")
    codes: dict[str, int] = Field(default_factory=dict, description="HTTP status, as `404`, to answers.")
    bytes: Count = Field(default=0, description="Bytes of all answers as they were sent.")
    bytes_decoded: Count = Field(default=0, description="The same, decompressed.")
    times: dict[str, float] = Field(
        default_factory=dict,
        description="Seconds: `download_p50`, `download_p95` of an answer, `reading_p50`, `reading_p95` of a page.",
    )
    notes: list[Line] = Field(default_factory=list, description="Sentences for people: how far a backfill came.")
    version: str = Field(description="Version of newscrawl.")
    versions: dict[str, str] = Field(default_factory=dict, description="Of newscrawl, Python and libraries.")
    pid: int = Field(description="Its process on `host`.")
    host: str = Field(description="Name of the machine.")
    seen_at: Instant | None = Field(default=None, description="Last sign of life, by the clock of the database.")
    hosts: list[HostNow] = Field(default_factory=list, description="The hosts that are asked; empty after the end.")


KeyScope = Literal["feeds", "read", "operate"]


class ApiKey(Part):
    """A key for `newscrawl serve`: the document of the collection `keys`."""

    name: Name = Field(description="Whose it is, or what for.")
    hash: str = Field(description="SHA-256 of its secret, which is stored nowhere.")
    scopes: list[KeyScope] = Field(description="What it may ask for; `operate` includes `read`, and that `feeds`.")
    created_at: Instant = Field(description="When it was made.")
    expires_at: Instant | None = Field(default=None, description="Null: never.")
    revoked_at: Instant | None = Field(default=None, description="Null: it holds.")
    last_used_at: Instant | None = Field(default=None, description="To the minute.")


RECORDS: dict[str, type[Part]] = {
    "articles": Article,
    "views": ViewObservation,
    "revisions": Revision,
    "tombstones": Tombstone,
    "listings": Listing,
    "sightings": Sighting,
    "runs": Run,
    "failures": Failure,
    "sites": SiteMemory,
    "robots": Robots,
    "backfills": Backfill,
    "hosts": Host,
    "health": Health,
    "channels": Channel,
    "alerts": Alert,
    "mutes": Mute,
    "schedules": Schedule,
    "slots": Slot,
    "leases": Lease,
    "jobs": Job,
    "workers": Worker,
    "ingests": IngestedFile,
    "keys": ApiKey,
    "webhooks": Webhook,
    "sequence": Sequence,
    "forms": Form,
}
"""Collection name to the model of its documents."""
