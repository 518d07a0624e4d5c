"""What `serve` tells Prometheus: requests by class of status, and how long they took. At an address of its own, that of
the setting `metrics`, never among the public pages."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from newscrawl.metrics import families
from newscrawl.metrics.tally import Tally
from newscrawl.normalize.quantiles import Durations

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from newscrawl.web.reader import Reader


class HttpMetrics:
    """The counts of one server."""

    def __init__(self) -> None:
        self.statuses: Counter[str] = Counter()
        self.durations = Durations()
        self.reader: Reader | None = None

    def answered(self, status: int, seconds: float) -> None:
        """The head of an answer was sent."""
        self.statuses[f"{status // 100}xx"] += 1
        self.durations.add(seconds)

    def tally(self) -> Tally:
        """All of it, now."""
        told = Tally()
        told.add_table(families.HTTP_REQUESTS, self.statuses)
        told.add_durations(families.HTTP_SECONDS, self.durations)
        if self.reader is not None:
            told.add(families.HTTP_STREAMS, self.reader.streams)
            told.add(families.HTTP_DATABASE_UP, not self.reader.is_down)
        return told


class Counted:
    """The outermost layer of the application: it sees every request and the head of every answer."""

    def __init__(self, app: ASGIApp, metrics: HttpMetrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI calls it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = time.monotonic()

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.metrics.answered(message["status"], time.monotonic() - begun)
            await send(message)

        await self.app(scope, receive, send_counted)
