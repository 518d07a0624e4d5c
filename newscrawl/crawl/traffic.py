"""What one crawl asks of which hosts, now and so far: queues, bytes, seconds. Memory grows with its hosts alone."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from urllib.parse import urlsplit

from newscrawl.normalize.quantiles import Durations


def host_of(url: str) -> str:
    """The host of an address with its port, without credentials."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


class Traffic:
    """Counts of one spider."""

    def __init__(self) -> None:
        self.waiting: Counter[str] = Counter()
        """Requests that the spider has made and Scrapy has not begun, by host."""
        self.requests = 0
        """Requests that were sent. Scrapy's own count has those that wait for their turn as well."""
        self.in_flight: Counter[str] = Counter()
        """Requests that a server has not answered yet, by host."""
        self.throttled_at: dict[str, datetime] = {}
        """When a host last answered 429 or 503."""
        self.statuses: Counter[int] = Counter()
        """Answers by their HTTP status."""
        self.bytes_sent = 0
        """Bytes of all answers as they were sent, with their headers."""
        self.bytes_decoded = 0
        """The same, decompressed."""
        self.download = Durations()
        """From the beginning of each request to the end of its answer, without the wait for its turn."""
        self.reading = Durations()
        """How long the reading of each page took, without the wait for its turn."""

    def scheduled(self, url: str) -> None:
        """The spider has made a request."""
        self.waiting[host_of(url)] += 1

    def begun(self, url: str) -> None:
        """Scrapy has begun with it, or has dropped it."""
        host = host_of(url)
        if self.waiting[host] > 1:
            self.waiting[host] -= 1
        else:
            del self.waiting[host]

    def took_off(self, url: str) -> str:
        """A request is sent; gives its host for `landed`."""
        host = host_of(url)
        self.requests += 1
        self.in_flight[host] += 1
        return host

    def landed(self, host: str) -> None:
        """It was answered, or failed."""
        self.in_flight[host] -= 1
        if not self.in_flight[host]:
            del self.in_flight[host]

    def received(self, status: int, sent: int, decoded: int) -> None:
        """One answer, and its bytes."""
        self.statuses[status] += 1
        self.bytes_sent += sent
        self.bytes_decoded += decoded

    @property
    def times(self) -> dict[str, float]:
        """Median and 95th percentile of both durations, in seconds."""
        found: dict[str, float] = {}
        for name, durations in (("download", self.download), ("reading", self.reading)):
            for label, share in (("p50", 0.5), ("p95", 0.95)):
                if (seconds := durations.quantile(share)) is not None:
                    found[f"{name}_{label}"] = seconds
        return found
