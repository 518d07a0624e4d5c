"""Quantiles of a stream of durations in constant memory: a histogram whose buckets grow by a fixed factor. Pure.

The idea is that of DDSketch (Masson, Rim and Lee, 2019): a quantile is told with a bounded relative error, whatever the
distribution, and two histograms can be added.
"""

from __future__ import annotations

import math

SMALLEST, LARGEST = 0.0001, 86_400.0  # seconds: shorter and longer ones count as these
GROWTH = 1.1  # of a bucket over the one before: a quantile is wrong by 5 % at most
_BUCKETS = math.ceil(math.log(LARGEST / SMALLEST, GROWTH)) + 1


class Durations:
    """How many durations of each length there were."""

    def __init__(self) -> None:
        self.number = 0
        self._buckets = [0] * _BUCKETS

    def add(self, seconds: float) -> None:
        """One more; what is no length of time is left out."""
        if not seconds >= 0:  # also NaN
            return
        bounded = min(max(seconds, SMALLEST), LARGEST)
        self._buckets[round(math.log(bounded / SMALLEST, GROWTH))] += 1
        self.number += 1

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
