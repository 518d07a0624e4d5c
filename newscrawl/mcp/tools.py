"""The tools: what a model may ask, and what it is told when something is wrong.

They read, and there is none that writes. Each ends within `PATIENCE`; what it gives is bounded. Docstrings and the
descriptions of arguments are what a model reads.
"""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import UTC, datetime
from functools import wraps
from typing import Annotated, Any, Literal, ParamSpec, TypeVar

import pymongo
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp_types import ToolAnnotations
from pydantic import Field, ValidationError
from pymongo.errors import PyMongoError

from newscrawl.article import ContentType
from newscrawl.mcp.answers import Coverage, Found, Got, History
from newscrawl.mcp.coverage import tell_coverage, unknown_sites
from newscrawl.mcp.reading import Unknown, find, get, instant, tell_history
from newscrawl.selection import MOST_VALUES, Selection
from newscrawl.settings import Settings
from newscrawl.site import SiteError, Sites, load_sites
from newscrawl.store.connect import Connection, DatabaseDown, describe, open_connection
from newscrawl.store.lookup import Database
from newscrawl.store.select import TooBroad, WrongCursor

PATIENCE = 10.0  # seconds that one call of a tool may spend with the database
MOST_FOUND, MOST_CHARACTERS, MOST_SITES = 50, 50_000, 10

P = ParamSpec("P")
T = TypeVar("T")
Words = Annotated[list[str], Field(max_length=MOST_VALUES)] | None
Reference = Annotated[str, Field(max_length=2048, description="Its `id`, as `search` gives it, or its address.")]


def wrong(error: ValidationError) -> str:
    """What arguments were refused, one after the other."""
    found = error.errors(include_url=False, include_input=False)[:5]
    named = [(".".join(map(str, item["loc"])), str(item["msg"]).removeprefix("Value error, ")) for item in found]
    return "; ".join(f"{name}: {said}" if name else said for name, said in named)


class Readings:
    """The database, opened when it is first asked for, and the sites that there are."""

    def __init__(self, own: Settings) -> None:
        self.own = own
        self._connection: Connection | None = None
        self._sites: Sites | None = None
        self._lock = asyncio.Lock()

    async def database(self) -> Database:
        """The database. Raises DatabaseDown; the next call tries again."""
        async with self._lock:
            if self._connection is None:
                self._connection = await open_connection(self.own)
            return self._connection.database

    async def sites(self) -> Sites:
        """Every site by name, read once. Raises SiteError."""
        async with self._lock:
            if self._sites is None:
                self._sites = await asyncio.to_thread(
                    load_sites, self.own.site_folders, at_a_glance=True, keep_going=True
                )
            return self._sites

    async def revive(self) -> None:
        """Start newscrawl's own database again, where it has died."""
        if self._connection is not None:
            await self._connection.revive()

    async def close(self) -> None:
        """Close the database."""
        if self._connection is not None:
            await self._connection.close()


