"""What every process of newscrawl that runs a command or crawls sets before it loads its modules, and its cores."""

from __future__ import annotations

import gc
import os
import sys

SELDOM = 50_000
"""New objects after which Python looks for cycles among them. With its own 700 it does so five hundred times while the
modules of a command are loaded, of which nothing is garbage: that takes 0.2 s, and in a crawl a quarter of the time."""


def set_up_process() -> None:
    """Make the start faster, and what follows."""
    gc.set_threshold(SELDOM)
    # pymongo's asynchronous client, the only one here, uses Python's ssl; its import of PyOpenSSL takes 0.1 s.
    sys.modules["pymongo.pyopenssl_context"] = None  # type: ignore[assignment]


def usable_cores() -> int:
    """Cores that this process and those that it starts may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
