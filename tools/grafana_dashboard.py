"""Writes the dashboard of Grafana from the table below: `python tools/grafana_dashboard.py`.

The JSON is the classic model, which Grafana 10 to 12 import and provision; what it leaves out has Grafana's defaults.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parent.parent / "deploy" / "grafana" / "newscrawl.json"
WIDTH, ROW = 24, 8  # Grafana's own units
SOURCE = {"type": "prometheus", "uid": "${source}"}
HERE = 'instance=~"$instance"'
SITE = f'{HERE}, site=~"$site"'
SINCE_SUCCESS = f"time() - max by (site) (newscrawl_site_last_success_timestamp_seconds{{{SITE}}})"


@dataclass(frozen=True)
class Panel:
    """One panel. `queries`: expression to legend. `red`: from this number on a figure is red."""

    title: str
    told: str
    queries: dict[str, str]
    unit: str = "short"
    width: int = 8
    kind: str = "timeseries"
    red: float | None = None
    stacked: bool = False


def _quantiles(name: str) -> dict[str, str]:
    rate = f"sum by (le) (rate({name}_bucket{{{HERE}}}[$__rate_interval]))"
    return {f"histogram_quantile({share}, {rate})": f"p{round(share * 100)}" for share in (0.5, 0.95, 0.99)}


def _rate(name: str, by: str, labels: str = SITE) -> str:
    return f"sum by ({by}) (rate({name}{{{labels}}}[$__rate_interval]))"


ROWS: dict[str, list[Panel]] = {
    "How it is": [
        Panel(
            "New articles of 24 hours",
            "Counted by the crawls, not by the database.",
            {f'sum(increase(newscrawl_articles_total{{{SITE}, outcome="new"}}[24h]))': ""},
            width=4,
            kind="stat",
        ),
        Panel("Sites crawled now", "", {f"sum(newscrawl_sites_crawling{{{HERE}}})": ""}, width=4, kind="stat"),
        Panel(
            "A scheduler plans",
            "0: nothing is started by itself.",
            {"sum(newscrawl_scheduler_planning)": ""},
            width=4,
            kind="stat",
        ),
        Panel(
            "Lag",
            "How long the oldest slot that is due has waited.",
            {"max(newscrawl_scheduler_lag_seconds)": ""},
            "s",
            width=4,
            kind="stat",
            red=900,
        ),
        Panel(
            "Waiting on disk",
            "Records for a database that was away.",
            {f"sum(newscrawl_spool_bytes{{{HERE}}})": ""},
            "bytes",
            width=4,
            kind="stat",
            red=1,
        ),
        Panel(
            "Sites without success for a day",
            "No run of them has ended well.",
            {f"count({SINCE_SUCCESS} > 86400) or vector(0)": ""},
            width=4,
            kind="stat",
            red=1,
        ),
    ],
    "Articles": [
        Panel(
            "Articles", "By what became of them.", {_rate("newscrawl_articles_total", "outcome"): "{{outcome}}"}, "cps"
        ),
        Panel(
            "Links refused",
            "Links to articles that were not stored, by reason.",
            {f"topk(10, {_rate('newscrawl_links_refused_total', 'reason')})": "{{reason}}"},
            "cps",
        ),
        Panel(
            "Failures",
            "By reason; `newscrawl failures list` shows each.",
            {f"topk(10, {_rate('newscrawl_failures_total', 'reason')})": "{{reason}}"},
            "cps",
        ),
    ],
    "Requests": [
        Panel("Answers", "By class of status.", {_rate("newscrawl_responses_total", "status"): "{{status}}"}, "reqps"),
        Panel(
            "Bytes",
            "As they were sent, and decompressed.",
            {
                f"sum(rate(newscrawl_received_bytes_total{{{SITE}}}[$__rate_interval]))": "sent",
                f"sum(rate(newscrawl_decoded_bytes_total{{{SITE}}}[$__rate_interval]))": "decompressed",
            },
            "Bps",
        ),
        Panel(
            "Queues",
            "What waits: for its turn at a host, for an answer, for its reading, for its writing.",
            {
                f"sum(newscrawl_requests_waiting{{{SITE}}})": "requests waiting",
                f"sum(newscrawl_requests_in_flight{{{SITE}}})": "requests in flight",
                f"sum(newscrawl_reading_queue_pages{{{HERE}}})": "pages to read",
                f"sum(newscrawl_write_queue_records{{{HERE}}})": "records to write",
            },
        ),
        Panel("Download", "From a request to the end of its answer.", _quantiles("newscrawl_download_seconds"), "s"),
        Panel("Reading of a page", "Without the wait for its turn.", _quantiles("newscrawl_reading_seconds"), "s"),
        Panel("Writing of a batch", "Into the database.", _quantiles("newscrawl_write_seconds"), "s"),
    ],
    "Sites": [
        Panel(
            "Most failures, last hour",
            "Share of the requests.",
            {
                f"topk(10, sum by (site) (increase(newscrawl_failures_total{{{SITE}}}[1h]))"
                f" / sum by (site) (increase(newscrawl_requests_total{{{SITE}}}[1h]) > 0))": "{{site}}"
            },
            "percentunit",
            kind="bargauge",
        ),
        Panel(
            "Longest without success",
            "Since a run last ended well.",
            {f"topk(10, {SINCE_SUCCESS})": "{{site}}"},
            "s",
            kind="bargauge",
        ),
        Panel(
            "Runs", "By outcome.", {f"sum by (outcome) (increase(newscrawl_runs_total{{{SITE}}}[1h]))": "{{outcome}}"}
        ),
    ],
    "Scheduler and machines": [
        Panel(
            "Crawls",
            "Processes that run, and how many may.",
            {
                "sum(newscrawl_scheduler_crawls_running)": "running",
                "sum(newscrawl_scheduler_crawls_limit)": "limit",
                "sum(increase(newscrawl_scheduler_missed_slots_total[1h]))": "missed, last hour",
            },
        ),
        Panel(
            "Exit codes of crawls",
            "README lists them.",
            {"sum by (code) (increase(newscrawl_scheduler_exits_total[1h]))": "{{code}}"},
        ),
        Panel("Schedules", "By state.", {"max by (state) (newscrawl_scheduler_schedules)": "{{state}}"}),
        Panel(
            "Memory of crawls",
            "Pages that readers share are counted in each.",
            {f"sum by (part) (newscrawl_crawl_memory_bytes{{{HERE}}})": "{{part}}"},
            "bytes",
            stacked=True,
        ),
        Panel(
            "Processor of crawls",
            "Cores in use.",
            {f"sum by (part) (rate(newscrawl_crawl_cpu_seconds_total{{{HERE}}}[$__rate_interval]))": "{{part}}"},
            stacked=True,
        ),
        Panel(
            "Answers of serve",
            "By class of status, and how long they took.",
            {
                f"sum by (status) (rate(newscrawl_http_requests_total{{{HERE}}}[$__rate_interval]))": "{{status}}",
            },
            "reqps",
        ),
        Panel(
            "Memory of processes",
            "Of those that are asked.",
            {f'process_resident_memory_bytes{{{HERE}, job="newscrawl"}}': "{{instance}}"},
            "bytes",
        ),
        Panel(
            "Time of serve",
            "From a request to the head of its answer.",
            _quantiles("newscrawl_http_request_seconds"),
            "s",
        ),
        Panel(
            "Fleet",
            "Jobs by state, and how many the workers take at a time.",
            {
                "sum by (state) (newscrawl_scheduler_jobs)": "{{state}}",
                "sum(newscrawl_worker_jobs_running)": "at workers",
                "sum(newscrawl_worker_jobs_limit)": "limit of the workers",
            },
        ),
        Panel("Versions", "", {"count by (version) (newscrawl_build_info)": "{{version}}"}, kind="stat"),
    ],
}


def _drawn(panel: Panel, number: int, x: int, y: int) -> dict[str, Any]:
    defaults: dict[str, Any] = {"unit": panel.unit, "min": 0}
    if panel.red is not None:
        steps = [{"color": "green", "value": None}, {"color": "red", "value": panel.red}]
        defaults |= {"color": {"mode": "thresholds"}, "thresholds": {"mode": "absolute", "steps": steps}}
    options: dict[str, Any] = {}
    if panel.kind == "timeseries":
        stacking = {"mode": "normal" if panel.stacked else "none", "group": "A"}
        defaults["custom"] = {"fillOpacity": 10, "showPoints": "never", "stacking": stacking}
        options = {
            "legend": {"displayMode": "list", "placement": "bottom"},
            "tooltip": {"mode": "multi", "sort": "desc"},
        }
    elif panel.kind == "bargauge":
        options = {"orientation": "horizontal", "displayMode": "basic", "reduceOptions": {"calcs": ["lastNotNull"]}}
    else:
        options = {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "value", "graphMode": "area"}
    instant = panel.kind != "timeseries"
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.told,
        "datasource": SOURCE,
        "gridPos": {"x": x, "y": y, "w": panel.width, "h": 4 if panel.kind == "stat" and panel.width < 8 else ROW},
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": options,
        "targets": [
            {
                "refId": chr(ord("A") + place),
                "datasource": SOURCE,
                "editorMode": "code",
                "expr": expression,
                "legendFormat": legend or "__auto",
                "instant": instant,
                "range": not instant,
            }
            for place, (expression, legend) in enumerate(panel.queries.items())
        ],
    }


def _variable(name: str, metric: str) -> dict[str, Any]:
    query = f"label_values({metric}, {name})"
    return {
        "name": name,
        "label": name.title(),
        "type": "query",
        "datasource": SOURCE,
        "definition": query,
        "query": {"query": query, "refId": name},
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }


def dashboard() -> dict[str, Any]:
    """The whole of it."""
    panels: list[dict[str, Any]] = []
    y = 0
    for title, row in ROWS.items():
        panels.append(
            {
                "id": len(panels) + 1,
                "type": "row",
                "title": title,
                "collapsed": False,
                "gridPos": {"x": 0, "y": y, "w": WIDTH, "h": 1},
                "panels": [],
            }
        )
        y += 1
        x = height = 0
        for panel in row:
            if x + panel.width > WIDTH:
                x, y = 0, y + height
            drawn = _drawn(panel, len(panels) + 1, x, y)
            panels.append(drawn)
            x, height = x + panel.width, drawn["gridPos"]["h"]
        y += height
    source = {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus", "current": {}}
    return {
        "uid": "newscrawl",
        "title": "newscrawl",
        "description": "Crawls, sites, scheduler and machines. Made by tools/grafana_dashboard.py.",
        "tags": ["newscrawl"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "graphTooltip": 1,
        "annotations": {"list": []},
        "links": [],
        "templating": {
            "list": [
                source,
                _variable("instance", "newscrawl_build_info"),
                _variable("site", "newscrawl_requests_total"),
            ]
        },
        "panels": panels,
    }


def text() -> str:
    """The file."""
    return json.dumps(dashboard(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
