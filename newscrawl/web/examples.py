"""The examples of the OpenAPI document: path to an answer of it. Each is an instance of the form that it shows."""

from __future__ import annotations

from typing import Any

_ID = "3f1c9a0b5d7e42168c0d9e4f7a6b5c21"
_URL = "https://unn.ua/en/news/government-approves-the-budget"
_PUBLISHED = {
    "at": "2026-01-06T08:50:00Z",
    "raw": "January 6, 10:50 AM",
    "offset": 120,
    "precision": "minute",
    "zone": "site",
    "source": "jsonld:datePublished",
}
_LISTED: dict[str, Any] = {
    "_id": _ID,
    "seq": 48213,
    "url": _URL,
    "site": "unn",
    "publisher": "UNN",
    "edition": "en",
    "language": "en",
    "headline": "Government approves the budget",
    "lead": "The session took eight hours.",
    "word_count": 412,
    "dateline": {"raw": "Kyiv • UNN", "place": "Kyiv", "country": "UA", "agency": "UNN", "agency_code": "UNN"},
    "published": _PUBLISHED,
    "authors": [{"name": "Olena Kovalenko", "url": None, "is_agency": False}],
    "section": "Economy",
    "tags": ["Budget"],
    "views": {"count": 22684, "seen_at": "2026-01-06T12:00:04Z", "raw": "22684 views"},
    "status": "active",
    "revision": 2,
    "first_seen_at": "2026-01-06T08:58:11Z",
    "changed_at": "2026-01-06T10:02:37Z",
}
_GROWTH = {"views": 22012.0, "hours": 3.03, "per_hour": 7264.7}
_VERSION = {"headline": "Government approves budget", "seen_at": "2026-01-06T08:58:11Z"}
_CHANGE = {"changed": ["headline"], "share": 0.98, "is_stealth": True}
_RUN: dict[str, Any] = {
    "_id": "20260106T085802-unn-1a2b3c",
    "site": "unn",
    "command": "newscrawl crawl unn",
    "started_at": "2026-01-06T08:58:02Z",
    "ended_at": "2026-01-06T09:01:40Z",
    "reason": "finished",
    "outcome": "ok",
    "counts": {"links": 40, "known": 31, "stored": 9},
    "version": "0.1.0",
    "pid": 4711,
    "host": "crawler",
    "state": "ended",
}

EXAMPLES: dict[str, Any] = {
    "/api/v1/articles": {
        "articles": [_LISTED],
        "cursor": "WzE3Njc2OTAyMDAwMDAsNDgyMTNd",
        "next": "/api/v1/articles?site=unn&cursor=WzE3Njc2OTAyMDAwMDAsNDgyMTNd",
    },
    "/api/v1/changes": {"articles": [_LISTED], "seq": 48213, "has_more": False},
    "/api/v1/lookup": {**_LISTED, "body": "The government approved the budget on Tuesday."},
    "/api/v1/articles/{identity}": {**_LISTED, "body": "The government approved the budget on Tuesday."},
    "/api/v1/articles/{identity}/revisions": {
        "article": _ID,
        "revisions": [
            {"revision": 1, **_VERSION, "replaced_at": "2026-01-06T10:02:37Z", "change": None},
            {
                "revision": 2,
                "headline": "Government approves the budget",
                "seen_at": "2026-01-06T10:02:37Z",
                "replaced_at": None,
                "change": _CHANGE,
            },
        ],
    },
    "/api/v1/articles/{identity}/revisions/{number}": {
        "revision": 1,
        **_VERSION,
        "replaced_at": "2026-01-06T10:02:37Z",
        "change": None,
        "lead": "The session took eight hours.",
        "body": "The government approved the budget on Tuesday.",
    },
    "/api/v1/articles/{identity}/views": {
        "article": _ID,
        "views": [
            {
                "article": _ID,
                "url": _URL,
                "at": "2026-01-06T12:00:04Z",
                "count": 22684,
                "source": "own page",
                "raw": "22684 views",
                "fell": False,
                "run": "20260106T120000-unn-4d5e6f",
            }
        ],
        "growth": _GROWTH,
        "last_day": _GROWTH,
        "half_life_seconds": 5400.0,
        "falls": [],
    },
    "/api/v1/articles/{identity}/related": {
        "article": _ID,
        "cluster": _ID,
        "copies": [
            {
                "_id": "9b8a7c6d5e4f40312213445566778899",
                "url": "https://example.com/budget",
                "site": "example",
                "headline": "Budget approved",
                "published_at": "2026-01-06T09:30:00Z",
                "first_seen_at": "2026-01-06T09:41:20Z",
                "is_first": False,
                "share": 0.94,
                "source": _URL,
                "agency": "UNN",
            }
        ],
        "story": None,
        "twins": [],
    },
    "/api/v1/sites": {
        "sites": [
            {
                "name": "unn",
                "publisher": "UNN",
                "home": "https://unn.ua/",
                "country": "UA",
                "languages": ["uk", "en"],
                "state": "ok",
                "state_at": "2026-01-06T12:00:00Z",
            }
        ]
    },
    "/api/v1/sites/{name}": {
        "site": {"name": "unn", "publisher": "UNN", "home": "https://unn.ua/", "languages": ["uk", "en"]},
        "health": {"site": "unn", "state": "ok", "findings": [], "next": []},
        "days": [{"day": "2026-01-06", "articles": 212, "runs": 48, "failed_runs": 0}],
        "newest": [_LISTED],
    },
    "/api/v1/health": {
        "sites": [{"site": "unn", "state": "ok", "since": None, "new": 198, "expected": 204.0, "findings": []}]
    },
    "/api/v1/runs": {"runs": [_RUN]},
    "/api/v1/runs/{name}": {"run": _RUN, "samples": {}},
    "/api/v1/statistics": {
        "articles": 48190,
        "revisions": 3120,
        "runs": 9044,
        "seq": 51310,
        "newest_at": "2026-01-06T12:01:00Z",
        "last_day": {
            "articles": 204,
            "by_site": [{"name": "unn", "articles": 204}],
            "by_language": [{"name": "uk", "articles": 140}, {"name": "en", "articles": 64}],
        },
    },
}
