"""The pace at which one registrable domain is asked: delay, back-off, what the server itself asks for. No I/O.

Times are seconds of a monotonic clock, given as arguments.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from newscrawl.normalize.urls import is_machine, registrable_domain

JITTER = 0.5  # of the delay, more or less: requests at equal intervals meet the schedules of others
SLOWEST = 60.0  # seconds between two requests that slow answers lead to
MOST_FOR_ERRORS = 2  # times the delay: an address that fails for itself must not stop the crawl of its site
FIRST_BACK_OFF, LONGEST_BACK_OFF = 1.0, 10.0  # seconds: a server that wants more can say so
LONGEST_RETRY_AFTER = timedelta(days=1)
THROTTLED = frozenset({429, 503})  # RFC 6585, 4; RFC 9110, 15.6.4


def pace_key(url: str) -> str:
    """What shares one pace: a registrable domain with all its hosts; a machine named by its number with its port."""
    parts = urlsplit(url)
    is_named = parts.hostname is not None and not is_machine(parts.hostname)
    return (registrable_domain(url) if is_named else "") or parts.netloc.rpartition("@")[2].lower()


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110, 10.2.3), a day at most; None where it says nothing sound.

    `value`: seconds or an HTTP date, which is compared with `now`.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        seconds = float(text[:9])
    else:
        try:
            at = parsedate_to_datetime(text)
        except (TypeError, ValueError, IndexError, OverflowError):
            return None
        try:
            seconds = (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
        except OverflowError:
            return None
        if seconds < 0:
            return None
    return min(seconds, LONGEST_RETRY_AFTER.total_seconds())


@dataclass
class Pace:
    """`delay`: seconds between two requests, on average. `floor`: seconds that no chance makes less.

    `concurrency`: requests at a time.
    """

    delay: float = 0.0
    concurrency: int = 1
    floor: float = 0.0
    active: int = 0
    current: float = 0.0
    """The delay in force: slow answers and errors make it longer, good answers bring it back."""
    throttled: int = 0
    """Answers 429 and 503 in a row."""
    _next_at: float = field(default=0.0)
    _due_at: float = field(default=0.0)
    """When it was to begin by chance alone."""
    _paused_until: float = field(default=0.0)

    def bound(self, delay: float, concurrency: int, floor: float = 0.0) -> None:
        """Keep to these, too, where they are slower."""
        self.floor = max(self.floor, floor)
        self.delay = max(self.delay, delay, self.floor)
        self.current = max(self.current, self.delay)
        self.concurrency = min(self.concurrency, concurrency)

    @property
    def ready_at(self) -> float:
        """When the next request may begin."""
        return max(self._next_at, self._paused_until)

    @property
    def paused_until(self) -> float:
        """Until when the server wants to be left alone."""
        return self._paused_until

    def begin(self, now: float, chance: float) -> None:
        """A request begins. `chance`: a random number from 0 to 1.

        What it is late by, for the process was busy, the next one comes the sooner, by half of the delay at most: else
        a site would be asked less often than it may be. The least delay is kept to all the same. What comes later than
        a whole delay was not waiting.
        """
        self.active += 1
        late = max(0.0, now - self._due_at)
        late = 0.0 if late > self.current else min(late, JITTER * self.current)
        wait = max((1 - JITTER) * self.current, self.current * (1 + JITTER * (2 * chance - 1)) - late)
        self._next_at = self._due_at = now + max(self.floor, wait)

    def end(self, now: float) -> None:
        """A request has ended. Where the server is asked one at a time, the next one begins no sooner after this than
        the least delay: when it began says nothing of when it arrived, should it have been held up on its way.
        """
        self.active -= 1
        if self.concurrency == 1:
            self._next_at = max(self._next_at, now + (1 - JITTER) * self.delay)

    def answered(self, latency: float) -> None:
        """A sound answer, `latency` seconds after the request: the delay follows the server's speed."""
        self.throttled = 0
        if self.delay > 0:
            target = latency / self.concurrency
            self.current = min(max(self.delay, target, (self.current + target) / 2), max(SLOWEST, self.delay))

    def failed(self) -> None:
        """No answer, or one that tells of trouble: slower, and never faster, however quickly it came."""
        self.current = max(self.current, min(self.current * 1.5, self.delay * MOST_FOR_ERRORS))

    def rejected(self) -> None:
        """A sound answer that says no: how quickly it came says nothing of how quickly the server may be asked."""
        self.throttled = 0

    def refused(self, now: float, asked: float | None) -> None:
        """The server says that it is asked too often, or cannot answer now: the whole domain is left alone.

        `asked`: seconds that it asks for. Without, longer each time.
        """
        self.throttled += 1
        self.failed()
        growing = max(FIRST_BACK_OFF, self.current) * 2 ** min(self.throttled - 1, 16)
        wait = min(growing, max(LONGEST_BACK_OFF, self.current)) if asked is None else asked
        self._paused_until = max(self._paused_until, now + wait)
