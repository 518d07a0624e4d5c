"""Numbers on their way to Prometheus: added up, merged, bounded."""

from __future__ import annotations

import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from newscrawl.metrics import families
from newscrawl.metrics.exposition import encoder_for
from newscrawl.metrics.families import FAMILIES, Family
from newscrawl.metrics.tally import LASTING, Sites, Tally
from newscrawl.normalize.quantiles import Durations


def text_of(tally: Tally) -> str:
    encode, _ = encoder_for("")
    return encode(tally).decode()


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_name_keeps_to_the_conventions(family: Family) -> None:
    assert re.fullmatch(r"newscrawl(_[a-z]+)+", family.name)
    assert family.name.endswith("_total") == (family.kind == "counter")
    assert not re.search(r"milli|_ms|minutes|kilo|mega|percent", family.name)
    assert family.told.endswith(".") or family.told.endswith("…")
    assert not {"url", "host", "address", "article"} & set(family.labels)


def test_counts_are_added_up_and_of_instants_the_latest_stays() -> None:
    one, two = Tally(), Tally()
    for tally, number in ((one, 5), (two, 3)):
        tally.add(families.REQUESTS, number, "unn")
        tally.add(families.LAST_SUCCESS, number, "unn")
        tally.add(families.SPOOL, 10)
    one.merge(two)
    assert one.numbers == {
        families.REQUESTS.name: {("unn",): 8},
        families.LAST_SUCCESS.name: {("unn",): 5},
        families.SPOOL.name: {(): 10},
    }


def test_only_so_many_sites_have_a_label_of_their_own() -> None:
    told, bounded = Tally(), Tally()
    for site in ("a", "b", "c", "d"):
        told.add(families.RESPONSES, 1, site, "2xx")
    sites = Sites(most=2)
    for _ in range(2):
        bounded.merge(told, sites=sites)
    assert bounded.numbers[families.RESPONSES.name] == {("a", "2xx"): 2, ("b", "2xx"): 2, ("other", "2xx"): 4}


def test_what_has_ended_keeps_its_counts_and_loses_its_queues() -> None:
    assert families.REQUESTS.name in LASTING
    assert families.READING.name in LASTING
    assert families.LAST_SUCCESS.name in LASTING
    assert families.WAITING.name not in LASTING
    assert families.MEMORY.name not in LASTING


def test_a_histogram_is_cumulative_and_has_its_sum() -> None:
    durations = Durations()
    for seconds in (0.001, 0.02, 0.02, 3.0, 100.0):
        durations.add(seconds)
    tally = Tally()
    tally.add_durations(families.READING, durations)
    tally.merge(tally_of_nothing())
    [metric] = [m for m in text_string_to_metric_families(text_of(tally)) if m.name == families.READING.name]
    found = {sample.labels.get("le", sample.name.rpartition("_")[2]): sample.value for sample in metric.samples}
    bounds = ("0.005", "0.01", "0.025", "0.5", "2.5", "5", "30", "+Inf")
    assert [found[bound] for bound in bounds] == [1, 1, 3, 3, 3, 4, 4, 5]
    assert (found["count"], round(found["sum"], 3)) == (5, 103.041)


def tally_of_nothing() -> Tally:
    told = Tally()
    told.add_durations(families.READING, Durations())
    return told


def test_every_metric_can_be_told_in_both_forms_of_prometheus() -> None:
    tally = Tally()
    for family in FAMILIES:
        if family.kind == "histogram":
            tally.add_durations(family, Durations())
        else:
            tally.add(family, 1, *(f"a {label}" for label in family.labels))
    parsed = {sample.name for metric in text_string_to_metric_families(text_of(tally)) for sample in metric.samples}
    assert parsed >= families.series_names() - set(families.STANDARD)
    encode, kind = encoder_for("application/openmetrics-text; version=1.0.0")
    assert "openmetrics" in kind
    assert encode(tally).decode().endswith("# EOF\n")
