"""The articles as they come: new ones, changed ones, withdrawn ones, in the order of `seq`, for as long as one listens.

The truth is `seq` and nothing else. A change stream only shortens the wait; without one, or while it is broken, the
articles are asked for again and again. So nothing is missed and nothing is given twice, whatever becomes of the
server, the stream or this process: whoever goes on after the last `seq` that he was given has everything.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pymongo.errors import (
    AutoReconnect,
    ConnectionFailure,
    CursorNotFound,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
)
from pymongo.read_concern import ReadConcern

from newscrawl.store.lookup import Database, Document
from newscrawl.store.select import TooBroad, select
from newscrawl.store.sequence import settled
from newscrawl.store.wake import Wake

if TYPE_CHECKING:
    from newscrawl.selection import Selection

PAUSE = 1.0
"""Seconds between two looks where no change stream tells of changes."""
CALM = 5.0
"""Seconds between two looks where one does: it may be late, never wrong."""
BATCH = 100  # articles of one query
Occasion = Literal["new", "changed", "gone", "back", "merged"]
RETRYABLE = frozenset((6, 7, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436))
"""Codes of a server that is away or has lost its office, and will be back: pymongo's own list."""


async def follow(
    database: Database,
    selection: Selection,
    *,
    after_seq: int | None = None,
    fields: Sequence[str] | None = None,
    pause: float = PAUSE,
    on_reached: Callable[[int], None] | None = None,
    on_down: Callable[[Exception], Awaitable[None]] | None = None,
) -> AsyncGenerator[Document, None]:
    """The chosen articles whose `seq` is above `after_seq`, in its order, then those that come; it never ends.

    Each is given as it is now: one that changes twice before it is asked for is given once, with the later `seq`. None
    for `after_seq`: from now on, or from that of the selection. Close it (`contextlib.aclosing`) when you are done.

    `on_reached` hears up to which `seq` everything was given, also where other articles than the chosen ones came.
    `on_down` hears of every error of a database that is away or takes too long, and may raise to end; else it is waited
    for, without end. Raises other PyMongoErrors.
    """
    # What a majority has is never taken back: a `seq` that was given is not given to another article after an election.
    database = database.with_options(read_concern=ReadConcern("majority"))
    reached = selection.after_seq if after_seq is None else after_seq
    async with Wake(database) as wake:
        while True:
            wait = pause
            try:
                last = await settled(database)
                if reached is None:
                    reached = last
                _tell(on_reached, reached)
                has_more = last > reached
                while has_more:
                    chosen = selection.model_copy(update={"after_seq": reached})
                    page = await select(database, chosen, limit=BATCH, fields=fields, order="seq")
                    for article in page.articles:
                        reached = article["seq"]
                        yield article
                    reached = max(reached, page.seq or 0)
                    has_more = page.cursor is not None
                    _tell(on_reached, reached)
                wait = CALM if wake.is_live else pause
            except (PyMongoError, TooBroad) as error:
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    raise asyncio.CancelledError from None  # the driver takes it for an error of its connection
                if not is_passing(error):
                    raise
                if on_down is not None:
                    await on_down(error)
            await wake.wait(wait)


def occasion(article: Mapping[str, Any]) -> Occasion:
    """Why an article has its present `seq`: by its `status`, `revision`, `absences` and `changed_at`."""
    status = article.get("status")
    if status in ("gone", "merged"):
        return "gone" if status == "gone" else "merged"
    absences, changed_at = article.get("absences") or (), article.get("changed_at")
    if absences and (changed_at is None or absences[-1]["back_at"] >= changed_at):
        return "back"
    return "changed" if article.get("revision", 1) > 1 else "new"


def is_passing(error: Exception) -> bool:
    """Whether an error says that the server is away or changes its office, so that asking again will help."""
    if isinstance(error, ConnectionFailure | AutoReconnect | CursorNotFound | ExecutionTimeout | TooBroad):
        return True
    return isinstance(error, OperationFailure) and error.code in RETRYABLE


def _tell(on_reached: Callable[[int], None] | None, seq: int) -> None:
    if on_reached is not None:
        on_reached(seq)