def make_tools(readings: Readings) -> list[Tool]:
    """The four tools."""

    def told(tool: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        """The tool within its time, with sentences for what is foreseen to go wrong."""

        @wraps(tool)
        async def run(*arguments: P.args, **named: P.kwargs) -> T:
            try:
                await readings.database()  # in its own time
                with pymongo.timeout(PATIENCE):
                    return await tool(*arguments, **named)
            except ValidationError as error:
                raise ToolError(wrong(error)) from None
            except (WrongCursor, TooBroad, Unknown, SiteError, ValueError) as error:
                raise ToolError(str(error)) from None
            except PyMongoError as error:
                if error.timeout:
                    await readings.revive()
                raise ToolError(f"the database cannot be read: {_said(error, readings.own)}") from None
            except DatabaseDown as error:
                raise ToolError(f"the database cannot be read: {error}") from None

        return run

    @told
    async def search(
        *,
        text: Annotated[
            str | None,
            Field(max_length=300, description='Words that all occur; `"exact phrase"`, `-without`, `begin*`.'),
        ] = None,
        sites: Annotated[Words, Field(description="Names of sites, such as unn; `coverage` lists them.")] = None,
        languages: Annotated[Words, Field(description="BCP 47 codes, such as uk or en.")] = None,
        countries: Annotated[Words, Field(description="Country of the dateline, ISO 3166-1 alpha-2.")] = None,
        places: Annotated[Words, Field(description="Place of the dateline, as printed.")] = None,
        agencies: Annotated[Words, Field(description="Agency of the dateline, such as Reuters.")] = None,
        tags: Annotated[Words, Field(description="Tags of the page.")] = None,
        sections: Annotated[Words, Field(description="Rubrics of the site.")] = None,
        authors: Annotated[Words, Field(description="Names in the byline.")] = None,
        kinds: Annotated[list[ContentType] | None, Field(max_length=MOST_VALUES, description="Kinds of page.")] = None,
        statuses: Annotated[
            list[Literal["active", "gone"]] | None,
            Field(max_length=MOST_VALUES, description="gone: its site does not show it any more."),
        ] = None,
        published_from: Annotated[
            str | None, Field(max_length=100, description="A date, an instant (ISO 8601, UTC) or a span back, as 2d.")
        ] = None,
        published_to: Annotated[
            str | None, Field(max_length=100, description="Before this instant; a mere date counts whole.")
        ] = None,
        min_views: Annotated[int | None, Field(ge=0, le=2**63 - 1, description="At least so many views.")] = None,
        limit: Annotated[int, Field(ge=1, le=MOST_FOUND)] = 10,
        cursor: Annotated[
            str | None, Field(max_length=100, description="`next_cursor` of the answer before, filters as there.")
        ] = None,
    ) -> Found:
        """Find articles, newest first. Filters go together; several values of one mean any of them. Nothing: all."""
        now = datetime.now(UTC)
        given: Mapping[str, Any] = {
            "sites": sites,
            "languages": languages,
            "countries": countries,
            "places": places,
            "agencies": agencies,
            "tags": tags,
            "sections": sections,
            "authors": authors,
            "kinds": kinds,
            "statuses": statuses,
        }
        selection = Selection(
            text=text or None,
            **{name: tuple(values) for name, values in given.items() if values},
            published_from=instant(published_from, "published_from", now) if published_from else None,
            published_to=instant(published_to, "published_to", now, is_end=True) if published_to else None,
            min_views=min_views,
        )
        database = await readings.database()
        await _want_sites(readings, selection.sites)
        return await find(database, selection, limit, cursor)

    @told
    async def get_article(
        article: Reference,
        offset: Annotated[int, Field(ge=0, description="First character of the text: `next_offset` of before.")] = 0,
        max_characters: Annotated[int, Field(ge=1, le=MOST_CHARACTERS, description="Of the text.")] = 20_000,
    ) -> Got:
        """Read one article: its text, dates, dateline, views, twins in other languages and copies elsewhere."""
        return await get(await readings.database(), article, offset, max_characters)

    @told
    async def history(
        article: Reference,
        from_revision: Annotated[int | None, Field(ge=1, description="Show what has changed since this one …")] = None,
        to_revision: Annotated[int | None, Field(ge=1, description="… up to this one; without it the present.")] = None,
    ) -> History:
        """Tell what has become of an article: versions of its text, its view counter over time, when it was gone."""
        return await tell_history(await readings.database(), article, from_revision, to_revision)

    @told
    async def coverage(
        sites: Annotated[
            list[str] | None, Field(max_length=MOST_SITES, description="With names: these, with more on each.")
        ] = None,
        days: Annotated[int, Field(ge=1, le=31, description="So many days back, today among them.")] = 7,
    ) -> Coverage:
        """Tell how complete the stored articles are: health of sites, articles a day, what is known to be missing."""
        names = sites or []
        await _want_sites(readings, names)
        return await tell_coverage(await readings.database(), await readings.sites(), names, days, datetime.now(UTC))

    reads = ToolAnnotations(read_only_hint=True, open_world_hint=False)
    named: dict[str, Callable[..., Awaitable[Any]]]
    named = {"search": search, "get": get_article, "history": history, "coverage": coverage}
    made = [Tool.from_function(f, name=name, annotations=reads, structured_output=True) for name, f in named.items()]
    for tool in made:
        tool.parameters["additionalProperties"] = False
    return made


async def _want_sites(readings: Readings, names: Collection[str]) -> None:
    """Raises Unknown where there is neither a file nor an article of a site."""
    sites = await readings.sites()
    for name in await unknown_sites(await readings.database(), names, sites):
        near = next(iter(difflib.get_close_matches(name, sites, 1)), None)
        raise Unknown(f"there is no site {name!r}" + (f"; did you mean {near}?" if near else "; `coverage` lists them"))


def _said(error: PyMongoError, own: Settings) -> str:
    return describe(error, own.mongo_uri).partition(" (configured timeouts")[0]
