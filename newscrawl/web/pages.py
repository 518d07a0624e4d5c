"""The pages for people: *Newest* here, and the routers of all others. Every page works without scripts."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from datetime import UTC, datetime
from itertools import groupby
from typing import Annotated, Any, get_args

import pymongo
from fastapi import APIRouter, Depends, FastAPI, Query, Request
from starlette.responses import RedirectResponse, Response

from newscrawl.article import ContentType
from newscrawl.store.select import TooBroad, WrongCursor, select
from newscrawl.web import page_article, page_map, page_runs, page_sites, page_trending, static_files
from newscrawl.web.problems import Problem, wrong_parameters
from newscrawl.web.reading import DatabaseOf, ListFilters
from newscrawl.web.rendering import address, article_address, clock, compile_templates, day, page
from newscrawl.web.site_files import SitesOf

PATIENCE = 8.0
"""Seconds that all queries of one page may take together."""


async def in_time() -> AsyncIterator[None]:
    """Let no query of a page run for longer than its reader waits. Raises PyMongoError in the midst of it."""
    with pymongo.timeout(PATIENCE):
        yield


router = APIRouter(include_in_schema=False, dependencies=[Depends(in_time)])
for _other in (page_article, page_map, page_runs, page_sites, page_trending, static_files):
    router.include_router(_other.router)

Document = Mapping[str, Any]

A_PAGE = 40  # articles
LONGEST_LEAD = 280  # characters
FIELDS = (
    "headline lead site language published first_seen_at dateline section views status revision is_live is_paywalled"
    " content_type copied cluster change"
).split()

TEXT_FILTERS = (
    ("site", "Site", "unn", "known-sites"),
    ("language", "Language", "uk", ""),
    ("country", "Country", "UA", ""),
    ("place", "Place", "Kyiv", ""),
    ("agency", "Agency", "Reuters", ""),
    ("section", "Rubric", "Politics", ""),
    ("tag", "Tag", "economy", ""),
    ("author", "Author", "Lesya Ukrainka", ""),
)
"""Parameter, its name on the page, an example, and the list of values that the browser may propose."""
CHOICES = (
    ("kind", "Kind", tuple((kind, kind.replace("_", " ")) for kind in get_args(ContentType))),
    ("status", "Status", (("active", "still on its site"), ("gone", "gone from its site"))),
)
_OTHER_NAMES = {"from": "From", "to": "Up to", "min_views": "Views from", "after_seq": "After"}
NAMES = {name: label for name, label, *_ in (*TEXT_FILTERS, *CHOICES)} | _OTHER_NAMES


async def prepare(app: FastAPI) -> None:
    """Do what the first page would else wait for, half a second's work: templates, site files, cities."""
    with contextlib.suppress(Problem):  # each page that needs the site files says what is wrong with them
        await app.state.site_files.read()
    await asyncio.to_thread(compile_templates)
    await asyncio.to_thread(page_map.read_cities)


@router.get("/")
async def newest(
    request: Request, filters: Annotated[ListFilters, Query()], database: DatabaseOf, sites: SitesOf
) -> Response:
    """The newest articles, with filters."""
    given = request.query_params.multi_items()
    asked = [(name, value) for name, value in given if value.strip()]
    if len(asked) < len(given):  # a form sends its empty fields, too: addresses that people pass on are short
        return RedirectResponse(address("/", asked), 303)
    chosen = [(name, value) for name, value in asked if name not in ("cursor", "limit")]
    try:
        found = await select(database, filters.selection(), limit=A_PAGE, cursor=filters.cursor, fields=FIELDS)
    except WrongCursor as error:
        raise wrong_parameters([("cursor", str(error))]) from None
    except TooBroad as error:
        raise Problem(422, "too-broad", str(error)) from None
    chips = chips_of(chosen)
    words = filters.q
    title = f"Articles with {words}" if words else "Chosen articles" if chips else "Newest articles"
    return page(
        request,
        "newest.html",
        title=title,
        days=by_day(found.articles),
        chosen=chosen,
        chips=chips,
        values=_values_of(asked),
        is_open=bool(chips) and not found.articles,
        is_live=filters.cursor is None,
        is_later=filters.cursor is not None,
        older=address("/", [*chosen, ("cursor", found.cursor)]) if found.cursor else None,
        text_filters=TEXT_FILTERS,
        choices=CHOICES,
        site_names=sorted(sites),
    )


def _values_of(asked: Iterable[tuple[str, str]]) -> Callable[[str], list[str]]:
    """Parameter to its values, one empty one where there is none: a field of the form for each."""
    pairs = [*asked]
    return lambda name: [value for other, value in pairs if other == name] or [""]


def chips_of(chosen: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """The filters in force: name, value, and the address without it."""
    return [
        (NAMES[name], value, address("/", [*chosen[:place], *chosen[place + 1 :]]))
        for place, (name, value) in enumerate(chosen)
        if name in NAMES
    ]


def by_day(articles: Iterable[Document]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Articles under the days of their publication (UTC), in the given order."""
    items = map(item, articles)
    return [(label, [*group]) for label, group in groupby(items, key=lambda one: one["day"])]


def item(article: Document) -> dict[str, Any]:
    """An article as a list shows it."""
    published, dateline = article.get("published") or {}, article.get("dateline") or {}
    at = published.get("at")
    at = at if isinstance(at, datetime) else None
    is_exact = published.get("precision") in ("second", "minute", "hour")
    return {
        "href": article_address(article["_id"]),
        "headline": article.get("headline") or "Without a headline",
        "lead": _cut(article.get("lead")),
        "language": article.get("language"),
        "site": article.get("site"),
        "section": article.get("section"),
        "place": dateline.get("place"),
        "agency": dateline.get("agency_code") or dateline.get("agency"),
        "views": (article.get("views") or {}).get("count"),
        "at": at,
        "day": day(at.astimezone(UTC)) if at else "Without a date of publication",
        "clock": clock(at) if at and is_exact else None,
        "marks": marks_of(article),
    }


def marks_of(article: Document) -> list[tuple[str, str]]:
    """What sets an article apart, in a word or two, each with the class that colours it."""
    kind = article.get("content_type") or "article"
    marks = [("live", "mark-live")] if article.get("is_live") else []
    marks += [(kind.replace("_", " "), "")] if kind not in ("article", "live") else []
    marks += [("gone", "mark-gone")] if article.get("status") == "gone" else []
    if (article.get("change") or {}).get("is_stealth"):
        marks.append(("edited in silence", "mark-stealth"))
    elif (revision := article.get("revision") or 1) > 1:
        marks.append((f"version {revision}", ""))
    marks += [("a copy", "")] if article.get("copied") else []
    marks += [("paywall", "")] if article.get("is_paywalled") else []
    return marks


def _cut(text: Any) -> str | None:
    if not isinstance(text, str) or len(text) <= LONGEST_LEAD:
        return text or None
    return text[:LONGEST_LEAD].rpartition(" ")[0] + " …"
