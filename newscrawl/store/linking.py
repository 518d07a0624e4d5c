"""When stored articles are linked and numbered: beside the next writes, by one task at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import timedelta

from pymongo.errors import PyMongoError

from newscrawl.store.links import Database, link
from newscrawl.store.sequence import PATIENCE, give_numbers, take_over

logger = logging.getLogger(__name__)


class Linking:
    """What is stored and not linked yet. It bears marks in the database, so what is left is done at the next start."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._unlinked: set[str] = set()
        self._is_news = False
        self._took_over = 0.0
        self._task: asyncio.Task[None] | None = None

    def add(self, identities: Iterable[str]) -> None:
        """Articles that are to be linked, which numbers them, too."""
        self._unlinked.update(identities)

    def add_news(self) -> None:
        """Something was stored that wants a number and no links."""
        self._is_news = True

    def start(self) -> None:
        """Number what was stored, and look for its copies and twins, unless a task does so already."""
        if (self._unlinked or self._is_news) and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._link())

    async def wait(self) -> None:
        """Wait for the task. Cancelling this ends it."""
        if self._task is not None:
            await self._task

    async def _link(self) -> None:
        while self._unlinked or self._is_news:
            identities, self._unlinked = self._unlinked, set()
            is_news, self._is_news = self._is_news, False
            try:
                await self._number(is_news=is_news)
                await link(self._database, identities)
            except PyMongoError as error:
                logger.warning("%d articles are not linked yet: %s", len(identities), str(error)[:200])
                self._unlinked |= identities
                self._is_news = self._is_news or is_news
                return

    async def _number(self, *, is_news: bool) -> None:
        """Give numbers to what is news and is not linked; now and then to that of processes that have died, too."""
        now = asyncio.get_running_loop().time()
        if now - self._took_over > PATIENCE / timedelta(seconds=1):
            self._took_over = now
            await take_over(self._database)
            is_news = True
        if is_news:
            await give_numbers(self._database)
