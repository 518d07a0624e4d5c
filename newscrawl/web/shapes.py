"""The forms of the answers, as the OpenAPI document shows them, and how they are written.

Documents go out as they are stored, without a model in between: they were validated when they were written.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, create_model
from starlette.responses import Response

from newscrawl.article import Article, Change, Instant
from newscrawl.records import Run, ViewObservation
from newscrawl.store.lookup import HIDDEN
from newscrawl.web.problems import MEDIA_TYPE, ProblemDetails

SUMMARY = (
    "url site publisher edition language headline lead word_count dateline published modified authors section tags"
    " images views is_paywalled is_live content_type rights cluster copied syndication story revision first_seen_at"
    " last_seen_at changed_at gone status"
).split()
"""What a list gives of each article: all but its text, and where its fields were read."""

FIELDS = tuple(name for name in ("_id", *Article.model_fields, "labels") if name not in HIDDEN)
"""What may be asked for."""


class _Extra(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class StoredArticle(Article):
    """A stored article, whole."""

    identity: str = Field(alias="_id", description="Identity of the article; it stays the same.")
    labels: dict[str, Any] | None = Field(default=None, description="What readers of the database have noted of it.")


_LISTED: dict[str, Any] = {
    name: (field.rebuild_annotation() | None, Field(default=None, description=field.description))
    for name, field in Article.model_fields.items()
    if name not in HIDDEN
} | {
    "identity": (str, Field(alias="_id", description="Identity of the article.")),
    "labels": (dict[str, Any] | None, Field(default=None, description="What readers of the database have noted.")),
}
ListedArticle: Any = create_model(
    "ListedArticle", __base__=_Extra, __doc__="An article in a list: the fields that were asked for.", **_LISTED
)


class ArticlePage(_Extra):
    """A page of a list of articles, the newest first."""

    articles: list[ListedArticle] = Field(description="The articles.")
    cursor: str | None = Field(description="Give it as `cursor` for the next page; null: there are no more.")
    next: str | None = Field(description="Address of the next page, with the same filters; null: there is none.")


class ChangePage(_Extra):
    """A page of what is new or changed, in the order of `seq`."""

    articles: list[dict[str, Any]] = Field(description="Articles, and tombstones of those that were merged.")
    seq: int = Field(description="Up to here everything was given: the `after_seq` to go on with, at once or later.")
    has_more: bool = Field(description="There is more already.")


class VersionSummary(_Extra):
    """One version of an article's text."""

    revision: int
    headline: str
    seen_at: Instant | None = Field(description="When it was first seen.")
    replaced_at: Instant | None = Field(description="When the next one was; null: it is the present one.")
    change: Change | None = Field(description="What made it; null: the first one.")


class Version(VersionSummary):
    """One version of an article, with its text."""

    lead: str | None
    body: str | None


class Versions(_Extra):
    """The versions of an article, from the first to the present one."""

    article: str
    revisions: list[VersionSummary]


class Growth(_Extra):
    """How much a counter grew."""

    views: float
    hours: float
    per_hour: float


class Fall(_Extra):
    """A counter that was lower than before."""

    at: Instant
    count: int
    before: int


class ViewSeries(_Extra):
    """Every counter that was seen of an article, and what they tell."""

    article: str
    views: list[ViewObservation] = Field(description="Oldest first.")
    growth: Growth | None = Field(description="Over all of them.")
    last_day: Growth | None = Field(description="Over the 24 hours before the last one.")
    half_life_seconds: float | None = Field(description="From publication until half of the views had come.")
    falls: list[Fall]


class Copy(_Extra):
    """The same text elsewhere."""

    id: str = Field(alias="_id")
    url: str
    site: str | None
    headline: str
    published_at: Instant | None
    first_seen_at: Instant | None
    is_first: bool = Field(description="It is the first publisher.")
    share: float | None = Field(description="Share of it that stands in `source`.")
    source: str | None
    agency: str | None


class Twin(_Extra):
    """The same story in another edition."""

    id: str = Field(alias="_id")
    url: str
    site: str | None
    headline: str
    published_at: Instant | None
    edition: str | None
    language: str | None


class Relatives(_Extra):
    """What belongs to an article."""

    article: str
    cluster: str | None = Field(description="Identity of the first publisher of the text; null: there is no copy.")
    copies: list[Copy]
    story: str | None = Field(description="One for all editions of the story; null: there is no twin.")
    twins: list[Twin]


class StoredRun(Run):
    """A run, with whether it goes on."""

    id: str = Field(alias="_id")
    state: str = Field(description="`running`, `ended` or `crashed`.")


class RunList(_Extra):
    """The newest runs."""

    runs: list[StoredRun]


class FailureSample(_Extra):
    """One failure that a run met."""

    url: str
    detail: str


class OneRun(_Extra):
    """One run whole."""

    run: StoredRun
    samples: dict[str, FailureSample] = Field(description="Reason to one failure of it.")


class SiteSummary(_Extra):
    """A site that can be crawled."""

    name: str
    publisher: str | None
    home: str | None
    country: str | None
    languages: list[str]
    state: str | None = Field(description="How it was when it was last judged; null: it was not.")
    state_at: Instant | None


class SiteList(_Extra):
    """Every site."""

    sites: list[SiteSummary]


class SiteDay(_Extra):
    """What came of a site on one day (UTC)."""

    day: str = Field(examples=["2026-01-31"])
    articles: int = Field(description="Stored for the first time by the runs of this day.")
    runs: int
    failed_runs: int


class OneSite(_Extra):
    """One site: its definition, how it is, and what came of late."""

    site: dict[str, Any]
    health: dict[str, Any] | None
    days: list[SiteDay]
    newest: list[dict[str, Any]] = Field(description="Its newest articles.")


class HealthList(_Extra):
    """How sites are by their own history."""

    sites: list[dict[str, Any]]


class Statistics(_Extra):
    """What is stored. Totals are the database's own estimate, exact but after a crash of it."""

    articles: int
    revisions: int = Field(description="Earlier versions of articles.")
    runs: int
    seq: int = Field(description="How far the order of all news has come.")
    newest_at: Instant | None = Field(description="The newest publication.")
    last_day: dict[str, Any] = Field(description="Of the publications of the last 24 hours: number, by site, language.")


def as_json(data: Any, headers: dict[str, str] | None = None) -> Response:
    """An answer of JSON."""
    return Response(dumped(data), headers=headers, media_type="application/json")


def dumped(data: Any) -> bytes:
    """JSON: instants as RFC 3339 in UTC, what else a reader may have put into `labels` as text."""
    return orjson.dumps(data, default=str, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)


def http_date(instant: datetime) -> str:
    """An instant as a header has it."""
    return f"{instant:%a, %d %b %Y %H:%M:%S} GMT"


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": told, "model": ProblemDetails, "content": {MEDIA_TYPE: {}}}
    for status, told in {
        404: "There is none of this identity or name.",
        422: "A parameter is wrong; `errors` names it.",
        503: "The database does not answer, or takes too long; `Retry-After` tells when to come again.",
    }.items()
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route may answer beside its own answer."""
    return {status: PROBLEMS[status] for status in statuses}
