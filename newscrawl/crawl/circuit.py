"""A host that is down is not asked again and again: the circuit breaker of one host. No I/O.

It opens after failures in a row, and the host is left alone: within a run for some minutes, by later runs for longer
each time, up to a day. Then one address is tried: a probe. So a host is never given up for good.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from newscrawl.records import Host

MOST_UNREACHABLE = 6  # attempts in a row that could not even connect
MOST_FAILED = 25  # different addresses in a row that gave no sound answer: some servers fail for some addresses alone
MOST_PROBES = 2  # attempts at a host that was down before
IN_A_RUN = timedelta(minutes=5)
WAITS = (timedelta(0), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
"""How long later runs leave a host alone after the first, second … time in a row that it was found down."""


@dataclass
class Circuit:
    """`host`: name with its port. Instants are aware."""

    host: str
    openings: int = 0
    """Times in a row that the host was found down."""
    left_until: datetime | None = None
    reason: str | None = None
    is_changed: bool = False
    """Something that later runs should know was learnt since `record` was called."""
    _unreachable: int = 0
    _failed: set[str] = field(default_factory=set)
    _open_until: datetime | None = None

    def recall(self, record: Host) -> None:
        """Take over what an earlier run has learnt."""
        self.openings, self.left_until, self.reason = record.openings, record.left_until, record.reason

    def record(self, now: datetime) -> Host:
        """What later runs should know."""
        self.is_changed = False
        return Host(
            host=self.host, openings=self.openings, left_until=self.left_until, reason=self.reason, changed_at=now
        )

    def refusal(self, now: datetime) -> tuple[str, datetime] | None:
        """Reason and instant until which the host is left alone; None where it may be asked."""
        until = max((at for at in (self.left_until, self._open_until) if at is not None), default=now)
        if now < until <= now + max(WAITS) + IN_A_RUN:  # a later end was set by a clock that was wrong
            return self.reason or "host-down", until
        return None

    def succeeded(self) -> None:
        """A sound answer."""
        self._unreachable = 0
        self._failed.clear()
        if self.openings or self.left_until or self._open_until:
            self.openings, self.left_until, self.reason, self._open_until = 0, None, None, None
            self.is_changed = True

    def failed(self, url: str, now: datetime, *, has_connected: bool) -> None:
        """No sound answer from an address. Those that were under way when the host was found down tell nothing new."""
        if self._open_until is not None and now < self._open_until:
            return
        self._failed.add(url)
        self._unreachable = 0 if has_connected else self._unreachable + 1
        most_unreachable = MOST_PROBES if self.openings else MOST_UNREACHABLE
        if self._unreachable >= most_unreachable or len(self._failed) >= MOST_FAILED:
            self._unreachable = 0
            self._failed.clear()
            self._open_until = now + IN_A_RUN
            self.left_until = now + WAITS[min(self.openings, len(WAITS) - 1)]
            self.openings += 1
            self.reason = "host-down"
            self.is_changed = True

    def asked_to_wait(self, until: datetime) -> None:
        """The server asks for a longer rest than a run waits."""
        if self.left_until is None or until > self.left_until:
            self.left_until, self.reason, self.is_changed = until, "host-asks-to-wait", True
