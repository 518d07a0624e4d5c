"""The log has one line for each event, whatever is in it."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest

from newscrawl.article import Article
from newscrawl.crawl.log import BESIDE, LONGEST, TALKATIVE, OneLine, keep_to_one_line, make_none_below
from newscrawl.replica import Replica, serve, site_file

FORGED = "2026-01-06 12:00:00 [newscrawl] ERROR: forged"


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What a handler writes that knows nothing of it."""
    factory, written = logging.getLogRecordFactory(), StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("%(asctime)s [%(name)s] %(levelname)s: %(message)s"))
    logging.root.addHandler(handler)
    keep_to_one_line()
    yield written
    logging.setLogRecordFactory(factory)
    logging.root.removeHandler(handler)


@pytest.fixture
def levels() -> Iterator[None]:
    """Those of all loggers, as they were before the test."""
    loggers = (logging.root, *map(logging.getLogger, TALKATIVE))
    before = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


@pytest.mark.usefixtures("levels")
@pytest.mark.parametrize("name", ["newscrawl.store", "scrapy.core.engine", "pymongo.command"])
def test_no_event_is_recorded_that_nobody_would_see_whatever_scrapy_does_to_root(name: str) -> None:
    make_none_below("WARNING")
    logging.root.setLevel(logging.NOTSET)  # as Scrapy does whenever a crawl begins
    assert not logging.getLogger(name).isEnabledFor(logging.INFO)
    assert logging.getLogger(name).isEnabledFor(logging.WARNING)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\x1c"], ids=ascii)
@pytest.mark.parametrize("name", ["newscrawl.store", "scrapy.core.engine", "twisted"])
def test_text_of_a_page_ends_no_line(log: StringIO, end: str, name: str) -> None:
    logging.getLogger(name).error("Ignored response %s", f"<200 https://example.com/a>{end}{FORGED}")
    [line] = log.getvalue().splitlines()
    assert line.endswith(FORGED)
    assert "Ignored response" in line


def test_text_of_a_page_steers_no_terminal() -> None:
    text = "a\x1b]0;title\x07\x9b2J\u202eb\ud800"
    record = OneLine("newscrawl", logging.ERROR, "", 0, "%s", (text,), None)
    assert logging.Formatter().format(record) == "a\\x1b]0;title\\x07\\x9b2J\\u202eb\\ud800"


def test_words_that_look_like_formats_are_written_as_they_are(log: StringIO) -> None:
    logging.getLogger("newscrawl").error("%s", "{{7*7}} ${jndi:ldap://x} %s %(x)s {0} \\n")
    assert log.getvalue().endswith("{{7*7}} ${jndi:ldap://x} %s %(x)s {0} \\n\n")


def test_no_line_of_a_traceback_looks_like_an_event(log: StringIO) -> None:
    try:
        raise ValueError(f"no date:\n{FORGED}\x1b[2J")
    except ValueError:
        logging.getLogger("newscrawl").exception("https://example.com/a cannot be read")
    first, *others = log.getvalue().splitlines()
    assert first.endswith("ERROR: https://example.com/a cannot be read")
    assert len(others) > 3
    assert all(line.startswith(BESIDE) for line in others)
    assert "\x1b" not in log.getvalue()


def test_an_event_of_a_megabyte_is_cut(log: StringIO) -> None:
    logging.getLogger("newscrawl").error("%s", "a" * 10**6)
    assert len(log.getvalue()) < LONGEST + 200


def test_a_whole_article_is_logged_as_its_address() -> None:
    assert str(Article(url="https://example.com/a", headline="Bridge closed")) == "https://example.com/a"


def test_every_line_of_a_crawl_is_an_event(newscrawl: Any) -> None:
    newscrawl.environment["NEWSCRAWL_LOG_LEVEL"] = "INFO"
    with serve(Replica(articles=12, bad=True)) as server:
        newscrawl.add_site("replica", site_file(server.base_url, bad=True))
        code, _, errors = newscrawl.run("crawl", "replica")
    assert code == 0
    events = [line for line in errors.splitlines() if not line.startswith((BESIDE, "replica: "))]
    assert len(events) > 10
    assert [line for line in events if not re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[[\w.]+\] [A-Z]+: ", line)] == []
