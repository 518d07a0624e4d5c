"""Another attempt at an address whose download failed, later each time, and what redirects may lead to."""

from __future__ import annotations

import random
import re
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware, RedirectMiddleware
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import DownloadTimeoutError, IgnoreRequest
from scrapy.http import Request

from newscrawl.crawl.refusals import Refused
from newscrawl.normalize.addresses import NO_ADDRESS, forbidden
from newscrawl.normalize.urls import same_site
from newscrawl.settings import settings

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from newscrawl.site import Site

STAYS = "stays_on_site"
"""Key of a request's `meta`: it is not followed to other sites. An article is on its own; a feed may be elsewhere."""

FIRST_WAIT = 1.0  # seconds before the second attempt; twice as long before each further one
MOST_AFTER_TIMEOUT = 1  # further attempts: each costs the whole time-out, and the site's turn
REDIRECTS = frozenset({301, 302, 303, 307, 308})
LOOKED_AT = 4096  # bytes of a page in which Scrapy looks for a refresh


class Retries(RetryMiddleware):
    """Scrapy's retries, with a growing wait: a server that fails is not asked again at once."""

    def _retry(self, request: Request, reason: str | Exception | type[Exception]) -> Request | None:
        if isinstance(reason, DownloadTimeoutError) and request.meta.get("retry_times", 0) >= MOST_AFTER_TIMEOUT:
            return None
        again: Request | None = super()._retry(request, reason)
        if again is not None:
            wait = FIRST_WAIT * 2 ** (again.meta["retry_times"] - 1) * random.uniform(1, 1.5)
            again.meta["not_before"] = time.monotonic() + wait
        return again


class _Within:
    """What a redirect may lead to."""

    crawler: Crawler

    def handle_referer(self, request: Request, response: Response) -> None:
        """No request says which page has led to it, so there is nothing to correct."""

    def _engine_started(self) -> None:
        """Else Scrapy looks for its middleware that would say it, and warns that it is off."""

    def _allowed(self, request: Request, onward: Request | Response) -> Request | Response:
        most = settings().max_url_length
        if len(onward.url) > most:
            raise Refused(
                "address-too-long", f"redirected to an address of {len(onward.url)} characters; at most {most}"
            )
        site: Site = self.crawler.spider.site  # type: ignore[union-attr]
        is_abroad = not site.owns(onward.url) and not same_site(onward.url, site.home)
        if isinstance(onward, Request) and request.meta.get(STAYS) and is_abroad:
            why = forbidden(urlsplit(onward.url).hostname or "")
            if why not in (None, NO_ADDRESS):
                raise Refused("forbidden-address", f"redirected to {onward.url}, which is {why}")
            raise Refused("left-the-site", f"redirected to {onward.url}")
        return onward


class Redirects(_Within, RedirectMiddleware):
    """Scrapy's redirects, as far as they lead to what may be asked for."""

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Request | Response:
        """The next request, or the answer. Raises Refused with its reason."""
        location = response.headers.get("Location")
        if location and response.status in REDIRECTS:
            scheme = re.match(rb"\s*([a-z][a-z0-9+.-]*):", location, re.I)  # RFC 3986, 3.1
            if scheme and scheme[1].lower() not in (b"http", b"https"):
                raise Refused("forbidden-scheme", f"redirected to an address of the kind {scheme[1].decode()[:20]}:")
        try:
            return self._allowed(request, super().process_response(request, response))
        except (IgnoreRequest, ValueError) as error:
            raise _refused(error, response) from None


class Refreshes(_Within, MetaRefreshMiddleware):
    """Scrapy's redirects by a meta element. Pages without one are not decoded for it."""

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Request | Response:
        """The next request, or the answer. Raises Refused with its reason."""
        if b"refresh" not in response.body[:LOOKED_AT].lower():
            return response
        try:
            return self._allowed(request, super().process_response(request, response))
        except (IgnoreRequest, ValueError) as error:
            raise _refused(error, response) from None


def _refused(error: Exception, response: Response) -> Refused:
    if isinstance(error, Refused):
        return error
    if isinstance(error, IgnoreRequest):
        return Refused(
            "too-many-redirects", f"more than {settings().max_redirects} redirects, the last by {response.url}"
        )
    return Refused("broken-redirect", f"redirected to what is no address: {error}")
