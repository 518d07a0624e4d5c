"""View counts: every form as printed, and what only looks like one."""

import json
import timeit
from pathlib import Path
from typing import Literal

import pytest
from babel import localedata
from babel.numbers import format_compact_decimal, format_decimal
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
    ("👁 1 234", "uk", 1234),
    ("👁 1.2K", "en", 1200),
    ("Просмотров: 12 345", "ru", 12345),
    ("12 345 просмотров", "ru", 12345),
    ("Переглядів: 1,2 тис.", "uk", 1200),
    ("1,2 тыс. просмотров", "ru", 1200),
    ("1.234 lượt xem", "vi", 1234),
    ("1,2 N lượt xem", "vi", 1200),
    ("1,2 Tr lượt xem", "vi", 1200000),
    ("1,2 B görüntülenme", "tr", 1200),
    ("12 bin görüntüleme", "tr", 12000),
    ("1,2 Mn görüntüleme", "tr", 1200000),
    ("1,5 Mio. Aufrufe", "de", 1500000),
    ("1,5 mil. zobrazení", "cs", 1500000),
    ("12 tis. zhlédnutí", "cs", 12000),
    ("1,2 tys. wyświetleń", "pl", 1200),
    ("1,2 e megtekintés", "hu", 1200),
    ("12 E megtekintés", "hu", 12000),
    ("1,2 t. näyttökertaa", "fi", 1200),
    ("12 tn visningar", "sv", 12000),
    ("1.2 lakh views", "en-IN", 120000),
    ("1.2 crore views", "en-IN", 12000000),
    ("12 हज़ार बार देखा गया", "hi", 12000),
    ("1.2 लाख बार देखा गया", "hi", 120000),
    ("12 ألف مشاهدة", "ar", 12000),
    ("١٢٬٣٤٥ مشاهدة", "ar", 12345),
    ("۱۲٬۳۴۵ بازدید", "fa", 12345),
    ("بازدید: ۱۲۳۴", "fa", 1234),
    ("تعداد بازدید : ۱۲۳۴", "fa", 1234),
    ("12.3万回視聴", "ja", 123000),
    ("閲覧数：12,345", "ja", 12345),
    ("12345 PV", "ja", 12345),
    ("조회 1,234", "ko", 1234),
    ("조회수 : 1,234회", "ko", 1234),
    ("阅读 1.2万", "zh", 12000),
    ("阅读量：12345", "zh", 12345),
    ("浏览：12345次", "zh", 12345),
    ("12345人阅读", "zh", 12345),
    ("點閱：12345", "zh-Hant", 12345),
    ("瀏覽數 12,345", "zh-Hant", 12345),
    ("12,345 次瀏覽", "zh-Hant", 12345),
    ("อ่าน 1,234 ครั้ง", "th", 1234),
    ("1.2 แสน ครั้ง", "th", 120000),
    ("เข้าชม 12,345", "th", 12345),
    ("1 234 προβολές", "el", 1234),
    ("1.234 προβολές", "el", 1234),
    ("Visualizzazioni: 1.234", "it", 1234),
    ("Letto 1.234 volte", "it", 1234),
    ("Lu 1 234 fois", "fr", 1234),
    ("1,2 k vues", "fr", 1200),
    ("1,2 M de vues", "fr", 1200000),
    ("Leído 1.234 veces", "es", 1234),
    ("1.234 visitas", "es", 1234),
    ("1,2 mi de visualizações", "pt", 1200000),
    ("Gelesen: 1.234 mal", "de", 1234),
    ("1.234-mal gelesen", "de", 1234),
    ("Dilihat 1.234 kali", "id", 1234),
    ("1,2 rb x dilihat", "id", 1200),
    ("Okunma: 1.234", "tr", 1234),
    ("1.234 kez okundu", "tr", 1234),
    ("Прочитано 1234 рази", "uk", 1234),
    ("Переглянули: 1234", "uk", 1234),
    ("Прагледы: 1 234", "be", 1234),
    ("Преглеждания: 1234", "bg", 1234),
    ("Прегледа: 1.234", "sr", 1234),
    ("Pregleda: 1.234", "hr", 1234),
    ("Vizualizări: 1.234", "ro", 1234),
    ("Baxış: 1234", "az", 1234),
    ("Baxılıb: 1234", "az", 1234),
    ("Oxunub: 1234", "az", 1234),
    ("Көрілім: 1234", "kk", 1234),
    ("Көрсетілім: 1234", "kk", 1234),
    ("ნახვა: 1234", "ka", 1234),
    ("Դիտումներ՝ 1234", "hy", 1234),
    ("צפיות: 1,234", "he", 1234),
    ("1,234 צפיות", "he", 1234),
    ("পঠিত : ১২৩৪ বার", "bn", 1234),
    ("১২৩৪ বার পঠিত", "bn", 1234),
    ("பார்வைகள் 1234", "ta", 1234),
    ("Katselukerrat: 1 234", "fi", 1234),
    ("Visninger: 1.234", "da", 1234),
    ("Skatījumi: 1234", "lv", 1234),
    ("Peržiūros: 1234", "lt", 1234),
    ("Vaatamisi: 1234", "et", 1234),
    ("Views 1.2K", "en", 1200),
    ("1.2K Views", "en", 1200),
    ("Hits: 1234", "en", 1234),
    ("Viewed 1,234 times", "en", 1234),
    ("1,234 people have read this", "en", 1234),
    ("1.2m views", "en", 1200000),
    ("1.1B views", "en", 1100000000),
    ("Page views: 1234", "en", 1234),
    ("Total Views: 1,234", "en", 1234),
    ("post views: 1,234", "en", 1234),
    ("1 234 567 views", "en", 1234567),
    ("12,34,567 views", "en-IN", 1234567),
    ("1,234 views · 5 comments", "en", 1234),
    ("5 comments · 1,234 views", "en", 1234),
    ("5 min read · 1,234 views", "en", 1234),
    ("Jan 6, 2025 · 5 min read · 1.2K views", "en", 1200),
    ("12:30 | 1234 просмотра | 5 комментариев", "ru", 1234),
    ("06.01.2025 10:50 1234 просмотра", "ru", 1234),
    ("06.01.2025, 1234 просмотра", "ru", 1234),
    ("2025-01-06 10:50:00 阅读：1234", "zh", 1234),
    ("2025-01-06 10:50 1234 views", "en", 1234),
    ("1.2K", "en", 1200),
]  # fmt: skip

