"""What the tests of reading share."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from newscrawl.article import NotAnArticle
from newscrawl.spiders.discovery import Unreadable

SIZE = 120_000  # bytes
MOST = 2.0  # seconds of processor time
NOTICED = 0.3  # seconds from which growth is told from noise


@pytest.fixture
def is_linear() -> Callable[..., bool]:
    """Call it with a reader of bytes and a maker of a text of about so many bytes."""

    def spent(read: Callable[[bytes], object], text: str) -> float:
        body = text.encode("utf-8", "replace")
        begun = time.process_time()
        with suppress(Unreadable, NotAnArticle):
            read(body)
        return time.process_time() - begun

    def is_linear(read: Callable[[bytes], object], shape: Callable[[int], str]) -> bool:
        def is_so() -> bool:
            once, twice = spent(read, shape(SIZE)), spent(read, shape(2 * SIZE))
            return twice < MOST and (twice < NOTICED or twice < 3.2 * once)

        return any(is_so() for _ in range(3))  # a busy machine disturbs one measurement, hardly three

    return is_linear
