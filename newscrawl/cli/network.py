"""What `newscrawl doctor --network` checks: the names of the sites' hosts resolve, and robots.txt lets us read them."""

from __future__ import annotations

import asyncio
import socket
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from newscrawl.cli.finding import Finding
from newscrawl.settings import Settings

if TYPE_CHECKING:
    from newscrawl.crawl.download import Download
    from newscrawl.site import Site

AT_ONCE = 8  # hosts


def network(own: Settings, sites: Iterable[Site]) -> list[Finding]:
    """One finding a host that something is wrong with, or one that all is well. Asks each host for its robots.txt."""
    addresses: dict[str, list[str]] = defaultdict(list)
    for site in sites:
        for address in (site.home, *site.sources):
            parts = urlsplit(address)
            addresses[f"{parts.scheme}://{parts.netloc}"].append(address)
    wrong = [finding for finding in asyncio.run(_look_at_all(own, addresses)) if finding is not None]
    return wrong or [Finding("network", True, f"{len(addresses)} hosts have names and let their news be read")]


async def _look_at_all(own: Settings, addresses: dict[str, list[str]]) -> list[Finding | None]:
    from newscrawl.crawl.download import Download, allow_list

    named = [address for listed in addresses.values() for address in listed]
    download, turn = Download(own, allow_list(own, named), concurrency=AT_ONCE), asyncio.Semaphore(AT_ONCE)

    async def in_turn(origin: str) -> Finding | None:
        async with turn:
            return await _look_at(origin, addresses[origin], own, download)

    try:
        return await asyncio.gather(*map(in_turn, addresses))
    finally:
        await download.close()


async def _look_at(origin: str, addresses: list[str], own: Settings, download: Download) -> Finding | None:
    from scrapy.http import Request

    from newscrawl.normalize.robots_rules import decode_rules, is_page, parse_rules, product_token

    parts = urlsplit(origin)
    host = parts.hostname or ""
    try:
        await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        remedy = f"see whether `getent hosts {host}` answers; else correct the site file or the name server"
        return Finding("network", False, f"{host} has no address: {error.strerror or error}", remedy)
    request = Request(f"{origin}/robots.txt", headers={"User-Agent": own.user_agent})
    try:
        answer: Any = await download.download_request(request)
    except Exception as error:  # each way to fail has an exception of its own; all are told alike
        remedy = "see whether a browser reaches it; a firewall, a proxy or the site keeps newscrawl out"
        return Finding("network", False, f"{host} does not answer: {str(error)[:200]}", remedy)
    if answer.status >= 500 or answer.status == 429:
        return Finding(
            "network",
            False,
            f"{host} answers {answer.status} for robots.txt",
            "wait: it is not crawled until it answers",
        )
    text, _ = decode_rules(answer.body)
    if answer.status != 200 or is_page(text):
        return None
    rules = parse_rules(text, product_token(own.user_agent))
    closed = [address for address in addresses if not rules.allows(address)]
    if not closed:
        return None
    remedy = "take them out of the site file, or ask the publisher"
    return Finding("network", False, f"robots.txt closes {len(closed)} addresses, such as {closed[0]}", remedy)
