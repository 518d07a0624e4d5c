"""What a request asks for: the database it reads, and the selection of articles that its parameters make.

API, feeds, events and pages take their parameters from here, so that an address with the same parameters asks for the
same articles everywhere.
"""

from __future__ import annotations

import difflib
import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema, model_validator

from newscrawl.article import ContentType, Status
from newscrawl.selection import LONGEST_TEXT, MOST_VALUES, Selection
from newscrawl.store.connect import DatabaseDown
from newscrawl.store.lookup import Database
from newscrawl.web.guard import of_database
from newscrawl.web.problems import of_model, wrong_parameters
from newscrawl.web.reader import Reader

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

FIELDS = {
    "q": "text",
    "site": "sites",
    "language": "languages",
    "country": "countries",
    "place": "places",
    "agency": "agencies",
    "tag": "tags",
    "section": "sections",
    "author": "authors",
    "kind": "kinds",
    "status": "statuses",
    "min_views": "min_views",
    "after_seq": "after_seq",
}
"""Parameter to the field of the selection that it fills; `from` and `to` are converted first."""
PARAMETERS = {field: name for name, field in FIELDS.items()} | {"published_from": "from", "published_to": "to"}


def _moment(value: Any) -> Any:
    """A day as `date`, an instant as aware `datetime`, UTC where it names no zone. Raises ValueError."""
    if not isinstance(value, str):
        return value
    try:
        if _DAY.fullmatch(value):
            return date.fromisoformat(value)
        instant = datetime.fromisoformat(value)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("is no day such as 2026-01-31 and no instant such as 2026-01-31T12:00:00Z") from None


Moment = Annotated[
    datetime | date,
    BeforeValidator(_moment),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "date"},
                {"type": "string", "format": "date-time"},
                {"type": "string", "maxLength": 0},
            ]
        }
    ),
]
Several = Annotated[list[Annotated[str, Field(max_length=LONGEST_TEXT)]], Field(max_length=MOST_VALUES)]


class Filters(BaseModel):
    """The parameters that choose articles. Empty ones, as forms send them, count as none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: str | None = Field(
        default=None,
        max_length=LONGEST_TEXT,
        description='Words that all occur; `"an exact phrase"`, `-without`, `prefix*`.',
        examples=["budget -football"],
    )
    site: Several = Field(default=[], description="Name of a site; several: any of them.", examples=[["unn"]])
    language: Several = Field(default=[], description="BCP 47 code.", examples=[["uk"]])
    country: Several = Field(default=[], description="Country of the dateline, ISO 3166-1.", examples=[["UA"]])
    place: Several = Field(default=[], description="Place of the dateline.", examples=[["Kyiv"]])
    agency: Several = Field(default=[], description="Agency, by its code or name.", examples=[["Reuters"]])
    tag: Several = Field(default=[], description="Topic that the page shows.", examples=[["economy"]])
    section: Several = Field(default=[], description="Rubric of the site.", examples=[["Politics"]])
    author: Several = Field(default=[], description="Name in the byline.", examples=[["Olena Kovalenko"]])
    kind: Annotated[list[ContentType], Field(max_length=MOST_VALUES)] = Field(default=[], description="Kind of page.")
    status: Annotated[list[Status], Field(max_length=MOST_VALUES)] = Field(
        default=[], description="`active`: its site shows it; `gone`: no more; `merged`: it is another one by now."
    )
    from_: Moment | None = Field(
        default=None,
        alias="from",
        description="Published at or after this day or instant (UTC).",
        examples=["2026-01-01"],
    )
    to: Moment | None = Field(
        default=None,
        description="Published up to the end of this day, or before this instant (UTC).",
        examples=["2026-01-31"],
    )
    min_views: int | None = Field(default=None, ge=0, le=2**63 - 1, description="Least number of views.")
    after_seq: int | None = Field(
        default=None, ge=0, le=2**63 - 1, description="Only what is new or changed since the article of this `seq`."
    )

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        kept = {}
        for name, given in values.items():
            value = [item for item in given if item != ""] if isinstance(given, list) else given
            if value not in ("", []):
                kept[name] = value
        return kept

    def selection(self) -> Selection:
        """The selection that they make. Raises Problem."""
        values: dict[str, Any] = {field: getattr(self, name) for name, field in FIELDS.items()}
        values = {field: tuple(value) if isinstance(value, list) else value for field, value in values.items()}
        try:
            if self.from_ is not None:
                values["published_from"] = begin_of(self.from_)
            if self.to is not None:
                is_day = not isinstance(self.to, datetime)
                values["published_to"] = begin_of(self.to + timedelta(days=1) if is_day else self.to)
        except OverflowError:
            raise wrong_parameters([("to", "is too late")]) from None
        try:
            return Selection(**{field: value for field, value in values.items() if value not in (None, ())})
        except ValidationError as error:
            raise of_model(error, PARAMETERS) from None


class ListFilters(Filters):
    """The same with the place in the list."""

    cursor: str | None = Field(default=None, max_length=500, description="`cursor` of the page before.")
    limit: int = Field(default=20, ge=1, description="Most articles of a page.")


def begin_of(moment: datetime | date) -> datetime:
    """The instant, or the first one of the day in UTC."""
    return moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day, tzinfo=UTC)


def _parameters(route: APIRoute) -> frozenset[str]:
    """The names of the parameters that a route knows: those of its own function."""
    found: set[str] = set()
    for parameter in route.dependant.query_params:
        model = parameter.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            found |= {field.alias or name for name, field in model.model_fields.items()}
        else:
            found.add(parameter.alias)
    return frozenset(found)


async def refuse_unknown(request: Request) -> None:
    """Refuse parameters that a route does not know: a misspelt filter would find everything. Raises Problem."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    known = _parameters(route)
    wrong = []
    for name in request.query_params:
        if name not in known:
            near = difflib.get_close_matches(name[:50], known, 1)
            there_are = f"there are {', '.join(sorted(known))}" if known else "there are none here"
            wrong.append((name[:50], f"is no parameter; {f'did you mean {near[0]}?' if near else there_are}"))
    if wrong:
        raise wrong_parameters(wrong)


def reader_of(request: Request) -> Reader:
    """The server's connection and what it knows of it."""
    reader: Reader = request.app.state.reader
    return reader


def database_of(request: Request) -> Database:
    """The database of the server. Raises Problem at once where it is known to be away: nobody waits for it."""
    reader = reader_of(request)
    if reader.is_down:
        raise of_database(DatabaseDown())
    return reader.database


ReaderOf = Annotated[Reader, Depends(reader_of)]
DatabaseOf = Annotated[Database, Depends(database_of)]
