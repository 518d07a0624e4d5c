"""One document in `runs` for each crawl of a site: what it did, how it ended, why anything was refused."""

from __future__ import annotations

import os
import socket
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Literal, Self

from scrapy import signals

from newscrawl.article import Run
from newscrawl.spiders.site_spider import COVERED, SiteSpider
from newscrawl.store.queries import end_run, start_run

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

PREFIX = "newscrawl/"


def counts_of(crawler: Crawler) -> dict[str, int]:
    """newscrawl's own counts of a crawl so far, by plain name."""
    stats = crawler.stats.get_stats() if crawler.stats else {}
    return {key.removeprefix(PREFIX): int(value) for key, value in stats.items() if key.startswith(PREFIX)}


def run_of(crawler: Crawler, started_at: datetime, reason: str | None = None) -> Run:
    """The run record as it stands. `reason`: why the spider closed; None while it goes on."""
    assert isinstance(crawler.spider, SiteSpider)
    counts = counts_of(crawler)
    stats = crawler.stats.get_stats() if crawler.stats else {}
    counts["known"] = len(crawler.spider.met)
    stored = sum(counts.get(name, 0) for name in ("new", "changed", "unchanged", "spooled"))
    counts |= {
        "requests": int(stats.get("downloader/request_count", 0)),
        "bytes": int(stats.get("downloader/response_bytes", 0)),
        "exceptions": int(stats.get("spider_exceptions/count", 0)) + int(stats.get("log_count/ERROR", 0)),
    }
    for status in ("2", "3", "4", "5"):
        prefix = f"downloader/response_status_count/{status}"
        counts[f"http_{status}xx"] = sum(int(n) for key, n in stats.items() if key.startswith(prefix))
    outcome: Literal["ok", "failed"] | None = None
    if reason is not None:
        outcome = "failed" if reason != "finished" or counts.get("failed_listings") or counts["exceptions"] else "ok"
    return Run(
        site=crawler.spider.site.name,
        command=" ".join([os.path.basename(sys.argv[0]), *sys.argv[1:]]),
        started_at=started_at,
        ended_at=datetime.now(UTC) if reason is not None else None,
        reason=reason,
        outcome=outcome,
        counts={name: number for name, number in counts.items() if "/" not in name},
        coverage={name: round(counts.get(f"field/{name}", 0) / stored, 4) for name in COVERED} if stored else {},
        errors={name.removeprefix("reason/"): number for name, number in counts.items() if name.startswith("reason/")},
        version=version("newscrawl"),
        pid=os.getpid(),
        host=socket.gethostname(),
    )


class RunRecord:
    """Opens the database for the spider, starts its run record, and ends both when the spider closes."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.started_at = datetime.now(UTC)
        crawler.signals.connect(self.spider_opened, signal=signals.spider_opened)
        crawler.signals.connect(self.spider_closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy makes its components."""
        return cls(crawler)

    async def spider_opened(self, spider: SiteSpider) -> None:
        """Start the record."""
        await spider.open_database()
        if spider.session is not None:
            run = run_of(self.crawler, self.started_at)
            spider.run_id = await start_run(spider.session.connection.database, run)

    async def spider_closed(self, spider: SiteSpider, reason: str) -> None:
        """End the walks, the record and the use of the database, in this order."""
        await spider.end_walks(finished=reason == "finished")
        if spider.session is not None and spider.run_id is not None:
            await end_run(
                spider.session.connection.database, spider.run_id, run_of(self.crawler, self.started_at, reason)
            )
        await spider.close_database()
