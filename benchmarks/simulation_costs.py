"""What the simulation of a fleet reckons with: costs that were measured, each with its source, and what is assumed.

Nothing here is measured by the simulation itself. Change a figure, and run `python benchmarks/simulation.py` again.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log10


@dataclass(frozen=True, slots=True)
class Cost:
    """A figure with its unit and where it is from. `measured`: on the development machine (2 cores of 2026), busy with
    other things, so rather too high than too low; else it is an assumption or an estimate, and the source says of what.
    """

    value: float
    unit: str
    source: str
    measured: bool = True


COSTS: dict[str, Cost] = {
    # --- crawl
    "page_cpu": Cost(0.012, "CPU s", "crawl of 90 pages of the replica, less that of a crawl with nothing new"),
    "unchanged_cpu": Cost(0.003, "CPU s", "a request without a reading: issue 8 names 2.6 ms for bare Scrapy"),
    "listing_cpu": Cost(0.020, "CPU s", "a listing is a page, and one query for what is known"),
    "job_cpu": Cost(2.1, "CPU s", "a crawl of one site: start, readers, tables of languages; 1.1 with nothing new"),
    "site_file_cpu": Cost(0.00085, "CPU s", "load_sites, 1,000 site files of one's own; the scheduler, every 30 s"),
    "site_name_cpu": Cost(12e-6, "CPU s", "load_sites of one among 2,200 files: every job looks through the names"),
    "job_seconds": Cost(2.0, "s", "start of a crawl and of its readers, on a machine that has a core free"),
    "page_seconds": Cost(0.7, "s", "reading and a batch of the writer: 0.5 s and a lull", False),
    "crawl_memory": Cost(200e6, "bytes", "a crawl process: 140 MB with one site, 250 MB with many"),
    "readers_memory": Cost(330e6, "bytes", "its readers of pages, what they share counted once: docs/scaling.md"),
    "site_memory": Cost(0.5e6, "bytes", "each site of a crawl, with its queue", False),
    "page_bytes": Cost(40e3, "bytes", "an article on the wire, compressed", False),
    "listing_bytes": Cost(30e3, "bytes", "a listing, feed or sitemap on the wire, compressed", False),
    "unchanged_bytes": Cost(600, "bytes", "the head of an answer 304", False),
    # --- database
    "article_cpu_1e3": Cost(0.005, "CPU s", "mongod, an article among a thousand, with links, terms and numbers"),
    "article_cpu_1e6": Cost(0.010, "CPU s", "the same among a million: commit 52c09e1; beyond, the line is drawn on"),
    "visit_cpu": Cost(0.0006, "CPU s", "mongod, a visit that changed nothing: one update, one counter", False),
    "crawl_db_cpu": Cost(
        0.006, "CPU s", "mongod, a run of a site: record, beats, listings, the query for known ones", False
    ),
    "article_disk": Cost(15e3, "bytes", "a stored article, compressed, with its counters and versions"),
    "index_disk": Cost(8e3, "bytes", "its entries in all indexes"),
    "hot_index": Cost(
        600, "bytes", "those entries whose place is random and has to be in memory: hashes, addresses", False
    ),
    # --- scheduler
    "due_seconds": Cost(44e-6, "s", "reading when 5,000 sites of two sources each are due, a site; every 10 s"),
    "plan_cpu": Cost(0.6e-6, "CPU s", "planning an adaptive schedule of 10,000 sites, a site; every second"),
}

# Of a server of the database. Figures of what can be rented, not measured.
SHARD_CORES, SHARD_MEMORY, SHARD_DISK, MEMBERS = 8, 64e9, 2e12, 3
SHARD_LOAD = 0.6  # share of cores and disk that is planned to be used in the busiest minutes
HOT_SHARE = 0.4  # share of memory for entries of indexes that have to be there
WORKER_LOAD = 0.7  # the same of the cores of workers
SECONDARY = 0.6  # processor time of a secondary for each second of the primary


@dataclass(frozen=True, slots=True)
class Prices:
    """A month. `core`: a dedicated one of a worker; memory and disk a GB. `traffic`: a TB that comes in."""

    told: str
    currency: str
    core: float
    memory: float
    disk: float
    traffic: float


PRICES = {
    "rented": Prices(
        "servers rented from a European provider; an assumption of the order of list prices of 2025",
        "€",
        5.0,
        1.2,
        0.05,
        0.0,
    ),
    "cloud": Prices(
        "on demand at a large cloud; an assumption of the order of list prices of 2025", "$", 30.0, 3.5, 0.09, 0.0
    ),
}
"""Inputs, not findings: nobody looked them up for this, and prices of 2026 have risen. Put yours in."""


def cost(name: str) -> float:
    """The figure alone."""
    return COSTS[name].value


def article_cpu(stored: float) -> float:
    """Processor seconds of the primary for a new article where so many are stored in the shard: a line between what
    was measured at 10^3 and at 10^6, over the logarithm. Beyond a million nothing was measured."""
    small, large = cost("article_cpu_1e3"), cost("article_cpu_1e6")
    return max(small, small + (large - small) * (log10(max(stored, 1e3)) - 3) / 3)
