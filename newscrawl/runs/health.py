"""Whether a site is healthy, by its own past runs. Pure: no database, no clock.

Nothing is held against a fixed threshold. New articles are held against the same hours of the weeks before, shares
(fields, failures, answers) against the share that was usual, failed runs against how often runs fail. What is no
longer explained by chance is a finding. How unlikely it has to be follows from how often is looked: all looks of a
month together may raise `FALSE_ALARMS` by chance. Runs are looked at alone and together, the last 1, 2, 4, 8 … of them:
a grave fault shows in one run, a slight one, or one at a small site, after some.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from statistics import median

from newscrawl.chance import SIGMA, median_and_mad
from newscrawl.normalize.rhythm import is_longest_by_far, silence
from newscrawl.runs.arrivals import DAY, FEWEST_DAYS, WEEK, Arrivals, Expected
from newscrawl.runs.past import PastRun
from newscrawl.runs.shares import FEWEST_RUNS, Share, Usual
from newscrawl.verdicts import Finding, Verdict, What

HISTORY = timedelta(weeks=8)
"""How far back runs are looked at."""
FALSE_ALARMS = 0.5
"""Findings that chance alone may make at one site in a month."""
MONTH = timedelta(days=28)
LONGEST_WINDOW = 2 * WEEK
RECOVERED = 4.0
"""A finding is over once the newest runs are so much likelier (logarithm) for a sound site than for one with it."""
LOST = 10.0
"""Evidence (logarithm) against a fault from which on nothing older can belong to it."""
SLOW_RUNS, SLOW_HISTORY = 3, 20
"""So many runs in a row have to be slow, beside so many before them."""
FAR_SLOWER = 6.0
"""Standard deviations; times are compared as logarithms, and differ by a sixth at least by chance."""
USUAL_SLOWNESS = 0.15
RUNS_BEFORE_ANY, FAILURES_BEFORE_ANY = 20, 0.2
"""What is taken for known of failing runs before there were any: one in a hundred fails."""


def verdict(runs: Sequence[PastRun], now: datetime, zone: tzinfo = UTC, started: Sequence[datetime] = ()) -> Verdict:
    """The verdict on a site.

    `runs`: those that can be compared (`past_runs`), the oldest first. `started`: when any run was started, also one
    that is still going on; what tells whether runs are overdue. `zone`: of the site.
    """
    findings = _overdue(runs, started or [run.started_at for run in runs], now, zone)
    if not runs:
        return Verdict(state="unknown").with_findings(findings)
    ended = [run for run in runs if not _has_failed(run)]
    notes: list[str] = []
    for what, is_so in _STREAKS:
        found, note = _streak(what, is_so, runs)
        findings += found
        notes += note
    arrivals = Arrivals(runs, zone)
    new = expected = None
    if ended:
        limit = _limit(ended)
        end = ended[-1].started_at.timestamp()
        begin = end - DAY.total_seconds()
        new, expected = round(arrivals.between(begin, end)), arrivals.expected(begin, end)
        if not _has_failed(runs[-1]):
            findings += _fewer(ended, arrivals, limit)
        findings += _lower_shares(ended, limit)
        findings += _slower(ended)
        if expected is None:
            days = (ended[-1].started_at - ended[0].started_at) / DAY
            notes.append(
                f"too little history to tell how many articles are usual: {len(ended)} runs in {days:.1f} days;"
                f" {FEWEST_DAYS + 1} days are needed"
            )
    return Verdict(
        state="ok",
        last_run=runs[-1].id,
        last_run_at=runs[-1].started_at,
        new=new,
        expected=expected.median if expected else None,
        expected_mad=expected.mad if expected else None,
        notes=notes,
    ).with_findings(findings)


def _limit(runs: Sequence[PastRun]) -> float:
    """How unlikely something has to be: all looks of a month share what may be raised by chance."""
    span = max(runs[-1].started_at - runs[0].started_at, DAY)
    a_month = max(1.0, (len(runs) - 1) * (MONTH / span))
    looks = 5 + len({name for run in runs for name in run.coverage})
    return FALSE_ALARMS / (a_month * looks)


def _overdue(runs: Sequence[PastRun], started: Sequence[datetime], now: datetime, zone: tzinfo) -> list[Finding]:
    """No run has taken place for far longer than is usual at that time of the week."""
    found = silence(started, now, zone)
    if found is None or not found.is_quiet:
        return []
    return [
        Finding(
            what="no-run",
            observed=found.length / timedelta(hours=1),
            expected=found.usual / timedelta(hours=1) if found.usual is not None else None,
            number=len(started),
            since=found.since,
            until=now,
            run=runs[-1].id if runs else None,
        )
    ]


def _has_failed(run: PastRun) -> bool:
    return run.outcome == "failed"


def _has_empty_listing(run: PastRun) -> bool:
    return run.outcome == "degraded" or bool(run.counts.get("listings_gone_quiet"))


_STREAKS: tuple[tuple[What, Callable[[PastRun], bool]], ...] = (
    ("run-failed", _has_failed),
    ("listing-empty", _has_empty_listing),
)


def _streak(what: What, is_so: Callable[[PastRun], bool], runs: Sequence[PastRun]) -> tuple[list[Finding], list[str]]:
    """The last runs in a row that are so, where so many would not come in a row by chance in the whole history."""
    first = len(runs)
    while first and is_so(runs[first - 1]):
        first -= 1
    if first == len(runs):
        return [], []
    streak, before = runs[first:], runs[:first]
    often = sum(map(is_so, before))
    chance = (often + FAILURES_BEFORE_ANY) / (len(before) + RUNS_BEFORE_ANY)
    if len(before) * chance ** len(streak) >= 1:
        return [], [f"{_in_words(what, len(streak))}; so did {often} of {len(before)} before"]
    reasons = Counter(streak[-1].errors) if streak[-1].errors else Counter({streak[-1].reason: 1})
    found = Finding(
        what=what,
        observed=len(streak),
        expected=often / len(before) if before else None,
        number=len(runs),
        since=streak[0].started_at,
        until=streak[-1].started_at,
        run=streak[-1].id,
        good_run=before[-1].id if before else None,
        reasons=dict(reasons.most_common(5)),
    )
    return [found], []


def _in_words(what: What, runs: int) -> str:
    which = "the last run" if runs == 1 else f"the last {runs} runs"
    return f"{which} failed" if what == "run-failed" else f"{which} met a listing without articles"


def _windows(runs: Sequence[PastRun]) -> list[int]:
    """Indices from which the last 1, 2, 4, 8 … runs begin, each with a run before it."""
    found, number = [], 1
    while number < len(runs):
        begin = len(runs) - number
        if number > 1 and runs[-1].started_at - runs[begin - 1].started_at > LONGEST_WINDOW:
            break
        found.append(begin)
        number *= 2
    return found


def _fewer(runs: Sequence[PastRun], arrivals: Arrivals, limit: float) -> list[Finding]:
    """Fewer new articles than the same hours of other weeks had; none at all for the time of the silence."""
    times, end = arrivals.times, arrivals.times[-1]
    last_new = next((index for index in range(len(runs) - 1, 0, -1) if arrivals.new[index]), None)
    begins = _windows(runs)
    if last_new is not None and last_new < len(runs) - 1:
        begins = sorted({*begins, last_new + 1}, reverse=True)
    worst: tuple[float, int, int, Expected] | None = None
    sound: list[tuple[int, float]] = []  # articles, and what was to be expected, of the newest runs
    for begin in begins:
        seen = round(arrivals.between(times[begin - 1], end))
        expected = arrivals.expected(times[begin - 1], end)
        if expected is None or arrivals.has_gap(times[begin - 1], end):
            continue
        chance = expected.chance_of(seen) if seen < expected.mean else 1.0
        if chance >= limit:
            if worst is None:
                sound.append((seen, expected.mean))
            continue
        if any(_is_over(*newest, seen, expected.mean) for newest in sound):
            break  # longer windows hold the same fault of the past
        if worst is None or chance < worst[0]:
            worst = chance, begin, seen, expected
    if worst is None:
        return _longest_silence(runs, arrivals)
    _chance, begin, seen, expected = worst
    ratio = seen / expected.mean
    turn = _turn(len(runs), begin, lambda run: _lack(arrivals, times[run - 1], times[run], ratio))
    if since_then := arrivals.expected(times[turn - 1], end):
        begin, expected, seen = turn, since_then, round(arrivals.between(times[turn - 1], end))
    return [
        Finding(
            what="fewer-new-articles" if seen else "no-new-articles",
            observed=seen,
            expected=expected.median,
            mad=expected.mad,
            number=seen,
            since=runs[begin - 1].started_at,
            until=runs[-1].started_at,
            run=runs[-1].id,
            good_run=runs[begin - 1].id,
        )
    ]


def _is_over(newest: int, usual_now: float, seen: int, usual: float) -> bool:
    """Whether the newest runs, with `newest` articles of `usual_now`, are much likelier at a sound site than at one as
    the runs before them were, of the same window with `seen` articles of `usual`."""
    before = (seen - newest + 0.5) / max(1.0, usual - usual_now + 1)
    return before < 1 and newest * math.log(before) - usual_now * (before - 1) < -RECOVERED


def _lack(arrivals: Arrivals, begin: float, end: float, ratio: float) -> float:
    """How much a run's new articles speak for so much fewer than usual."""
    expected = arrivals.expected(begin, end)
    if expected is None or arrivals.has_gap(begin, end):
        return 0.0
    return arrivals.between(begin, end) * math.log(max(ratio, 1e-9)) - expected.mean * (ratio - 1)


