"""What a look at a site brings back, and why there was none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from newscrawl.proposal.survey import Survey


class NotLooked(Exception):
    """The site could not be looked at. `reason`: `unreachable`, `forbidden`, `no-articles`; the message for people."""

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


@dataclass(slots=True)
class Fetched:
    """A page as it was fetched, to be read once more."""

    body: bytes
    url: str
    headers: Mapping[str, str]
    at: datetime


@dataclass(slots=True)
class Looked:
    """What was seen of a site, and the pages of articles and sources among it."""

    survey: Survey
    pages: dict[str, Fetched] = field(default_factory=dict)
    requests: int = 0
    notes: list[str] = field(default_factory=list)
    """What could not be fetched or read, in sentences for people."""
