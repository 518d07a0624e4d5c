"""How many articles there were, by what several kinds of sources have shown of them (capture and recapture). Pure.

Listings, feeds and sitemaps of one site are made by different programs. An article that a listing missed may be in the
feed; from how often that happens follows how many were missed by all. With `seen` articles in all, of which kind i has
shown n_i by a chance of its own, unknown and uniform, each number N of articles there may have been has the weight

    N! / (N - seen)! * product over i of n_i! * (N - n_i)! / (N + 1)!

after Castledine, "A Bayesian analysis of multiple-recapture sampling for a closed population", Biometrika 68 (1981).
The estimate is the median of these weights, the interval the shortest that holds 95 % of them. Unlike the estimators of
Chapman and Darroch with log-normal intervals, it keeps its 95 % for a handful of articles, too, and where one kind has
shown all that another one has.

Where kinds are not independent the estimate errs: kinds that show the same on purpose, or articles that are hard to see
for all of them, make it too low; kinds that divide the articles among them make it too high.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

SHARE = 0.95
FARTHEST = 20
"""How many times as many articles as were seen there may have been; an estimate that says more says nothing."""
LEAST_REACH = 200  # articles, where few were seen
NEGLIGIBLE = 0.001
"""Share of all weights that lies beyond the numbers looked at."""
HUGE = 1e100  # weights are kept below it

Unknown = Literal["nothing-seen", "one-source", "no-overlap", "little-overlap"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number of articles with its interval of 95 %."""

    seen: int
    """Articles that any source has shown."""
    total: int
    low: int
    high: int

    @property
    def missed(self) -> int:
        """Articles that no source has shown."""
        return self.total - self.seen


def estimate(sources: Mapping[str, Collection[str]]) -> Estimate | Unknown:
    """How many articles there were. `sources`: what each kind of source has shown; identities of articles.

    A kind that has shown nothing says nothing. The reason, where there is no estimate: nothing was seen; one kind alone
    was; no article was shown by two kinds, so that they may well be lists of different things; or so few were that
    there may have been twenty times as many articles as were seen.
    """
    shown = [set(articles) for articles in sources.values() if articles]
    captures = Counter(article for articles in shown for article in articles)
    if not captures:
        return "nothing-seen"
    if len(shown) == 1:
        return "one-source"
    if max(captures.values()) == 1:
        return "no-overlap"
    seen = len(captures)
    weights = _weights(seen, sorted(len(articles) for articles in shown))
    if weights is None:
        return "little-overlap"
    first, last = _shortest(weights)
    return Estimate(seen, seen + _median(weights), seen + first, seen + last)


def _weights(seen: int, shown: list[int]) -> list[float] | None:
    """The weights of `seen` articles, of one more, and so on; None where they reach too far."""
    weights, whole = [1.0], 1.0
    farthest = FARTHEST * seen + LEAST_REACH
    for number in range(seen, farthest):
        step = (number + 1) / (number + 1 - seen)
        for by_one in shown:
            step *= (number + 1 - by_one) / (number + 2)
        weights.append(weights[-1] * step)
        whole += weights[-1]
        # They fall at least as the third power of the number: half of the last one times its number is still to come.
        if step < 1 and weights[-1] * (number + 1) < 2 * NEGLIGIBLE * whole:
            return weights
        if whole > HUGE:
            weights, whole = [weight / HUGE for weight in weights], whole / HUGE
    return None


def _median(weights: list[float]) -> int:
    half = sum(weights) / 2
    return next(position for position, below in enumerate(accumulate(weights)) if below >= half)


def _shortest(weights: list[float]) -> tuple[int, int]:
    """First and last position of the heaviest, taken from the top, that hold their share of all. One top, no valleys."""
    first = last = max(range(len(weights)), key=weights.__getitem__)
    held, wanted = weights[first], SHARE * sum(weights)
    while held < wanted:
        below = weights[first - 1] if first else -1.0
        above = weights[last + 1] if last + 1 < len(weights) else -1.0
        if above >= below:
            last, held = last + 1, held + above
        else:
            first, held = first - 1, held + below
    return first, last
