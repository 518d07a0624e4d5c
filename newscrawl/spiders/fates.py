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


FATE = 10  # bits of what is kept of an article: its fate, one of a thousand at most; its mark takes the others


class Fates:
    """The last word on each article that a run has met, by identity, and how many there are of each.

    Beside it one mark of each article, where somebody sets it. A run may meet a million of them: all that is kept of
    one are some 110 bytes, and of its identity 60 bits, in which two of a million are alike once in two million runs.
    """

    def __init__(self) -> None:
        self._of: dict[int, int] = {}
        """Mark and number of the fate; without a fate the run has met no link to it."""
        self._names = [""]
        self._places: dict[str, int] = {}
        self._numbers: Counter[str] = Counter()

    def mark(self, identity: str) -> int:
        """The mark of an article; 0 where it has none."""
        return self._of.get(_key(identity), 0) >> FATE

    def set_mark(self, identity: str, mark: int) -> None:
        """Mark an article. `mark`: a number above 0."""
        key = _key(identity)
        self._of[key] = mark << FATE | self._of.get(key, 0) & ~(-1 << FATE)

    def meet(self, identity: str) -> bool:
        """A link to an article; True where it is the first one of this run."""
        key = _key(identity)
        if self._fate(key):
            self._numbers[AGAIN] += 1
            return False
        self._set(key, NOT_FETCHED)
        return True

    def leave(self, reason: str) -> None:
        """A link that leads to no article of the site."""
        self._numbers[reason] += 1

    def note(self, identity: str | None, fate: str) -> None:
        """What became of an article; of one that this run met no link to nothing is noted, and kept is kept."""
        if identity is None or not (before := self._fate(key := _key(identity))) or before in KEPT:
            return
        self._numbers[before] -= 1
        self._set(key, fate)

    def _fate(self, key: int) -> str:
        return self._names[self._of.get(key, 0) & ~(-1 << FATE)]

    def _set(self, key: int, fate: str) -> None:
        place = self._places.get(fate)
        if place is None:
            place = self._places[fate] = len(self._names)
            self._names.append(fate)
        self._of[key] = self._of.get(key, 0) & (-1 << FATE) | place
        self._numbers[fate] += 1

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


def _key(identity: str) -> int:
    """An identity in as many bits as Python's smallest objects hold."""
    return hash(identity) & (1 << 60) - 1
