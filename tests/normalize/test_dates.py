"""Printed dates to instants: what peers read wrongly, forms of many languages, and what stays true of every date."""

import json
import subprocess
import sys
import timeit
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from babel.dates import format_datetime, format_timedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.normalize.calendars import from_persian
from newscrawl.normalize.date_words import scripts, words_of
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


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00Z",
        "1970-01-01",
        "1970-01-01T00:00:00Z",
        "1970-01-01T03:00:00+03:00",
        "1969-12-31T19:00:00-05:00",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "1900-01-01T00:00:00",
        "1899-12-30T00:00:00",
        "1601-01-01T00:00:00Z",
    ],
)
def test_what_systems_write_for_no_date_is_none(text: str) -> None:
    assert read(text, "en") is None


@pytest.mark.parametrize(
    "text", ["1970-01-02", "1970-01-01T09:15:00Z", "1912-04-16", "1605-06-01", "1969-07-21T02:56:00Z"]
)
def test_an_old_date_is_a_date(text: str) -> None:
    assert read(text, "en") is not None


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


# What pages of one kind print each; the reference is Tuesday, 7 January 2025, 12:00 UTC.
PRINTED = [
    # glued to other text, with the counter behind
    ("AsiaJan 6 2025, 10:50 AM • 22684 views", "en", "2025-01-06T10:50"),
    ("10:50 | 06.01.25", "uk", "2025-01-06T10:50"),
    ("Published: 6 January 2025, 10:50 GMT", "en", "2025-01-06T10:50"),
    ("입력 2025.01.06. 오후 3:05", "ko", "2025-01-06T15:05"),
    ("2小时前发布", "zh", "2025-01-07T10:00"),
    # halves of the day
    ("2025年1月6日 午後3時05分", "ja", "2025-01-06T15:05"),
    ("2025-01-06 下午 03:05", "zh-Hant", "2025-01-06T15:05"),
    ("الإثنين 6 يناير 2025 - 10:50 م", "ar", "2025-01-06T22:50"),
    ("6 Ιανουαρίου 2025, 6:05 μ.μ.", "el", "2025-01-06T18:05"),
    ("6 de enero de 2025 a las 6:05 de la tarde", "es", "2025-01-06T18:05"),
    ("6.1.2025 5.45 ip.", "fi", "2025-01-06T17:45"),
    ("12 जनवरी 2024 11:08 अपराह्न", "hi", "2024-01-12T23:08"),
    ("6. siječnja 2025. u podne", "hr", "2025-01-06T12:00"),
    # other calendars, eras and digits
    ("6 มกราคม 2568 เวลา 10:50 น.", "th", "2025-01-06T10:50"),
    ("6 ม.ค. 68 10:50 น.", "th", "2025-01-06T10:50"),
    ("۱۷ دی ۱۴۰۳", "fa", "2025-01-06T00:00"),
    ("۱۴۰۳/۱۰/۱۷ - ۱۰:۵۰", "fa", "2025-01-06T10:50"),
    ("الاثنين 6 رجب 1446", "ar", "2025-01-06T00:00"),
    ("6 رجب 1446هـ - 6 يناير 2025م", "ar", "2025-01-06T00:00"),
    ("令和7年1月6日 10時50分", "ja", "2025-01-06T10:50"),
    ("民國114年1月6日", "zh-Hant", "2025-01-06T00:00"),
    ("৬ জানুয়ারি ২০২৫, ১০:৫০", "bn", "2025-01-06T10:50"),
    # names beside CLDR's first: of regions, cut short, in capitals, without accents, with endings
    ("6 كانون الثاني 2025", "ar", "2025-01-06T00:00"),
    ("6 Jänner 2025", "de", "2025-01-06T00:00"),
    ("6 ΙΑΝΟΥΑΡΙΟΥ 2025", "el", "2025-01-06T00:00"),
    ("6 OCAK 2025", "tr", "2025-01-06T00:00"),
    ("6 Aralık 2024", "tr", "2024-12-06T00:00"),
    ("6 d’octubre de 2024", "ca", "2024-10-06T00:00"),
    ("17 верес 2024 6:17", "uk", "2024-09-17T06:17"),
    ("6 בינואר 2025", "he", "2025-01-06T00:00"),
    ("marți, 17 septembrie 2024", "ro", "2024-09-17T00:00"),
    ("ngày 6 tháng 1 năm 2025", "vi", "2025-01-06T00:00"),
    ("2025 m. sausio 6 d. 10:50", "lt", "2025-01-06T10:50"),
    # zones
    ("Jan 6, 2025 10:50 AM EST", "en", "2025-01-06T15:50"),
    ("Jan 6, 2025 10:50 AM ET", "en", "2025-01-06T15:50"),
    ("6 Jan 2025 10:50 IST", "en", "2025-01-06T05:20"),
    ("Senin, 06 Jan 2025 10:50 WIB", "id", "2025-01-06T03:50"),
    ("6 января 2025, 10:50 МСК", "ru", "2025-01-06T07:50"),
    ("Fri Jan 3 2025 10:34:51 GMT+0800 (CST)", "en", "2025-01-03T02:34"),
    # relative: compounds, one without a number, two in one word, with a time of day
    ("1 hour 20 minutes ago", "en", "2025-01-07T10:40"),
    ("1 година 20 хвилин тому", "uk", "2025-01-07T10:40"),
    ("an hour ago", "en", "2025-01-07T11:00"),
    ("годину тому", "uk", "2025-01-07T11:00"),
    ("il y a une heure", "fr", "2025-01-07T11:00"),
    ("לפני שעתיים", "he", "2025-01-07T10:00"),
    ("منذ ساعتين", "ar", "2025-01-07T10:00"),
    ("2h ago", "en", "2025-01-07T10:00"),
    ("2 gün önce", "tr", "2025-01-05T12:00"),
    ("2 дні тому о 18:05", "uk", "2025-01-05T18:05"),
    ("3 weeks ago", "en", "2024-12-17T12:00"),
    ("2 months ago", "en", "2024-11-07T12:00"),
    ("昨日 18:05", "ja", "2025-01-06T18:05"),
    ("어제 오후 6:05", "ko", "2025-01-06T18:05"),
    ("hier à 18h05", "fr", "2025-01-06T18:05"),
    # without a year, without a day
    ("31 грудня, 23:50", "uk", "2024-12-31T23:50"),
    ("06.01, 10:50", "uk", "2025-01-06T10:50"),
    ("le 6 janvier à 18h", "fr", "2025-01-06T18:00"),
    ("Fri 10:50", "en", "2025-01-03T10:50"),
    ("вів о 10:04", "uk", "2025-01-07T10:04"),
    ("вів о 14:04", "uk", "2024-12-31T14:04"),
    ("23:50", "en", "2025-01-06T23:50"),
    ("1/6(月) 10:50", "ja", "2025-01-06T10:50"),
    ("3/3/94", "en", "1994-03-03T00:00"),
    ("щойно", "uk", "2025-01-07T12:00"),
    ("just now", "en", "2025-01-07T12:00"),
    # by machines
    ("20250106", "en", "2025-01-06T00:00"),
    ("1736160600", "en", "2025-01-06T10:50"),
    ("/Date(1736160600000)/", "en", "2025-01-06T10:50"),
    ("Mon Jan 06 10:50:00 EET 2025", "en", "2025-01-06T08:50"),
    # of sites, with what stands around
    ("Publié le 6 janvier 2025 à 10h50 - Mis à jour le 6 janvier 2025 à 12h", "fr", "2025-01-06T10:50"),
    ("Lunes, 6 de enero de 2025 | 10:50 a. m.", "es", "2025-01-06T10:50"),
    ("Publicerad 6 januari 2025 kl. 10.50", "sv", "2025-01-06T10:50"),
    ("Thứ hai, 6/1/2025, 10:50 (GMT+7)", "vi", "2025-01-06T03:50"),
    ("จันทร์ที่ 6 มกราคม พ.ศ. 2568, 10.50 น.", "th", "2025-01-06T10:50"),
    ("دوشنبه ۱۷ دی ۱۴۰۳ - ۱۰:۵۰", "fa", "2025-01-06T10:50"),
    ("Jan 6, 2025 / 10:50 AM EST / CBS News", "en", "2025-01-06T15:50"),
    ("Last modified on Mon 6 Jan 2025 10.50 EST", "en", "2025-01-06T15:50"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "language", "expected"), PRINTED, ids=[row[0] for row in PRINTED])
