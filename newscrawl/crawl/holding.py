"""A site is crawled by one process of all that share a database; in a fleet a host is asked by one of them, too."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from logging import Logger, LoggerAdapter
from typing import Any

from newscrawl.crawl.groups import keys_of
from newscrawl.crawl.lock import LOOK, SiteLocked
from newscrawl.crawl.stop import Stop
from newscrawl.schedule import Lease
from newscrawl.site import Site
from newscrawl.store.holdings import Holdings


def names_to_hold(site: Site, *, in_fleet: bool) -> list[str]:
    """Names of the leases that a crawl of the site takes. `in_fleet`: those of its hosts, too."""
    hosts = [f"host {host}" for host in sorted(keys_of(site))] if in_fleet else []
    return [f"site {site.name}", *hosts]


async def hold_within(
    holdings: Holdings,
    names: Sequence[str],
    seconds: float,
    stop: Stop,
    logger: Logger | LoggerAdapter[Any],
) -> bool:
    """Take the leases, and wait so long for the processes that hold some of them; False where `stop` came first.

    The first name is that of the site. Raises SiteLocked where they go on for longer, PyMongoError.
    """
    site = names[0].removeprefix("site ")
    end, told = time.monotonic() + seconds, None
    while not stop.is_requested:
        others = await holdings.take(names)
        if not others:
            return True
        holder, left = _holder(others[0], names[0]), end - time.monotonic()
        if left <= 0:
            raise SiteLocked(site, holder)
        if holder != told:
            told = holder
            logger.warning("%s: waiting up to %s for process %s", site, timedelta(seconds=round(left)), holder)
        await stop.wait(min(LOOK, left))
    return False


def _holder(lease: Lease, site: str) -> str:
    """Who holds it, in words; of a host also which."""
    who = f"{lease.pid} on {lease.host}"
    return who if lease.name == site else f"{who}, which asks {lease.name.removeprefix('host ')}"
