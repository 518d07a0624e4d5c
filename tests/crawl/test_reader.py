"""Pages are read in processes of their own, which may hang, crash or be killed: the next page is read all the same.

What stands for a page here is real: a regular expression that runs away in C, an abort, memory without end.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from newscrawl.article import NotAnArticle
from newscrawl.crawl.pages import read_article_page
from newscrawl.crawl.reader import Reader, ReadingFailed, close_reader, open_reader
from newscrawl.normalize.publisher_policy import PagePolicy
from newscrawl.site import Site
from newscrawl.spiders.discovery import Unreadable, read_discovery
from tests.waiting import until

URL = "https://example.com/news/1"
SITE = Site.generic(URL)
HANG = (re.fullmatch, "(a+)+$", "a" * 60 + "b")  # for longer than anybody waits


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    """A reader that gives a page half a second."""
    reader = open_reader(0.5)
    yield reader
    await close_reader(reader)


async def refusal(reader: Reader, function: Callable[..., Any], *arguments: Any) -> str:
    with pytest.raises(ReadingFailed) as failed:
        await reader.read("site", function, *arguments)
    return failed.value.reason


def has_ended(process: int) -> bool:
    """Whether a process is gone, or dead and only not yet buried by its parent."""
    try:
        with open(f"/proc/{process}/stat", encoding="ascii") as table:
            return table.read().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def wait_for_end(*processes: int) -> None:
    until(lambda: all(map(has_ended, processes)))


async def test_a_page_that_hangs_is_ended_and_the_next_one_read(reader: Reader) -> None:
    assert await refusal(reader, *HANG) == "reading-too-slow"
    assert await reader.read("site", len, "page") == 4


async def test_a_page_that_waits_for_nothing_is_ended_by_the_clock(reader: Reader) -> None:
    assert await refusal(reader, time.sleep, 600) == "reading-too-slow"


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT])
async def test_a_page_that_crashes_its_reader_costs_only_itself(reader: Reader, number: signal.Signals) -> None:
    assert await refusal(reader, signal.raise_signal, number) == "reading-crashed"
    assert await reader.read("site", len, "page") == 4


async def test_a_page_that_takes_too_much_memory_is_refused_it(reader: Reader) -> None:
    assert await refusal(reader, bytearray, 2**34) == "reading-out-of-memory"
    assert await reader.read("site", len, "page") == 4


async def test_an_error_that_nobody_foresaw_is_that_page_s(reader: Reader) -> None:
    worker = await reader.read("site", os.getpid)
    assert await refusal(reader, int, "no number") == "reading-error"
    assert await reader.read("site", os.getpid) == worker


async def test_refusals_come_with_their_reason(reader: Reader) -> None:
    with pytest.raises(NotAnArticle, match="empty-body"):
        await reader.read("site", read_article_page, b"", URL, {}, SITE, None, (), None)  # type: ignore[arg-type]
    with pytest.raises(Unreadable, match="not-a-feed"):
        await reader.read("site", read_discovery, "feed", b"<html/>", URL, {}, SITE)


async def test_a_large_page_and_a_large_answer_pass(reader: Reader) -> None:
    assert len(await reader.read("site", bytes.upper, b"a" * 20_000_000)) == 20_000_000


async def test_a_worker_that_keeps_much_memory_is_replaced(reader: Reader) -> None:
    worker = await reader.read("site", os.getpid)
    await reader.read("site", exec, "import builtins; builtins.kept = bytearray(b'x') * 300 * 2**20")
    assert await reader.read("site", os.getpid) != worker


async def test_a_worker_that_is_killed_while_it_has_nothing_to_do_is_replaced(reader: Reader) -> None:
    worker = await reader.read("site", os.getpid)
    os.kill(worker, signal.SIGKILL)
    wait_for_end(worker)
    assert await reader.read("site", os.getpid) != worker


async def test_workers_are_forked_anew_where_what_they_are_forked_from_is_killed(reader: Reader) -> None:
    os.kill(await reader.read("site", os.getppid), signal.SIGKILL)
    assert await refusal(reader, *HANG) == "reading-too-slow"
    assert await reader.read("site", len, "page") == 4


async def test_signals_that_end_a_crawl_do_not_end_its_readers(reader: Reader) -> None:
    worker = await reader.read("site", os.getpid)
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(worker, number)
    assert await reader.read("site", os.getpid) == worker


async def test_readers_of_pages_know_nothing_of_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSCRAWL_MONGO_URI", "mongodb://user:secret@example.com/")
    reader = open_reader(5.0)
    try:
        assert await reader.read("site", os.getenv, "NEWSCRAWL_MONGO_URI") is None
    finally:
        await close_reader(reader)


async def test_a_site_whose_pages_hang_does_not_hold_back_another(reader: Reader) -> None:
    reader._turns.patience = 0.01  # well below the time that a page has here
    hanging = [asyncio.create_task(refusal(reader, *HANG)) for _ in range(8)]
    while reader._turns.places < 2 or not reader._turns._slow:
        assert not all(task.done() for task in hanging)
        await reader.read("sound", len, "page")
    begun = time.monotonic()
    for _ in range(20):
        await reader.read("sound", len, "page")
    waited = time.monotonic() - begun
    still_hanging = [task for task in hanging if not task.done()]
    for task in still_hanging:
        task.cancel()
    await asyncio.gather(*hanging, return_exceptions=True)
    assert still_hanging
    assert waited < 5


def read_slowly() -> int:
    """As a page does; the process that reads it."""
    time.sleep(0.02)
    return os.getpid()


async def crowd(reader: Reader) -> set[int]:
    """The processes that read many pages at once."""
    return set(await asyncio.gather(*(reader.read("site", read_slowly) for _ in range(40))))


async def test_a_second_reader_is_kept_for_the_next_crowd_and_ended_when_none_comes(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader._turns.crowd = 4
    while len(both := await crowd(reader)) < 2:  # the second starts while the first reads
        pass
    assert await crowd(reader) == both
    monkeypatch.setattr("newscrawl.crawl.reader.SPARE", 0.01)
    reader._end_spare()
    await asyncio.to_thread(until, lambda: sum(map(has_ended, both)) == 1)


async def test_nothing_is_left_behind_at_the_end() -> None:
    reader = open_reader(60.0)
    worker, template = await reader.read("site", os.getpid), await reader.read("site", os.getppid)
    hanging = asyncio.create_task(refusal(reader, *HANG))
    await asyncio.sleep(0)
    await close_reader(reader)
    wait_for_end(worker, template)
    await asyncio.gather(hanging, return_exceptions=True)


ORPHANS = """
import asyncio, json, os, re, sys
from newscrawl.crawl.reader import open_reader
async def main():
    reader = open_reader(1.0)
    processes = [await reader.read("site", os.getpid), await reader.read("site", os.getppid)]
    hanging = asyncio.ensure_future(reader.read("site", re.fullmatch, "(a+)+$", "a" * 60 + "b"))
    await asyncio.sleep(0)
    print(json.dumps(processes), flush=True)
    await hanging
asyncio.run(main())
"""


def test_nothing_is_left_behind_by_a_crawler_that_is_killed_while_a_page_hangs() -> None:
    with subprocess.Popen([sys.executable, "-c", ORPHANS], stdout=subprocess.PIPE, text=True) as crawler:
        assert crawler.stdout is not None
        processes = json.loads(crawler.stdout.readline())
        crawler.kill()
    wait_for_end(*processes)


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


async def test_an_article_comes_from_its_reader_as_it_was_read(reader: Reader) -> None:
    body = (
        b"<article><h1>The council met</h1><time>5 January 2026, 10:00</time><p>By Ann Lee</p>"
        b"<p>KYIV, Jan 5 (Reuters) - The session took eight hours, and the budget was adopted at night.</p>"
    )
    now = datetime(2026, 1, 6, tzinfo=UTC)
    arguments = (body, URL, {}, SITE, None, (), now, PagePolicy("allowed", True, "https://example.com/terms"))
    page = await reader.read("site", read_article_page, *arguments)
    same = read_article_page(*arguments)
    assert page == same
    assert page.article.model_dump() == same.article.model_dump()
    assert page.article.model_fields_set == same.article.model_fields_set
