"""What follows from an attempt that failed: when it is made again, and when it is given up. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from newscrawl.subscription import MOST_SET_ASIDE, SetAside, Webhook

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=1)
"""Between two attempts: each is twice the one before it, up to the longest."""
JITTER = 0.2  # of the wait, more or less: what was refused together does not come back together
GIVE_UP_AFTER = timedelta(days=3)
"""Of nothing but failures. Nothing is lost then: whoever resumes it goes on where it stopped."""
GONE = 410
EVENT_REFUSED = frozenset({400, 413, 415, 422})
"""Statuses by which a receiver refuses one event and not its sender."""
MOST_REFUSALS = 10  # attempts, which take three quarters of an hour


class Failure(NamedTuple):
    """An attempt that was not acknowledged."""

    error: str
    """Why, for people."""
    status: int | None = None
    """Of the answer; None: there was none."""
    retry_after: float | None = None
    """Seconds that the receiver asks for."""


def wait(attempts: int, retry_after: float | None, chance: float) -> timedelta:
    """Time until the next attempt, after so many failed ones. `chance`: 0 to 1. What a receiver asks for is kept to,
    where it is longer."""
    doubled: timedelta = FIRST_WAIT * 2 ** min(attempts - 1, 20)
    back_off = min(doubled, LONGEST_WAIT) * (1 + JITTER * (2 * chance - 1))
    return max(back_off, timedelta(seconds=retry_after or 0))


def is_at_fault(webhook: Webhook, failure: Failure) -> bool:
    """Whether it is the event that is refused: again and again, by a receiver that takes others.

    Two that were refused one after the other are the receiver's fault.
    """
    last = webhook.set_aside[-1].at if webhook.set_aside else None
    takes_others = last is None or (webhook.delivered_at is not None and webhook.delivered_at > last)
    return failure.status in EVENT_REFUSED and webhook.attempts + 1 >= MOST_REFUSALS and takes_others


def after_failure(webhook: Webhook, failure: Failure, now: datetime, chance: float) -> dict[str, Any]:
    """The fields that an attempt that failed changes."""
    attempts, since = webhook.attempts + 1, webhook.failing_since or now
    is_over = failure.status == GONE or now - since >= GIVE_UP_AFTER
    return {
        "attempts": attempts,
        "failing_since": since,
        "next_try_at": None if is_over else now + wait(attempts, failure.retry_after, chance),
        "error": failure.error,
        "error_at": now,
        "given_up_at": now if is_over else None,
    }


def after_refusal(webhook: Webhook, refused: SetAside) -> dict[str, Any]:
    """The fields that change when an event is set aside."""
    kept = [*webhook.set_aside, refused][-MOST_SET_ASIDE:]
    return {
        **FRESH,
        "seq": refused.seq,
        "error": refused.error,
        "error_at": refused.at,
        "set_aside": [one.model_dump() for one in kept],
    }


FRESH: dict[str, Any] = {"attempts": 0, "failing_since": None, "next_try_at": None}
"""The fields of a webhook whose next event was not tried yet."""
