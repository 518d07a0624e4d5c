"""Whether a share, such as that of articles with a lead, has fallen below what is usual at a site. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from newscrawl.chance import SIGMA, hits_at_most, median_and_mad

CHUNK = 30
"""Trials after which a share is known to a few hundredths: runs are taken together until they have so many."""
LEAST_SPREAD, MOST_SPREAD = 0.05, 0.5
"""How much alike the trials of one run are, as the correlation of two of them, at least and at most: one odd topic
makes several articles odd. The history tells how much it is between these."""
FAR = 3.0
"""Standard deviations beyond which a chunk of the history counts as a fault of its own, not as what is usual."""
CLEARLY = 2.0
"""Standard deviations of mere chance; what is less is never unlikely enough."""
FEWEST_RUNS = 3
"""Runs without which nothing is usual."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What the history says of a share."""

    median: float
    mad: float
    share: float
    """Of all but the chunks that lie far off."""
    a: float
    b: float
    """The share as Beta(a, b)."""


class Share:
    """Hits among trials, run by run, the oldest first."""

    def __init__(self, hits: Sequence[int], trials: Sequence[int]) -> None:
        self.hits, self.trials = hits, trials
        self._hits = list(accumulate(hits, initial=0))
        self._trials = list(accumulate(trials, initial=0))
        self._chunks: list[tuple[int, int, int]] = []
        begin = 0
        for end in range(1, len(hits) + 1):
            if (number := self._trials[end] - self._trials[begin]) >= CHUNK:
                self._chunks.append((end, self._hits[end] - self._hits[begin], number))
                begin = end

    def of(self, begin: int, end: int) -> tuple[int, int]:
        """Hits and trials of some runs."""
        return self._hits[end] - self._hits[begin], self._trials[end] - self._trials[begin]

    def is_suspicious(self, begin: int, end: int) -> bool:
        """Whether the share of some runs is clearly lower than that of all before: a quick look before `chance_of`."""
        hits, trials = self.of(begin, end)
        earlier, of_all = self.of(0, begin)
        share = (earlier + 0.5) / (of_all + 1)
        return begin >= FEWEST_RUNS and share * trials - hits > CLEARLY * math.sqrt(share * (1 - share) * trials)

    def usual(self, before: int) -> Usual:
        """What the runs before this one say."""
        hits, trials = self.of(0, before)
        chunks = [(hit, number) for end, hit, number in self._chunks if end <= before]
        if len(chunks) < FEWEST_RUNS:
            share = hits / trials if trials else 0.0
            middle, mad, spread = share, 0.0, LEAST_SPREAD
        else:
            middle, mad = median_and_mad([hit / number for hit, number in chunks])
            careful = (middle * CHUNK + 0.5) / (CHUNK + 1)
            noise = math.sqrt(careful * (1 - careful) / CHUNK)
            far = FAR * max(SIGMA * mad, noise)
            kept = [(hit, number) for hit, number in chunks if abs(hit / number - middle) <= far]
            hits, trials = sum(hit for hit, _ in kept), sum(number for _, number in kept)
            share = hits / trials
            spread = _spread(kept, share)
        # Of what was never otherwise, the number of trials tells how seldom it may be.
        careful = (hits + 0.5) / (trials + 1)
        size = min(trials + 1.0, 1 / spread - 1)
        return Usual(middle, mad, share, careful * size, (1 - careful) * size)

    def chance_of(self, begin: int, end: int, usual: Usual) -> float:
        """Probability of so low a share in some runs, where nothing has changed."""
        return hits_at_most(*self.of(begin, end), usual.a, usual.b)

    def evidence(self, run: int, good: float, bad: float) -> float:
        """How much one run speaks for the bad share against the good one: logarithm of the ratio of likelihoods."""
        hits, misses = self.hits[run], self.trials[run] - self.hits[run]
        good, bad = (min(max(share, 0.001), 0.999) for share in (good, bad))
        return hits * math.log(bad / good) + misses * math.log((1 - bad) / (1 - good))


def _spread(chunks: Sequence[tuple[int, int]], share: float) -> float:
    """Correlation of two trials of one chunk, by what chunks differ more than chance has it."""
    if not 0 < share < 1 or len(chunks) < FEWEST_RUNS:
        return LEAST_SPREAD
    variance = sum((hit / number - share) ** 2 for hit, number in chunks) / (len(chunks) - 1)
    chance = sum(share * (1 - share) / number for _, number in chunks) / len(chunks)
    return min(max((variance - chance) / (share * (1 - share)), LEAST_SPREAD), MOST_SPREAD)
