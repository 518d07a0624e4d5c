"""Finds the first articles, in the order of lists, that fulfil several conditions at once.

A key of an index is read fifty times as fast as an article. So where more than one thing is asked, the places of the
articles that fulfil each are read from the indexes, side by side from the newest on, and only the articles whose place
is among all of them are read. The rarest condition sets the pace: the others are read as far down as it has come, and
one that is many times as frequent is not read at all but looked up in the articles.
"""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from itertools import chain
from typing import Any
from weakref import WeakKeyDictionary

from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import ExecutionTimeout

from newscrawl.store.order import FIRST_DATED
from newscrawl.store.wanted import ANY, BY_ORDER, BY_TERM, Document, Part, Wanted, between, newest_first

Database = AsyncDatabase[dict[str, Any]]

FIRST_KEYS, GROWTH, MOST_KEYS = 256, 4, 50_000
"""Keys of the rarest condition that are read at once: at first, times as many each time, at most."""
FREQUENT = 40
"""So many keys take as long as one article."""
FEW_LISTED, FEW_WORDS = 5_000, 20_000
"""Keys that are read to be sorted. Where there are more, articles that fulfil the condition are easily met."""
REMEMBERED, MOST_REMEMBERED = 60.0, 1000  # seconds that it is remembered that many fulfil a condition; conditions
FIRST_ARTICLES, MOST_ARTICLES = 50, 500  # that are read at once


ORDER_ALONE = {"_id": 0, "order": 1}
"""The projection that the keys of the indexes cover."""


