"""Pages are read in processes of their own."""

from __future__ import annotations

import asyncio
import gc

from newscrawl.crawl.reader import close_reader, open_reader


async def test_a_wait_for_a_page_outlives_a_collection_of_garbage() -> None:
    reader = open_reader(5.0)
    loop = asyncio.get_running_loop()
    read: asyncio.Queue[int] = asyncio.Queue()

    async def wait() -> None:
        read.put_nowait(await reader.read("example", len, "pages"))

    def begin() -> None:
        loop.create_task(wait())  # noqa: RUF006  nobody holds it, as nobody holds those of Scrapy

    try:
        begin()
        async with asyncio.timeout(60):
            while read.empty():
                gc.collect()
                await asyncio.sleep(0.01)
        assert read.get_nowait() == 5
    finally:
        await close_reader(reader)
