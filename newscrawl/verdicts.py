"""The documents about the health of sites and about who is told: `health`, `channels`, `alerts`. Pure data."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from newscrawl.article import Count, Instant, Part
from newscrawl.storable import Address, Line, Name

State = Literal["ok", "degraded", "failed", "silent", "unknown"]
What = Literal[
    "site-file",
    "run-failed",
    "no-run",
    "missed-run",
    "no-new-articles",
    "fewer-new-articles",
    "listing-empty",
    "source",
    "missing",
    "field",
    "failures",
    "http",
    "slow",
]
STATE_OF: dict[What, State] = {
    "site-file": "failed",
    "run-failed": "failed",
    "no-run": "silent",
    "missed-run": "silent",
    "no-new-articles": "silent",
}
"""Any other finding is `degraded`."""
GRAVITY: tuple[State, ...] = ("failed", "silent", "degraded", "ok", "unknown")


class Finding(Part):
    """One thing that is wrong with a site."""

    what: What = Field(description="Stable code of what is wrong.")
    subject: Line | None = Field(default=None, description="Field, HTTP class, source, mistake; null: `what` says all.")
    observed: float = Field(description="Articles, a share, seconds, hours without a run, or runs in a row.")
    expected: float | None = Field(default=None, description="The median of the past; null: it does not tell.")
    mad: float | None = Field(default=None, description="Median absolute deviation of the past.")
    number: Count = Field(default=0, description="What was looked at: articles, answers or runs.")
    since: Instant = Field(description="When it began, UTC.")
    until: Instant = Field(description="The last time that it was seen, UTC.")
    run: str | None = Field(default=None, description="The newest run that shows it.")
    good_run: str | None = Field(default=None, description="The last run before it began.")
    reasons: dict[str, int] = Field(default_factory=dict, description="Why, as stable codes.")
    url: Address | None = Field(default=None, description="An address that shows it, where it is known at once.")

    @property
    def state(self) -> State:
        """What it makes of the site."""
        return STATE_OF.get(self.what, "degraded")

    @property
    def key(self) -> str:
        """The same for findings of the same kind at any time."""
        return f"{self.what} {self.subject}" if self.subject else self.what


class Verdict(Part):
    """How a site is, by its own history."""

    state: State = Field(description="The gravest of its findings decides.")
    since: Instant | None = Field(default=None, description="When what is wrong began; null: nothing is.")
    findings: list[Finding] = Field(default_factory=list, description="The gravest first.")
    last_run: str | None = Field(default=None, description="The newest run that was looked at.")
    last_run_at: Instant | None = Field(default=None, description="When it was started.")
    new: Count | None = Field(default=None, description="New articles of the 24 hours before the last run.")
    expected: float | None = Field(default=None, description="The median of these hours; null: too little history.")
    expected_mad: float | None = Field(default=None, description="Their median absolute deviation.")
    notes: list[Line] = Field(default_factory=list, description="What one should know though nothing is wrong.")

    @property
    def is_sound(self) -> bool:
        """Nothing is known to be wrong."""
        return self.state in ("ok", "unknown")

    def with_findings(self, further: list[Finding]) -> Verdict:
        """The verdict with what else is wrong."""
        if not further:
            return self
        findings = sorted([*self.findings, *further], key=lambda finding: GRAVITY.index(finding.state))
        since = min(finding.since for finding in findings)
        return self.model_copy(update={"state": findings[0].state, "since": since, "findings": findings})


class Health(Part):
    """The last verdict on a site, kept so that many sites can be shown at once."""

    site: str = Field(description="Name of the site file.")
    at: Instant = Field(description="When it was judged.")
    newest: str | None = Field(default=None, description="The newest run then, and how it had ended.")
    valid_until: Instant = Field(description="Without another run it holds until then.")
    verdict: Verdict = Field(description="What was found.")


class Channel(Part):
    """Where alerts go."""

    name: Name = Field(description="Its name.")
    url: str | None = Field(default=None, description="Address for Apprise: a secret. Null: it stands in `url_file`.")
    url_file: Line | None = Field(default=None, description="File that holds the address.")
    shown: Line = Field(description="The address without its secrets.")
    sites: list[str] = Field(default_factory=list, description="Only these; empty: every site.")
    after: int = Field(default=2, ge=1, description="Verdicts in a row after which it is told.")
    repeat_seconds: int | None = Field(default=None, description="Told again while it lasts; null: never.")
    added_at: Instant = Field(description="When it was added, UTC.")


class Alert(Part):
    """What a channel has been told of a site, and what it is still to be told."""

    channel: str = Field(description="Name of the channel.")
    site: str = Field(description="Name of the site file.")
    state: State = Field(default="ok", description="How the site is by the last verdict.")
    since: Instant | None = Field(default=None, description="When what is wrong began; null: nothing is.")
    count: Count = Field(default=0, description="Verdicts in a row that were not sound, each of another run.")
    judged: str | None = Field(default=None, description="What the last of them was about.")
    told_at: Instant | None = Field(default=None, description="When this trouble was told; null: it was not.")
    told_state: State | None = Field(default=None, description="How the site was by the last message.")
    last_sent_at: Instant | None = Field(default=None, description="When the last message was sent; null: none was.")
    claimed_until: Instant | None = Field(default=None, description="A process is sending; others wait until then.")
    error: Line | None = Field(default=None, description="Why the last message could not be sent.")
    error_at: Instant | None = Field(default=None, description="When that was tried; null: nothing failed.")
    version: Count = Field(default=0, description="Times it was written: who writes has to have read the last one.")


class Mute(Part):
    """That no channel is told of a site, or of any, for some time."""

    site: str = Field(description="`*`: every site.")
    until: Instant | None = Field(description="Null: until it is lifted.")
    set_at: Instant = Field(description="When it was set, UTC.")
