"""A host that is down is left alone, for longer each time, and is never given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from newscrawl.crawl.circuit import IN_A_RUN, MOST_FAILED, MOST_PROBES, MOST_UNREACHABLE, WAITS, Circuit

NOW = datetime(2026, 1, 6, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def fail(circuit: Circuit, times: int, *, has_connected: bool, at: datetime = NOW) -> None:
    for number in range(times):
        circuit.failed(f"https://example.com/{number}", at, has_connected=has_connected)


def test_a_host_that_cannot_be_reached_several_times_in_a_row_is_left_alone() -> None:
    circuit = Circuit("example.com")
    fail(circuit, MOST_UNREACHABLE - 1, has_connected=False)
    assert circuit.refusal(NOW) is None
    fail(circuit, 1, has_connected=False)
    assert circuit.refusal(NOW) == ("host-down", NOW + IN_A_RUN)


def test_an_answer_in_between_begins_the_count_anew() -> None:
    circuit = Circuit("example.com")
    for _ in range(10):
        fail(circuit, MOST_UNREACHABLE - 1, has_connected=False)
        circuit.succeeded()
    assert circuit.refusal(NOW) is None


def test_addresses_that_fail_while_the_host_can_be_reached_have_to_be_many() -> None:
    circuit = Circuit("example.com")
    fail(circuit, MOST_FAILED - 1, has_connected=True)
    fail(circuit, MOST_FAILED - 1, has_connected=True)  # the same ones again
    assert circuit.refusal(NOW) is None
    circuit.failed("https://example.com/another", NOW, has_connected=True)
    assert circuit.refusal(NOW) is not None


def test_later_runs_leave_it_alone_for_longer_each_time_and_try_once_a_day_for_ever() -> None:
    circuit, now = Circuit("example.com"), NOW
    waits = []
    for _ in range(8):
        fail(circuit, MOST_UNREACHABLE, has_connected=False, at=now)
        following = Circuit("example.com")
        following.recall(circuit.record(now))
        refusal = following.refusal(now)
        waits.append(refusal[1] - now if refusal else timedelta(0))
        circuit, now = following, now + waits[-1]
        assert circuit.refusal(now) is None
    assert waits[:5] == list(WAITS)
    assert waits[5:] == [DAY] * 3


def test_a_host_that_was_down_is_probed_by_few_attempts() -> None:
    circuit = Circuit("example.com")
    fail(circuit, MOST_UNREACHABLE, has_connected=False)
    later = NOW + DAY
    fail(circuit, MOST_PROBES, has_connected=False, at=later)
    assert circuit.refusal(later) is not None


def test_a_host_that_is_back_is_asked_as_before() -> None:
    circuit = Circuit("example.com")
    fail(circuit, MOST_UNREACHABLE, has_connected=False)
    circuit.succeeded()
    assert circuit.refusal(NOW) is None
    assert circuit.is_changed
    assert circuit.record(NOW).openings == 0


def test_a_rest_that_the_server_asks_for_is_kept_by_later_runs() -> None:
    circuit = Circuit("example.com")
    circuit.asked_to_wait(NOW + timedelta(hours=2))
    following = Circuit("example.com")
    following.recall(circuit.record(NOW))
    assert following.refusal(NOW + timedelta(hours=1)) == ("host-asks-to-wait", NOW + timedelta(hours=2))
    assert following.refusal(NOW + timedelta(hours=2)) is None


def test_an_end_that_a_wrong_clock_has_set_is_not_believed() -> None:
    circuit = Circuit("example.com", left_until=NOW + timedelta(days=300), reason="host-down")
    assert circuit.refusal(NOW) is None
