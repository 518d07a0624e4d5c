"""How likely it is that chance alone explains what was seen, and robust middles. Pure.

News come in clusters, and so do faults: plain Poisson and binomial counts would cry wolf. So counts of articles are
held against the negative binomial distribution, shares against the beta-binomial one; both have a spread of their own,
which the history of the site tells.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import median

SIGMA = 1.4826
"""Standard deviations in a median absolute deviation, where the noise is a normal one."""
_NEGLIGIBLE = 1e-12
_FAR = -600.0


def median_and_mad(values: Sequence[float]) -> tuple[float, float]:
    """The median, and the median absolute deviation from it."""
    middle = median(values)
    return middle, median(abs(value - middle) for value in values)


def at_most(seen: int, mean: float, variance: float) -> float:
    """Probability of so few events, or fewer, where `mean` are expected. Negative binomial; Poisson for less variance
    than that has."""
    if mean <= 0:
        return 1.0
    if variance <= mean * (1 + 1e-9):
        logarithm = seen * math.log(mean) - mean - math.lgamma(seen + 1)
        return _sum_down(seen, logarithm, lambda k: k / mean)
    size = mean**2 / (variance - mean)
    share = mean / (size + mean)
    logarithm = (
        math.lgamma(size + seen)
        - math.lgamma(size)
        - math.lgamma(seen + 1)
        + size * math.log1p(-share)
        + seen * math.log(share)
    )
    return _sum_down(seen, logarithm, lambda k: k / ((size + k - 1) * share))


def hits_at_most(hits: int, trials: int, a: float, b: float) -> float:
    """Probability of so few hits, or fewer, in so many trials, where the chance of a hit is spread as Beta(a, b)."""
    if hits >= trials:
        return 1.0
    logarithm = (
        math.lgamma(trials + 1)
        - math.lgamma(hits + 1)
        - math.lgamma(trials - hits + 1)
        + _log_beta(hits + a, trials - hits + b)
        - _log_beta(a, b)
    )
    return _sum_down(hits, logarithm, lambda k: k * (trials - k + b) / ((trials - k + 1) * (k - 1 + a)))


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _sum_down(first: int, logarithm: float, factor: Callable[[int], float]) -> float:
    """Sum of a probability and of those below it; `factor(k)` leads from the one of k to that of k - 1."""
    if logarithm < _FAR and first and factor(first) > 1:
        return 1.0  # so far above the likeliest number that a float has no digits left for it
    term = total = math.exp(logarithm)
    for k in range(first, 0, -1):
        term *= factor(k)
        total += term
        if term < total * _NEGLIGIBLE:
            break
    return min(1.0, total)
