"""Every metric that newscrawl gives, once: name, kind, labels, meaning. No I/O, and nothing of Prometheus' library.

Names follow https://prometheus.io/docs/practices/naming/: base units, `_total` behind what is counted, the unit before
it. No label ever holds an address: sites, reasons, classes of status and parts are few.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "gauge", "histogram"]
Part = Literal["crawl", "schedule", "worker", "serve", "every"]
Merge = Literal["sum", "latest", "same"]

MOST_SITES = 1000
"""Sites that have a label of their own in one process; those after them share `other`. A time series takes some
kilobytes of Prometheus' memory, and each site has about twenty."""
OTHER = "other"

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the buckets of every histogram."""


@dataclass(frozen=True, slots=True)
class Family:
    """One metric. `part`: the processes that give it. `merge`: what becomes of it where a process tells those of
    several: added up, the latest instant, or what all of them tell alike."""

    name: str
    kind: Kind
    told: str
    labels: tuple[str, ...] = ()
    part: Part = "crawl"
    merge: Merge = "sum"


REQUESTS = Family("newscrawl_requests_total", "counter", "Requests that were sent.", ("site",))
RESPONSES = Family(
    "newscrawl_responses_total", "counter", "Answers of servers, by class of status: 2xx, 4xx …", ("site", "status")
)
RECEIVED = Family("newscrawl_received_bytes_total", "counter", "Bytes of all answers as they were sent.", ("site",))
DECODED = Family("newscrawl_decoded_bytes_total", "counter", "The same bytes, decompressed.", ("site",))
ARTICLES = Family(
    "newscrawl_articles_total",
    "counter",
    "Articles handed to the database, by outcome: new, changed, unchanged, spooled (they wait on disk) …",
    ("site", "outcome"),
)
REFUSED = Family(
    "newscrawl_links_refused_total", "counter", "Links to articles that were not stored, by reason.", ("site", "reason")
)
FAILURES = Family("newscrawl_failures_total", "counter", "What went wrong, by reason.", ("site", "reason"))
RUNS = Family("newscrawl_runs_total", "counter", "Runs that ended, by outcome.", ("site", "outcome"))
LAST_RUN = Family(
    "newscrawl_site_last_run_timestamp_seconds",
    "gauge",
    "When a run of the site last ended.",
    ("site",),
    merge="latest",
)
LAST_SUCCESS = Family(
    "newscrawl_site_last_success_timestamp_seconds",
    "gauge",
    "When a run of the site last ended well.",
    ("site",),
    merge="latest",
)
CRAWLING = Family("newscrawl_sites_crawling", "gauge", "Sites that are crawled now.")
WAITING = Family("newscrawl_requests_waiting", "gauge", "Requests that wait for their turn.", ("site",))
IN_FLIGHT = Family("newscrawl_requests_in_flight", "gauge", "Requests that no server has answered yet.", ("site",))
DOWNLOAD = Family(
    "newscrawl_download_seconds", "histogram", "From the beginning of a request to the end of its answer."
)
READING = Family("newscrawl_reading_seconds", "histogram", "The reading of a page, without the wait for its turn.")
WRITING = Family("newscrawl_write_seconds", "histogram", "The writing of a batch of records into the database.")
READING_QUEUE = Family("newscrawl_reading_queue_pages", "gauge", "Pages that wait for their reading.")
WRITE_QUEUE = Family("newscrawl_write_queue_records", "gauge", "Records that wait for their writing.")
SPOOL = Family(
    "newscrawl_spool_bytes", "gauge", "Bytes that wait on the disk of this machine for the database.", merge="same"
)
MEMORY = Family(
    "newscrawl_crawl_memory_bytes",
    "gauge",
    "Resident memory of crawls by part: crawler, and the readers of pages.",
    ("part",),
)
CPU = Family(
    "newscrawl_crawl_cpu_seconds_total", "counter", "Processor time of crawls, by part as the memory.", ("part",)
)

PLANNING = Family("newscrawl_scheduler_planning", "gauge", "1: this scheduler plans; 0: it stands by.", (), "schedule")
DATABASE_UP = Family(
    "newscrawl_scheduler_database_up", "gauge", "1: the database answered at the last look.", (), "schedule"
)
LAG = Family(
    "newscrawl_scheduler_lag_seconds",
    "gauge",
    "How long the oldest slot that is due, or job of a fleet, has waited for its start; 0: none waits.",
    (),
    "schedule",
)
SCHEDULES = Family(
    "newscrawl_scheduler_schedules", "gauge", "Schedules, by state: active, paused.", ("state",), "schedule"
)
PARALLEL = Family("newscrawl_scheduler_crawls_running", "gauge", "Crawls that run, each a process.", (), "schedule")
MOST_PARALLEL = Family("newscrawl_scheduler_crawls_limit", "gauge", "Crawls that may run at a time.", (), "schedule")
STARTED = Family("newscrawl_scheduler_starts_total", "counter", "Crawls that were started.", (), "schedule")
EXITS = Family(
    "newscrawl_scheduler_exits_total", "counter", "Crawls that have ended, by exit code.", ("code",), "schedule"
)
MISSED = Family(
    "newscrawl_scheduler_missed_slots_total", "counter", "Planned runs that did not start in time.", (), "schedule"
)

JOBS = Family(
    "newscrawl_scheduler_jobs",
    "gauge",
    "Jobs of a fleet, by state: waiting for a worker, running.",
    ("state",),
    "schedule",
)

WORKER_RUNNING = Family("newscrawl_worker_jobs_running", "gauge", "Jobs that the worker is at.", (), "worker")
WORKER_LIMIT = Family("newscrawl_worker_jobs_limit", "gauge", "Jobs that it takes at a time.", (), "worker")
WORKER_DONE = Family("newscrawl_worker_jobs_total", "counter", "Jobs that it has ended.", (), "worker")

HTTP_REQUESTS = Family(
    "newscrawl_http_requests_total",
    "counter",
    "Requests answered by `serve`, by class of status.",
    ("status",),
    "serve",
)
HTTP_SECONDS = Family(
    "newscrawl_http_request_seconds", "histogram", "From a request to the head of its answer.", (), "serve"
)
HTTP_STREAMS = Family("newscrawl_http_streams", "gauge", "Streams of events that are open.", (), "serve")
HTTP_DATABASE_UP = Family("newscrawl_http_database_up", "gauge", "1: the database answers.", (), "serve")

BUILD = Family(
    "newscrawl_build_info",
    "gauge",
    "Always 1; the labels are versions.",
    ("version", "python", "scrapy", "lxml", "pymongo"),
    "every",
    "same",
)

FAMILIES: tuple[Family, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Family))
"""All of them, in the order above."""

STANDARD = (
    "process_cpu_seconds_total",
    "process_max_fds",
    "process_open_fds",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
    "process_virtual_memory_bytes",
)
"""What the library adds of every process that is asked, on Linux."""


def series_names() -> frozenset[str]:
    """The name of every time series, as queries ask for it: three of each histogram."""
    names = set(STANDARD)
    for family in FAMILIES:
        parts = ("_bucket", "_sum", "_count") if family.kind == "histogram" else ("",)
        names |= {family.name + part for part in parts}
    return frozenset(names)
