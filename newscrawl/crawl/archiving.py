"""What a crawl hands to its archive: every answer as it came, with what was known of its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from newscrawl.crawl.context import context_of
from newscrawl.settings import settings

if TYPE_CHECKING:
    import aiohttp
    from scrapy.http import Request

    from newscrawl.archive.write import Exchange, SiteArchive
    from newscrawl.spiders.site_spider import SiteSpider

ARCHIVED = "archived"
"""Key of a request's `meta`: the `Kept` of its answer."""


class Kept(NamedTuple):
    """An answer that is in the archive. `at`: when it had arrived, as the archive says it."""

    place: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer as it came: the body with its codings, without its chunks."""

    answer: aiohttp.ClientResponse
    body: bytes
    is_cut: bool
    address: str | None


class Archiving:
    """The archive of a spider's run, opened at its first answer. A run without a record, a dry one, has none."""

    def __init__(self, spider: SiteSpider) -> None:
        self.spider = spider
        self._archive: SiteArchive | None = None

    async def keep(self, request: Request, sent: Sent) -> None:
        """Archive an answer, where the run has an archive, and note its place in the request's `meta`."""
        spider = self.spider
        if spider.archive_folder is None or spider.run_id is None:
            return
        if self._archive is None:
            from newscrawl.archive.write import SiteArchive  # a crawl that gets no answer does not wait for it

            self._archive = SiteArchive(
                spider.archive_folder, spider.site.name, spider.run_id, days=settings().archive_days
            )
        now = datetime.now(UTC)
        at = now.replace(microsecond=now.microsecond // 1000 * 1000)
        place = await self._archive.keep(_exchange(request, sent, at))
        if place is None:
            spider.remark("archive-failed")
        else:
            spider.count("archived")
            request.meta[ARCHIVED] = Kept(place, at)

    async def close(self) -> None:
        """End the files."""
        if self._archive is not None:
            await self._archive.close()


def _exchange(request: Request, sent: Sent, at: datetime) -> Exchange:
    from newscrawl.archive.write import Exchange

    answer = sent.answer
    return Exchange(
        url=str(answer.request_info.real_url),
        at=at,
        method=request.method,
        request_headers=[(k.encode("latin-1", "replace"), v.encode()) for k, v in answer.request_info.headers.items()],
        status=answer.status,
        reason=answer.reason or "",
        headers=answer.raw_headers,
        body=sent.body,
        address=sent.address,
        is_cut=sent.is_cut,
        context=context_of(request),
    )
