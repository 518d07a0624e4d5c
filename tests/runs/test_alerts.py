"""What a channel has to be told, verdict after verdict."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.runs.alerts import News, due, follow, forgotten, sent
from newscrawl.verdicts import Alert, Channel, Finding, State, Verdict, What
from tests.runs.simulation import START

HOUR = timedelta(hours=1)
FRESH = Alert(channel="desk", site="unn")
KIND: dict[State, What] = {"degraded": "field", "failed": "run-failed", "silent": "no-new-articles"}


def channel(after: int = 2, repeat: timedelta | None = 6 * HOUR) -> Channel:
    seconds = None if repeat is None else int(repeat.total_seconds())
    return Channel(name="desk", url="x", shown="x", after=after, repeat_seconds=seconds, added_at=START)


def bad(state: State = "degraded", since: datetime = START, what: What | None = None) -> Verdict:
    finding = Finding(what=what or KIND[state], observed=0, since=since, until=since)
    return Verdict(state="ok").with_findings([finding])


GOOD = Verdict(state="ok")


def story(*verdicts: Verdict, to: Channel | None = None, muted: tuple[int, ...] = ()) -> list[News | None]:
    """What is sent after each verdict, one an hour, each of another run."""
    told, known, to = [], FRESH, to or channel()
    for number, verdict in enumerate(verdicts):
        now, is_muted = START + number * HOUR, number in muted
        known = follow(known, verdict, f"run {number}", to)
        known = forgotten(known) if is_muted else known
        news = due(known, to, now, is_muted=is_muted)
        known = sent(known, news, now) if news else known
        told.append(news)
    return told


def test_it_is_told_after_so_many_bad_verdicts_in_a_row() -> None:
    assert story(bad(), bad(), bad(), to=channel(after=3)) == [None, None, "alarm"]
    assert story(bad(), GOOD, bad(), GOOD, bad()) == [None] * 5
    assert story(bad(), to=channel(after=1)) == ["alarm"]


def test_it_is_told_again_while_it_lasts() -> None:
    assert story(*[bad()] * 14, to=channel(after=1)) == ["alarm", *[None] * 5, "repeat", *[None] * 5, "repeat", None]
    assert story(*[bad()] * 14, to=channel(after=1, repeat=None)) == ["alarm", *[None] * 13]


def test_what_was_told_is_told_to_be_over_once() -> None:
    assert story(bad(), bad(), GOOD, GOOD) == [None, "alarm", "recovered", None]


def test_what_was_never_told_is_not_told_to_be_over() -> None:
    assert story(bad(), GOOD) == [None, None]


def test_what_gets_worse_is_told_at_once() -> None:
    assert story(bad(), bad(), bad("failed"), bad("degraded")) == [None, "alarm", "worse", None]


def test_the_same_run_judged_twice_counts_once() -> None:
    once = follow(FRESH, bad(), "run 1", channel())
    assert follow(once, bad(), "run 1", channel()).count == 1
    assert follow(once, bad(), "run 2", channel()).count == 2


def test_that_no_run_takes_place_is_told_without_waiting_for_a_run() -> None:
    assert story(bad(what="no-run"), to=channel(after=5)) == ["alarm"]


def test_nothing_is_sent_while_it_is_muted_and_what_lasts_is_told_after_that() -> None:
    assert story(*[bad()] * 5, muted=(0, 1, 2, 3)) == [None, None, None, None, "alarm"]


def test_a_recovery_while_it_is_muted_is_silent() -> None:
    assert story(bad(), bad(), GOOD, GOOD, muted=(2,)) == [None, "alarm", None, None]


def test_an_unknown_verdict_changes_nothing() -> None:
    known = follow(FRESH, bad(), "run 1", channel())
    assert follow(known, Verdict(state="unknown"), "run 2", channel()) == known


def test_a_message_that_failed_is_due_again() -> None:
    known = follow(FRESH, bad(), "run 1", channel(after=1))
    assert due(known, channel(after=1), START) == due(known, channel(after=1), START + HOUR) == "alarm"


@pytest.mark.parametrize("after", [1, 2, 4])
@settings(max_examples=40)
@given(verdicts=st.lists(st.sampled_from([GOOD, bad(), bad("failed"), bad("silent")]), max_size=40))
def test_every_recovery_follows_an_alarm_and_no_two_alarms_follow_each_other(
    after: int, verdicts: list[Verdict]
) -> None:
    told = [news for news in story(*verdicts, to=channel(after=after)) if news in ("alarm", "recovered")]
    assert told == ["alarm", "recovered"] * (len(told) // 2) + ["alarm"] * (len(told) % 2)
