"""The calendar date in a printed text: numbers in their order, names of months in any language, other calendars.

Works on text whose digits are ASCII and without its time of day. No instants and no zones are made here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from newscrawl.normalize.calendars import (
    BUDDHIST_ERA,
    ISLAMIC_MONTHS,
    JAPANESE_ERAS,
    PERSIAN_MONTHS,
    REPUBLIC_OF_CHINA,
    from_islamic,
    from_persian,
)
from newscrawl.normalize.date_words import (
    TOKEN,
    UNSPACED,
    Words,
    fold,
    lexicons,
    scripts,
    weekday_in,
    words_of,
    words_of_script,
)

_LARGEST_FIRST = (("ja",), ("zh",), ("ko",))  # `1/6` is 6 January
_TWO_DIGIT_YEARS_TO = 70  # without a reference: 69 is 2069, 70 is 1970

_CJK_YEAR = re.compile(r"(?:(令和|平成|昭和|大正|明治|民國|民国)\s*(\d{1,3}|元)|(?<!\d)(\d{4}))\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})(?!\d|[時时시])")  # fmt: skip
_CJK_DAY = re.compile(r"(?<!\d)(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号號]")
_VIETNAMESE = re.compile(r"(?<!\d)(\d{1,2})\s*(?:tháng|thg\.?)\s*(\d{1,2})(?:\s*(?:,|năm|/|-)?\s*(\d{4}))?(?!\d)", re.I)
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{1,2})(?!\d)")
_NUMERIC = re.compile(r"(?<![\d.:/-])(\d{1,2})\s*([./-])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})(?!\d|[./]\d)")
_DAY_MONTH = re.compile(r"(?<![\d.:/])(\d{1,2})\.(\d{1,2})\.(?!\d)")
_DAY_MONTH_BARE = re.compile(r"\s*\D{0,12}?(?<![\d.:/])(\d{1,2})([./-])(\d{1,2})(?![\d./-])\D*")
_YEAR = re.compile(r"(?<!\d)((?:1[89]|20|21|2[45])\d{2})(?!\d|:)")
_ANY_YEAR = re.compile(r"(?<!\d)(1[34]\d{2})(?!\d)")
# A day with its ending (`1st`, `6-го`, `1লা`) and the word that joins it to its month.
_DAY_BEFORE = re.compile(
    r"(?<![\d:.,])(\d{1,2})(?:-?(?:st|nd|rd|th|er|re|[eè]me|ste|de|го|е|ое|й)(?!\w)|[^\x00-\x7f\u0400-\u04ff]{1,4}|[º°ª.])?[\s.,\-/\]]*"
    r"(?:(?:de|di|of|d'|d’|den|del|u|ng[àa]y|da|-)\s*)?[\s\[(]*$",
    re.I,
)
_DAY_AFTER = re.compile(
    r"[\s.,\-/\])]*(\d{1,2})(?:st|nd|rd|th|er|º|°|ª|\.|-?го|-е|\(a\))?(?![\d:]|[.,]\d|\s*[hH:]\d)", re.I
)
_SHORT_YEAR = re.compile(r"\s*[-/.'’]\s*(\d{2})(?![\d:.]|\s*[:h])|\s+(\d{2})[\s.,)]*$")


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar date. `implied`: its year is that of the reference."""

    year: int
    month: int
    day: int
    implied: bool = False


