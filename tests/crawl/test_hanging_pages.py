"""Pages whose reading hangs or crashes, through the real command: they are failures, all others are stored.

A rule of the site file with a regular expression that runs away makes a page hang for real.
"""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import until

RULE = "\n[rules]\nsection = { css = 'b.trap', regex = '(a+)+$' }\n"
TRAP = f'<b class="trap">{"a" * 60}b</b>'
OTHERS = [f"sound-story-{i}" for i in range(6)]


@pytest.fixture
def site(newscrawl: Any, website: Any) -> Any:
    """A site of seven pages, one of which hangs whoever reads it."""
    website.listing("page-that-hangs", *OTHERS)
    status, page = website.pages["/news/page-that-hangs"]
    website.pages["/news/page-that-hangs"] = status, page.replace("</article>", f"{TRAP}</article>")
    newscrawl.add_site("small", website.site_file() + RULE)
    return website


def failures(newscrawl: Any) -> list[tuple[str, str, str]]:
    return [(f["url"].rpartition("/")[2], f["stage"], f["reason"]) for f in newscrawl.documents("failures")]


def headlines(names: list[str]) -> list[str]:
    return sorted(f"The headline of the article {name}" for name in names)


def test_a_page_that_hangs_is_a_failure_and_all_others_are_stored(newscrawl: Any, site: Any) -> None:
    newscrawl.environment["NEWSCRAWL_PAGE_TIMEOUT"] = "2"
    newscrawl("crawl", "small")
    assert failures(newscrawl) == [("page-that-hangs", "read", "reading-too-slow")]
    assert newscrawl.headlines() == headlines(OTHERS)
    assert newscrawl.json("runs", "list")[0]["errors"] == {"reading-too-slow": 1}


def test_a_page_whose_reader_is_killed_is_a_failure_and_all_others_are_stored(newscrawl: Any, site: Any) -> None:
    newscrawl.environment["NEWSCRAWL_PAGE_TIMEOUT"] = "600"
    crawl = newscrawl.start("crawl", "small")
    os.kill(_reader_that_hangs(crawl), signal.SIGKILL)
    _output, errors = crawl.communicate(timeout=120)
    assert crawl.returncode == 0, errors
    assert failures(newscrawl) == [("page-that-hangs", "read", "reading-crashed")]
    assert newscrawl.headlines() == headlines(OTHERS)


def test_a_listing_that_hangs_is_a_failure_of_the_listing(newscrawl: Any, website: Any) -> None:
    newscrawl.environment["NEWSCRAWL_PAGE_TIMEOUT"] = "2"
    website.listing(*OTHERS)
    status, page = website.pages["/news"]
    website.pages["/news"] = status, page.replace("</ul>", f'<li><a href="/news/{"a" * 60}!">A link</a></li></ul>')
    newscrawl.add_site("small", website.site_file(article="'/news/(?:[a-z0-9-]+)+$'"))
    newscrawl("crawl", "small", code=1)
    assert failures(newscrawl) == [("news", "discover", "reading-too-slow")]


def _reader_that_hangs(crawl: subprocess.Popen[str]) -> int:
    """The descendant of the crawl that has worked on something for three seconds."""
    hanging: list[int] = []

    def found() -> bool:
        readers = [reader for template in _children(crawl.pid) for reader in _children(template)]
        hanging.extend(reader for reader in readers if _seconds_of_work(reader) > 3)
        return bool(hanging)

    until(found, crawl)
    return hanging[0]


def _children(process: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except FileNotFoundError:
        return []


def _seconds_of_work(process: int) -> float:
    """Processor time in user mode (proc(5), stat)."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return int(fields[11]) / os.sysconf("SC_CLK_TCK")
