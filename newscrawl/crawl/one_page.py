"""One page that a person asks for: the same guarded download as in a crawl, with its redirects, outside of a run."""

from __future__ import annotations

from urllib.parse import urljoin

from scrapy.http import Request, Response
from w3lib.url import safe_url_string

from newscrawl.crawl.download import Download, allow_list
from newscrawl.crawl.refusals import Refused
from newscrawl.crawl.retries import REDIRECTS
from newscrawl.settings import Settings


async def fetch_page(address: str, own: Settings) -> Response:
    """The answer at an address, after redirects. Raises Refused, and Scrapy's exceptions of downloads."""
    download = Download(own, allow_list(own, [address]))
    try:
        for _ in range(own.max_redirects + 1):
            response = await download.download_request(Request(address, headers={"User-Agent": own.user_agent}))
            location = response.headers.get("Location")
            if response.status not in REDIRECTS or not location:
                return response
            address = urljoin(response.url, safe_url_string(location))
            if not address.startswith(("http://", "https://")):
                raise Refused("forbidden-scheme", f"redirected to {address[:80]}, which is no http or https address")
    finally:
        await download.close()
    raise Refused("too-many-redirects", f"more than {own.max_redirects} redirects, the last to {address}")