TRAPS = [
    ("4 minute read", "en"),
    ("5 min read 42", "en"),
    ("12 comments", "en"),
    ("37 shares", "en"),
    ("Posted at 10:50", "en"),
    ("2025", "en"),
    ("Article 1906059", "en"),
    ("+380 44 123 45 67", "en"),
    ("3 stars", "en"),
    ("Page 2 of 17", "en"),
    ("100 claps", "en"),
    ("7 reviews", "en"),
    ("2 interviews", "en"),
    ("", "en"),
    ("views", "en"),
    ("no views yet", "en"),
    ("Overviews of 12 cities", "en"),
    ("मشاهدات 12", "ar"),
    ("5 min read", "en"),
    ("3 хвилини читання", "uk"),
    ("Час читання: 3 хв", "uk"),
    ("Время чтения: 3 мин", "ru"),
    ("Lesezeit: 3 Minuten", "de"),
    ("3 Min. Lesezeit", "de"),
    ("Temps de lecture : 3 min", "fr"),
    ("Lecture 3 min", "fr"),
    ("Lecture : 3 min", "fr"),
    ("Lecture: 3 minutes", "fr"),
    ("Tiempo de lectura: 3 min", "es"),
    ("3 minutos de lectura", "es"),
    ("3 min de lectura", "es"),
    ("Tempo di lettura: 3 minuti", "it"),
    ("Leitura: 3 min", "pt"),
    ("3 min de leitura", "pt"),
    ("読了時間 3分", "ja"),
    ("阅读时间：3分钟", "zh"),
    ("阅读需 3 分钟", "zh"),
    ("阅读本文大概需要3分钟", "zh"),
    ("Reading time: 3 min", "en"),
    ("3 minutes to read", "en"),
    ("Read in 3 minutes", "en"),
    ("Reads 3 min", "en"),
    ("Okuma süresi: 3 dk", "tr"),
    ("Czas czytania: 3 min", "pl"),
    ("Leestijd: 3 min", "nl"),
    ("Viewed 3 days ago", "en"),
    ("12 Kommentare", "de"),
    ("12 коментарів", "uk"),
    ("評論 12", "zh"),
    ("评论(12)", "zh"),
    ("点赞 12", "zh"),
    ("12 likes", "en"),
    ("12 shares", "en"),
    ("1.2K followers", "en"),
    ("25 °C", "en"),
    ("42,10 грн", "uk"),
    ("€ 1.2M", "en"),
    ("$3M", "en"),
    ("ID: 123456", "en"),
    ("+380 44 123 45 67", "uk"),
    ("Top 10 views", "en"),
    ("View all 12 articles", "en"),
    ("views from 2025", "en"),
    ("read 5 articles", "en"),
    ("World views 2025-01-06", "en"),
    ("5 readers commented", "en"),
    ("Read 3 comments", "en"),
    ("1,234 votes", "en"),
    ("12 interviews", "en"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "language", "count"), PRINTED, ids=[row[0] for row in PRINTED])
