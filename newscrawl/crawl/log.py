"""The process's log: one line an event, whatever addresses, headlines and answers are in it.

newscrawl, Scrapy, Twisted and pymongo all log through Python's logging. Its records are replaced here and not a
handler's formatter, because Scrapy makes its handler anew for each crawl: no text of a page can end a line and forge
another, or steer the terminal of whoever reads the log.
"""

from __future__ import annotations

import logging
from typing import Any

from newscrawl.normalize.text import escaped

LONGEST = 10_000  # characters of one event
TALKATIVE = ("newscrawl", "pymongo", "scrapy")
BESIDE = "    | "  # before each line of a traceback, which no event begins with

_FORMATTER = logging.Formatter()


class OneLine(logging.LogRecord):
    """As `logging.LogRecord`, its message on one line; lines of a traceback follow it behind a bar."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        if self.exc_info and self.exc_info[0] is not None:
            self.exc_text = _barred(_FORMATTER.formatException(self.exc_info))
        if self.stack_info:
            self.stack_info = _barred(self.stack_info)

    def getMessage(self) -> str:
        """The message, line ends and control characters escaped, cut where it is too long."""
        message = super().getMessage()
        end = f"… ({len(message)} characters)" if len(message) > LONGEST else ""
        return escaped(message[:LONGEST]) + end


def _barred(text: str) -> str:
    return "\n".join(BESIDE + escaped(line[:LONGEST]) for line in text.split("\n"))


def keep_to_one_line() -> None:
    """Make every event that is logged from now on in this process such a record."""
    logging.setLogRecordFactory(OneLine)


def make_none_below(level: str) -> None:
    """Make no record of an event that no handler would show. Scrapy leaves that to its handler, and logs several events
    a page, pymongo seven for each command. Root alone would not do: Scrapy opens it again as each crawl begins."""
    for logger in (logging.root, *map(logging.getLogger, TALKATIVE)):
        logger.setLevel(level)
