"""Under what circumstances a run goes on: what was asked, who started it, with which versions."""

from __future__ import annotations

import getpass
import os
import platform
import socket
import sys
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from newscrawl.normalize.secrets import mask

if TYPE_CHECKING:
    from newscrawl.spiders.site_spider import SiteSpider

PACKAGES = ("newscrawl", "scrapy", "lxml", "pymongo")


def who() -> str:
    """The user and the machine: `ana@news1`. A user without a name is told by the number."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = f"user {os.getuid()}"
    return f"{user}@{socket.gethostname()}"


def command_line() -> str:
    """The words that this process was started with, secrets masked; `python -m newscrawl.cli` is called `newscrawl`."""
    return _masked(*sys.argv)


@lru_cache(maxsize=1)
def _masked(program: str, *words: str) -> str:
    """Once a process: the record of each run has it at each heartbeat, and it may name hundreds of sites."""
    name = os.path.basename(program)
    return mask(" ".join(["newscrawl" if name == "__main__.py" else name, *words]))


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Versions of what reads and stores, by name."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return found


def options_of(spider: SiteSpider) -> dict[str, str | int | float | bool]:
    """What the run was asked for, as far as it differs from a run without options."""
    asked: dict[str, str | int | float | bool | None] = {
        "limit": spider.limit,
        "since": spider.since.isoformat() if spider.since else None,
        "max_pages": spider.max_pages,
        "dry_run": spider.dry_run,
        "no_revisits": spider.no_revisits and spider.days_asked is None,  # a backfill has none anyway
        "revisit": spider.only_revisits,
        "from": spider.days_asked[0].isoformat() if spider.days_asked else None,
        "to": spider.days_asked[1].isoformat() if spider.days_asked else None,
        "again": spider.asks_again,
        "now": spider.asks_now,
        "wait": spider.wait or None,
        "due": spider.only_due,
        "addresses": None if spider.addresses is None else len(spider.addresses),
    }
    return {name: value for name, value in asked.items() if value is not None and value is not False}