def test_a_printed_date_is_read_in_its_language(text: str, language: str, expected: str) -> None:
    found = read(text, language)
    assert found is not None
    assert found[0][:16] == expected


@pytest.mark.parametrize(
    "text", ["5 min read", "2025 год", "12 comments", "2 days", "6 رجب 1446", "March", "Monday 12", "2/2025"]
)
def test_what_names_no_single_day_is_refused(text: str) -> None:
    assert read(text, "en") is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Become a member today", "en"), ("Higher rain chances Saturday", "en"), ("Sun Vouchers", "en"), ("Hoy hay 450 mil puestos de trabajo", "es"),
        ("DC’s 9:30 Club hosts a sell-out performance", "en"), ("Weather Authority: Friday, 5 p.m. update", "en"),
        ("Woman whose son died in crash nearly 3 years ago hears his heartbeat", "en"), ("Сьогодні у Києві відкрили новий міст", "uk"), ("Щойно у Києві відкрили новий міст", "uk"),
    ],
)  # fmt: skip
def test_a_sentence_that_says_a_day_is_no_date(text: str, language: str) -> None:
    assert read(text, language) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Sun, Jan 5 @2:00pmDiamond Dan", "2025-01-05T14:00"), ("By JANE DOE11 minutes ago", "2025-01-07T11:49"), ("Updated: Friday", "2025-01-03T00:00"), ("on Friday at 10:50", "2025-01-03T10:50")],
)  # fmt: skip
def test_a_date_that_is_glued_to_a_name_or_a_label_is_read(text: str, expected: str) -> None:
    found = read(text, "en")
    assert found is not None
    assert found[0][:16] == expected


