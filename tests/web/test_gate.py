"""Who may ask a server that others can reach: keys, their scopes, and guesses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from starlette.datastructures import Headers

from newscrawl.settings import Settings
from newscrawl.store.keys import add_key, list_keys, revoke_key
from newscrawl.web import gate
from newscrawl.web.gate import host_name, scope_of, token_of
from newscrawl.web.settings import WebSettings
from tests.databases import Databases
from tests.waiting import until
from tests.web.conftest import Served, serving

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def guarded(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server behind a proxy that asks for it as news.example: it needs keys."""
    with serving(databases, tmp_path_factory.mktemp("guarded"), serve_names="news.example") as running:
        yield running


def made(served: Served, name: str, *scopes: Any, **arguments: Any) -> dict[str, str]:
    token = served.run(add_key(served.connection.database, name, scopes, NOW, **arguments))
    return {"Authorization": f"Bearer {token}"}


def asked(served: Served, path: str, headers: dict[str, str], **arguments: Any) -> httpx.Response:
    return served.get(path, headers={"Host": "news.example", **headers}, **arguments)


def test_a_request_without_a_key_is_told_how_to_get_one(guarded: Served) -> None:
    answer = asked(guarded, "/api/v1/articles", {})
    assert (answer.status_code, answer.json()["code"]) == (401, "no-key")
    assert "Bearer" in answer.headers["www-authenticate"]
    assert asked(guarded, "/", {}).status_code == 401
    assert asked(guarded, "/openapi.json", {}).status_code == 401


def test_a_key_is_taken_in_each_of_three_headers(guarded: Served) -> None:
    bearer = made(guarded, "three", "read")
    token = bearer["Authorization"].removeprefix("Bearer ")
    for headers in (bearer, {"X-API-Key": token}):
        assert asked(guarded, "/api/v1/articles", headers).status_code == 200
    assert asked(guarded, "/api/v1/articles", {}, auth=("anyone", token)).status_code == 200


def test_a_feed_names_itself_by_the_proxy_that_is_asked_for_it(guarded: Served) -> None:
    feed = asked(guarded, "/feeds/articles.json?site=unn", made(guarded, "feed", "feeds")).json()
    assert feed["feed_url"] == "https://news.example/feeds/articles.json?site=unn"


def test_only_a_hash_of_a_key_is_stored(guarded: Served) -> None:
    token = made(guarded, "hashed", "read")["Authorization"].removeprefix("Bearer ")
    secret = token.partition(".")[2]
    stored = guarded.run(guarded.connection.database["keys"].find_one({"_id": "hashed"}))
    assert secret not in str(stored)
    assert len(stored["hash"]) == 64


@pytest.mark.parametrize(
    ("scope", "allowed", "refused"),
    [
        ("feeds", ["/feeds/articles.rss"], ["/api/v1/articles", "/api/v1/events", "/api/v1/runs", "/openapi.json"]),
        ("read", ["/feeds/articles.rss", "/api/v1/articles", "/api/v1/sites"], ["/api/v1/runs", "/api/v1/runs/latest"]),
        ("operate", ["/feeds/articles.atom", "/api/v1/statistics", "/api/v1/runs"], []),
    ],
)
def test_a_key_opens_what_its_scope_covers(guarded: Served, scope: Any, allowed: list[str], refused: list[str]) -> None:
    headers = made(guarded, f"scope-{scope}", scope)
    assert [asked(guarded, path, headers).status_code for path in allowed] == [200] * len(allowed)
    for path in refused:
        answer = asked(guarded, path, headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "scope")


def test_a_revoked_key_holds_no_more_and_an_expired_one_neither(
    guarded: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "BELIEVED", 0.0)
    headers = made(guarded, "revoked", "read")
    assert asked(guarded, "/api/v1/articles", headers).status_code == 200
    guarded.run(revoke_key(guarded.connection.database, "revoked", NOW))
    assert asked(guarded, "/api/v1/articles", headers).status_code == 401
    expired = made(guarded, "expired", "read", expires_at=NOW - timedelta(seconds=1))
    assert asked(guarded, "/api/v1/articles", expired).status_code == 401


def test_the_use_of_a_key_is_noted(guarded: Served) -> None:
    asked(guarded, "/api/v1/articles", made(guarded, "noted", "read"))

    def used() -> object:
        keys = guarded.run(list_keys(guarded.connection.database))
        return next(key for key in keys if key.name == "noted").last_used_at

    until(used)


def test_guesses_are_refused_for_a_while_and_keep_no_key_out(databases: Databases, tmp_path: Any) -> None:
    with serving(databases, tmp_path, serve_names="news.example") as guarded:
        wrong = {"Authorization": f"Bearer nck_nobody.{'x' * 43}"}
        codes = [asked(guarded, "/api/v1/articles", wrong).status_code for _ in range(65)]
        assert codes[:50] == [401] * 50
        assert codes[-1] == 429
        assert asked(guarded, "/api/v1/articles", made(guarded, "late", "read")).status_code == 200


@pytest.mark.parametrize(
    "token", [b"", b"x", b"nck_", b"nck_a.b", b"nck_$ne.x", b"nck_" + b"a" * 60 + b"." + b"x" * 43, b"\xff", b"null"]
)
def test_what_is_no_key_is_refused(guarded: Served, token: bytes) -> None:
    answer = guarded.get("/api/v1/articles", headers=[(b"Host", b"news.example"), (b"X-API-Key", token)])
    assert (answer.status_code, answer.json()["code"]) == (401, "no-key")


def test_the_document_tells_of_keys_where_they_are_needed(guarded: Served, served: Served) -> None:
    document = asked(guarded, "/openapi.json", made(guarded, "document", "read")).json()
    assert {"bearer", "header", "password"} == set(document["components"]["securitySchemes"])
    assert "401" in document["paths"]["/api/v1/articles"]["get"]["responses"]
    assert "securitySchemes" not in served.json("/openapi.json")["components"]


@pytest.mark.parametrize(
    ("settings", "needs"),
    [
        ({}, False),
        ({"serve_host": "localhost"}, False),
        ({"serve_host": "127.0.0.2"}, False),
        ({"serve_host": "::1"}, False),
        ({"serve_host": "0.0.0.0"}, True),
        ({"serve_host": "::"}, True),
        ({"serve_host": "192.168.1.5"}, True),
        ({"serve_host": "news.example"}, True),
        ({"serve_names": "news.example"}, True),
    ],
)
def test_keys_are_needed_where_others_can_ask(settings: dict[str, str], needs: bool) -> None:
    assert WebSettings(Settings(**settings)).needs_keys is needs


def test_headers_are_read_as_they_are_meant() -> None:
    assert [host_name(header) for header in ("LocalHost.:80", "[::1]:80", "a.b")] == ["localhost", "::1", "a.b"]
    assert token_of(Headers({"authorization": "bearer  abc "})) == "abc"
    assert token_of(Headers({"authorization": "Basic !!!"})) is None
    assert [scope_of(path) for path in ("/feeds/a", "/runs/x", "/api/v1/runs", "/")] == [
        "feeds",
        "operate",
        "operate",
        "read",
    ]
