"""Sites of adaptive schedules that are left alone after a crawl that failed. Pure: the clock is an argument.

Such a crawl may not have learnt when the site is due again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

SOUND = (0, 3, 4)
"""Exit codes of crawls that have done what they could."""
FIRST_HOLD, LONGEST_HOLD = timedelta(minutes=10), timedelta(hours=6)
"""How long a site is left alone after a crawl that failed; twice as long each further time."""


class Holds:
    """Which sites are left alone, and until when."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[timedelta, datetime]] = {}

    def at(self, now: datetime) -> set[str]:
        """Sites that are left alone."""
        return {name for name, (_, until) in self._held.items() if now < until}

    def note(self, sites: Iterable[str], code: int, now: datetime) -> None:
        """A crawl of these sites has ended with an exit code."""
        for name in sites:
            if code in SOUND:
                self._held.pop(name, None)
            else:
                span = min(2 * self._held[name][0], LONGEST_HOLD) if name in self._held else FIRST_HOLD
                self._held[name] = span, now + span