def test_an_abbreviation_of_several_zones_is_that_of_the_site() -> None:
    assert read("6 Jan 2025 10:50 IST", "en", "Asia/Jerusalem") == ("2025-01-06T08:50:00", 120, "minute")
    assert read("6 Jan 2025 10:50 CST", "en", "Asia/Shanghai") == ("2025-01-06T02:50:00", 480, "minute")


def test_without_a_reference_nothing_is_guessed() -> None:
    for text in ("6 January", "yesterday", "2 hours ago", "10:50", "Monday"):
        assert parse_date(text, languages=("en",)) is None


@pytest.mark.parametrize(
    ("gregorian", "persian"),
    [
        (date(1979, 3, 21), (1358, 1, 1)), (date(2021, 3, 20), (1399, 12, 30)), (date(2021, 3, 21), (1400, 1, 1)),
        (date(2024, 3, 20), (1403, 1, 1)), (date(2025, 3, 20), (1403, 12, 30)), (date(2029, 3, 20), (1408, 1, 1)),
    ],
)  # fmt: skip
def test_persian_years_begin_at_the_equinox(gregorian: date, persian: tuple[int, int, int]) -> None:
    assert from_persian(*persian) == gregorian


@settings(max_examples=100, deadline=None)
@given(st.integers(1300, 1450), st.integers(1, 12), st.integers(1, 29))
def test_persian_days_follow_one_another(year: int, month: int, day: int) -> None:
    after = (year, month, day + 1) if day < 29 else (year, month + 1, 1) if month < 12 else (year + 1, 1, 1)
    assert 1 <= (from_persian(*after) - from_persian(year, month, day)).days <= 3


LANGUAGES = (
    "en uk ru de fr es it pt pl nl sv nb da fi cs sk hu ro bg hr sr sl el tr az kk be lt lv et id vi ja ko zh ar fa he hi bn ta te "
    "ml kn gu mr pa ur ne si km ka hy sq mk bs is ga ca gl af sw uz ky fil am zu"
).split()  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_dates_of_every_month_are_read_as_cldr_prints_them(language: str) -> None:
    for month in range(1, 13):
        day = datetime(2024, month, 17, 21, 41, tzinfo=UTC)
        for width in ("full", "long", "medium", "short"):
            printed = format_datetime(day, width, locale=language, tzinfo=UTC)
            found = parse_date(printed, languages=(language,), reference=REFERENCE)
            assert found is not None, printed
            assert found.at == day, printed


@pytest.mark.parametrize("language", sorted({*LANGUAGES, "th", "my", "lo", "mn", "eu", "ms", "cy"} - {"ga"}))
def test_times_gone_by_are_read_as_cldr_prints_them(language: str) -> None:
    for unit, numbers in (("minute", (2, 5, 21, 45)), ("hour", (2, 3, 11)), ("day", (2, 3, 6))):
        for number in numbers:
            gone = timedelta(**{f"{unit}s": number})
            printed = format_timedelta(-gone, unit, threshold=10**6, add_direction=True, locale=language)
            found = parse_date(printed, languages=(language,), reference=REFERENCE)
            assert found is not None, printed
            assert (found.at, found.precision) == (REFERENCE - gone, unit), printed


