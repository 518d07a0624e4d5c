"""How answers travel: compared by ETag, compressed, kept for a while, with the headers that keep them to themselves."""

from __future__ import annotations

import gzip
import re

import pytest

from tests.databases import Databases
from tests.stored_articles import START, article
from tests.web.conftest import Served, serving

ALL = [
    "/api/v1/articles",
    "/api/v1/sites",
    "/api/v1/health",
    "/api/v1/runs",
    "/api/v1/statistics",
    "/api/v1/schema",
    "/feeds/articles.rss",
    "/feeds/articles.atom",
    "/feeds/articles.json",
    "/openapi.json",
]


@pytest.mark.parametrize("path", ALL)
def test_what_has_not_changed_costs_nothing(served: Served, path: str) -> None:
    first = served.get(path)
    assert first.status_code == 200
    again = served.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    other = served.get(path, headers={"If-None-Match": 'W/"other", "another"'})
    assert other.status_code == 200


def test_a_feed_can_be_compared_by_its_date(served: Served) -> None:
    changed = served.get("/feeds/articles.rss").headers["last-modified"]
    assert served.get("/feeds/articles.rss", headers={"If-Modified-Since": changed}).status_code == 304
    earlier = "Mon, 06 Jan 2020 08:00:00 GMT"
    assert served.get("/feeds/articles.rss", headers={"If-Modified-Since": earlier}).status_code == 200
    assert served.get("/feeds/articles.rss", headers={"If-Modified-Since": "long ago"}).status_code == 200


def test_texts_are_compressed_for_who_can_read_it(served: Served) -> None:
    with served.client.stream("GET", "/api/v1/articles?limit=30", headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    plain = served.get("/api/v1/articles?limit=30", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(raw) == plain.content
    assert len(raw) < len(plain.content) / 3
    assert plain.headers["etag"] == answer.headers["etag"]


def test_head_tells_what_get_would_give(served: Served) -> None:
    whole, head = served.get("/feeds/articles.atom"), served.client.head("/feeds/articles.atom")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == whole.headers.get("content-length", head.headers["content-length"])
    assert head.headers["etag"] == whole.headers["etag"]


@pytest.mark.parametrize("path", ["/api/v1/articles", "/feeds/articles.rss", "/nothing", "/api/v1/articles?limit=0"])
def test_every_answer_keeps_to_itself(served: Served, path: str) -> None:
    headers = served.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"unsafe|https?:|\*", policy)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers
    assert "server" not in headers


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "[::2]", ""])
def test_a_name_that_was_led_here_is_refused(served: Served, host: str) -> None:
    answer = served.get("/api/v1/articles", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "wrong-host")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8765", "127.0.0.1:1", "[::1]:8765"])
def test_the_names_of_this_machine_are_taken(served: Served, host: str) -> None:
    assert served.get("/api/v1/articles", headers={"Host": host}).status_code == 200


def test_a_kept_answer_is_made_anew_when_an_article_comes(served: Served) -> None:
    before = served.get("/api/v1/articles?limit=1&site=reuters")
    served.store(article(102), now=START)
    served.run(served.app.state.reader.look())
    after = served.get("/api/v1/articles?limit=1&site=reuters", headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.json()["articles"][0]["_id"] == article(102).id


def test_an_answer_is_kept_while_nothing_comes(served: Served) -> None:
    first = served.json("/api/v1/articles?limit=1&site=asahi")
    served.run(served.connection.database["articles"].update_many({"site": "asahi"}, {"$set": {"section": "Other"}}))
    assert served.json("/api/v1/articles?limit=1&site=asahi") == first
    assert served.json("/api/v1/articles?limit=1&site=asahi&language=ja") != first


def test_more_requests_than_the_rate_are_refused_for_a_while(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with serving(databases, tmp_path_factory.mktemp("limited"), serve_rate="5/hour") as limited:
        for _ in range(4):  # the first one was that of the fixture
            assert limited.get("/api/v1/statistics").status_code == 200
        refused = limited.get("/api/v1/statistics")
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-requests")
    assert 0 < int(refused.headers["retry-after"]) <= 3600
