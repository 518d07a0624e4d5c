"""The process's log: one line an event, whatever addresses, headlines and answers are in it.

Scrapy, Twisted, pymongo and newscrawl log through one handler, Scrapy's. Its formatter is replaced here, so that no
text of a page can end a line and forge another, or steer the terminal of whoever reads the log.
"""

from __future__ import annotations

import logging

from scrapy.utils.log import get_scrapy_root_handler

from newscrawl.normalize.text import escaped

LONGEST = 10_000  # characters of one event
BESIDE = "    | "  # before each line of a traceback, which no event begins with


class OneLine(logging.Formatter):
    """As `logging.Formatter`, each event on one line; lines of a traceback follow it behind a bar."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The event's line, line ends and control characters escaped."""
        line = escaped(super().formatMessage(record))
        return line if len(line) <= LONGEST else f"{line[:LONGEST]}… ({len(line)} characters)"

    def format(self, record: logging.LogRecord) -> str:
        """The event, and the traceback that belongs to it."""
        line, *traceback = super().format(record).split("\n")
        return "\n".join([line, *(BESIDE + escaped(text)[:LONGEST] for text in traceback)])


def keep_to_one_line() -> None:
    """Give Scrapy's handler such a formatter. Call it after each `configure_logging`, which makes a new handler."""
    handler = get_scrapy_root_handler()
    if handler is not None and handler.formatter is not None and not isinstance(handler.formatter, OneLine):
        before = handler.formatter
        handler.setFormatter(OneLine(before._style._fmt, before.datefmt))