def _longest_silence(runs: Sequence[PastRun], arrivals: Arrivals) -> list[Finding]:
    """Of a site with few articles: none for far longer than ever before."""
    met = [index for index in range(1, len(runs)) if arrivals.new[index]]
    if not met:
        return []
    last = runs[met[-1]]
    if not is_longest_by_far(runs[-1].started_at - last.started_at, [arrivals.times[index] for index in met]):
        return []
    return [
        Finding(
            what="no-new-articles",
            observed=0,
            since=last.started_at,
            until=runs[-1].started_at,
            run=runs[-1].id,
            good_run=last.id,
        )
    ]


def _turn(runs: int, begin: int, evidence: Callable[[int], float]) -> int:
    """The run with which a fault began: from there to the last one the evidence for it is greatest.

    `begin`: what to believe where no evidence adds up.
    """
    best, total, place = 0.0, 0.0, begin
    for run in range(runs - 1, 0, -1):
        total += evidence(run)
        if total > best:
            best, place = total, run
        elif total < best - LOST:
            break
    return place


def _lower_shares(runs: Sequence[PastRun], limit: float) -> list[Finding]:
    """Fields that fewer articles have, articles that failed more often, answers of a class that were more frequent."""
    stored = [run.stored for run in runs]
    found = []
    for name in sorted({name for run in runs for name in run.coverage}):
        hits = [round(run.coverage.get(name, 0.0) * number) for run, number in zip(runs, stored, strict=True)]
        found += _lower(runs, Share(hits, stored), "field", name, limit)
    tried = [number + run.failed_pages for run, number in zip(runs, stored, strict=True)]
    failures = _lower(runs, Share(stored, tried), "failures", None, limit)
    found += failures
    for name in ("4xx", "5xx"):
        answers = [sum(run.statuses.values()) for run in runs]
        others = [number - run.statuses.get(name, 0) for run, number in zip(runs, answers, strict=True)]
        if not failures:  # which says the same, with the reasons
            found += _lower(runs, Share(others, answers), "http", name, limit)
    return found


