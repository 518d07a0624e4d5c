"""What cannot be answered is told with a status, a code and a message, and leaks nothing."""

from __future__ import annotations

import pytest

from tests.web.conftest import Served

EVERYWHERE = [
    "/api/v1/articles",
    "/api/v1/changes",
    "/feeds/articles.rss",
    "/feeds/articles.atom",
    "/feeds/articles.json",
]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("langage=uk", "langage"),
        ("site[$ne]=x", "site[$ne]"),
        ("$where=sleep(1000)", "$where"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=many", "limit"),
        ("limit=99999999999999999999999", "limit"),
        ("from=yesterday", "from"),
        ("from=2026-02-30", "from"),
        ("from=1700000000", "from"),
        ("to=0001-01-01T00:00:00%2B14:00", "to"),
        ("from=2026-02-01&to=2026-01-01", "query"),
        ("to=9999-12-31", "to"),
        ("kind=poem", "kind"),
        ("status=lost", "status"),
        ("min_views=-1", "min_views"),
        ("min_views=9223372036854775808", "min_views"),
        ("after_seq=x", "after_seq"),
        ("site=%00", "site"),
        ("q=-nothing", "query"),
        ("&".join(f"site=s{number}" for number in range(51)), "site"),
        ("q=" + "x" * 301, "q"),
    ],
)
def test_a_wrong_parameter_is_named(served: Served, query: str, parameter: str) -> None:
    for path in EVERYWHERE:
        answer = served.get(f"{path}?{query}")
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["code"] == "wrong-parameter"
        assert [mistake["parameter"] for mistake in problem["errors"]] == [parameter]
        assert problem["detail"]


@pytest.mark.parametrize("cursor", ["abc", "W10", "WzEsMl0x", "%00", "W251bGwsLTFd", "WzFlOTk5LDFd", "e30", "x" * 400])
def test_a_broken_cursor_is_told(served: Served, cursor: str) -> None:
    answer = served.get(f"/api/v1/articles?cursor={cursor}")
    assert answer.status_code == 422
    assert [mistake["parameter"] for mistake in answer.json()["errors"]] == ["cursor"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/v1/articles/unknown", "no-such-article"),
        ("/api/v1/articles/%00", "no-such-article"),
        ("/api/v1/articles/%7B%22$ne%22:1%7D/views", "no-such-article"),
        ("/api/v1/articles/unknown/revisions/1", "no-such-article"),
        ("/api/v1/lookup?url=javascript:alert(1)", "no-such-article"),
        ("/api/v1/sites/unknown", "no-such-site"),
        ("/api/v1/runs/unknown", "no-such-run"),
        ("/api/v1/nothing", "no-such-address"),
        ("/api/../../etc/passwd", "no-such-address"),
    ],
)
def test_what_is_not_there_is_told(served: Served, path: str, code: str) -> None:
    answer = served.get(path)
    assert answer.status_code == 404
    assert answer.json()["code"] == code


@pytest.mark.parametrize(
    "text",
    ["(a+)+$", "$where", "'; return true; //", '{"$gt":""}', "a" * 300, "\u202e\u0000x", "%s%n", ".*" * 100 + "a"],
)
def test_a_text_is_only_ever_looked_for(served: Served, text: str) -> None:
    for name in ("q", "site", "tag", "author", "place", "agency", "section"):
        answer = served.get("/api/v1/articles", params={name: text})
        assert answer.status_code in (200, 422)
        if answer.status_code == 200 and name != "q":
            assert answer.json()["articles"] == []
        assert answer.elapsed.total_seconds() < 2


def test_other_methods_and_long_queries_are_refused(served: Served) -> None:
    answer = served.client.post("/api/v1/articles")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert answer.json()["code"] == "method-not-allowed"
    answer = served.get("/api/v1/articles?q=" + "x" * 9000)
    assert (answer.status_code, answer.json()["code"]) == (400, "too-long")


def test_a_query_for_everything_gives_a_page(served: Served) -> None:
    assert len(served.json("/api/v1/articles")["articles"]) == 20
    assert len(served.json("/api/v1/articles?q=&site=&from=&status=")["articles"]) == 20
