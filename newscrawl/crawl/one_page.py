"""One page that a person asks for: the same guarded download as in a crawl, with its redirects, outside of a run."""

from __future__ import annotations

from scrapy.http import Request, Response

from newscrawl.crawl.download import Download, allow_list
from newscrawl.crawl.redirects import redirected_to
from newscrawl.crawl.refusals import Refused
from newscrawl.settings import Settings


async def fetch_page(address: str, own: Settings) -> Response:
    """The answer at an address, after redirects. Raises Refused, and Scrapy's exceptions of downloads."""
    download = Download(own, allow_list(own, [address]))
    try:
        for _ in range(own.max_redirects + 1):
            response = await download.download_request(Request(address, headers={"User-Agent": own.user_agent}))
            redirected = redirected_to(response)
            if redirected is None:
                return response
            address = redirected
    finally:
        await download.close()
    raise Refused("too-many-redirects", f"more than {own.max_redirects} redirects, the last to {address}")
