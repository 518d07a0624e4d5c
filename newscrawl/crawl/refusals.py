"""Why a request was not made, or its answer not taken: each with a stable reason code. Scrapy calls them exceptions."""

from __future__ import annotations

from datetime import datetime

from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError, DropItem, IgnoreRequest


class Refused(IgnoreRequest):
    """A request that newscrawl does not make, or an answer that it does not take; asking again would not help.

    `reason`: stable code. `until`: instant before which the address is not asked for, where one is known.
    """

    def __init__(self, reason: str, detail: str, until: datetime | None = None) -> None:
        super().__init__(detail)
        self.reason = reason
        self.until = until


class Stopped(Refused):
    """The run was told to end before this request was made, or answered: no failure, the next run makes it."""

    def __init__(self) -> None:
        super().__init__("stopped", "the run was stopped before this was fetched")


class TooSlow(DownloadTimeoutError):
    """A server that takes too long. `reason`: `first-byte-timeout` or `timeout`."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Broken(DownloadFailedError):
    """An answer that is damaged; the next one may be sound. `reason`: stable code."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Dropped(DropItem):
    """An article that was read and is not stored. `reason`: stable code."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail, log_level="DEBUG")
        self.reason = reason
