"""The heartbeat of the runs of a process: every few seconds what they have done is written, by one small update. Where
there are many, each has its turn: what hundreds of them do is followed less closely than what it costs would matter.

So others see from another terminal how a run goes on, and that a run whose process was killed goes on no more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from itertools import islice
from typing import Any

from pymongo import UpdateOne, timeout
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError
from pymongo.write_concern import WriteConcern

from newscrawl.records import Run

logger = logging.getLogger(__name__)

BEAT = 2.0  # seconds between two updates
FEW = 10  # runs that are all written by each
ROUND = 5  # updates until all are written that are more: a run that is silent for a minute counts as dead
PATIENCE = 5.0  # seconds that one may take
WRITTEN = ("counts", "coverage", "dropped", "errors", "statuses", "codes", "bytes", "bytes_decoded", "times", "hosts")
"""Fields of the record that change while a run goes on."""


class Heart:
    """Beats while any run has joined. Nobody waits for it, and what it cannot write is written by the next beat."""

    def __init__(self, database: AsyncDatabase[dict[str, Any]], seconds: float = BEAT) -> None:
        self.seconds = seconds
        # A beat that is lost is no loss: it need not wait for the journal or for other members.
        self._runs = database["runs"].with_options(write_concern=WriteConcern(w=1))
        self._records: dict[str, Callable[[], Run]] = {}
        self._task: asyncio.Task[None] | None = None

    def join(self, identity: str, record: Callable[[], Run]) -> None:
        """A run begins; `record` gives its record as it stands."""
        self._records[identity] = record
        if self._task is None:
            self._task = asyncio.create_task(self._beat())

    def leave(self, identity: str) -> None:
        """It ends: from now on its record is written by others."""
        self._records.pop(identity, None)
        if not self._records and self._task is not None:
            self._task.cancel()
            self._task = None

    def _next(self) -> list[tuple[str, Callable[[], Run]]]:
        """Those whose turn it is; they are the last now."""
        number = max(FEW, -(-len(self._records) // ROUND))
        turn = list(islice(self._records.items(), number))
        for identity, record in turn:
            del self._records[identity]
            self._records[identity] = record
        return turn

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self.seconds)
            beats = [_update(identity, record()) for identity, record in self._next()]
            try:
                with timeout(PATIENCE):
                    await self._runs.bulk_write(beats, ordered=False)
            except PyMongoError as error:
                logger.debug("the heartbeat was not written: %s", str(error)[:200])


def _update(identity: str, run: Run) -> UpdateOne:
    """Of a run that has not ended: its end is the last word, also where this update arrives late."""
    fields = run.model_dump(include=set(WRITTEN))
    return UpdateOne(
        {"_id": identity, "ended_at": None, "reason": None}, {"$set": fields, "$currentDate": {"seen_at": True}}
    )
