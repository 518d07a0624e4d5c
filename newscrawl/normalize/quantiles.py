"""Quantiles of a stream of durations in constant memory: a histogram whose buckets grow by a fixed factor. Pure.

The idea is that of DDSketch (Masson, Rim and Lee, 2019): a quantile is told with a bounded relative error, whatever the
distribution, and two histograms can be added.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

SMALLEST, LARGEST = 0.0001, 86_400.0  # seconds: shorter and longer ones count as these
GROWTH = 1.1  # of a bucket over the one before: a quantile is wrong by 5 % at most
_BUCKETS = math.ceil(math.log(LARGEST / SMALLEST, GROWTH)) + 1


class Durations:
    """How many durations of each length there were."""

    def __init__(self) -> None:
        self.number = 0
        self.seconds = 0.0
        """All of them together."""
        self._buckets = [0] * _BUCKETS

    def add(self, seconds: float) -> None:
        """One more; what is no length of time is left out."""
        if not seconds >= 0:  # also NaN
            return
        bounded = min(max(seconds, SMALLEST), LARGEST)
        self._buckets[round(math.log(bounded / SMALLEST, GROWTH))] += 1
        self.number += 1
        self.seconds += seconds

    def merge(self, other: Durations) -> None:
        """Take in all durations of another one."""
        self.number += other.number
        self.seconds += other.seconds
        self._buckets = [own + its for own, its in zip(self._buckets, other._buckets, strict=True)]

    def quantile(self, share: float) -> float | None:
        """The seconds that this share of all durations, from 0 to 1, does not exceed; None where there are none."""
        if not self.number:
            return None
        wanted, passed = max(1, math.ceil(share * self.number)), 0
        for index, number in enumerate(self._buckets):
            passed += number
            if passed >= wanted:
                return round(float(SMALLEST * GROWTH**index), 6)
        return LARGEST

    def up_to(self, bounds: Sequence[float]) -> list[int]:
        """How many durations do not exceed each of these bounds, in seconds; those within 5 % of one may be on either
        side of it."""
        sums = list(accumulate(self._buckets))
        return [sums[min(round(math.log(max(bound, SMALLEST) / SMALLEST, GROWTH)), _BUCKETS - 1)] for bound in bounds]
