"""What is kept for some seconds: counted once, however many ask; never longer; and no error."""

from __future__ import annotations

import asyncio

import pytest

from newscrawl.web.kept import MOST, Kept


async def test_a_value_is_counted_once_for_all_who_ask_at_the_same_time() -> None:
    kept, counted = Kept(), []

    async def count() -> int:
        counted.append(1)
        await asyncio.sleep(0)
        return len(counted)

    assert await asyncio.gather(*(kept.get("a", count) for _ in range(5))) == [1] * 5
    assert await kept.get("b", count) == 2


async def test_a_value_is_counted_anew_when_its_time_is_over() -> None:
    kept, counted = Kept(life=0), []

    async def count() -> int:
        counted.append(1)
        return len(counted)

    assert [await kept.get("a", count), await kept.get("a", count)] == [1, 2]


async def test_an_error_is_not_kept() -> None:
    kept = Kept()

    async def fail() -> int:
        raise OSError("away")

    async def count() -> int:
        return 7

    with pytest.raises(OSError, match="away"):
        await kept.get("a", fail)
    assert not kept._locks
    assert await kept.get("a", count) == 7


async def test_only_the_newest_values_take_memory() -> None:
    kept = Kept()

    async def count() -> int:
        return 1

    for number in range(MOST + 50):
        await kept.get(number, count)
    assert len(kept._values) == len(kept._locks) == MOST