def find_day(text: str, languages: tuple[str, ...], local: datetime | None, *, timed: bool, others: bool) -> Day | None:
    """The first calendar date of a text without its time. `local`: the reference where the text was printed.

    `timed`: a time of day stands beside, so that `06.01` is a date. `others`: names of months count in every language,
    not only in those asked for. Two-digit years lie within a century before the
    reference.
    """
    if found := _CJK_YEAR.search(text):
        return _day(_east_asian_year(found), int(found[4]), int(found[5]), local)
    if found := _CJK_DAY.search(text):
        return _day(None, int(found[1]), int(found[2]), local)
    if found := _VIETNAMESE.search(text):
        return _day(int(found[3]) if found[3] else None, int(found[2]), int(found[1]), local)
    if found := _YEAR_FIRST.search(text):
        return _of_any_calendar(int(found[1]), int(found[2]), int(found[3]), local)
    if found := _NUMERIC.search(text):
        return _numeric(found, languages, local)
    if day := _named(text, languages, local, others):
        return day
    if found := _DAY_MONTH.search(text) or (_DAY_MONTH_BARE.fullmatch(text) if timed else None):
        first, second = int(found[1]), int(found[found.lastindex or 2])
        month_first = (
            found.lastindex == 3 and found[2] == "/" and (_month_first(languages) or languages[:1] in _LARGEST_FIRST)
        )
        return _day(None, *((first, second) if month_first else (second, first)), local)
    return None


def _day(year: int | None, month: int, day: int, local: datetime | None) -> Day | None:
    if not (1 <= month <= 12 and 1 <= day <= 31) or (year is None and local is None):
        return None
    if year is not None:
        return Day(year, month, day)
    assert local is not None
    return Day(local.year, month, day, implied=True)


def _east_asian_year(found: re.Match[str]) -> int:
    if found[3]:
        return int(found[3])
    counted = 1 if found[2] == "元" else int(found[2])
    return counted + JAPANESE_ERAS.get(found[1], REPUBLIC_OF_CHINA)


def _of_any_calendar(year: int, month: int, day: int, local: datetime | None) -> Day | None:
    """A date whose year tells its calendar: 2568 is Thai, 1403 Persian, 1446 may be two things."""
    if year >= 2400:
        year -= BUDDHIST_ERA
    elif 1300 <= year < 1430:
        return _gregorian(from_persian, year, month, day)
    elif year < 1700:
        return None
    return _day(year, month, day, local)


def _gregorian(convert: Callable[..., date], *numbers: int) -> Day | None:
    try:
        found = convert(*numbers)
    except (ValueError, OverflowError):
        return None
    return Day(found.year, found.month, found.day)


def _numeric(found: re.Match[str], languages: tuple[str, ...], local: datetime | None) -> Day | None:
    first, second = int(found[1]), int(found[3])
    if len(found[4]) == 2 and languages and (words := words_of(languages[0])) and words.short_year_first:
        return _day(_full_year(first, local), second, int(found[4]), local)
    month_first = found[2] == "/" and _month_first(languages)
    day, month = (second, first) if (month_first and first <= 12) or second > 12 else (first, second)
    year = int(found[4]) if len(found[4]) == 4 else _full_year(int(found[4]), local)
    return _of_any_calendar(year, month, day, local)


def _month_first(languages: tuple[str, ...]) -> bool:
    """Whether the first language writes the month first (CLDR, short dates); English where none is asked for."""
    words = words_of(languages[0] if languages else "en")
    return words is not None and words.month_first


def _full_year(short: int, local: datetime | None) -> int:
    latest = local.year + 1 if local else 1999 + _TWO_DIGIT_YEARS_TO
    return 2000 + short if 2000 + short <= latest else 1900 + short


def _named(text: str, languages: tuple[str, ...], local: datetime | None, others: bool) -> Day | None:
    """A date with the name of a month."""
    tokens = list(TOKEN.finditer(text))
    if not any(m[0].isdigit() for m in tokens) or all(m[0].isdigit() for m in tokens):
        return None
    # Beyond the languages asked for, no name of a month has but two Latin letters.
    others = others and any(len(m[0]) > 2 or not m[0].isascii() for m in tokens if not m[0].isdigit())
    for words, asked in lexicons(text, languages, others=others):
        for month, start, end in _months_in(text, tokens, words, asked):
            if day := _around(text, month, start, end, local):
                return day
    return _of_other_calendar(text, tokens, local) if "arabic" in scripts(text) else None


