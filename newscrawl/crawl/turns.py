"""Whose page is read next, where more pages wait than there are workers. No processes here, only the order."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """Gives out places, fairly by site: one, and more, up to `most`, where pages wait and none moves for some time.

    `patience`: seconds of that time. `fewest`: places that there are from the start. `crowd`: so many pages that wait
    are a reason for another place, too; 0: no number of them is.

    Among the sites that wait, the one with the fewest pages under way goes first, then the one that has waited longest
    for a turn. Sites that were marked as slow share one place, so that the others stay free of their pages.
    """

    def __init__(self, most: int, patience: float, fewest: int = 1, crowd: int = 0) -> None:
        self.most, self.patience, self.fewest, self.crowd = most, patience, fewest, crowd
        self.places = self._free = fewest
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        """Sites in the order of their turns."""
        self.waiting = 0
        """Pages that wait for a place."""
        self._under_way: Counter[str] = Counter()
        self._moved_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._starting = 0
        self._slow: set[str] = set()

    async def take(self, site: str) -> None:
        """Wait for a place. Each one taken wants one `give_back`."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(site, deque()).append(turn)
        self.waiting += 1
        self._hand_out()
        if self.crowd and self.waiting >= self.crowd and not self._starting and self.places < self.most:
            self._add_place()
        self._watch()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._forget(site, turn)
            else:
                self.give_back(site)
            raise

    def give_back(self, site: str) -> None:
        """A page of the site is done. Where no other is under way, the fewest places are enough again."""
        self._free += 1
        self._under_way[site] -= 1
        self._hand_out()
        if self._free == self.places:
            self.places = self._free = self.fewest

    @contextmanager
    def starting(self) -> Iterator[None]:
        """Meanwhile the worker of a place starts. Others would start no sooner, so no place is added for that."""
        self._starting += 1
        try:
            yield
        finally:
            self._starting -= 1
            self._moved_at = asyncio.get_running_loop().time()

    def mark_slow(self, site: str) -> None:
        """A page of the site had to be ended: from now on its pages share one place with those of other such sites."""
        self._slow.add(site)

    def _watch(self) -> None:
        """Look again for pages that wait, by one timer for all of them."""
        if self._waiting and self._timer is None:
            loop = asyncio.get_running_loop()
            left = self._moved_at + self.patience - loop.time()
            self._timer = loop.call_later(left if left > 0 else self.patience, self._end_patience)

    def _end_patience(self) -> None:
        """One place more, where nothing has moved."""
        self._timer = None
        has_moved = asyncio.get_running_loop().time() < self._moved_at + self.patience
        if self._waiting and not (has_moved or self._starting) and self.places < self.most:
            self._add_place()
        self._watch()

    def _add_place(self) -> None:
        self.places += 1
        self._free += 1
        self._hand_out()

    def _hand_out(self) -> None:
        while self._free and (site := self._next()) is not None:
            turns = self._waiting.pop(site)
            turn = turns.popleft()
            self.waiting -= 1
            if turns:
                self._waiting[site] = turns  # again at the end
            if not turn.done():
                self._free -= 1
                self._under_way[site] += 1
                self._moved_at = asyncio.get_running_loop().time()
                turn.set_result(None)

    def _next(self) -> str | None:
        is_slow_busy = self.places > 1 and any(self._under_way[site] for site in self._slow)
        sites = [site for site in self._waiting if not (is_slow_busy and site in self._slow)]
        return min(sites, key=self._under_way.__getitem__, default=None)

    def _forget(self, site: str, turn: asyncio.Future[None]) -> None:
        turns = self._waiting.get(site, deque())
        if turn in turns:
            turns.remove(turn)
            self.waiting -= 1
            if not turns:
                del self._waiting[site]
