"""A tally in the forms that Prometheus reads. The one module that imports its library, when it is first needed."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from newscrawl.metrics.families import BUILD, FAMILIES, Family
from newscrawl.metrics.tally import INFINITE, Labels, Tally

if TYPE_CHECKING:
    from prometheus_client import Metric


class NotInstalled(RuntimeError):
    """The library is not there. The message says how to get it."""

    def __init__(self) -> None:
        super().__init__("prometheus-client is not installed; `pip install 'newscrawl[metrics]'` brings it")


def require() -> None:
    """Load the library. Raises NotInstalled."""
    try:
        import prometheus_client  # noqa: F401
    except ModuleNotFoundError:
        raise NotInstalled from None


@lru_cache(maxsize=1)
def versions() -> Labels:
    """The values of the labels of `newscrawl_build_info`."""
    found = []
    for name in ("newscrawl", "scrapy", "lxml", "pymongo"):
        try:
            found.append(version(name))
        except PackageNotFoundError:
            found.append("unknown")
    return found[0], platform.python_version(), *found[1:]


def with_build(tally: Tally) -> Tally:
    """The tally with the versions of this process, where it has none."""
    if BUILD.name not in tally.numbers:
        tally.add(BUILD, 1, *versions())
    return tally


class Collected:
    """Metrics that are at hand, as the library's encoders take them. `process`: with those of this process."""

    def __init__(self, tally: Tally, *, process: bool = True) -> None:
        self._tally, self._process = tally, process

    def collect(self) -> Iterator[Metric]:
        """The metrics, as the library's collectors give them."""
        for family in FAMILIES:
            if (numbers := self._tally.numbers.get(family.name)) is not None:
                yield _metric(family, numbers.items())
        if self._process:
            from prometheus_client import ProcessCollector

            yield from ProcessCollector(registry=None).collect()


def _metric(family: Family, numbers: Iterable[tuple[Labels, float]]) -> Metric:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

    if family.kind == "histogram":
        histogram = HistogramMetricFamily(family.name, family.told)
        by_bound = {labels[-1]: number for labels, number in numbers}
        seconds = by_bound.pop("sum")
        bounds = sorted(by_bound, key=lambda bound: float("inf") if bound == INFINITE else float(bound))
        histogram.add_metric([], [(bound, by_bound[bound]) for bound in bounds], seconds)
        return histogram
    kind = CounterMetricFamily if family.kind == "counter" else GaugeMetricFamily
    metric = kind(family.name, family.told, labels=family.labels)
    for labels, number in numbers:
        metric.add_metric(labels, number)
    return metric


def encoder_for(accept: str) -> tuple[Callable[[Tally], bytes], str]:
    """What makes an answer in the form that a request accepts, and its content type."""
    from prometheus_client.exposition import choose_encoder

    encode, kind = choose_encoder(accept)
    return lambda tally: encode(Collected(tally)), kind


def write_textfile(path: Path, tally: Tally) -> None:
    """Write the file for node_exporter, all of it or nothing. Raises OSError.

    Without the metrics of this process: node_exporter has those of its own under the same names.
    """
    from prometheus_client import write_to_textfile

    path.parent.mkdir(parents=True, exist_ok=True)
    write_to_textfile(str(path), Collected(tally, process=False))
