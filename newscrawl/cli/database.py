"""Commands that read or write the database."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from newscrawl.cli.asked import own_settings
from newscrawl.cli.output import Exit, fail

if TYPE_CHECKING:
    from newscrawl.store.connect import Connection

T = TypeVar("T")


def with_database(work: Callable[[Connection], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine with the database that the settings name. Ends with code 2 or 5 where that fails."""
    import asyncio

    from bson.errors import BSONError
    from pymongo.errors import PyMongoError

    from newscrawl.store.connect import DatabaseDown, describe, open_connection

    own = own_settings()

    async def run() -> T:
        connection = await open_connection(own)
        try:
            return await work(connection)
        finally:
            await connection.close()

    try:
        return asyncio.run(run())
    except (DatabaseDown, PyMongoError) as error:
        fail(describe(error, own.mongo_uri), Exit.DEPENDENCY)
    except (BSONError, UnicodeEncodeError) as error:
        fail(f"an argument of this command is no text that can be looked up: {error}", Exit.USAGE)
