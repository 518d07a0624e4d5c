"""The requests of one crawl that wait for their turn: some in memory, the articles beyond them on disk.

A request in memory takes three kilobytes, and the sitemaps of one site can name a million articles. Scrapy's own queues
on disk take a folder that outlives the crawl, and only requests of a spider's own methods. Here an article is kept as
what its request is made of, in a file without a name, which is gone with the process.
"""

from __future__ import annotations

import contextlib
import pickle
import tempfile
from collections import deque
from typing import IO, TYPE_CHECKING, Any

from scrapy.core.scheduler import Scheduler

from newscrawl.settings import settings
from newscrawl.spiders.discovery import Fresh

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from twisted.internet.defer import Deferred

    from newscrawl.spiders.site_spider import SiteSpider

MOST = 1000
"""Requests in memory, from which on articles go to disk."""
FEWEST = 200
"""Requests in memory, below which articles come back from there."""
TOGETHER = 400
"""Articles that are written and read at once."""

Kept = tuple[str, str, Any, int]
"""Address, identity, card and depth of an article."""


class Overflow:
    """Articles on disk, first in, first out. The file is made when it is needed, and emptied whenever all is read."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._read_to = self._written_to = 0
        self._new: list[Kept] = []
        self._old: deque[Kept] = deque()
        self._number = 0

    def __len__(self) -> int:
        return self._number

    def push(self, kept: Kept) -> None:
        """Keep an article; in memory, where the disk refuses."""
        self._new.append(kept)
        self._number += 1
        if len(self._new) % TOGETHER == 0:
            with contextlib.suppress(OSError):
                self._write()

    def pop(self) -> Kept:
        """The article that has waited longest. Raises IndexError where there is none."""
        if not self._old:
            self._old.extend(self._read() if self._read_to < self._written_to else self._take_new())
        kept = self._old.popleft()
        self._number -= 1
        return kept

    def close(self) -> None:
        """Forget everything."""
        if self._file is not None:
            self._file.close()

    def _take_new(self) -> list[Kept]:
        taken, self._new = self._new, []
        return taken

    def _write(self) -> None:
        if self._file is None:
            folder = settings().data
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  it is closed with the queue
        self._file.seek(self._written_to)
        pickle.dump(self._new, self._file, pickle.HIGHEST_PROTOCOL)
        self._written_to = self._file.tell()
        self._new = []

    def _read(self) -> list[Kept]:
        assert self._file is not None
        self._file.seek(self._read_to)
        kept: list[Kept] = pickle.load(self._file)
        self._read_to = self._file.tell()
        if self._read_to == self._written_to:
            self._read_to = self._written_to = 0
            self._file.truncate(0)
        return kept


class Waiting(Scheduler):
    """Scrapy's scheduler, whose memory is bounded."""

    spider: SiteSpider
    _overflow: Overflow
    _longest: int

    def open(self, spider: Spider) -> Deferred[None] | None:
        """As Scrapy calls it."""
        self._overflow = Overflow()
        self._longest = settings().max_url_length
        return super().open(spider)

    def close(self, reason: str) -> Deferred[None] | None:
        """As Scrapy calls it."""
        self._overflow.close()
        return super().close(reason)

    def enqueue_request(self, request: Request) -> bool:
        """Take a request; false for one whose address is too long."""
        if len(request.url) > self._longest:
            self.spider.logger.info("%s… has %d characters and is not asked for", request.url[:80], len(request.url))
            return False
        if not (_is_first(request) and (self._overflow or len(self.mqs) >= MOST)):
            return super().enqueue_request(request)
        asked = request.cb_kwargs
        self._overflow.push((request.url, asked["identity"], asked["card"], request.meta.get("depth", 0)))
        return True

    def next_request(self) -> Request | None:
        """The next one, articles from disk among those in memory."""
        while self._overflow and len(self.mqs) < FEWEST:
            for _ in range(min(TOGETHER, len(self._overflow))):
                address, identity, card, depth = self._overflow.pop()
                request = self.spider.articles.request(Fresh(address, identity, card))
                request.meta["depth"] = depth
                super().enqueue_request(request)
        return super().next_request()

    def has_pending_requests(self) -> bool:
        """Whether any waits."""
        return bool(self._overflow) or super().has_pending_requests()

    def __len__(self) -> int:
        return len(self._overflow) + super().__len__()


def _is_first(request: Request) -> bool:
    """Of a new article, as its spider has made it: no retry, no redirect."""
    asked = request.cb_kwargs
    return "card" in asked and "identity" in asked and request.meta.keys().isdisjoint({"retry_times", "redirect_urls"})
