"""Word of new and changed articles by a change stream, where the server has one. It wakes; it never tells what came.

What a reader has seen is counted by `seq` alone, so that a stream that breaks, or has lost its place in the history,
costs nothing: it is opened anew, and whoever waits is woken.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from pymongo.errors import OperationFailure, PyMongoError

from newscrawl.store.lookup import Database

ILLEGAL_OPERATION, UNAUTHORIZED, NO_REPLICA_SET = 20, 13, 40573
"""Codes of a server that has no change streams, or none for this user."""
INVALID_TOKEN, FATAL, HISTORY_LOST = 260, 280, 286
"""Codes of a stream that cannot go on where it was."""
PAUSE = 0.5  # seconds until a stream that broke is opened again
_RISES: list[dict[str, Any]] = [
    {
        "$match": {
            "$or": [
                {"operationType": {"$in": ["insert", "replace"]}},
                {"operationType": "update", "updateDescription.updatedFields.settled": {"$exists": True}},
            ]
        }
    },
    {"$project": {"_id": 1}},
]


class Wake:
    """Waits until more is settled in the order of `newscrawl.store.sequence`, in a context."""

    def __init__(self, database: Database) -> None:
        self._order = database["sequence"]
        self._risen = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._is_over = False
        self.is_live = False
        """A stream is open: news wake at once."""

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._listen())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over = True
        while self._task is not None and not self._task.done():
            self._task.cancel()  # more than once: the driver takes a cancellation for an error of its connection
            await asyncio.wait([self._task], timeout=PAUSE)

    async def wait(self, seconds: float) -> None:
        """Wait until something may have come, but no longer than the seconds."""
        with suppress(TimeoutError):
            # Not `wait_for`, whose cancellation is lost in Python 3.11 where both happen at once (cpython#86296).
            async with asyncio.timeout(seconds):
                await self._risen.wait()
        self._risen.clear()

    async def _listen(self) -> None:
        while not self._is_over:
            try:
                async with await self._order.watch(_RISES) as stream:
                    self.is_live = True
                    self._risen.set()  # something may have come before it was open
                    async for _ in stream:
                        self._risen.set()
            except OperationFailure as error:
                if error.code in (ILLEGAL_OPERATION, UNAUTHORIZED, NO_REPLICA_SET):
                    return
                if error.code not in (INVALID_TOKEN, FATAL, HISTORY_LOST):
                    await asyncio.sleep(PAUSE)
            except PyMongoError:
                await asyncio.sleep(PAUSE)
            finally:
                self.is_live = False
