"""Cookies, where they are kept at all: of each host for itself, for one run, few and small.

Scrapy's own middleware fetches the list of public suffixes from the network in mid-crawl, and keeps all it is given.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy.exceptions import NotConfigured

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

LARGEST = 4096  # bytes of one cookie: what browsers keep (RFC 6265, 6.1)
MOST = 50  # of one host (RFC 6265, 6.1)
MOST_HOSTS = 100
LARGEST_HEADER = 8190  # bytes: what common servers take


class HostCookies:
    """Sends every host the cookies that it has set itself, whatever domain or path they name."""

    def __init__(self) -> None:
        self._jars: dict[str, dict[str, str]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy makes its components. Raises NotConfigured where no cookies are wanted."""
        if not crawler.settings.getbool("COOKIES_ENABLED"):
            raise NotConfigured
        return cls()

    def process_request(self, request: Request) -> None:
        """Add the cookies, as far as a server will take them."""
        jar = self._jars.get(_origin(request.url), {})
        header = "; ".join(f"{name}={value}" for name, value in jar.items())
        if header and len(header) <= LARGEST_HEADER:
            request.headers["Cookie"] = header

    def process_response(self, request: Request, response: Response) -> Response:
        """Keep the cookies of an answer that are small enough; forget those that it ends."""
        for line in response.headers.getlist("Set-Cookie")[:MOST]:
            if len(line) <= LARGEST:
                self._keep(_origin(request.url), line.decode("latin-1"))
        return response

    def _keep(self, origin: str, line: str) -> None:
        try:
            cookies = SimpleCookie(line)
        except CookieError:
            return
        if len(self._jars) >= MOST_HOSTS and origin not in self._jars:
            return
        jar = self._jars.setdefault(origin, {})
        for name, cookie in cookies.items():
            jar.pop(name, None)
            if cookie["max-age"] != "0" and len(jar) < MOST:
                jar[name] = cookie.coded_value


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"
