"""The database as the server reads it: its connection, how far articles have come, and whether it is there."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any

from bson.codec_options import CodecOptions, DatetimeConversion
from pymongo.errors import PyMongoError

from newscrawl.store.connect import Connection
from newscrawl.store.lookup import Database
from newscrawl.store.sequence import settled

log = logging.getLogger(__name__)

LOOK_EVERY = 0.5  # seconds
LOOK_AGAIN = 1.0  # seconds until a database that is away is looked for again
# What readers of the database have put into `labels` need not be what Python can hold.
READABLE: CodecOptions[dict[str, Any]] = CodecOptions(
    tz_aware=True, datetime_conversion=DatetimeConversion.DATETIME_AUTO, unicode_decode_error_handler="replace"
)


class Reader:
    """One connection for all requests. `watch` runs as long as the server does."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.database: Database = connection.database.with_options(codec_options=READABLE)
        self.seq = 0
        """No article with a lower `seq`, or this one, can still appear."""
        self.is_down = False
        """The database did not answer when it was last looked at."""
        self.stopping = asyncio.Event()
        """Set when the server is to end: streams end, too."""
        self.streams = 0
        """Streams of events that are open."""
        self._news = asyncio.Event()

    async def look(self) -> None:
        """See how far the articles have come. Never raises for a database that is away."""
        try:
            seq = await settled(self.database)
        except PyMongoError:
            if not self.is_down:
                log.error("the database does not answer; requests get 503 until it does")
            self.is_down = True
            await self.connection.revive()
            return
        if self.is_down:
            log.error("the database answers again")
        self.is_down = False
        if seq != self.seq:
            self.seq = seq
            self._news.set()
            self._news = asyncio.Event()

    async def watch(self) -> None:
        """Look again and again until it is cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_AGAIN if self.is_down else LOOK_EVERY)

    async def news(self, after: int, seconds: float) -> None:
        """Wait until there is more than `after`, the server ends, or so many seconds have passed."""
        if self.seq > after or self.stopping.is_set():
            return
        waits = [asyncio.ensure_future(event.wait()) for event in (self._news, self.stopping)]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def pause(self, seconds: float) -> None:
        """Wait so long, or until the server ends."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)

    async def close(self) -> None:
        """Close the connection."""
        with contextlib.suppress(PyMongoError):
            await self.connection.close()
