"""`/api/v1/articles`: lists by filters, one article, its versions, its views, and what belongs to it."""

from __future__ import annotations

import difflib
from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from pydantic import AfterValidator, Field, WithJsonSchema
from starlette.responses import Response

from newscrawl.normalize.growth import Growth
from newscrawl.store.history import history
from newscrawl.store.lookup import Database, Document, get_article, get_by_id
from newscrawl.store.related import relatives
from newscrawl.store.select import TooBroad, WrongCursor, select
from newscrawl.store.views import attention, series
from newscrawl.web import shapes
from newscrawl.web.problems import Problem, wrong_parameters
from newscrawl.web.reading import DatabaseOf, Filters, ListFilters
from newscrawl.web.shapes import FIELDS, SUMMARY, as_json, problems

router = APIRouter(prefix="/api/v1", tags=["articles"])

ALL = "all"


def _known_field(name: str) -> str:
    if name in FIELDS or name == ALL:
        return name
    near = difflib.get_close_matches(name[:50], FIELDS, 1)
    raise ValueError(f"there is no field {name[:50]!r}" + (f"; did you mean {near[0]}?" if near else ""))


FieldName = Annotated[str, AfterValidator(_known_field), WithJsonSchema({"type": "string", "enum": [*FIELDS, ALL]})]
FieldNames = Annotated[list[FieldName], Field(max_length=100)]
Identity = Annotated[str, Path(max_length=100, description="`_id` of an article.", examples=["0f3b" * 8])]


class ListQuery(ListFilters):
    """The parameters of a list."""

    fields: FieldNames = Field(
        default=[],
        description="Only these fields of each article, beside `_id`, `seq` and `published`; `all`: every one. Without "
        "it everything but the text and where fields were read.",
        examples=[["headline", "body"]],
    )


class ChangesQuery(Filters):
    """The parameters of what is new or changed."""

    limit: int = Field(default=100, ge=1, description="Most articles of a page.")
    fields: FieldNames = Field(default=[], description="As in a list.")


def wanted_fields(names: list[str]) -> list[str] | None:
    """The fields of a list; None: all."""
    return None if ALL in names else [name for name in names if name != "_id"] or SUMMARY


def check_limit(request: Request, limit: int) -> None:
    """Raises Problem where a page is to be longer than the setting allows."""
    most = request.app.state.settings.own.serve_page_limit
    if limit > most:
        raise wrong_parameters([("limit", f"should be {most} or less; NEWSCRAWL_SERVE_PAGE_LIMIT allows no more")])


def too_broad(error: TooBroad) -> Problem:
    """The problem of a query for too much."""
    return Problem(422, "too-broad", str(error))


async def found(database: Database, identity: str) -> Document:
    """The article of an identity. Raises Problem."""
    article = await get_by_id(database, identity)
    if article is None:
        raise Problem(404, "no-such-article", "There is no article of this identity.")
    return article


@router.get(
    "/articles",
    summary="Articles by filters, the newest first",
    responses={200: {"model": shapes.ArticlePage}, **problems(422, 503)},
)
async def list_articles(request: Request, database: DatabaseOf, asked: Annotated[ListQuery, Query()]) -> Response:
    """Several values of one filter mean any of them, several filters mean all of them.

    Articles without a date of publication come last. `cursor` leads on without a gap or a repetition, however many
    articles come meanwhile.
    """
    check_limit(request, asked.limit)
    try:
        page = await select(
            database,
            asked.selection(),
            limit=asked.limit,
            cursor=asked.cursor,
            fields=wanted_fields(asked.fields),
        )
    except WrongCursor as error:
        raise wrong_parameters([("cursor", str(error))]) from None
    except TooBroad as error:
        raise too_broad(error) from None
    further = _next(request, page.cursor)
    links = {"Link": f'<{further}>; rel="next"'} if further else {}
    return as_json({"articles": page.articles, "cursor": page.cursor, "next": further}, links)


