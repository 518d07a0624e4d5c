"""Findings in sentences for people, and the commands that lead on. Pure."""

from __future__ import annotations

from datetime import datetime

from newscrawl.verdicts import Finding, Verdict

_NAMED = {"4xx": "4xx (refused or not there)", "5xx": "5xx (the server failed)"}


def sentence(finding: Finding) -> str:
    """What is wrong and how much, with what is usual."""
    match finding.what:
        case "site-file":
            return f"its site file is wrong, so it is not crawled: {finding.subject}"
        case "run-failed":
            return f"{_last_runs(finding)} failed{_because(finding)}"
        case "no-run":
            usual = f"; {_hours(finding.expected)} is usual at this time" if finding.expected is not None else ""
            return f"no run since {_moment(finding.since)}, for {_hours(finding.observed)}{usual}"
        case "missed-run":
            return f"the run of {finding.subject} planned for {_moment(finding.since)} did not start{_because(finding)}"
        case "no-new-articles":
            return f"no new article since {_moment(finding.since)}{_usual_number(finding)}"
        case "fewer-new-articles":
            return f"{finding.observed:.0f} new articles since {_moment(finding.since)}{_usual_number(finding)}"
        case "listing-empty":
            return f"a listing that had articles has none any more, in {_last_runs(finding)}"
        case "source" if finding.reasons:
            return f"{finding.subject} cannot be read{_because(finding)}"
        case "source":
            return f"{finding.subject} has shown nothing new since {_moment(finding.since)}"
        case "missing":
            return f"{finding.observed:.0f} articles were shown and are neither stored nor in failures"
        case "field":
            return f"{finding.subject}: {_share(finding)} articles have it{_usual_share(finding)}"
        case "failures":
            return f"{_share(finding)} articles failed{_because(finding)}{_usual_share(finding)}"
        case "http":
            name = _NAMED.get(finding.subject or "", finding.subject)
            return f"{_share(finding)} answers were {name}{_usual_share(finding)}"
        case "slow":
            usual = f"; {finding.expected:.1f} s is usual" if finding.expected is not None else ""
            return f"a page takes {finding.observed:.1f} s{usual}"


def short(verdict: Verdict) -> str:
    """All findings, or what else is known, in one line."""
    return "; ".join([sentence(finding) for finding in verdict.findings] or verdict.notes)


def next_steps(site: str, verdict: Verdict) -> list[str]:
    """Commands that show more or mend it, the most useful first."""
    steps = {}
    for finding in verdict.findings:
        match finding.what:
            case "site-file":
                steps["newscrawl doctor"] = 0
            case "field":
                steps[f"newscrawl sites check {site}"] = 0
                steps[f"newscrawl replay --run {finding.run} --dry-run"] = 0
            case "listing-empty" | "no-new-articles" | "fewer-new-articles" | "source":
                steps[f"newscrawl sites check {site}"] = 0
            case "run-failed" | "failures" | "http":
                steps[f"newscrawl failures list --site {site}"] = 0
            case "missing" | "no-run":
                steps[f"newscrawl crawl {site}"] = 0
            case "missed-run":
                steps["newscrawl schedule list"] = 0
            case "slow":
                steps[f"newscrawl runs show {finding.run}"] = 0
    return [f"newscrawl health {site}", *steps]


def expected_number(verdict: Verdict) -> str | None:
    """New articles of the last day beside what was to be expected."""
    if verdict.new is None:
        return None
    if verdict.expected is None or verdict.expected_mad is None:
        return f"{verdict.new}"
    return f"{verdict.new} of {verdict.expected:.0f} ± {verdict.expected_mad:.0f}"


def _last_runs(finding: Finding) -> str:
    return "the last run" if finding.observed <= 1 else f"the last {finding.observed:.0f} runs"


def _because(finding: Finding) -> str:
    reasons = [reason if number == 1 else f"{reason} ({number})" for reason, number in finding.reasons.items()]
    return f": {', '.join(reasons)}" if reasons else ""


def _usual_number(finding: Finding) -> str:
    if finding.expected is None:
        return ", longer than ever before"
    return f"; {finding.expected:.0f} are usual in this time (MAD {finding.mad or 0:.0f})"


def _share(finding: Finding) -> str:
    return f"{100 * finding.observed:.0f} % of {finding.number}"


def _usual_share(finding: Finding) -> str:
    if finding.expected is None:
        return ""
    return f"; {100 * finding.expected:.0f} % is usual (MAD {100 * (finding.mad or 0):.0f} %)"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _hours(hours: float | None) -> str:
    minutes = round((hours or 0) * 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"
