"""Whose page is read next where more pages wait than there are places."""

from __future__ import annotations

import asyncio

from newscrawl.crawl.turns import Turns


async def waiting(turns: Turns, *sites: str) -> tuple[list[asyncio.Task[None]], list[str]]:
    """One page of each of these sites waits; the list fills with the sites whose turn has come."""
    served: list[str] = []

    async def take(site: str) -> None:
        await turns.take(site)
        served.append(site)

    tasks = [asyncio.create_task(take(site)) for site in sites]
    await settle()
    return tasks, served


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_sites_take_turns_however_many_pages_one_of_them_has() -> None:
    turns = Turns(1, patience=60)
    tasks, served = await waiting(turns, *["large"] * 4, "small", "other")
    for _ in range(5):
        turns.give_back(served[-1])
        await settle()
    assert served == ["large", "large", "small", "other", "large", "large"]
    await asyncio.gather(*tasks)


async def test_a_second_place_is_there_once_somebody_has_waited() -> None:
    turns = Turns(2, patience=0)
    _, served = await waiting(turns, "one")
    assert turns.places == 1
    async with asyncio.timeout(10):
        await turns.take("two")
    assert (served, turns.places) == (["one"], 2)


async def test_a_crowd_is_given_a_second_place_at_once_where_it_may_have_one() -> None:
    for crowd, places in ((0, 1), (4, 1), (3, 2)):
        turns = Turns(2, patience=60, crowd=crowd)
        tasks, served = await waiting(turns, *["one"] * 4)
        assert (turns.places, turns.waiting, len(served)) == (places, 4 - places, places)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert turns.waiting == 0


async def test_no_place_is_added_while_the_worker_of_another_one_starts() -> None:
    turns = Turns(2, patience=0)
    await turns.take("one")
    with turns.starting():
        (second,), served = await waiting(turns, "two")
        for _ in range(20):
            await settle()
        assert (served, turns.places) == ([], 1)
    async with asyncio.timeout(10):
        await second
    assert turns.places == 2


async def test_one_place_is_enough_again_when_nothing_is_under_way() -> None:
    turns = Turns(2, patience=0)
    await turns.take("one")
    async with asyncio.timeout(10):
        await turns.take("two")
    turns.give_back("one")
    assert turns.places == 2
    turns.give_back("two")
    assert turns.places == 1
    await turns.take("one")


async def test_slow_sites_share_one_place() -> None:
    turns = Turns(2, patience=0)
    turns.mark_slow("hanging")
    turns.mark_slow("crashing")
    _, served = await waiting(turns, "hanging", "crashing", "hanging")
    async with asyncio.timeout(10):
        await turns.take("sound")
    assert served == ["hanging"]
    turns.give_back("hanging")
    await settle()
    assert served == ["hanging", "crashing"]


async def test_who_gives_up_while_waiting_takes_no_place() -> None:
    turns = Turns(1, patience=60)
    tasks, served = await waiting(turns, "one", "two", "three")
    tasks[1].cancel()
    await settle()
    turns.give_back("one")
    await settle()
    assert served == ["one", "three"]
