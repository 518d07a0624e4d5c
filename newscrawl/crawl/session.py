"""One database connection and one batching writer for all spiders of a process."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from pymongo.errors import PyMongoError

from newscrawl.crawl.heart import Heart
from newscrawl.normalize.secrets import mask
from newscrawl.settings import Settings
from newscrawl.store.articles import ArticleWriter
from newscrawl.store.connect import Connection, DatabaseDown, open_connection, refusal
from newscrawl.store.holdings import Holdings
from newscrawl.store.mend import mend
from newscrawl.store.replay import replay
from newscrawl.store.schema import apply_schema
from newscrawl.store.spool import Spool

logger = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass
class Session:
    """The database as spiders and pipelines use it."""

    connection: Connection
    writer: ArticleWriter
    spool: Spool
    users: int = 0
    key: tuple[str | None, str, str] = field(default=(None, "", ""))
    heart: Heart = field(init=False)
    holdings: Holdings = field(init=False)

    def __post_init__(self) -> None:
        self.heart = Heart(self.connection.database)
        self.holdings = Holdings(self.connection.database)

    async def read(self, query: Callable[[], Awaitable[T]]) -> T:
        """The answer to a query, asked again where the embedded server had to be started anew. Raises PyMongoError."""
        try:
            return await query()
        except PyMongoError:
            if not await self.connection.revive():
                raise
            return await query()


_sessions: dict[tuple[str | None, str, str], asyncio.Future[Session]] = {}


async def open_session(own: Settings) -> Session:
    """The process's session, opened at the first call: schema applied, spool replayed, crashes mended.

    Raises DatabaseDown where no server answers. Each call wants one `close_session`.
    """
    key = (own.mongo_uri, own.database, str(own.data))
    if key not in _sessions:
        _sessions[key] = asyncio.ensure_future(_open(own, key))
    try:
        session = await asyncio.shield(_sessions[key])
    except BaseException:
        opening = _sessions.pop(key, None)
        if opening is not None and not opening.done():  # it is this call that was cancelled
            opening.cancel()
            await asyncio.wait([opening])
        raise
    session.users += 1
    return session


async def _open(own: Settings, key: tuple[str | None, str, str]) -> Session:
    connection = await open_connection(own)
    for note in connection.notes:
        logger.warning("%s", note)
    spool = Spool(own.spool_file)
    writer = ArticleWriter(connection, spool)
    try:
        await apply_schema(connection)
        await replay(writer, spool)
        await mend(connection.database)
    except PyMongoError as error:
        await connection.close()
        said = refusal(error, own.mongo_uri) or f"the database cannot be prepared: {mask(str(error)[:300])}"
        raise DatabaseDown(said) from None
    except BaseException:
        writer.end_by(asyncio.get_running_loop().time() + 1)  # what a replay has not stored still waits in its file
        await writer.close()
        await connection.close()
        raise
    return Session(connection, writer, spool, key=key)


async def close_session(session: Session) -> None:
    """End one use; the last one writes what waits and closes the connection."""
    session.users -= 1
    if session.users == 0:
        _sessions.pop(session.key, None)
        try:
            await session.writer.close()
            with contextlib.suppress(PyMongoError):  # whoever wants the sites finds that this process is no more
                await session.holdings.close()
        finally:
            await session.connection.close()
