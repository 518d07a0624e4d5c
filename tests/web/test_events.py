"""The stream of what is new or changed: in order, resumed, through an outage, and ended with the server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from newscrawl.web import events
from tests.database_servers import Mongod
from tests.databases import Databases
from tests.stored_articles import START, article
from tests.waiting import until
from tests.web.conftest import Served, serving


class Event(NamedTuple):
    name: str
    id: int
    data: dict[str, Any]


@contextmanager
def listening(served: Served, query: str = "", **headers: str) -> Iterator[Iterator[Event]]:
    """The events of one stream as they come."""
    with served.client.stream("GET", f"/api/v1/events{query}", headers=headers) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _events(answer)


def _events(answer: httpx.Response) -> Iterator[Event]:
    fields: dict[str, str] = {}
    for line in answer.iter_lines():
        if not line and fields.get("data"):
            yield Event(fields["event"], int(fields["id"]), json.loads(fields["data"]))
        if not line:
            fields = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value


def test_a_stream_begins_now_and_gives_what_comes(served: Served) -> None:
    seq = served.json("/api/v1/statistics")["seq"]
    with listening(served, "?site=reuters") as stream:
        assert next(stream) == Event("ready", seq, {"seq": seq})
        served.store(article(201), article(202), now=START + timedelta(days=2))
        event = next(stream)
    assert (event.name, event.data["_id"], event.id) == ("article", article(202).id, event.data["seq"])
    assert "body" not in event.data


def test_a_stream_goes_on_after_the_event_that_was_seen_last(served: Served) -> None:
    with listening(served, "?after_seq=0") as stream:
        assert next(stream).name == "ready"
        seen = [next(stream) for _ in range(5)]
    with listening(served, **{"Last-Event-ID": str(seen[-1].id)}) as stream:
        assert next(stream).id == seen[-1].id
        further = [next(stream) for _ in range(5)]
    numbers = [event.id for event in seen + further]
    assert numbers == sorted(set(numbers))
    followed = served.json("/api/v1/changes?limit=10")["articles"]
    assert [event.data["_id"] for event in seen + further] == [found["_id"] for found in followed]


@pytest.mark.parametrize("last", ["x", "-1", "1.5", "9" * 19, "$gt"])
def test_a_wrong_last_event_is_told(served: Served, last: str) -> None:
    answer = served.get("/api/v1/events", headers={"Last-Event-ID": last})
    assert answer.status_code == 422
    assert [mistake["parameter"] for mistake in answer.json()["errors"]] == ["Last-Event-ID"]
    assert served.get("/api/v1/events?limit=5").status_code == 422


def test_a_quiet_stream_says_that_it_is_there_and_how_far_it_is(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HEARTBEAT", 0.2)
    seq = served.json("/api/v1/statistics")["seq"]
    with served.client.stream("GET", "/api/v1/events?site=none&after_seq=1") as answer:
        lines = answer.iter_lines()
        assert any(line == ": heartbeat" for line in lines)
    with listening(served, "?site=none&after_seq=1") as stream:
        assert next(stream).name == "ready"
        assert next(stream) == Event("position", seq, {"seq": seq})


def test_no_more_streams_are_open_than_may_be(databases: Databases, tmp_path: Path) -> None:
    with serving(databases, tmp_path, serve_streams=1) as served:
        with listening(served) as stream:
            next(stream)
            refused = served.get("/api/v1/events")
        assert (refused.status_code, refused.json()["code"]) == (503, "too-many-streams")
        assert int(refused.headers["retry-after"]) > 0
        until(lambda: served.app.state.reader.streams == 0)
        with listening(served) as stream:
            assert next(stream).name == "ready"


def test_streams_end_with_the_server(databases: Databases, tmp_path: Path) -> None:
    with serving(databases, tmp_path) as served, listening(served) as stream:
        next(stream)
        served.stop()
        assert list(stream) == []


def test_a_database_that_goes_away_ends_no_stream_and_is_told_to_others(tmp_path: Path) -> None:
    mongod = Mongod(tmp_path / "mongod")
    uri = f"mongodb://{mongod.host}/?directConnection=true&serverSelectionTimeoutMS=300"
    with (
        closing(Databases(uri, tmp_path)) as own,
        serving(own, tmp_path / "served", 12, serve_cache=0) as served,
        listening(served) as stream,
    ):
        assert next(stream).name == "ready"
        mongod.kill()
        until(lambda: served.app.state.reader.is_down)
        for path in ("/api/v1/articles", "/feeds/articles.rss", "/api/v1/runs", "/api/v1/articles/x"):
            answer = served.get(path)
            assert (answer.status_code, answer.json()["code"]) == (503, "database-down")
            assert int(answer.headers["retry-after"]) > 0
            assert answer.headers["content-type"] == "application/problem+json"
            assert not re.search(r"mongo|Traceback|\.py|127\.0", answer.text, re.I)
        mongod.start()
        until(lambda: not served.app.state.reader.is_down)
        served.store(article(77), now=START + timedelta(days=3))
        assert next(event for event in stream if event.name == "article").data["_id"] == article(77).id
    mongod.kill()