def _lower(runs: Sequence[PastRun], share: Share, what: What, subject: str | None, limit: float) -> list[Finding]:
    """Whether a share is lower than usual in the newest runs."""
    worst = None
    sound: list[int] = []
    for begin in _windows(runs):
        if begin < FEWEST_RUNS:
            break
        if not share.is_suspicious(begin, len(runs)):
            sound.append(begin)
            continue
        usual = share.usual(begin)
        hits, trials = share.of(begin, len(runs))
        observed = hits / trials
        chance = share.chance_of(begin, len(runs), usual)
        if chance >= limit:
            if worst is None:
                sound.append(begin)
            continue
        if any(_is_mended(share, begin, newest, usual) for newest in sound):
            break  # longer windows hold the same fault of the past
        if worst is None or chance < worst[0]:
            worst = chance, begin, observed, usual
    if worst is None:
        return []
    _chance, begin, observed, usual = worst
    begin = _turn(len(runs), begin, lambda run: share.evidence(run, usual.share, observed))
    hits, trials = share.of(begin, len(runs))
    observed, expected = hits / trials, usual.median
    reasons: Counter[str] = Counter()
    if what != "field":  # what is told is the share that has grown
        observed, expected = 1 - observed, 1 - expected
        for run in runs[begin:]:
            reasons.update(run.errors)
    bad = max(run for run in range(begin, len(runs)) if share.trials[run] > share.hits[run])
    good = next((run for run in range(begin - 1, -1, -1) if share.hits[run]), None)
    return [
        Finding(
            what=what,
            subject=subject,
            observed=observed,
            expected=expected,
            mad=usual.mad,
            number=trials,
            since=runs[begin].started_at,
            until=runs[-1].started_at,
            run=runs[bad].id,
            good_run=None if good is None else runs[good].id,
            reasons=dict(reasons.most_common(5)),
        )
    ]


def _is_mended(share: Share, begin: int, newest: int, usual: Usual) -> bool:
    """Whether the newest runs are much likelier at a sound site than at one as the runs before them were."""
    hits, trials = share.of(begin, newest)
    bad = (hits + 0.5) / (trials + 1)
    return sum(share.evidence(run, usual.share, bad) for run in range(newest, len(share.hits))) < -RECOVERED


def _slower(runs: Sequence[PastRun]) -> list[Finding]:
    """Pages that take far longer than ever, some runs in a row."""
    timed = [(run, run.seconds) for run in runs if run.seconds]
    if len(timed) < SLOW_HISTORY + SLOW_RUNS:
        return []
    before = [math.log(seconds) for _run, seconds in timed[:-SLOW_RUNS]]
    middle, mad = median_and_mad(before)
    far = middle + FAR_SLOWER * max(SIGMA * mad, USUAL_SLOWNESS)
    first = len(timed)
    while first and math.log(timed[first - 1][1]) > far:
        first -= 1
    slow = timed[first:]
    if len(slow) < SLOW_RUNS or first < SLOW_HISTORY:
        return []
    usual, deviation = median_and_mad([seconds for _run, seconds in timed[:first]])
    return [
        Finding(
            what="slow",
            observed=median(seconds for _run, seconds in slow),
            expected=usual,
            mad=deviation,
            number=len(slow),
            since=slow[0][0].started_at,
            until=runs[-1].started_at,
            run=slow[-1][0].id,
            good_run=timed[first - 1][0].id,
        )
    ]
