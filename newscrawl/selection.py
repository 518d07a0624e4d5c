"""Which articles a reader asks for: one set of filters for command line, API, feeds, web hooks and exports. Pure data.

Several values of one filter mean any of them; several filters mean all of them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from newscrawl.article import INT64_MAX, ContentType, Instant, Status
from newscrawl.normalize.terms import parse_query
from newscrawl.normalize.text import clean

MOST_VALUES = 50  # of one filter
LONGEST_TEXT = 300


def _line(text: str) -> str:
    cleaned = clean(text)
    if not cleaned:
        raise ValueError("it is empty")
    return cleaned


Word = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(_line)]
Words = Annotated[tuple[Word, ...], Field(max_length=MOST_VALUES)]


class Selection(BaseModel):
    """Filters over the stored articles. Raises pydantic's ValidationError on what is no filter."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Word | None = Field(
        default=None,
        description='Words that all occur in it; `"exact phrase"`, `-without`, `begin*`. In headline, lead, text, '
        "tags, names of authors and place.",
        examples=['kyiv "air defence" -exercise'],
    )
    sites: Words = Field(default=(), description="Names of site files.", examples=[["unn"]])
    languages: Words = Field(
        default=(), description="BCP 47 codes; `en` takes in `en-GB`, not the other way round.", examples=[["uk"]]
    )
    countries: Words = Field(
        default=(), description="Country of the place in the dateline, ISO 3166-1 alpha-2.", examples=[["UA"]]
    )
    places: Words = Field(default=(), description="Place in the dateline, as printed, case aside.", examples=[["Kyiv"]])
    agencies: Words = Field(default=(), description="Agency in the dateline: its code or name.", examples=[["UNN"]])
    tags: Words = Field(default=(), description="Tags of the page, case aside.", examples=[["Politics"]])
    sections: Words = Field(default=(), description="Rubrics of the site, case aside.", examples=[["Economy"]])
    authors: Words = Field(default=(), description="Names in the byline, case aside.", examples=[["Ivan Franko"]])
    kinds: Annotated[tuple[ContentType, ...], Field(max_length=MOST_VALUES)] = Field(
        default=(), description="Kinds of page.", examples=[["opinion"]]
    )
    statuses: Annotated[tuple[Status, ...], Field(max_length=MOST_VALUES)] = Field(
        default=(),
        description="`active`: its site shows it; `gone`: no more; `merged`: it turned out to be another one.",
    )
    published_from: Instant | None = Field(default=None, description="Published at this instant or later.")
    published_to: Instant | None = Field(default=None, description="Published before this instant.")
    min_views: Annotated[int, Field(ge=0, le=INT64_MAX)] | None = Field(
        default=None, description="Latest view counter of at least so much."
    )
    after_seq: Annotated[int, Field(ge=0, le=INT64_MAX)] | None = Field(
        default=None, description="Stored or changed after the article with this `seq`."
    )

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.text is not None and not parse_query(self.text).is_bounded:
            raise ValueError(f"text: {self.text!r} names no word that has to occur")
        first, last = self.published_from, self.published_to
        if first is not None and last is not None and last <= first:
            raise ValueError(f"the span of publication ends at {_shown(last)}, not after its begin, {_shown(first)}")
        return self


def _shown(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
