"""Commands that write articles: the database with its writer and the processes that read pages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from newscrawl.cli.output import Exit, fail

if TYPE_CHECKING:
    from newscrawl.crawl.reader import Reader
    from newscrawl.crawl.session import Session
    from newscrawl.settings import Settings

T = TypeVar("T")
WORKERS = 2
"""Processes that read pages side by side."""


def archive_folder(own: Settings) -> Any:
    """The archive that is set, else the one that `crawl --archive` makes."""
    return own.archive_folder or own.default_archive


def with_session(own: Settings, work: Callable[[Session, Reader], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine with a session and a reader of pages. Ends with code 2 or 5 where the database fails."""
    from pymongo.errors import PyMongoError

    from newscrawl.crawl.reader import Reader
    from newscrawl.crawl.session import close_session, open_session
    from newscrawl.store.connect import DatabaseDown, describe

    async def run() -> T:
        session = await open_session(own)
        reader = Reader(own.page_timeout, workers=WORKERS)
        try:
            return await work(session, reader)
        finally:
            await reader.close()
            await close_session(session)

    try:
        return asyncio.run(run())
    except (DatabaseDown, PyMongoError) as error:
        fail(describe(error, own.mongo_uri), Exit.DEPENDENCY)
    except OSError as error:
        fail(f"{error}; correct the folder, or name another in NEWSCRAWL_DATA", Exit.USAGE)
