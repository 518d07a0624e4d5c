"""Garbage is collected while a page waits for its reader, and the page is read all the same."""

from __future__ import annotations

import asyncio
import gc

from newscrawl.crawl.reader import close_reader, open_reader


def shout(text: str) -> str:
    """What the reader is asked for."""
    return text.upper()


async def test_who_waits_for_a_reader_that_starts_is_not_taken_for_garbage() -> None:
    reader, answers = open_reader(5), []

    async def ask() -> None:
        answers.append(await reader.read("site", shout, "page"))

    asyncio.get_running_loop().create_task(ask())  # as in Scrapy, nothing but the loop knows of it
    try:
        async with asyncio.timeout(30):
            while not answers:
                gc.collect()
                await asyncio.sleep(0.01)
    finally:
        await close_reader(reader)
    assert answers == ["PAGE"]