def _next(request: Request, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor" and value]
    return f"{request.url.path}?{urlencode([*kept, ('cursor', cursor)])}"


@router.get(
    "/changes",
    summary="What is new or changed since a `seq`, in its order",
    responses={200: {"model": shapes.ChangePage}, **problems(422, 503)},
)
async def list_changes(request: Request, database: DatabaseOf, asked: Annotated[ChangesQuery, Query()]) -> Response:
    """For copies that are kept up to date: go on with the `seq` of the answer as `after_seq`, and nothing is missed.

    An article gets a new `seq` when it is stored, when its text changes, when it is gone and when it is back. What was
    merged into another article comes as a tombstone: `status` is `merged`, `merged_into` names the other one.
    """
    check_limit(request, asked.limit)
    try:
        page = await select(
            database, asked.selection(), limit=asked.limit, fields=wanted_fields(asked.fields), order="seq"
        )
    except TooBroad as error:
        raise too_broad(error) from None
    return as_json({"articles": page.articles, "seq": page.seq or asked.after_seq or 0, "has_more": bool(page.cursor)})


@router.get(
    "/lookup",
    summary="One article by any of its addresses",
    responses={200: {"model": shapes.StoredArticle}, **problems(404, 422, 503)},
)
async def look_up(
    database: DatabaseOf,
    url: Annotated[str, Query(max_length=2048, examples=["https://unn.ua/en/news/example?utm_source=x"])],
) -> Response:
    """Tracking parameters, mobile and old addresses lead to the same article."""
    article = await get_article(database, url)
    if article is None:
        raise Problem(404, "no-such-article", "No article is stored under this address.")
    return as_json(article)


@router.get(
    "/articles/{identity}",
    summary="One article",
    responses={200: {"model": shapes.StoredArticle}, **problems(404, 422, 503)},
)
async def get_one(database: DatabaseOf, identity: Identity) -> Response:
    """Every field. The identity of an article that was merged into another one leads to that one."""
    return as_json(await found(database, identity))


@router.get(
    "/articles/{identity}/revisions",
    summary="The versions of an article",
    responses={200: {"model": shapes.Versions}, **problems(404, 422, 503)},
)
async def list_revisions(database: DatabaseOf, identity: Identity) -> Response:
    """From the first to the present one, without their texts: each has an address of its own."""
    article = await found(database, identity)
    versions = await history(database, article, with_texts=False)
    return as_json({"article": article["_id"], "revisions": [_version(version) for version in versions]})


@router.get(
    "/articles/{identity}/revisions/{number}",
    summary="One version of an article",
    responses={200: {"model": shapes.Version}, **problems(404, 422, 503)},
)
async def get_revision(
    database: DatabaseOf, identity: Identity, number: Annotated[int, Path(ge=1, le=2**31, examples=[1])]
) -> Response:
    """Its headline, lead and text."""
    article = await found(database, identity)
    versions = await history(database, article, [number])
    if not versions:
        raise Problem(404, "no-such-revision", f"The article has no revision {number}.")
    return as_json(_version(versions[0]) | {name: versions[0].get(name) for name in ("lead", "body")})


def _version(version: Document) -> Document:
    return {name: version.get(name) for name in shapes.VersionSummary.model_fields}


@router.get(
    "/articles/{identity}/views",
    summary="The view counters of an article",
    responses={200: {"model": shapes.ViewSeries}, **problems(404, 422, 503)},
)
async def list_views(database: DatabaseOf, identity: Identity) -> Response:
    """Every counter that was seen, on its own page or on a card, oldest first, and what they tell together."""
    article = await found(database, identity)
    observed = await series(database, article)
    told = attention(article, observed)
    return as_json(
        {
            "article": article["_id"],
            "views": [view.model_dump() for view in observed],
            "growth": _growth(told.growth),
            "last_day": _growth(told.lately),
            "half_life_seconds": told.half_life.total_seconds() if told.half_life else None,
            "falls": [{"at": after.at, "count": after.views, "before": before.views} for before, after in told.falls],
        }
    )


def _growth(growth: Growth | None) -> dict[str, Any] | None:
    return {"views": growth.views, "hours": growth.hours, "per_hour": growth.per_hour} if growth else None


@router.get(
    "/articles/{identity}/related",
    summary="Copies and twins of an article",
    responses={200: {"model": shapes.Relatives}, **problems(404, 422, 503)},
)
async def list_related(database: DatabaseOf, identity: Identity) -> Response:
    """The same text elsewhere, and the same story in other editions; the earliest first."""
    article = await found(database, identity)
    near = asdict(await relatives(database, article))
    return as_json(
        {
            "article": article["_id"],
            "cluster": article.get("cluster"),
            "copies": near["copies"],
            "story": article.get("story"),
            "twins": near["twins"],
        }
    )
