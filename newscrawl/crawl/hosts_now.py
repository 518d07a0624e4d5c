"""The hosts of a crawl while it goes on: what waits for them, what they are asked now, and at which pace."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from newscrawl.crawl.gate import gate
from newscrawl.crawl.traffic import host_of
from newscrawl.records import HostNow

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from newscrawl.spiders.site_spider import SiteSpider

MOST_HOSTS = 20  # of a record


def hosts_now(crawler: Crawler, spider: SiteSpider) -> list[HostNow]:
    """Those with something to do first, and of these the ones with the longest queue."""
    traffic, engine = spider.traffic, crawler.engine
    begun = Counter(host_of(request.url) for request in engine.downloader.active) if engine else Counter()
    names = {*traffic.waiting, *begun, *traffic.in_flight, *traffic.throttled_at}
    found = [_host(name, traffic.waiting[name] + begun[name], spider) for name in names if name]
    return sorted(found, key=lambda host: (-host.queued - host.in_flight, host.host))[:MOST_HOSTS]


def _host(name: str, wanted: int, spider: SiteSpider) -> HostNow:
    in_flight = spider.traffic.in_flight[name]
    pace = gate().pace(f"http://{name}/")
    rest = pace.paused_until - time.monotonic() if pace else 0.0
    return HostNow(
        host=name,
        queued=max(0, wanted - in_flight),
        in_flight=in_flight,
        delay=round(pace.current, 3) if pace else 0.0,
        paused_until=datetime.fromtimestamp(time.time() + rest, UTC) if rest > 0 else None,
        throttled_at=spider.traffic.throttled_at.get(name),
    )
