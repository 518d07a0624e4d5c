"""The verdict on a site, on histories as sites have them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.runs.health import verdict
from newscrawl.runs.past import PastRun
from newscrawl.verdicts import Verdict
from tests.runs import simulation
from tests.runs.simulation import KYIV, START, Fault, Kind, history

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BIG = Kind(480, HOUR, failing_runs=0)
MIDDLE = Kind(100, 6 * HOUR, failing_runs=0)
DAILY = Kind(60, DAY, failing_runs=0)


def judge(runs: list[PastRun]) -> Verdict:
    return verdict(runs, runs[-1].started_at, KYIV)


def detection(kind: Kind, fault: Fault, seed: int, day: float = 36.4) -> tuple[int, Verdict]:
    """After how many runs a fault is seen, and the verdict then."""
    runs = list(history(kind, day + 4, seed, fault, day))
    first = next(index for index, run in enumerate(runs) if run.started_at >= START + day * DAY)
    for index in range(first, len(runs)):
        found = judge(runs[: index + 1])
        if not found.is_sound:
            return index - first + 1, found
    return 10**6, judge(runs)


# --- without a fault ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [BIG, MIDDLE, DAILY, Kind(3, HOUR), Kind(60, HOUR, failing_runs=0.03)])
def test_a_sound_site_raises_less_than_one_alarm_a_month(kind: Kind) -> None:
    alarms, months = 0, 2
    for seed in range(months):
        runs = list(history(kind, 63, seed))
        known: set[str] = set()
        for index in range(len(runs) // 2, len(runs), max(1, len(runs) // 300)):
            found = {finding.key for finding in judge(runs[: index + 1]).findings}
            alarms += len(found - known)
            known = found
    assert alarms < months


def test_the_night_and_the_weekend_are_no_silence() -> None:
    quiet = Kind(200, HOUR, weekend=0.02, night=0.0, failing_runs=0)
    runs = list(history(quiet, 49, 5))
    at_night = [index for index, run in enumerate(runs) if run.started_at > START + 42 * DAY]
    assert all(judge(runs[: index + 1]).is_sound for index in at_night[::5])


def test_without_runs_nothing_is_known() -> None:
    assert verdict([], START, KYIV).state == "unknown"


def test_a_short_history_is_said_and_raises_no_alarm() -> None:
    runs = list(history(BIG, 2, 1, simulation.half_is_missing, 1.5))
    found = judge(runs)
    assert found.state == "ok"
    assert "too little history" in found.notes[0]


# --- with one -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "key", "most"),
    [
        (simulation.listing_is_empty, "no-new-articles", 2),
        (simulation.lead_is_lost, "field lead", 2),
        (simulation.half_is_missing, "fewer-new-articles", 10),
        (simulation.half_of_the_pages_fail, "failures", 2),
        (simulation.host_is_down, "run-failed", 1),
    ],
)
def test_a_fault_of_a_large_site_is_seen_within_a_few_runs(fault: Fault, key: str, most: int) -> None:
    found = [detection(BIG, fault, seed) for seed in range(3)]
    assert median(runs for runs, _verdict in found) <= most
    assert any(key in {finding.key for finding in verdict.findings} for _runs, verdict in found)
    for _runs, seen in found:
        assert seen.since is not None
        assert abs(seen.since - (START + 36.4 * DAY)) < 8 * HOUR


@pytest.mark.parametrize(
    ("fault", "most"),
    [
        (simulation.listing_is_empty, 2),
        (simulation.lead_is_lost, 2),
        (simulation.half_is_missing, 12),
        (simulation.half_of_the_pages_fail, 2),
    ],
)
def test_a_fault_of_a_site_that_is_read_seldom_is_seen_within_a_few_runs(fault: Fault, most: int) -> None:
    assert median(detection(MIDDLE, fault, seed)[0] for seed in range(3)) <= most


def test_a_site_that_shows_nothing_new_is_silent_and_one_that_fails_is_failed() -> None:
    assert detection(BIG, simulation.listing_is_empty, 1)[1].state == "silent"
    assert detection(BIG, simulation.host_is_down, 1)[1].state == "failed"
    assert detection(BIG, simulation.lead_is_lost, 1)[1].state == "degraded"


def test_a_finding_tells_what_was_seen_what_is_usual_and_the_last_good_run() -> None:
    _runs, seen = detection(BIG, simulation.lead_is_lost, 4)
    [lead] = [finding for finding in seen.findings if finding.subject == "lead"]
    assert lead.observed == 0
    assert lead.expected == pytest.approx(0.97, abs=0.03)
    assert lead.mad is not None
    assert lead.run is not None
    assert lead.good_run is not None
    assert lead.good_run < lead.run


def test_the_reasons_of_failures_are_told() -> None:
    _runs, seen = detection(BIG, simulation.half_of_the_pages_fail, 4)
    assert next(iter(seen.findings[0].reasons)) == "http-403"


def test_a_fault_that_lasts_for_a_week_is_still_one_and_began_when_it_began() -> None:
    runs = list(history(BIG, 43, 2, simulation.lead_is_lost, 36))
    found = judge(runs)
    assert found.state == "degraded"
    assert found.since is not None
    assert abs(found.since - (START + 36 * DAY)) <= 2 * HOUR


@pytest.mark.parametrize("fault", [simulation.lead_is_lost, simulation.listing_is_empty, simulation.host_is_down])
def test_a_site_that_has_recovered_is_ok_within_three_runs_and_stays_so(fault: Fault) -> None:
    day = START + 36.4 * DAY
    runs = [fault(run) if day <= run.started_at < day + 12 * HOUR else run for run in history(BIG, 38, 3)]
    over = next(index for index, run in enumerate(runs) if run.started_at >= day + 12 * HOUR)
    assert not judge(runs[:over]).is_sound
    assert all(judge(runs[:index]).is_sound for index in range(over + 3, len(runs) + 1))


def test_one_failed_run_of_a_site_where_runs_fail_is_no_alarm_but_several_are() -> None:
    flaky = list(history(Kind(480, HOUR, failing_runs=0.1), 40, 8))
    at = flaky[-1].started_at
    down = [simulation.host_is_down(PastRun(f"x{n}", at + n * HOUR, "ok", "finished")) for n in range(1, 5)]
    one, four = judge([*flaky, down[0]]), judge([*flaky, *down])
    assert one.state == "ok"
    assert "the last run failed" in one.notes[0]
    assert four.state == "failed"


def test_the_first_run_that_fails_is_failed() -> None:
    assert judge([simulation.host_is_down(PastRun("x", START, "ok", "finished"))]).state == "failed"


def test_a_site_that_is_no_longer_crawled_is_silent() -> None:
    runs = list(history(BIG, 35, 1))
    known = verdict(runs, runs[-1].started_at + 2 * HOUR, KYIV)
    assert known.state == "ok"
    found = verdict(runs, runs[-1].started_at + 9 * HOUR, KYIV)
    assert (found.state, found.findings[0].what, found.since) == ("silent", "no-run", known.last_run_at)


def test_pages_that_take_much_longer_are_told() -> None:
    runs = list(history(BIG, 30, 1))
    slow = [replace(run, seconds=(run.seconds or 1) * 9) for run in runs[-4:]]
    found = judge([*runs[:-4], *slow])
    assert [finding.what for finding in found.findings] == ["slow"]


def test_a_listing_that_the_crawl_found_empty_is_told() -> None:
    runs = list(history(BIG, 30, 1))
    quiet = replace(simulation.with_counts(runs[-1], listings_gone_quiet=1), outcome="degraded")
    assert judge([*runs[:-1], quiet]).findings[0].what == "listing-empty"


# --- whatever the numbers -----------------------------------------------------------------------

counts = st.fixed_dictionaries({"new": st.integers(0, 500), "failed": st.integers(0, 500)})
shares = st.dictionaries(st.sampled_from(["lead", "body"]), st.floats(0, 1))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 200), st.sampled_from(["ok", "failed", "degraded"]), counts, shares, st.floats(0, 50)),
        max_size=60,
    )
)
def test_any_history_has_a_verdict(rows: list[tuple[float, str, dict[str, int], dict[str, float], float]]) -> None:
    at, runs = START, []
    for number, (hours, outcome, numbers, coverage, seconds) in enumerate(rows):
        at += hours * HOUR
        runs.append(PastRun(str(number), at, outcome, "finished", numbers, coverage, {"x": 1}, {}, seconds))
    found = verdict(runs, at, KYIV)
    assert (found.state == "unknown") == (not runs)
    assert found.is_sound == (not found.findings)
    assert found.since is None or found.since <= at
    assert Verdict.model_validate(found.model_dump()) == found


@given(st.integers(0, 10**6))
@settings(max_examples=5, deadline=None)
def test_the_verdict_does_not_depend_on_the_hour_at_which_the_history_is_written_down(seed: int) -> None:
    shift: Callable[[PastRun], PastRun] = lambda run: replace(run, started_at=run.started_at.astimezone(KYIV))  # noqa: E731
    runs = list(history(DAILY, 30, seed))
    assert judge(runs) == judge(list(map(shift, runs)))
