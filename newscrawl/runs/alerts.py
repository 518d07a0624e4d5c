"""What a channel has to be told of a site: after so many bad verdicts in a row, again, and when it is over. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from newscrawl.verdicts import GRAVITY, Alert, Channel, Verdict

News = Literal["alarm", "worse", "repeat", "recovered"]
"""What a message is about."""


def follow(known: Alert, verdict: Verdict, judged: str, channel: Channel) -> Alert:
    """What is known of a site after another verdict. `judged`: what it is about; the same is counted once."""
    if verdict.state == "unknown":
        return known
    if verdict.state == "ok":
        return known.model_copy(update={"state": "ok", "count": 0, "judged": judged})
    is_other = known.count == 0 or judged != known.judged
    count = known.count + is_other
    if any(finding.what in ("site-file", "no-run", "missed-run") for finding in verdict.findings):
        count = max(count, channel.after)  # there is no run that could make it more
    since = verdict.since if known.since is None or known.count == 0 else min(known.since, verdict.since or known.since)
    return known.model_copy(update={"state": verdict.state, "count": count, "judged": judged, "since": since})


def due(known: Alert, channel: Channel, now: datetime, *, is_muted: bool = False) -> News | None:
    """What is to be sent now; None: nothing."""
    if is_muted:
        return None
    if known.state == "ok":
        return "recovered" if known.told_at is not None else None
    if known.told_at is None:
        return "alarm" if known.count >= channel.after else None
    if known.told_state is not None and GRAVITY.index(known.state) < GRAVITY.index(known.told_state):
        return "worse"
    repeat = channel.repeat_seconds
    last = known.last_sent_at or known.told_at
    return "repeat" if repeat is not None and now - last >= timedelta(seconds=repeat) else None


def sent(known: Alert, news: News, now: datetime) -> Alert:
    """What is known after the message has gone out."""
    done = {"claimed_until": None, "error": None, "error_at": None, "last_sent_at": now}
    if news == "recovered":
        return known.model_copy(update={**done, "told_at": None, "told_state": None, "since": None})
    return known.model_copy(update={**done, "told_at": known.told_at or now, "told_state": known.state})


def forgotten(known: Alert) -> Alert:
    """What is known after a trouble that was told has ended while the site is muted: nobody is told of that."""
    if known.state != "ok" or known.told_at is None:
        return known
    return known.model_copy(update={"told_at": None, "told_state": None, "since": None})
