"""The text of alerts: what, how much, since when, an address that shows it, and what to do. Pure.

What pages and servers have a hand in is cut and made harmless: nothing in it can break a line, mark up a message,
or call people by name in a chat.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from urllib.parse import quote

from newscrawl.normalize.secrets import mask
from newscrawl.normalize.text import escaped
from newscrawl.runs.alerts import News
from newscrawl.runs.samples import Sample
from newscrawl.runs.wording import next_steps, sentence
from newscrawl.verdicts import Alert, Finding, Verdict

MOST_SITES, MOST_FINDINGS = 20, 8
"""Told in one message."""
LONGEST_ADDRESS, LONGEST_SENTENCE = 300, 400  # characters
_IN_CHATS = str.maketrans({"@": "(at)", "<": "‹", ">": "›", "`": "'", "*": "∗", "|": "¦"})


@dataclass(frozen=True, slots=True)
class Told:
    """One site in a message."""

    news: News
    known: Alert
    verdict: Verdict
    zone: tzinfo
    samples: Mapping[str, Sample]


def title(told: Sequence[Told]) -> str:
    """The first line."""
    if len(told) == 1:
        return f"newscrawl: {told[0].known.site} {_is(told[0])}"
    bad = sum(item.news != "recovered" for item in told)
    parts = [f"{bad} sites need a look"] if bad else []
    parts += [f"{len(told) - bad} recovered"] if len(told) > bad else []
    return f"newscrawl: {', '.join(parts)}"


def body(told: Sequence[Told], now: datetime) -> str:
    """The text below it: a paragraph a site."""
    parts = [_paragraph(item, now) for item in told[:MOST_SITES]]
    if len(told) > MOST_SITES:
        names = ", ".join(item.known.site for item in told[MOST_SITES : 2 * MOST_SITES])
        parts.append(f"And {len(told) - MOST_SITES} more: {names}{' …' if len(told) > 2 * MOST_SITES else ''}")
        parts.append("All of them: newscrawl health")
    return "\n\n".join(parts)


def _paragraph(item: Told, now: datetime) -> str:
    known = item.known
    if item.news == "recovered":
        lasted = f" after {span(now - known.since)}" if known.since else ""
        return f"{known.site} is ok again{lasted}."
    since = f" since {_moment(known.since, item.zone)}" if known.since else ""
    lines = [f"{known.site} {_is(item)}{since}."]
    for finding in item.verdict.findings[:MOST_FINDINGS]:
        lines.append(f"- {_harmless(sentence(finding))}")
        lines += _addresses(finding, item.samples.get(finding.key))
    if len(item.verdict.findings) > MOST_FINDINGS:
        lines.append(f"- and {len(item.verdict.findings) - MOST_FINDINGS} more")
    lines += [f"  {step}" for step in next_steps(known.site, item.verdict)]
    return "\n".join(lines)


def _is(item: Told) -> str:
    match item.news:
        case "recovered":
            return "is ok again"
        case "repeat":
            return f"is still {item.verdict.state}"
        case "worse":
            return f"is now {item.verdict.state}"
        case "alarm":
            return f"is {item.verdict.state}"


def _addresses(finding: Finding, sample: Sample | None) -> list[str]:
    if sample is None:
        return []
    named = (("now", sample.bad), ("last good", sample.good))
    return [f"  {name}: {address(url)}" for name, url in named if url and url != finding.subject]


def address(url: str) -> str:
    """An address with escapes in place of what chats and mark-up read as theirs; it still leads to the same page."""
    # "|" and "*" are no part of `safe`; "@" is allowed in a path (RFC 3986, 3.3), and its escape means the same.
    shown = quote(mask(url), safe=":/?#[]!$&'(),;=%+~-._…")
    return shown if len(shown) <= LONGEST_ADDRESS else f"{shown[:LONGEST_ADDRESS]}…"


def _harmless(text: str) -> str:
    """One line that calls nobody and marks nothing up."""
    shown = escaped(" ".join(mask(text).split())).translate(_IN_CHATS)
    return shown if len(shown) <= LONGEST_SENTENCE else f"{shown[:LONGEST_SENTENCE]}…"


def span(length: timedelta) -> str:
    """A span for people."""
    minutes = max(0, round(length / timedelta(minutes=1)))
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def _moment(at: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M} {local:%Z}"
