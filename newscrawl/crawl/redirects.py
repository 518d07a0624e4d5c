"""Where a redirect leads, for requests that are made outside of a run."""

from __future__ import annotations

from urllib.parse import urljoin

from scrapy.http import Response
from w3lib.url import safe_url_string

from newscrawl.crawl.refusals import Refused
from newscrawl.crawl.retries import REDIRECTS


def redirected_to(response: Response) -> str | None:
    """The address that an answer sends its reader on to; None where it is no redirect. Raises Refused."""
    location = response.headers.get("Location")
    if response.status not in REDIRECTS or not location:
        return None
    url = urljoin(response.url, safe_url_string(location))
    if not url.startswith(("http://", "https://")):
        raise Refused("forbidden-scheme", f"redirected to {url[:80]}, which is no http or https address")
    return url
