"""Samples on their way to Prometheus: numbers by metric and labels, which can be added up. No I/O.

A process fills one each time it is asked. What several processes tell is merged into one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from newscrawl.metrics.families import FAMILIES, MOST_SITES, OTHER, SECONDS, Family
from newscrawl.normalize.quantiles import Durations

Labels = tuple[str, ...]
BY_NAME = {family.name: family for family in FAMILIES}
INFINITE = "+Inf"


class Sites:
    """Which sites have a label of their own: the first ones that are met, so that none ever loses it."""

    def __init__(self, most: int = MOST_SITES) -> None:
        self._most = most
        self._met: set[str] = set()

    def label(self, site: str) -> str:
        """The site itself, or `other`."""
        if site in self._met or len(self._met) < self._most:
            self._met.add(site)
            return site
        return OTHER


class Tally:
    """Family name to labels to number. Of a histogram the last label is the upper bound, or `sum`."""

    def __init__(self) -> None:
        self.numbers: dict[str, dict[Labels, float]] = {}

    def add(self, family: Family, number: float, *labels: str) -> None:
        """Add to a number. An instant that is later replaces an earlier one; what all tell alike is kept once."""
        kept = self.numbers.setdefault(family.name, {})
        before = kept.get(labels)
        if before is None:
            kept[labels] = number
        else:
            kept[labels] = before + number if family.merge == "sum" else max(before, number)

    def add_table(self, family: Family, table: Mapping[str, float], *labels: str) -> None:
        """The same for a table whose keys are the values of the last label."""
        for key, number in table.items():
            self.add(family, number, *labels, key)

    def add_durations(self, family: Family, durations: Durations) -> None:
        """A histogram, cumulative as Prometheus has them. A bound is met with the error of `Durations`, 5 %."""
        for bound, number in zip(SECONDS, durations.up_to(SECONDS), strict=True):
            self.add(family, number, f"{bound:g}")
        self.add(family, durations.number, INFINITE)
        self.add(family, durations.seconds, "sum")

    def merge(self, other: Tally, *, only: Iterable[str] | None = None, sites: Sites | None = None) -> None:
        """Take in what another one holds. `only`: of the families of these names. `sites`: which of them keep their
        label here."""
        wanted = set(only) if only is not None else None
        for name, numbers in other.numbers.items():
            if wanted is not None and name not in wanted:
                continue
            family = BY_NAME[name]
            position = family.labels.index("site") if sites is not None and "site" in family.labels else None
            for labels, number in numbers.items():
                if position is not None and sites is not None:
                    labels = _replaced(labels, position, sites.label(labels[position]))  # noqa: PLW2901
                self.add(family, number, *labels)


def _replaced(labels: Sequence[str], position: int, value: str) -> Labels:
    return (*labels[:position], value, *labels[position + 1 :])


LASTING = tuple(family.name for family in FAMILIES if family.kind != "gauge" or family.merge == "latest")
"""Names of those that stay true when the process that told them has ended: counts, and instants of the past."""
