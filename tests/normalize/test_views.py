"""View counts: every form as printed, and what only looks like one."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.article import INT64_MAX
from newscrawl.normalize.views import parse_views

PRINTED = [
    ("• 27977 views", "en", 27977),
    ("Jan 6 2025, 10:50 AM • 22684 views", "en", 22684),
    ("12,3 тыс. просмотров", "ru", 12300),
    ("12,3 тис. переглядів", "uk", 12300),
    ("3.4万", "zh", 34000),
    ("3.4万次阅读", "zh", 34000),
    ("1,234 views", "en", 1234),
    ("1.234 Aufrufe", "de", 1234),
    ("1 234 vues", "fr", 1234),
    ("1\u202f234\u00a0vues", "fr", 1234),
    ("1'234 Aufrufe", "de-CH", 1234),
    ("2.5K views", "en", 2500),
    ("1,2 mil visualizações", "pt", 1200),
    ("1.2M views", "en", 1_200_000),
    ("조회수 1.2만회", "ko", 12000),
    ("閲覧数 1,024", "ja", 1024),
    ("просмотров: 237", "ru", 237),
    ("Dibaca 12.768 kali", "id", 12768),
    ("6976 lecturas", "es", 6976),
    ("१,२३४ बार देखा गया", "hi", 1234),
    ("0 views", "en", 0),
]

TRAPS = [
    "4 minute read", "5 min read 42", "12 comments", "37 shares", "Posted at 10:50", "2025", "Article 1906059", "+380 44 123 45 67",
    "3 stars", "Page 2 of 17", "100 claps", "7 reviews", "2 interviews", "", "views", "no views yet", "Overviews of 12 cities",
]  # fmt: skip


@pytest.mark.parametrize(("text", "language", "count"), PRINTED, ids=[row[0] for row in PRINTED])
def test_a_printed_counter_is_read(text: str, language: str, count: int) -> None:
    assert parse_views(text, language=language) == count


@pytest.mark.parametrize("text", TRAPS)
def test_what_is_no_counter_is_refused(text: str) -> None:
    assert parse_views(text, language="en") is None


def test_a_count_that_no_database_holds_is_refused() -> None:
    assert parse_views(f"{10**30} views", language="en") is None


def test_labelled_counters_are_read(shared: Path) -> None:
    rows = [json.loads(line) for line in (shared / "data/views/positive.jsonl").read_text().splitlines()]
    wrong = [(r["text"], r["count"]) for r in rows if parse_views(r["text"], language=r["lang"]) != r["count"]]
    assert len(wrong) <= 0.03 * len(rows), wrong


def test_labelled_traps_are_refused(shared: Path) -> None:
    rows = [json.loads(line) for line in (shared / "data/views/negative.jsonl").read_text().splitlines()]
    assert [row["text"] for row in rows if parse_views(row["text"], language=row["lang"]) is not None] == []


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80), st.sampled_from([None, "en", "uk", "zh", "ar", "xx"]))
def test_any_text_gives_a_count_or_none(text: str, language: str | None) -> None:
    count = parse_views(text, language=language)
    assert count is None or 0 <= count <= INT64_MAX


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9))
def test_a_grouped_number_is_read_whole(count: int) -> None:
    assert parse_views(f"{count:,} views", language="en") == count
    assert parse_views(f"{count:,} просмотров".replace(",", " "), language="ru") == count
