"""How many articles there were, by what several kinds of sources have shown of them (capture and recapture). Pure.

Listings, feeds and sitemaps of one site are made by different programs. An article that a listing missed may be in the
feed; from how often that happens follows how many were missed by all. Two kinds: the estimator of Chapman (1951), with
the variance of Seber (1970). Three or more: that of Darroch (1958), in which each kind has a chance of its own. The
interval is the log-normal one of Chao (1987), which never falls below what was seen.

Where kinds are not independent the estimate errs: kinds that show the same on purpose, or articles that are hard to see
for all of them, make it too low; kinds that divide the articles among them make it too high.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

NORMAL_95 = 1.959964
"""Quantile of the normal distribution for an interval of 95 %."""
PRECISION = 1e-9

Unknown = Literal["nothing-seen", "one-source", "no-overlap"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number of articles with its interval of 95 %, in whole articles."""

    seen: int
    """Articles that any source has shown."""
    total: float
    low: int
    high: int

    @property
    def missed(self) -> float:
        """Articles that no source has shown."""
        return self.total - self.seen


def estimate(sources: Mapping[str, Collection[str]]) -> Estimate | Unknown:
    """How many articles there were. `sources`: what each kind of source has shown; identities of articles.

    A kind that has shown nothing says nothing. The reason, where there is no estimate: nothing was seen; one kind alone
    was; or no article was shown by two kinds, so that they may well be lists of different things.
    """
    shown = [set(articles) for articles in sources.values() if articles]
    captures = Counter(article for articles in shown for article in articles)
    if not captures:
        return "nothing-seen"
    if len(shown) == 1:
        return "one-source"
    if max(captures.values()) == 1:
        return "no-overlap"
    if len(shown) == 2:
        unseen, variance = _chapman(len(shown[0]), len(shown[1]), len(shown[0] & shown[1]))
    else:
        unseen, variance = _darroch(len(captures), sorted(len(articles) for articles in shown))
    return _with_interval(len(captures), unseen, variance)


def _chapman(first: int, second: int, both: int) -> tuple[float, float]:
    """Articles that neither has shown, and the variance."""
    total = (first + 1) * (second + 1) / (both + 1) - 1
    variance = (first + 1) * (second + 1) * (first - both) * (second - both) / ((both + 1) ** 2 * (both + 2))
    return total - (first + second - both), variance


def _darroch(seen: int, shown: list[int]) -> tuple[float, float]:
    """Articles that none of three or more kinds has shown, and the variance. `shown`: how many each has shown.

    The number at which the chance to be shown by none, when each kind shows its share at random, is the share unseen.
    """

    def is_below(total: float) -> bool:
        return math.prod(1 - number / total for number in shown) > 1 - seen / total

    low = high = float(seen)
    while is_below(high):
        low, high = high, 2 * high
    while high - low > PRECISION * high:
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    missing = [1 - number / high for number in shown]
    if min(missing) <= 0:
        return 0.0, 0.0
    information = 1 / math.prod(missing) + len(shown) - 1 - sum(1 / share for share in missing)
    return high - seen, high / information if information > 0 else 0.0


def _with_interval(seen: int, unseen: float, variance: float) -> Estimate:
    unseen = max(0.0, unseen)
    if unseen == 0:
        return Estimate(seen, seen, seen, seen)
    factor = math.exp(NORMAL_95 * math.sqrt(math.log1p(variance / unseen**2)))
    return Estimate(seen, seen + unseen, math.floor(seen + unseen / factor), math.ceil(seen + unseen * factor))
