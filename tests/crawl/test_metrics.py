"""What a crawl tells Prometheus, while it goes on and at its end: the same as its run record."""

from __future__ import annotations

import threading
import urllib.request
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import Newscrawl, Website

Found = dict[tuple[str, ...], float]


def samples(text: str) -> Found:
    """Name and values of the labels, by their names, to number."""
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for metric in text_string_to_metric_families(text)
        for sample in metric.samples
    }


def test_an_endpoint_tells_of_a_crawl_that_goes_on(newscrawl: Newscrawl, website: Website) -> None:
    website.listing("one", "two", "three")
    newscrawl.add_site("small", website.site_file())
    newscrawl.environment |= {"NEWSCRAWL_METRICS": "0", "NEWSCRAWL_CONCURRENCY": "1"}
    asked, answered = threading.Event(), threading.Event()
    page = website.pages["/news/three"]
    assert not callable(page)

    def held() -> tuple[int, bytes | str]:
        asked.set()
        answered.wait(60)
        return page

    website.pages["/news/three"] = held
    process = newscrawl.start("crawl", "small", "--no-progress")
    try:
        assert asked.wait(60)
        assert process.stderr is not None
        line = next(line for line in process.stderr if "metrics are at" in line)
        address = line.split("metrics are at")[1].split()[0]
        with urllib.request.urlopen(address, timeout=10) as answer:
            found = samples(answer.read().decode())
    finally:
        answered.set()
        process.communicate(timeout=60)
    assert found["newscrawl_sites_crawling",] == 1
    assert found["newscrawl_requests_in_flight", "small"] == 1
    assert found["newscrawl_download_seconds_count",] >= 3
    assert found["newscrawl_crawl_memory_bytes", "crawler"] > 2**20
    assert found["process_cpu_seconds_total",] > 0


def test_a_textfile_has_at_the_end_what_the_record_has(newscrawl: Newscrawl, website: Website, tmp_path: Path) -> None:
    website.listing("one", "two", "three")
    website.pages["/news/two"] = (500, "an error")
    newscrawl.add_site("small", website.site_file())
    path = tmp_path / "newscrawl.prom"
    newscrawl.environment["NEWSCRAWL_METRICS"] = str(path)
    newscrawl("crawl", "small")
    found = samples(path.read_text())
    [run] = newscrawl.documents("runs")
    assert found["newscrawl_requests_total", "small"] == run["counts"]["requests"]
    assert found["newscrawl_articles_total", "new", "small"] == run["counts"]["new"] == 2
    assert found["newscrawl_failures_total", "http-500", "small"] == run["errors"]["http-500"] == 1
    assert found["newscrawl_links_refused_total", "http-500", "small"] == run["dropped"]["http-500"]
    assert found["newscrawl_received_bytes_total", "small"] == run["bytes"]
    assert found["newscrawl_responses_total", "small", "5xx"] == run["statuses"]["5xx"]
    assert found["newscrawl_runs_total", run["outcome"], "small"] == 1
    assert found["newscrawl_site_last_success_timestamp_seconds", "small"] >= run["started_at"].timestamp()
    assert found["newscrawl_write_seconds_count",] >= 1
    assert found["newscrawl_sites_crawling",] == 0
    assert ("newscrawl_requests_waiting", "small") not in found


def test_a_crawl_of_several_processes_tells_of_all_of_them(
    newscrawl: Newscrawl, website: Website, tmp_path: Path
) -> None:
    website.listing("one", "two", "three")
    other = Website("", {})
    other.start()
    try:
        other.listing("four", "five")
        newscrawl.add_site("small", website.site_file())
        newscrawl.add_site("other", other.site_file())
        path = tmp_path / "newscrawl.prom"
        newscrawl.environment["NEWSCRAWL_METRICS"] = str(path)
        newscrawl("crawl", "small", "other", "--jobs", "2")
    finally:
        other.stop()
    found = samples(path.read_text())
    assert found["newscrawl_articles_total", "new", "small"] == 3
    assert found["newscrawl_articles_total", "new", "other"] == 2