def test_a_printed_counter_is_read(text: str, language: str, count: int) -> None:
    assert parse_views(text, language=language) == count


@pytest.mark.parametrize(("text", "language"), TRAPS)
def test_what_is_no_counter_is_refused(text: str, language: str) -> None:
    assert parse_views(text, language=language) is None


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


# Where CLDR 47 in Babel prints what says something else: `elfu 12` for 1,200, ten million for a million, `Vote 30M`, `9 99`.
MISPRINTED = {"sw", "ne", "wo", "tok"}
LOCALES = [code for code in localedata.locale_identifiers() if code.partition("_")[0] not in MISPRINTED]


def test_a_formatted_count_reads_back_in_every_locale() -> None:
    for code in LOCALES:
        language = code.replace("_", "-")
        for count in (0, 7, 999, 1_234, 12_345, 1_234_567, 98_765_432):
            printed = f"{format_decimal(count, locale=code)} views"
            assert parse_views(printed, language=language) == count, (code, printed)


@pytest.mark.parametrize("width", ["short", "long"])
def test_a_compact_count_reads_back_in_every_locale(width: Literal["short", "long"]) -> None:
    for code in LOCALES:
        language = code.replace("_", "-")
        for count in (1_200, 15_000, 340_000, 2_500_000, 30_000_000, 1_500_000_000):
            try:
                printed = format_compact_decimal(count, format_type=width, locale=code, fraction_digits=1)
            except KeyError:
                continue  # a locale without compact forms
            assert parse_views(f"{printed} views", language=language) == count, (code, printed)
            assert parse_views(f"views: {printed}", language=language) == count, (code, printed)


@settings(max_examples=100, deadline=None)
@given(
    st.integers(0, 10**9), st.sampled_from(["1 min read", "Jan 6, 2025, 10:50 AM", "06.01.2025", "10:50", "5 comments"])
)
def test_other_numbers_beside_change_no_count(count: int, beside: str) -> None:
    assert parse_views(f"{beside} • {count} views", language="en") == count
    assert parse_views(f"{count} views | {beside}", language="en") == count


@pytest.mark.parametrize(
    "text", ["1" * 10**6, "1," * 500_000, "views " * 170_000, "<a " * 333_333, '<i class="views" ' * 60_000, "万" * 10**6, "\n" * 10**6]
)  # fmt: skip
def test_a_long_hostile_text_is_answered_at_once(text: str) -> None:
    parse_views("1 views", language="en")
    assert min(timeit.repeat(lambda: parse_views(text, language="en"), number=1, repeat=3)) < 0.05


def test_a_number_whose_separators_contradict_each_other_is_refused() -> None:
    assert parse_views("1.156,341.31 views", language="en") is None


@pytest.mark.parametrize("text", ["-5 views", "−5 views", "• -5 views", "By Jane Roe 2026-11-20 -5 views"])
def test_a_counter_below_zero_is_none(text: str) -> None:
    assert parse_views(text, language="en") is None


def test_a_dash_before_a_counter_is_no_minus() -> None:
    assert parse_views("Politics - 5 views", language="en") == 5
