"""What `serve` tells Prometheus of itself."""

from __future__ import annotations

from typing import Any

from newscrawl.metrics import families
from newscrawl.web.metrics import Counted, HttpMetrics


async def test_answers_are_counted_by_class_of_status() -> None:
    metrics = HttpMetrics()
    sent: list[Any] = []

    async def application(scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": scope["status"], "headers": []})
        await send({"type": "http.response.body", "body": b"x"})

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    counted = Counted(application, metrics)
    for status in (200, 204, 404):
        await counted({"type": "http", "status": status}, receive, send)
    told = metrics.tally().numbers
    assert told[families.HTTP_REQUESTS.name] == {("2xx",): 2, ("4xx",): 1}
    assert told[families.HTTP_SECONDS.name][("+Inf",)] == 3
    assert len(sent) == 6
