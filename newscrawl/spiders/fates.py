"""What became of each article that listings showed to a run: known, stored, or dropped with the reason. No I/O.

So that everything adds up: `links = known + known_visited + stored + everything in dropped`, and `waiting` while the
run goes on.
"""

from __future__ import annotations

from collections import Counter

KNOWN, VISITED, STORED, SHOWN = "known", "known_visited", "stored", "shown"
"""Fates that are none of a dropped one: in the database before; that, and visited again by this run; stored by it, or
written anew; printed by a dry run."""
KEPT = frozenset({KNOWN, VISITED, STORED, SHOWN})

AGAIN = "shown-again"
"""Shown by a further listing, page or feed of the same run."""
NOT_FETCHED = "not-fetched"
"""The run ended before; the next one fetches it."""


class Fates:
    """The last word on each article that a run has met, by identity, and how many there are of each."""

    def __init__(self) -> None:
        self._of: dict[str, str] = {}
        self._numbers: Counter[str] = Counter()

    def meet(self, identity: str) -> bool:
        """A link to an article; True where it is the first one of this run."""
        if identity in self._of:
            self._numbers[AGAIN] += 1
            return False
        self._of[identity] = NOT_FETCHED
        self._numbers[NOT_FETCHED] += 1
        return True

    def leave(self, reason: str) -> None:
        """A link that leads to no article of the site."""
        self._numbers[reason] += 1

    def note(self, identity: str | None, fate: str) -> None:
        """What became of an article; of one that this run met no link to nothing is noted, and kept is kept."""
        before = self._of.get(identity) if identity is not None else None
        if identity is None or before is None or before in KEPT:
            return
        self._numbers[before] -= 1
        self._numbers[fate] += 1
        self._of[identity] = fate

    @property
    def links(self) -> int:
        """Links to articles, or to what was taken for one."""
        return self._numbers.total()

    def number(self, fate: str) -> int:
        """Articles of a fate."""
        return self._numbers[fate]

    @property
    def dropped(self) -> dict[str, int]:
        """Number of those that were not stored, by reason, the most frequent first."""
        return {reason: n for reason, n in self._numbers.most_common() if n and reason not in KEPT}
