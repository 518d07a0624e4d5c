"""The tables of a run's record: small, whatever a site does."""

from __future__ import annotations

import pytest

from newscrawl.crawl.run_record import MOST_REASONS, by_class, most_frequent
from newscrawl.crawl.traffic import Traffic


def test_a_record_has_so_many_reasons_at_most_and_loses_no_number() -> None:
    table = {f"http-{number}": number for number in range(100, 200)}
    kept = most_frequent(table)
    assert len(kept) == MOST_REASONS
    assert sum(kept.values()) == sum(table.values())
    assert kept["http-199"] == 199


def test_a_short_table_is_kept_as_it_is() -> None:
    assert most_frequent({"a": 1}) == {"a": 1}


def test_statuses_are_counted_by_their_class() -> None:
    assert by_class({"200": 3, "204": 1, "404": 2, "429": 5}) == {"2xx": 4, "4xx": 7}


def test_a_request_waits_then_flies_then_is_forgotten() -> None:
    traffic, url = Traffic(), "http://user:secret@Example.com:81/x"
    traffic.scheduled(url)
    assert traffic.waiting == {"example.com:81": 1}
    traffic.begun(url)
    host = traffic.took_off(url)
    assert (dict(traffic.waiting), dict(traffic.in_flight)) == ({}, {"example.com:81": 1})
    assert traffic.requests == 1
    traffic.landed(host)
    assert not traffic.in_flight


def test_times_are_told_as_far_as_anything_was_timed() -> None:
    traffic = Traffic()
    assert traffic.times == {}
    traffic.download.add(2.0)
    assert traffic.times == {name: pytest.approx(2.0, rel=0.05) for name in ("download_p50", "download_p95")}
