"""Visits to a site outside of a run: each request by its robots.txt, at the pace of the settings, within the limits."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from scrapy.http import Request, Response

from newscrawl.crawl.download import CRAWL_DELAY, TRUNCATE_AT, Download, allow_list
from newscrawl.crawl.reasons import reason_of
from newscrawl.crawl.redirects import redirected_to
from newscrawl.crawl.refusals import Refused
from newscrawl.crawl.robots_memory import origin_of, state_of
from newscrawl.normalize.robots_rules import MOST_BYTES, Rules, decode_rules, parse_rules, product_token
from newscrawl.normalize.urls import fetchable_url
from newscrawl.settings import Settings

ROBOTS_REDIRECTS = 5  # RFC 9309, 2.3.1.2


class Visits:
    """Requests of one command to a site and what it leads to."""

    def __init__(self, own: Settings, named: Iterable[str]) -> None:
        """`named`: addresses that the operator gave, which may be those of this machine."""
        self.own = own
        self._download = Download(own, allow_list(own, named), delay=own.delay)
        self._rules: dict[str, Rules | Refused] = {}
        self._agent = product_token(own.user_agent)
        self.robots: dict[str, str] = {}
        """Origin to the text of its robots.txt."""
        self.requests = 0

    async def close(self) -> None:
        """Close every connection."""
        await self._download.close()

    async def get(self, url: str) -> Response:
        """The answer at an address, after redirects. Raises Refused, and Scrapy's exceptions of downloads."""
        for _ in range(self.own.max_redirects + 1):
            rules = await self._rules_of(url)
            if not rules.allows(url):
                raise Refused("robots-forbidden", f"{origin_of(url)}/robots.txt forbids {url}{_by_rule(rules, url)}")
            response = await self._ask(url, min(rules.delay or 0.0, self.own.max_crawl_delay))
            redirected = redirected_to(response)
            if redirected is None:
                return response
            url = redirected
        raise Refused("too-many-redirects", f"more than {self.own.max_redirects} redirects, the last to {url}")

    async def _ask(self, url: str, delay: float, most: int | None = None) -> Response:
        request = Request(url, headers={"User-Agent": self.own.user_agent}, meta={CRAWL_DELAY: delay})
        if most is not None:
            request.meta[TRUNCATE_AT] = most
        self.requests += 1
        return await self._download.download_request(request)

    async def _rules_of(self, url: str) -> Rules:
        """The rules of the address's origin. Raises Refused where they cannot be known (RFC 9309, 2.3.1.4)."""
        origin = origin_of(url)
        if origin not in self._rules:
            self._rules[origin] = await self._learn(origin)
        known = self._rules[origin]
        if isinstance(known, Refused):
            raise known
        return known

    async def _learn(self, origin: str) -> Rules | Refused:
        address = f"{origin}/robots.txt"
        for _ in range(ROBOTS_REDIRECTS + 1):
            response = await self._ask(address, 0.0, MOST_BYTES + 1)
            try:
                redirected = redirected_to(response)
            except Refused:
                break
            if redirected is not None:
                address = redirected
                continue
            state = state_of(response.status)
            if state == "unreachable":
                said = f"{origin}/robots.txt could not be read: the server answered {response.status}"
                return Refused("robots-unreachable", f"{said}; nothing is fetched from there until it can be read")
            text = decode_rules(response.body)[0] if state == "rules" else ""
            self.robots[origin] = text
            return parse_rules(text, self._agent)
        return parse_rules("", self._agent)  # redirects without end: there is none (RFC 9309, 2.3.1.2)


def _by_rule(rules: Rules, url: str) -> str:
    named = rules.forbidding(url)
    return f' by the rule "{named[:200]}"' if named else ""


def says(error: BaseException) -> str:
    """What went wrong with a request, for people."""
    return str(error) or reason_of(error)


def with_scheme(address: str) -> list[str]:
    """Addresses that a person may mean who leaves the scheme out: https before http. Raises ValueError for people."""
    text = address.strip()
    if text.startswith("//"):
        text = text[2:]
    found = [text] if text.lower().startswith(("http://", "https://")) else [f"https://{text}", f"http://{text}"]
    for url in found:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port  # ValueError where it is no number
        is_host = host == "localhost" or "." in host.strip(".") or ":" in host
        if (
            not is_host
            or any(c.isspace() or ord(c) < 33 for c in text)
            or "://" in text[len("https://") :].partition("?")[0]
        ):
            raise ValueError(
                f"{address[:200]!r} is no address of a site; such as https://example.com or example.com/news"
            )
    if "://" in text and len(found) > 1:
        raise ValueError(f"{address[:200]!r} is no http or https address")
    return [fetchable_url(url) or url for url in found]
