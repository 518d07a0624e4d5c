"""The fleet on paper: its tables are those of the page, its costs those of today, and more sites ask for more."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from tests.conftest import ROOT

sys.path.insert(0, str(ROOT))

from benchmarks import simulation
from benchmarks.simulation_costs import COSTS, article_cpu


@pytest.fixture(scope="module")
def kept() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(simulation.RESULT.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def small() -> list[dict[str, Any]]:
    """Two small sizes, simulated now."""
    return [simulation.simulate(sites) for sites in (100, 400)]


def test_the_page_has_the_tables_of_what_was_kept(kept: dict[str, Any]) -> None:
    assert simulation.PAGE.read_text(encoding="utf-8") == simulation.page(kept), "run benchmarks/simulation.py"


def test_what_was_kept_was_made_with_the_costs_of_today(kept: dict[str, Any]) -> None:
    assert kept["costs"] == {name: known.value for name, known in COSTS.items()}, "run benchmarks/simulation.py"
    assert [column["sites"] for column in kept["sizes"]] == list(simulation.SIZES)


def test_every_cost_has_a_unit_and_a_source() -> None:
    assert all(known.value > 0 and known.unit and len(known.source) > 10 for known in COSTS.values())


def test_the_same_is_simulated_again(small: list[dict[str, Any]]) -> None:
    assert simulation.simulate(100) == small[0]


def test_more_sites_ask_for_more_and_wait_no_longer(small: list[dict[str, Any]]) -> None:
    few, many = small
    for name in ("articles_a_day", "requests_a_second", "network_mbit_peak", "database_disk_tb"):
        assert many[name] == pytest.approx(4 * few[name], rel=0.15), name
    assert many["wait_p50_minutes"] == pytest.approx(few["wait_p50_minutes"], rel=0.1)


def test_peaks_are_higher_than_the_mean(small: list[dict[str, Any]]) -> None:
    for found in small:
        assert found["requests_a_second_peak"] > found["requests_a_second"]
        assert found["wait_p95_minutes"] > found["wait_p50_minutes"]


def test_an_article_costs_what_was_measured_at_both_ends() -> None:
    assert article_cpu(10) == article_cpu(1e3) == pytest.approx(0.005)
    assert article_cpu(1e6) == pytest.approx(0.010)


def test_what_is_kept_for_less_long_needs_fewer_shards() -> None:
    year, month = (simulation.simulate(5000, days=days)["shards"] for days in (365, 30))
    assert year > month == 1


def test_whatever_breaks_has_a_remedy_and_the_tightest_comes_first(kept: dict[str, Any]) -> None:
    assert list(kept["breaks"].values()) == sorted(kept["breaks"].values())
    assert set(kept["breaks"]) == set(simulation.REMEDIES)
