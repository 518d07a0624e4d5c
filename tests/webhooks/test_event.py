"""What an event tells of an article."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from newscrawl.webhooks.event import event_of
from tests.webhooks.conftest import NOW

HOUR = timedelta(hours=1)


def document(**changes: Any) -> dict[str, Any]:
    base = {
        "_id": "a1",
        "url": "https://unn.example/1",
        "site": "unn",
        "headline": "A headline",
        "body": "Text",
        "seq": 7,
        "revision": 1,
        "status": "active",
        "first_seen_at": NOW,
        "changed_at": NOW,
        "sections": [{"heading": None, "paragraphs": ["Text"]}],
        "similarity": [1, 2],
    }
    return base | changes


def told(article: dict[str, Any], *fields: str) -> Any:
    return json.loads(event_of(article, fields).body)


def test_it_says_what_has_happened_and_when() -> None:
    gone = {"at": NOW + 2 * HOUR, "status": 404, "sightings": 2}
    back = [{"gone_at": NOW, "status": 404, "back_at": NOW + 3 * HOUR}]
    rows = [
        (document(), "article.new", "09:00"),
        (document(revision=2, changed_at=NOW + HOUR), "article.changed", "10:00"),
        (document(status="gone", gone=gone), "article.gone", "11:00"),
        (document(absences=back), "article.back", "12:00"),
        (document(absences=back, revision=2, changed_at=NOW + 4 * HOUR), "article.changed", "13:00"),
    ]
    for article, kind, at in rows:
        event = told(article)
        assert (event["type"], event["timestamp"]) == (kind, f"2026-11-28T{at}:00.000Z")


def test_a_tombstone_tells_which_article_it_is_now() -> None:
    buried = {"_id": "a2", "url": "https://unn.example/2", "headline": "A", "status": "merged", "merged_into": "a1"}
    event = told({**buried, "seq": 9, "changed_at": NOW})
    assert event["type"] == "article.merged"
    assert (event["data"]["id"], event["data"]["merged_into"], event["key"]) == ("a2", "a1", "a2-0-9")


def test_the_key_is_the_same_for_one_state_of_an_article_and_another_for_the_next() -> None:
    first = event_of(document())
    assert first.key == event_of(document(views={"count": 5})).key == "a1-1-7"
    assert event_of(document(revision=2, seq=9)).key != first.key
    assert event_of(document(seq=9)).key != first.key, "gone and back again: the text is the same, the news are not"


def test_it_holds_the_record_without_what_is_newscrawls_own() -> None:
    data = told(document())["data"]
    assert data["body"] == "Text"
    assert not data.keys() & {"sections", "similarity", "terms", "_id", "labels"}


def test_it_holds_only_the_fields_that_are_asked_for_and_what_names_the_article() -> None:
    data = told(document(lead="A lead"), "lead")["data"]
    assert set(data) == {"id", "url", "site", "headline", "seq", "revision", "status", "lead"}
