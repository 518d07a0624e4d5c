"""Webhooks that are delivered beside the answers of the server."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from newscrawl.store.lookup import Database
from newscrawl.webhooks.deliver import Delivery, follow

logger = logging.getLogger(__name__)

GRACE = 5.0
"""Seconds in which what is on its way may arrive when the server ends; the rest is sent again by the next process."""


@contextlib.asynccontextmanager
async def delivering(database: Database, *, is_wanted: bool) -> AsyncIterator[None]:
    """Deliver as long as the block runs. Where others deliver, too, each webhook is served by one of them."""
    if not is_wanted:
        yield
        return
    stop = asyncio.Event()
    task = asyncio.create_task(follow(database, say=_say, stop=stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait([task], timeout=GRACE)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _say(done: Delivery) -> None:
    if done.error:
        logger.warning("webhook %s: %s", done.webhook.name, done.error)
