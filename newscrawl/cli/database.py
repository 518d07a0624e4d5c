"""Commands that read or write the database."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from newscrawl.cli.asked import own_settings
from newscrawl.cli.output import Exit, fail

if TYPE_CHECKING:
    from newscrawl.store.connect import Connection

NO_INDEX = 2
"""Code of MongoDB for a query by an index that is not there."""

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


async def prepared(connection: Connection, read: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What a reader finds, also in a database that nobody has prepared yet, or that an earlier release has written.

    Its schema is applied then, and the reader asked again. Ends with code 5 where this user may not do that.
    """
    from pymongo.errors import OperationFailure

    from newscrawl.store.connect import UNAUTHORIZED
    from newscrawl.store.schema import apply_schema

    try:
        return await read()
    except OperationFailure as error:
        if error.code != NO_INDEX:
            raise
    try:
        await apply_schema(connection)
    except OperationFailure as error:
        if error.code != UNAUTHORIZED:
            raise
        fail(
            "the database is not in the form of this release; a user that may write brings it there by"
            " `newscrawl db init`",
            Exit.DEPENDENCY,
        )
    return await read()
