"""`/feeds/articles.rss|.atom|.json`: any selection of articles for feed readers, the newest first."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from newscrawl.store.lookup import Database
from newscrawl.store.select import TooBroad, select
from newscrawl.web.articles import check_limit, too_broad
from newscrawl.web.feed_forms import FORMS, Entry, Feed
from newscrawl.web.reading import DatabaseOf, Filters
from newscrawl.web.shapes import http_date, problems

router = APIRouter(prefix="/feeds", tags=["feeds"])

_FIELDS = "url headline lead body language authors tags section images first_seen_at changed_at publisher site"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class FeedQuery(Filters):
    """The parameters of a feed."""

    limit: int = Field(default=50, ge=1, description="Most articles.")


def _responses(form: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": "The feed.", "content": {FORMS[form].media_type: {}}}, **problems(422, 503)}


Asked = Annotated[FeedQuery, Query()]


@router.get("/articles.rss", summary="Articles as RSS 2.0", response_class=Response, responses=_responses("rss"))
async def rss(request: Request, database: DatabaseOf, asked: Asked) -> Response:
    """`guid` is the article's `_id`, so that a changed article is no new one."""
    return await _feed(request, database, asked, "rss")


@router.get("/articles.atom", summary="Articles as Atom", response_class=Response, responses=_responses("atom"))
async def atom(request: Request, database: DatabaseOf, asked: Asked) -> Response:
    """`id` is made of the article's `_id`, `updated` is when its text changed last."""
    return await _feed(request, database, asked, "atom")


@router.get("/articles.json", summary="Articles as JSON Feed", response_class=Response, responses=_responses("json"))
async def json_feed(request: Request, database: DatabaseOf, asked: Asked) -> Response:
    """`id` is the article's `_id`, `date_modified` is when its text changed last."""
    return await _feed(request, database, asked, "json")


async def _feed(request: Request, database: Database, asked: FeedQuery, form: str) -> Response:
    check_limit(request, asked.limit)
    try:
        page = await select(database, asked.selection(), limit=asked.limit, fields=_FIELDS.split())
    except TooBroad as error:
        raise too_broad(error) from None
    pairs = [(name, value) for name, value in request.query_params.multi_items() if value]
    query = f"?{urlencode(pairs)}" if pairs else ""
    own = request.base_url
    is_behind_proxy = own.hostname in request.app.state.settings.names  # which speaks TLS, as it should
    base = str(own.replace(scheme="https") if is_behind_proxy else own)
    chosen = [f"{name} {value}" for name, value in pairs if name != "limit"]
    entries = [_entry(article) for article in page.articles]
    feed = Feed(
        title=", ".join(["newscrawl", *chosen])[:300],
        address=f"{base}feeds/articles.{form}{query}",
        home=base + query,
        updated=max((entry.updated for entry in entries), default=_NEVER),
        entries=entries,
    )
    headers = {"Last-Modified": http_date(feed.updated)} if entries else {}
    return Response(FORMS[form].write(feed), headers=headers, media_type=FORMS[form].media_type)


def _entry(article: dict[str, Any]) -> Entry:
    published = (article.get("published") or {}).get("at") or article.get("first_seen_at")
    body = article.get("body") or ""
    return Entry(
        id=article["_id"],
        url=article["url"],
        title=article["headline"],
        summary=article.get("lead") or "",
        content="".join(f"<p>{html.escape(part)}</p>" for part in body.split("\n\n") if part),
        published=published,
        updated=article.get("changed_at") or published or _NEVER,
        authors=[author["name"] for author in article.get("authors") or () if author.get("name")],
        categories=list(dict.fromkeys([*filter(None, [article.get("section")]), *(article.get("tags") or ())])),
        language=article.get("language"),
        publisher=article.get("publisher") or article.get("site"),
        image=next((image["url"] for image in article.get("images") or () if image.get("url")), None),
    )
