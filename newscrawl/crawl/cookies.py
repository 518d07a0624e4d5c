"""Cookies, where they are kept at all: few and small, so that no site fills the memory or the headers of requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.downloadermiddlewares.cookies import CookiesMiddleware

if TYPE_CHECKING:
    from scrapy.http import Request, Response

LARGEST = 4096  # bytes of one cookie: what browsers keep (RFC 6265, 6.1)
MOST = 50  # of one answer, and in all (RFC 6265, 6.1)
LARGEST_HEADER = 8190  # bytes: what common servers take


class FewCookies(CookiesMiddleware):
    """Scrapy's cookies within limits."""

    def process_request(self, request: Request, spider: Any = None) -> Request | Response | None:
        """Add the cookies, as far as a server will take them."""
        answer = super().process_request(request)
        if len(request.headers.get("Cookie") or b"") > LARGEST_HEADER:
            del request.headers["Cookie"]
        return answer

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Request | Response:
        """Keep the cookies of an answer that are small enough; forget all where there are too many."""
        found = response.headers.getlist("Set-Cookie")
        kept = [cookie for cookie in found if len(cookie) <= LARGEST][:MOST]
        if found:
            response.headers.setlist("Set-Cookie", kept)
        super().process_response(request, response)
        jar = self.jars[request.meta.get("cookiejar")]
        if len(jar) > MOST:
            jar.clear()
        return response