def test_the_language_of_a_date_is_found_by_its_script() -> None:
    for language in ("uk", "el", "hy", "ka", "he", "fa", "hi", "bn", "ta", "te", "ml", "th", "km", "am"):
        printed = format_datetime(datetime(2024, 10, 17), "d MMMM y", locale=language)
        found = parse_date(printed, reference=REFERENCE)
        assert found is not None, printed
        assert found.at == datetime(2024, 10, 17, tzinfo=UTC), printed


def test_the_date_strings_of_another_project_are_read_as_there(shared: Path) -> None:
    """Of 197: not bare months, weekdays of one or two letters, Welsh cut short, 11. 12. as the 12th, `2911:30`."""
    rows = [json.loads(line) for line in (shared / "data/bench/dates_strings/pairs.jsonl").read_text().splitlines()]
    right = 0
    for row in rows:
        reading = datetime.fromisoformat(row["dt"])
        reference = datetime(2012, 11, 13, 23, 59, tzinfo=UTC)
        if "past" in row["test"]:
            reference = datetime(2015, 2, 15, 15, 30, tzinfo=UTC)
        # A date after the reference is one whose year is printed; ours know no future that is to be refused.
        known = reading.replace(tzinfo=UTC) <= reference
        found = parse_date(row["text"], reference=reference if known else None)
        right += found is not None and found.at is not None and found.at.isoformat()[:16] == row["dt"][:16]
    assert right >= 0.92 * len(rows), f"{right} of {len(rows)}"


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


@settings(max_examples=100, deadline=None)
@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2024, 12, 31)),
    st.sampled_from(["en", "uk", "de", "ar", "hi", "fr", "fa", "el"]),
    st.sampled_from(["", "Kyiv • ", "18 фото ", "(", "Оновлено: "]),
)
def test_text_around_changes_no_date(naive: datetime, language: str, before: str) -> None:
    printed = format_datetime(naive.replace(second=0, microsecond=0), "d MMMM y, HH:mm", locale=language)
    found = parse_date(f"{before}{printed} • 1234", languages=(language,), reference=REFERENCE)
    assert found is not None
    assert found.at == naive.replace(second=0, microsecond=0, tzinfo=UTC)


def test_a_language_keeps_its_own_words_after_another_was_read() -> None:
    """Babel's own tables give Chinese the abbreviated months of Hebrew once Hebrew's were asked for."""
    assert words_of("he") is not None
    chinese = words_of("zh")
    assert chinese is not None
    assert {scripts(month) for month in chinese.months} == {("han",)}


def test_importing_the_normalisers_loads_no_language() -> None:
    check = (
        "import newscrawl.normalize.dates, newscrawl.normalize.views, newscrawl.normalize.dateline\n"
        "import newscrawl.normalize.urls, newscrawl.normalize.cldr, babel.localedata, sys\n"
        "sys.exit(len(babel.localedata._cache) + newscrawl.normalize.cldr._merged.cache_info().misses)"
    )
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_a_common_form_takes_microseconds() -> None:
    parse_date("Jan 6 2025, 10:50 AM", languages=("en",), reference=REFERENCE)
    best = min(
        timeit.repeat(
            lambda: parse_date("Jan 6 2025, 10:50 AM", languages=("en",), reference=REFERENCE), number=200, repeat=5
        )
    )
    assert best / 200 < 100e-6  # 25 µs on one quiet core


@pytest.mark.parametrize(
    "text",
    ["1 " * 500_000, "1" * 10**6, " " * 10**6, "Jan 1 " * 170_000, "1月1日" * 250_000, "2 h ago " * 125_000, "1:1 " * 250_000, "d" * 10**6],
)  # fmt: skip
def test_a_long_hostile_text_is_answered_at_once(text: str) -> None:
    parse_date("6 Foo 2025 日", languages=("en",), reference=REFERENCE)
    once = timeit.repeat(lambda: parse_date(text, languages=("en",), reference=REFERENCE), number=1, repeat=3)
    assert min(once) < 0.05
