"""The stored article that a command names by one of its addresses, or by its `_id`."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from newscrawl.cli.asked import site_for
from newscrawl.cli.database import with_database
from newscrawl.cli.output import Exit, fail

if TYPE_CHECKING:
    from newscrawl.store.connect import Connection
    from newscrawl.store.lookup import Database


_IDENTITY = re.compile("[0-9a-f]{32}")
"""As `article_id` makes it."""


def find_stored(url: str) -> dict[str, Any]:
    """The article that is stored under an address or `_id`; ends the command where there is none."""
    article, _ = find_with(url)
    return article


def find_with(
    url: str, *readers: Callable[[Database, Mapping[str, Any]], Coroutine[Any, Any, Any]]
) -> tuple[dict[str, Any], list[Any]]:
    """The article that is stored under an address or `_id`, and what each reader finds of it, over one connection.

    Ends the command where there is no such article.
    """
    from newscrawl.store.lookup import get_article, get_by_id

    is_identity = _IDENTITY.fullmatch(url) is not None
    forms = [] if is_identity else _forms(url)

    async def find(connection: Connection) -> tuple[dict[str, Any] | None, list[Any]]:
        database = connection.database
        article = await (get_by_id(database, url) if is_identity else get_article(database, url, *forms))
        return article, [await read(database, article) for read in readers] if article else []

    article, found = with_database(find)
    if article is None:
        fail(f"no article is stored under {url}", Exit.NOTHING)
    return article, found


def _forms(url: str) -> list[str]:
    """The form that the site's file gives an address, where a site owns it."""
    from newscrawl.normalize.identity import identity

    try:
        site = site_for(url)
        return [identity(url, site)] if site else []
    except ValueError:
        fail(f"{url} is no http or https address, and no `_id` of an article", Exit.USAGE)