class _Frequent:
    """Conditions that many articles fulfilled a moment ago, so that it is not found out for each page anew."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def add(self, part: Part) -> None:
        if len(self._until) >= MOST_REMEMBERED:
            self._until.clear()
        self._until[repr(part.queries)] = time.monotonic() + REMEMBERED

    def has(self, part: Part) -> bool:
        return self._until.get(repr(part.queries), 0.0) > time.monotonic()


_known: WeakKeyDictionary[AsyncMongoClient[dict[str, Any]], _Frequent] = WeakKeyDictionary()


class Clock:
    """The time that is left for an answer."""

    def __init__(self, seconds: float) -> None:
        self._began = time.monotonic()
        self._ends = self._began + seconds

    @property
    def spent(self) -> float:
        """Seconds."""
        return time.monotonic() - self._began

    @property
    def left(self) -> int:
        """Milliseconds. Raises ExecutionTimeout where there are none."""
        left = round(1000 * (self._ends - time.monotonic()))
        if left < 1:
            raise ExecutionTimeout("the time of the query is over")
        return left


class Seeker:
    """One search. `highest`: no article above this place."""

    def __init__(self, database: Database, wanted: Wanted, highest: int, clock: Clock) -> None:
        self._articles = database["articles"]
        self._frequent = _known.setdefault(database.client, _Frequent())
        self._wanted, self._clock = wanted, clock
        self._highest, self._lowest = highest, wanted.lowest

    async def find(self, number: int, projection: Mapping[str, int]) -> list[Document]:
        """The first articles, so many at most. Raises ExecutionTimeout, PyMongoError."""
        sources = await self._sources()
        if not sources:
            return await self._straight(ANY, number, projection)
        alone = sources[0]
        if len(self._wanted.parts) == 1 and isinstance(alone, Part) and len(alone.queries) == 1:
            return await self._straight(alone, number, projection)
        return await self._side_by_side([_Stream(self, source) for source in sources], number, projection)

    async def _sources(self) -> list[Part | list[int]]:
        """What places are read from: conditions that an index gives in order, and the places of those that few fulfil.
        What an index gives in another order and many fulfil is looked up in the articles."""
        parts = self._wanted.parts
        lists = await asyncio.gather(*(self._list(part) for part in parts))
        found: list[Part | list[int]] = []
        for part, keys in zip(parts, lists, strict=True):
            if keys is not None:
                found.append(keys)
            elif part.sorted_by is not None:
                found.append(part)
        return found

    async def _list(self, part: Part) -> list[int] | None:
        """All places of a condition that is listed; None: there are too many."""
        if part.listed_by is None or self._frequent.has(part):
            return None
        most = FEW_WORDS if part.listed_by == BY_TERM else FEW_LISTED
        places: set[int] = set()
        span = between(self._highest, self._lowest, BY_TERM) if part.listed_by == BY_TERM else {}
        for query in part.queries:
            found = self._articles.find({"$and": [query, span]}, ORDER_ALONE, batch_size=most + 2)
            found = found.hint(part.listed_by).limit(most + 1).max_time_ms(self._clock.left)
            # An article that could not be brought to the present form has no place, and is in no list.
            keys = await found.to_list()
            places.update(document["order"] for document in keys if "order" in document)
            if max(len(keys), len(places)) > most:  # several articles may share a place
                self._frequent.add(part)
                return None
        return sorted((place for place in places if self._lowest <= place <= self._highest), reverse=True)

    async def _side_by_side(self, streams: list[_Stream], number: int, projection: Mapping[str, int]) -> list[Document]:
        """By several conditions at once, in spans from the newest on."""
        found: list[Document] = []
        tried, highest, size = 0, self._highest, FIRST_KEYS
        await asyncio.gather(*(stream.begin(highest, size) for stream in streams))
        leader, *others = sorted(streams, key=lambda stream: (stream.lowest, len(stream.keys)))
        while leader.keys:
            places = leader.keys
            near = [other for other in others if other.expected(leader.span) <= FREQUENT * len(places)]
            keys = sum(other.expected(leader.span) for other in near)
            # As long as that is the shorter way: look at what the leader gives without reading the others.
            at = 0
            while at < len(places) and FREQUENT * self._still(number, len(found), tried) < keys:
                chunk = places[at : at + FIRST_ARTICLES]
                found += await self._read(chunk, number - len(found), projection)
                at, tried = at + len(chunk), tried + len(chunk)
                if len(found) >= number:
                    return found
            met, deepest = set(places[at:]), places[-1]
            for other in sorted(near, key=lambda stream: stream.density):
                if met:
                    await other.extend(deepest)
                    met.intersection_update(other.keys)
            found += await self._read_all(sorted(met, reverse=True), number - len(found), projection)
            highest = leader.lowest - 1
            if len(found) >= number or highest < self._lowest:
                return found
            size = min(size * GROWTH, MOST_KEYS)
            await leader.begin(highest, size)
            await asyncio.gather(*(other.go_on(highest) for other in others))
        return found

    @staticmethod
    def _still(number: int, found: int, tried: int) -> float:
        """Articles that are still to be looked at, by those looked at so far."""
        return FIRST_ARTICLES if tried == 0 else (number - found) * tried / (found or 0.5)

    async def _read_all(self, places: list[int], number: int, projection: Mapping[str, int]) -> list[Document]:
        """The first articles at these places that are wanted, read in growing portions."""
        found: list[Document] = []
        at, size = 0, max(FIRST_ARTICLES, number)
        while at < len(places) and len(found) < number:
            found += await self._read(places[at : at + size], number - len(found), projection)
            at, size = at + size, min(2 * size, MOST_ARTICLES)
        return found

    async def keys(self, part: Part, highest: int, lowest: int, limit: int) -> tuple[list[int], int]:
        """Places of a condition from `highest` on, each once, and the place down to which these are all: `lowest`, or
        where one of its queries has given `limit` of them. 0: no limit."""
        found = await asyncio.gather(*(self._keys(part, query, highest, lowest, limit) for query in part.queries))
        bottom = max((keys[-1] for keys in found if len(keys) == limit and keys), default=lowest)
        places = set(chain.from_iterable(found))
        return sorted((place for place in places if place >= bottom), reverse=True), bottom

    async def _keys(self, part: Part, query: Document, highest: int, lowest: int, limit: int) -> list[int]:
        query = {"$and": [query, between(highest, lowest, part.sorted_by)]}
        found = self._articles.find(query, ORDER_ALONE, batch_size=limit + 1 if limit else MOST_KEYS)
        found = found.hint(part.sorted_by or "").sort(newest_first(part.sorted_by)).limit(limit)
        return [document["order"] for document in await found.max_time_ms(self._clock.left).to_list()]

    async def _straight(self, part: Part, number: int, projection: Mapping[str, int]) -> list[Document]:
        """By one index, in its order; all else is looked up in the articles."""
        query = {"$and": [self._wanted.test, between(self._highest, self._lowest, part.sorted_by)]}
        found = self._articles.find(query, projection, batch_size=number + 1)
        found = found.hint(part.sorted_by or "").sort(newest_first(part.sorted_by)).limit(number)
        return await found.max_time_ms(self._clock.left).to_list()

    async def _read(self, places: list[int], number: int, projection: Mapping[str, int]) -> list[Document]:
        """The articles at these places that are wanted."""
        query = {"$and": [{"order": {"$in": places}}, self._wanted.test]}
        found = self._articles.find(query, projection, batch_size=number + 1)
        found = found.hint(BY_ORDER).sort(newest_first()).limit(number)
        return await found.max_time_ms(self._clock.left).to_list()

    @property
    def lowest(self) -> int:
        """No article below this place."""
        return self._lowest


class _Stream:
    """The places of one condition, from the newest on, as far as they were read."""

    def __init__(self, seeker: Seeker, source: Part | list[int]) -> None:
        self._seeker, self._source = seeker, source
        self.lowest = 0
        self.keys: list[int] = []

    @property
    def density(self) -> float:
        """Articles in a span of places, as far as is known."""
        span = self.span
        return len(self.keys) / span if span else 0.0

    @property
    def span(self) -> int:
        """Between the highest and the lowest place that is known, those of undated articles aside."""
        dated = bisect_right(self.keys, -FIRST_DATED, key=lambda place: -place)
        return self.keys[0] - self.keys[dated - 1] + 1 if dated else 0

    def expected(self, span: int) -> float:
        """Articles in a span, about."""
        return self.density * span

    async def begin(self, highest: int, number: int) -> None:
        """Read so many places from here down, about. Afterwards all down to `lowest` are known."""
        # Of articles with one place all are met by it: none is lost where the next ones begin below it.
        self.keys, self.lowest = await self._read(highest, self._seeker.lowest, number)

    async def extend(self, lowest: int) -> None:
        """Read down to this place, too."""
        if lowest < self.lowest:
            self.keys += (await self._read(self.lowest - 1, lowest, 0))[0]
            self.lowest = lowest

    async def go_on(self, highest: int) -> None:
        """Forget what is above this place; where nothing is known below it, begin there."""
        if self.lowest > highest:
            await self.begin(highest, FIRST_KEYS)  # tells how dense it is there
        else:
            self.keys = [key for key in self.keys if key <= highest]

    async def _read(self, highest: int, lowest: int, number: int) -> tuple[list[int], int]:
        if isinstance(self._source, Part):
            return await self._seeker.keys(self._source, highest, lowest, number)
        start = bisect_left(self._source, -highest, key=lambda place: -place)
        end = bisect_right(self._source, -lowest, key=lambda place: -place)
        if number and start + number < end:
            end = start + number
            lowest = self._source[end - 1]
        return self._source[start:end], lowest
