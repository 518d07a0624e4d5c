"""Stable reason codes for what can go wrong while fetching, and when an address may be tried again."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
)
from scrapy.http import Request, Response
from twisted.python.failure import Failure as TwistedFailure

from newscrawl.crawl.refusals import Broken, Refused, TooSlow
from newscrawl.crawl.robots_memory import FIRST_WAIT
from newscrawl.records import Failure
from newscrawl.settings import RETRY_WAITS

Stage = Literal["discover", "fetch", "read", "store", "ingest"]

_BY_EXCEPTION: tuple[tuple[type[BaseException], str], ...] = (
    (DownloadTimeoutError, "timeout"),
    (CannotResolveHostError, "dns"),
    (DownloadConnectionRefusedError, "connection-refused"),
    (ResponseDataLossError, "cut-short"),
    (DownloadFailedError, "connection-lost"),
    (NotSupported, "forbidden-scheme"),
)

GONE = frozenset({404, 410})
"""HTTP statuses that say the page will not come back (RFC 9110, 15.5)."""


def reason_of(error: BaseException) -> str:
    """Reason code of a failed download."""
    if isinstance(error, Refused | Broken | TooSlow):
        return error.reason
    if isinstance(error, IgnoreRequest):
        return str(getattr(error, "reason", "ignored"))
    for kind, reason in _BY_EXCEPTION:
        if isinstance(error, kind):
            return reason
    return "fetch-error"


def next_try(reason: str, attempts: int, now: datetime) -> datetime | None:
    """When a failed address may be tried again; None: not by itself, because a retry cannot help."""
    if reason in {f"http-{status}" for status in GONE}:
        return None
    if reason == "robots-unreachable":
        return now + FIRST_WAIT  # the address itself was not asked for; how often robots.txt is, is its own matter
    return now + RETRY_WAITS[min(attempts, len(RETRY_WAITS)) - 1]


def failure_of(
    url: str,
    site: str,
    stage: Stage,
    reason: str,
    detail: str,
    *,
    attempts: int,
    now: datetime,
    run: str | None,
    until: datetime | None = None,
    archive: str | None = None,
) -> Failure:
    """The record of a failed address. `attempts`: how often it has been tried, with this time. `run`: its identity.

    `until`: when it may be tried again, where that is known; else the attempts tell. `archive`: where its answer is.
    """
    return Failure(
        url=url,
        site=site,
        stage=stage,
        reason=reason,
        detail=detail[:500],
        attempts=attempts,
        first_at=now,
        last_at=now,
        next_try_at=until or next_try(reason, attempts, now),
        run=run,
        archive=archive,
    )


def answered(response: Response) -> str:
    """What a server said, for people."""
    return f"the server answered {response.status}"


def request_and_error(failure: TwistedFailure) -> tuple[Request, BaseException]:
    """What an errback is told: the request, and why it failed."""
    assert failure.value is not None
    return failure.request, failure.value  # type: ignore[attr-defined]