def _months_in(text: str, tokens: list[re.Match[str]], words: Words, asked: bool) -> Iterator[tuple[int, int, int]]:
    """Months named in a text that have a number beside them, with where the name stands."""
    for i, token in enumerate(tokens):
        if token[0].isdigit():
            continue
        for count in (3, 2, 1):
            group = tokens[i : i + count]
            if len(group) < count or any(m[0].isdigit() for m in group):
                continue
            start, end = token.start(), group[-1].end()
            month = words.months.get(" ".join(fold(m[0]) for m in group))
            if month is None and count == 1:
                month, start = _month_within(token, words, asked)
            if month is not None and re.search(r"\d", text[max(0, start - 8) : start] + text[end : end + 8]):
                yield month, start, end
                break


def _month_within(token: re.Match[str], words: Words, asked: bool) -> tuple[int | None, int]:
    """A month glued to the word before (`AsiaJan`), inside a run of a script without spaces, or cut short (`верес`)."""
    printed, start = token[0], token.start()
    capital = next((k for k in range(len(printed) - 1, 0, -1) if printed[k].isupper() and printed[k - 1].islower()), 0)
    if capital and (month := words.months.get(fold(printed[capital:]))) is not None:
        return month, start + capital
    if any(script in UNSPACED for script in scripts(printed[:1])):
        for name, month in words.months.items():
            if len(name) > 2 and name in printed:
                return month, start
    folded = fold(printed)
    if folded[:1] == "ב" and (month := words.months.get(folded[1:])) is not None:
        return month, start  # Hebrew writes its "in" together with the month
    if folded in words.weekdays:
        return None, start
    if asked and len(folded) > 5:  # with an ending: `urtarrilaren`
        for name, month in words.wide_months.items():
            if len(name) > 4 and len(folded) - len(name) < 5 and folded.startswith(name):
                return month, start
    if len(folded) >= 3 and (asked or not folded.isascii()):
        of = {month for name, month in words.wide_months.items() if name.startswith(folded)}
        if len(of) == 1:
            return of.pop(), start
    return None, start


def _around(text: str, month: int, start: int, end: int, local: datetime | None) -> Day | None:
    """The day and year beside the name of a month."""
    before, after = text[max(0, start - 24) : start], text[end : end + 40]
    years = _YEAR.search(after) or _YEAR.search(before)
    year = int(years[1]) if years else None
    if year is not None and year >= 2400:
        year -= BUDDHIST_ERA
    found = _DAY_BEFORE.search(before)
    if found and 1 <= int(found[1]) <= 31:
        if year is None and (short := _SHORT_YEAR.match(after)):
            year = _full_year(int(short[1] or short[2]), local)
            if "thai" in scripts(text[start:end]):
                year = 2500 + int(short[1] or short[2]) - BUDDHIST_ERA
        return _day(year, month, int(found[1]), local)
    found = _DAY_AFTER.match(after)
    if found and 1 <= int(found[1]) <= 31:
        return _day(year, month, int(found[1]), local)
    return None


def _of_other_calendar(text: str, tokens: list[re.Match[str]], local: datetime | None) -> Day | None:
    """`17 دی 1403`, and an Islamic date that names its weekday."""
    year = int(years[1]) if (years := _ANY_YEAR.search(text)) else None
    for i, token in enumerate(tokens):
        beside = tokens[i - 1][0] if i else ""
        if not (beside.isdigit() and len(beside) <= 2):
            continue
        number = int(beside)
        if (month := PERSIAN_MONTHS.get(token[0])) and (year is None or year < 1430):
            return _persian(year, month, number, local)
        pair = f"{token[0]} {tokens[i + 1][0]}" if i + 1 < len(tokens) else ""
        islamic = ISLAMIC_MONTHS.get(pair) or ISLAMIC_MONTHS.get(token[0])
        if islamic and year is not None and (weekday := weekday_in(tokens, words_of_script("arabic"))) is not None:
            return _gregorian(from_islamic, year, islamic, number, weekday)
    return None


def _persian(year: int | None, month: int, day: int, local: datetime | None) -> Day | None:
    if year is not None:
        return _gregorian(from_persian, year, month, day)
    if local is not None:
        for years_back in (621, 622):
            found = _gregorian(from_persian, local.year - years_back, month, day)
            if found and date(found.year, found.month, found.day) <= local.date():
                return found
    return None
