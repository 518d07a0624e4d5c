"""What is dear to count and changes slowly, kept for some seconds: the days of runs, places, what grows most."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

from starlette.requests import Request

T = TypeVar("T")

LIFE = 20.0  # seconds
MOST = 200


class Kept:
    """Values by key. Who asks for one that is being counted waits for it: it is counted once."""

    def __init__(self, life: float = LIFE) -> None:
        self.life = life
        self._values: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()
        self._locks: dict[Hashable, asyncio.Lock] = {}

    async def get(self, key: Hashable, count: Callable[[], Awaitable[T]]) -> T:
        """The value of a key, from memory or counted anew. An error is not kept."""
        async with self._locks.setdefault(key, asyncio.Lock()):
            known = self._values.get(key)
            if known is not None and time.monotonic() - known[0] < self.life:
                value: T = known[1]
                return value
            try:
                value = await count()
            except BaseException:
                if key not in self._values:
                    self._locks.pop(key, None)
                raise
            self._values[key] = time.monotonic(), value
            self._values.move_to_end(key)
            while len(self._values) > MOST:
                oldest, _value = self._values.popitem(last=False)
                if not self._locks[oldest].locked():
                    del self._locks[oldest]
            return value


def kept_of(request: Request) -> Kept:
    """What this server keeps."""
    kept: Kept | None = getattr(request.app.state, "kept", None)
    if kept is None:
        kept = request.app.state.kept = Kept()
    return kept
