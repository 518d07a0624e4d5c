"""Printed and machine-readable dates to instants. Pure and total: no clock but the `reference` argument.

ISO 8601 and RFC 5322 dates first; then printed dates by the names of months and days in CLDR (through Babel), in the
languages asked for, else in those whose names occur; numeric dates day first, unless written with slashes for an
American reader. Nothing is ever later than the reference plus a day, the width of the world's time zones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_tz
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import UnknownLocaleError

from newscrawl.article import Precision, Timestamp

LONGEST = 400  # characters that are looked at
TOLERANCE = timedelta(hours=24)

_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\s?(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?",
    re.I,
)
_COMPACT_ISO = re.compile(r"(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})?(Z|[+-]\d{2}:?\d{2})?")
_EPOCH = re.compile(r"1[0-9]{9}(?:\d{3})?")
_CJK = re.compile(r"(?:(\d{4})\s*[年년]\s*)?(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号]")
_CLOCK = re.compile(
    r"(?<![\d.:/])(午前|午後|上午|下午|오전|오후)?\s*([01]?\d|2[0-4])\s*(?:[:：]|[hH時时시點点]\s*(?=\d)|[.](?=\d{2}(?!\d|[.]\d)))\s*([0-5]\d)(?:[:：]([0-5]\d))?[分분]?"
    r"(?!\d|[.,]\d{3})\s*(a\.?m\.?(?!\w)|p\.?m\.?(?!\w)|de la (?:mañana|tarde|noche))?",
    re.I,
)
_VIETNAMESE = re.compile(r"(?<!\d)(\d{1,2})\s*tháng\s*(\d{1,2})(?:\s*(?:,|năm|/|-)?\s*(\d{4}))?(?!\d)", re.I)
_HOUR_ONLY = re.compile(r"(?<![\d.:])(1[0-2]|0?[1-9])\s*([ap])\.?m\.?(?!\w)", re.I)
_NUMERIC = re.compile(r"(?<![\d.:/-])(\d{1,4})\s*([./-])\s*(\d{1,2})\s*\2\s*(\d{2,4})(?![\d])")
_DAY_MONTH_NUMERIC = re.compile(r"(?<![\d.:/])(\d{1,2})\.(\d{1,2})\.(?!\d)")
_OFFSET = re.compile(r"(?:(?:UTC|GMT)\s*)?([+-−])(\d{1,2})(?::?(\d{2}))?(?!\d)")
_YEAR = re.compile(r"(?<!\d)((?:19|20|21|25)\d{2})(?!\d|[:])")
_DAY = re.compile(r"(?<![\d:.,])(\d{1,2})(?:st|nd|rd|th|er|º|°|ª|\.|-?го|-е)?(?![\d:]|[.,]\d)", re.I)
_WORD = re.compile(r"[^\W\d_]+(?:[’'ʼ][^\W\d_]+)*", re.U)

_ZONES = {
    "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 60, "bst": 60, "ist": 330, "cet": 60, "cest": 120, "mez": 60, "mesz": 120,
    "eet": 120, "eest": 180, "msk": 180, "мск": 180, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420,
    "mdt": -360, "pst": -480, "pdt": -420, "jst": 540, "kst": 540, "hkt": 480, "sgt": 480, "wib": 420, "wita": 480,
    "wit": 540, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780, "sast": 120, "pkt": 300, "trt": 180, "brt": -180,
}  # fmt: skip
_AMERICAN_ZONES = {
    "et": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
}

# Languages of the world's news in the order in which their names are tried where none is asked for.
_ALL_LANGUAGES = (
    "en uk ru de fr es pt it pl nl sv nb da fi cs sk hu ro bg sr hr sl el tr az kk be lt lv et id ms vi "
    "tl sw ca gl eu is ga sq mk bs hy ka he ar fa ur hi bn ta te mr gu kn ml pa ne si th km my lo am af "
    "zu xh uz ky mn "
).split()

_DAYS_AGO = {
    "today": 0, "yesterday": 1, "сьогодні": 0, "вчора": 1, "учора": 1, "позавчора": 2, "сегодня": 0, "вчера": 1,
    "позавчера": 2, "heute": 0, "gestern": 1, "vorgestern": 2, "aujourd'hui": 0, "aujourd’hui": 0, "hier": 1, "hoy": 0,
    "ayer": 1, "hoje": 0, "ontem": 1, "oggi": 0, "ieri": 1, "dzisiaj": 0, "dziś": 0, "wczoraj": 1, "vandaag": 0,
    "gisteren": 1, "idag": 0, "igår": 1, "tänään": 0, "eilen": 1, "dnes": 0, "včera": 1, "ma": 0, "tegnap": 1, "azi": 0,
    "астана": 0, "днес": 0, "вчора.": 1, "данас": 0, "јуче": 1, "danas": 0, "jučer": 1, "danes": 0, "včeraj": 1,
    "σήμερα": 0, "χθες": 1, "χτες": 1, "bugün": 0, "dün": 1, "bu gün": 0, "dünən": 1, "бүгін": 0, "кеше": 1,
    "сёння": 0, "учора.": 1, "šiandien": 0, "vakar": 1, "šodien": 0, "täna": 0, "eile": 1, "kemarin": 1, "semalam": 1,
    "اليوم": 0, "أمس": 1, "امروز": 0, "دیروز": 1, "היום": 0, "אתמול": 1, "आज": 0, "আজ": 0, "วันนี้": 0, "เมื่อวาน": 1,
    "i dag": 0, "i går": 1, "hari ini": 0, "hôm nay": 0, "hôm qua": 1,
    "今日": 0, "昨日": 1, "今天": 0, "昨天": 1, "前天": 2, "오늘": 0, "어제": 1,
}  # fmt: skip
_UNITS: tuple[tuple[str, str], ...] = (
    ("seconds", r"sec(?:ond)?s?|с(?:екунд\w*|ек)|sekund\w*|secondes?|segundos?|secondi|秒|초|ثواني|ثانية"),
    ("minutes", r"min(?:ute)?s?|minut\w*|хв(?:илин\w*)?|мин(?:ут\w*)?|minuten?|minutos?|minuti|dakika|dk|menit|phút|λεπτ\w*|分钟|分鐘|分|분|دقيق\w*|دقائق|دقیقه|דקות|मिनट"),
    ("hours", r"hours?|hrs?|h|годин\w*|год|час\w*|stunden?|std|heures?|horas?|ore|ora|godzin\w*|uur|uren|tim(?:mar|me|er)?|tunti\w*|hodin\w*|óra|órája|ώρ\w*|saat|jam|giờ|小时|小時|時間|시간|ساع\w*|ساعت|שעות|शעה|घंट\w*"),
    ("days", r"days?|дн\w*|день|доб\w*|tag(?:en?)?|jours?|d[ií]as?|giorn[oi]|dni|dzień|dagen|dag(?:ar|er)?|päivä\w*|nap\w*|ημέρ\w*|gün|hari|ngày|天|日|일|أيام|يوم|روز|ימים|दिन"),
    ("weeks", r"weeks?|тиж\w*|недел\w*|wochen?|semaines?|semanas?|settiman\w*|tygod\w*|weken|week|veckor|vecka|hafta|minggu|tuần|周|週間|주"),
)  # fmt: skip
_AGO = re.compile(
    r"\bago\b|\bearlier\b|тому|назад|\bvor\b|il y a|\bhace\b|\bhá\b|\bfa\b|\btemu\b|geleden|sedan|siden|sitten|před|pred|преди|"
    r"\bпре\b|ezelőtt|\bacum\b|πριν|önce|əvvəl|бұрын|yang lalu|\blalu\b|trước|前|전|منذ|قبل|پیش|לפני|पहले|আগে|ที่แล้ว",
    re.I,
)
_RELATIVE = tuple(
    (unit, re.compile(rf"(?<![\w:.,])(\d{{1,3}})\s*(?:{words})(?![^\W\d_])", re.I)) for unit, words in _UNITS
)
_PRECISION: dict[str, Precision] = {
    "seconds": "second",
    "minutes": "minute",
    "hours": "hour",
    "days": "day",
    "weeks": "day",
}


def parse_date(
    text: str,
    *,
    languages: Sequence[str] = (),
    timezone: str | None = None,
    reference: datetime | None = None,
) -> Timestamp | None:
    """The instant that a text names.

    `languages`: BCP 47 codes, best first, for names of months and the order of numbers. `timezone`: IANA name for
    times that state no offset. `reference`: instant of the fetch, aware; without it no year, day or "ago" is
    guessed and the future is not refused. None: no date, or one in the future.
    """
    raw = " ".join(text[:LONGEST].split())
    if not raw:
        return None
    zone = _zone(timezone)
    found = _machine(raw, zone) or _printed(_ascii_digits(raw), tuple(languages), zone, reference)
    if found is None:
        return None
    at, offset, precision = found
    if reference is not None and at > reference + TOLERANCE:
        return None
    try:
        return Timestamp(at=at, raw=raw[:200], offset=offset, precision=precision)
    except (ValueError, OverflowError):
        return None


_Found = tuple[datetime, int | None, Precision]


def _machine(text: str, zone: ZoneInfo | None) -> _Found | None:
    """ISO 8601 (also as RFC 3339 and W3C write it), RFC 5322 and seconds since 1970."""
    if iso := _ISO.match(text):
        year, month, day, hour, minute, second, offset = iso.groups()
        rest = text[iso.end() :].strip()
        if hour is None and re.match(r"[T ]?\d{1,2}[:.]", rest):
            return None
        if hour is not None and offset is None and rest[:3].casefold() in _ZONES:
            offset = rest[:3]
        precision: Precision = "day" if hour is None else "minute" if second is None else "second"
        return _instant(year, month, day, hour or 0, minute or 0, second or 0, _offset(offset), zone, precision)
    if compact := _COMPACT_ISO.fullmatch(text):
        year, month, day, hour, minute, second, offset = compact.groups()
        return _instant(
            year, month, day, hour, minute, second or 0, _offset(offset), zone, "second" if second else "minute"
        )
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC), 0, "second"
    if re.match(r"(?:[A-Z][a-z]{2},\s*)?\d{1,2} [A-Z][a-z]{2} \d{4} \d{1,2}:\d{2}", text) and (
        mail := parsedate_tz(text)
    ):
        seconds = mail[9]
        named = re.search(r"([A-Za-z]{1,5}|[+-]\d{4})\s*(?:\(.*\))?$", text)
        known = seconds is not None and named is not None and (named[1][0] in "+-" or named[1].casefold() in _ZONES)
        precise: Precision = "second" if text.count(":") > 1 else "minute"
        return _instant(*mail[:6], (seconds or 0) // 60 if known else None, zone, precise)
    return None


def _instant(
    year: str | int,
    month: str | int,
    day: str | int,
    hour: str | int,
    minute: str | int,
    second: str | int,
    offset: int | None,
    zone: tzinfo | None,
    precision: Precision,
) -> _Found | None:
    try:
        naive = datetime(int(year), int(month), int(day), int(hour) % 24, int(minute), min(int(second), 59))
        if int(hour) == 24:
            naive += timedelta(days=1)
        if offset is not None:
            return naive.replace(tzinfo=_fixed(offset)).astimezone(UTC), offset, precision
        if zone is not None:
            local = naive.replace(tzinfo=zone)
            difference = local.utcoffset() or timedelta()
            return local.astimezone(UTC), int(difference.total_seconds() // 60), precision
        return naive.replace(tzinfo=UTC), None, precision
    except (ValueError, OverflowError):
        return None


def _fixed(minutes: int) -> tzinfo:
    return timezone(timedelta(minutes=minutes))


def _offset(text: str | None) -> int | None:
    """Minutes east of UTC that `Z`, `+0200`, `+02:00` or `UTC` states."""
    if not text:
        return None
    if text[0] in "+-":
        digits = text[1:].replace(":", "")
        minutes = int(digits[:2]) * 60 + int(digits[2:] or 0)
        return (minutes if text[0] == "+" else -minutes) if minutes <= 14 * 60 else None
    return _ZONES.get(text.casefold())


@lru_cache(maxsize=512)
def _zone(name: str | None) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def _ascii_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.digit(c)) if not c.isascii() and unicodedata.category(c) == "Nd" else c for c in text
    )


# --- printed dates --------------------------------------------------------------------------------


def _printed(text: str, languages: tuple[str, ...], zone: ZoneInfo | None, reference: datetime | None) -> _Found | None:
    clock = _clock(text)
    rest = text if clock is None else text[: clock.start] + " " * (clock.end - clock.start) + text[clock.end :]
    offset, named_zone = _stated_zone(text, clock)
    zone = named_zone or zone
    local = reference.astimezone(_fixed(offset) if offset is not None else zone or UTC) if reference else None
    date, implied = _calendar_date(rest, languages, local)
    if date is None:
        relative = _ago(text, reference)
        if relative is not None:
            return relative
        date = _day_word(rest, local)
    if date is None and clock is not None and local is not None and _time_alone(rest):
        date, implied = (local.year, local.month, local.day), True
        if (local.hour, local.minute) < (clock.hour, clock.minute):
            earlier = local - timedelta(days=1)
            date = (earlier.year, earlier.month, earlier.day)
    if date is None:
        return None
    hour, minute, second = (clock.hour, clock.minute, clock.second or 0) if clock else (0, 0, 0)
    precision: Precision = "day" if clock is None else "second" if clock.second is not None else "minute"
    found = _instant(*date, hour, minute, second, offset, zone, precision)
    if found is not None and implied and reference is not None and found[0] > reference + TOLERANCE:
        return _instant(date[0] - 1, date[1], date[2], hour, minute, second, offset, zone, precision)
    return found


class _Clock:
    __slots__ = ("end", "hour", "minute", "second", "start")

    def __init__(self, start: int, end: int, hour: int, minute: int, second: int | None) -> None:
        self.start, self.end, self.hour, self.minute, self.second = start, end, hour, minute, second


_AFTERNOON = ("p", "午後", "下午", "오후", "de la tarde", "de la noche")


def _clock(text: str) -> _Clock | None:
    for found in _CLOCK.finditer(text):
        half_before, hour_text, minute, second, half_after = found.groups()
        if (
            "." in found[0]
            and ":" not in found[0]
            and re.search(r"\d{1,2}\.\d{2}\s*$", found[0])
            and _looks_like_date(text, found)
        ):
            continue
        hour = _half_day(int(hour_text), (half_before or half_after or "").casefold())
        return _Clock(found.start(), found.end(), hour, int(minute), int(second) if second else None)
    if alone := _HOUR_ONLY.search(text):
        return _Clock(alone.start(), alone.end(), _half_day(int(alone[1]), alone[2].casefold()), 0, None)
    for word, hour in (("noon", 12), ("midnight", 0)):
        if (position := text.casefold().find(word)) >= 0:
            return _Clock(position, position + len(word), hour, 0, None)
    return None


def _looks_like_date(text: str, found: re.Match[str]) -> bool:
    """`26.10` of `26.10 2021` is no time of day; `29.02.2020 13.12` has one after its date."""
    before = text[: found.start()]
    return not re.search(r"\d{4}|\d\.\d{2}\s*$|\d\s*$|[^\W\d]\s*$|,\s*$", before)


def _half_day(hour: int, half: str) -> int:
    if half.startswith(_AFTERNOON):
        return hour % 12 + 12 if hour <= 12 else hour
    return hour % 12 if half and hour == 12 else hour


def _stated_zone(text: str, clock: _Clock | None) -> tuple[int | None, ZoneInfo | None]:
    if clock is None:
        return None, None
    after = text[clock.end : clock.end + 24].strip(" ,(")
    if found := _OFFSET.match(after):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        return (-minutes if found[1] != "+" else minutes) if minutes <= 14 * 60 else None, None
    word = re.match(r"[^\W\d_]+", after)
    if word is None:
        return None, None
    name = word[0].casefold()
    if name in _AMERICAN_ZONES and word[0].isupper():
        return None, _zone(_AMERICAN_ZONES[name])
    return (_ZONES.get(name) if name != "z" or word[0] == "Z" else None), None


def _calendar_date(
    text: str, languages: tuple[str, ...], local: datetime | None
) -> tuple[tuple[int, int, int] | None, bool]:
    """Year, month, day; and whether the year was implied by the reference."""
    if found := _CJK.search(text):
        return _with_year(int(found[1]) if found[1] else None, int(found[2]), int(found[3]), local)
    if found := _VIETNAMESE.search(text):
        return _with_year(int(found[3]) if found[3] else None, int(found[2]), int(found[1]), local)
    if iso := re.search(r"(?<!\d)(\d{4})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{1,2})(?!\d)", text):
        return (int(iso[1]), int(iso[2]), int(iso[3])), False
    if found := _NUMERIC.search(text):
        return _numeric(found, languages), False
    named = _named_month(text, languages)
    if named is not None:
        month, start, end = named
        return _around(text, month, start, end, local)
    if found := _DAY_MONTH_NUMERIC.search(text):
        return _with_year(None, int(found[2]), int(found[1]), local)
    return None, False


def _numeric(found: re.Match[str], languages: tuple[str, ...]) -> tuple[int, int, int] | None:
    first, mark, second, third = int(found[1]), found[2], int(found[3]), int(found[4])
    if len(found[1]) == 4:
        return first, second, third
    year = third if len(found[4]) == 4 else third + (2000 if third < 70 else 1900)
    month_first = mark == "/" and (not languages or languages[0].lower() in {"en", "en-us", "en-ph"})
    day, month = (second, first) if (month_first and first <= 12) or second > 12 else (first, second)
    return (year, month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None


def _around(
    text: str, month: int, start: int, end: int, local: datetime | None
) -> tuple[tuple[int, int, int] | None, bool]:
    """Day and year beside the name of a month."""
    before, after = text[max(0, start - 24) : start], text[end : end + 40]
    years = _YEAR.search(after) or _YEAR.search(before)
    year = int(years[1]) if years else None
    if year is not None and year >= 2500:
        year -= 543  # Thai solar calendar
    day_before = re.search(
        r"(?<![\d:.,])(\d{1,2})(?:st|nd|rd|th|er|º|°|ª|\.|-?го|-е)?[\s.,\-/]*(?:de|di|of|d'|d’|den|ng[àa]y)?\s*$",
        before,
        re.I,
    )
    if day_before and 1 <= int(day_before[1]) <= 31:
        if (
            year is None
            and (short := re.match(r"[\s.,\-/']*(\d{2})(?![\d:.]|\s*[:h])", after))
            and "-" in before + after
        ):
            year = 2000 + int(short[1])
        return _with_year(year, month, int(day_before[1]), local)
    day_after = _DAY.search(after[:12])
    if day_after and 1 <= int(day_after[1]) <= 31:
        return _with_year(year, month, int(day_after[1]), local)
    return None, False


def _with_year(
    year: int | None, month: int, day: int, local: datetime | None
) -> tuple[tuple[int, int, int] | None, bool]:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None, False
    if year is not None:
        return (year, month, day), False
    if local is None:
        return None, False
    return (local.year, month, day), True


def _time_alone(rest: str) -> bool:
    """True where nothing but a time of day, and perhaps a counter or a word, is printed."""
    return re.search(r"\d", re.sub(r"[•·|].*", "", rest)) is None


def _day_word(text: str, local: datetime | None) -> tuple[int, int, int] | None:
    if local is None:
        return None
    folded = text.casefold()
    words = set(_WORD.findall(folded))
    for word, days in _DAYS_AGO.items():
        if word in words or (
            (" " in word or ord(word[0]) > 0x2E80 or "\u0e00" < word[0] < "\u0e7f") and word in folded
        ):
            day = local - timedelta(days=days)
            return day.year, day.month, day.day
    return None


def _ago(text: str, reference: datetime | None) -> _Found | None:
    if reference is None or not _AGO.search(text):
        return None
    total, seen = timedelta(), False
    precision: Precision = "minute"
    for unit, pattern in reversed(_RELATIVE):  # the smallest unit last: it is the precision
        if found := pattern.search(text):
            total += timedelta(**{unit: int(found[1])})
            seen = True
            precision = _PRECISION[unit]
    if not seen:
        return None
    return reference.astimezone(UTC) - total, 0, precision


@lru_cache(maxsize=128)
def _months(language: str) -> dict[str, int]:
    """Names of months, wide and short, in running text and alone (CLDR), case folded."""
    names: dict[str, int] = {}
    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        try:
            locale = Locale.parse(language.partition("-")[0])
        except (UnknownLocaleError, ValueError):
            return names
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in locale.months[context][width].items():
                folded = name.lower().strip(". ")
                if not any(c.isdigit() for c in folded) and len(folded) > 1:
                    names.setdefault(folded, number)
    names.update(_EXTRA_MONTHS.get(language.partition("-")[0], {}))
    return names


_EXTRA_MONTHS = {
    "en": {"sept": 9, "june": 6, "july": 7},
    "ru": {"янв": 1, "фев": 2, "мар": 3, "апр": 4, "июн": 6, "июл": 7, "авг": 8, "сен": 9, "сент": 9, "окт": 10, "ноя": 11, "дек": 12},
    "uk": {"січ": 1, "лют": 2, "бер": 3, "кві": 4, "тра": 5, "чер": 6, "лип": 7, "сер": 8, "вер": 9, "жов": 10, "лис": 11, "гру": 12},
    "de": {"mrz": 3, "märz": 3, "jän": 1, "jänner": 1},
    "es": {"set": 9, "setiembre": 9, "sep": 9, "sept": 9},
    "pt": {"fev": 2, "mai": 5, "set": 9, "out": 10, "dez": 12},
    "it": {"sett": 9, "set": 9},
    "ar": {"كانون الثاني": 1, "شباط": 2, "آذار": 3, "نيسان": 4, "أيار": 5, "حزيران": 6, "تموز": 7, "آب": 8, "أيلول": 9},
}  # fmt: skip


@lru_cache(maxsize=128)
def _month_pattern(language: str) -> re.Pattern[str] | None:
    names = sorted(_months(language), key=len, reverse=True)
    if not names:
        return None
    return re.compile("(" + "|".join(map(re.escape, names)) + r")(?![^\W\d_])", re.I)


def _named_month(text: str, languages: tuple[str, ...]) -> tuple[int, int, int] | None:
    """Number and place of the first month named that has a day beside it."""
    if not re.search(r"[^\W\d_]", text):
        return None
    for language in dict.fromkeys((*languages, *_ALL_LANGUAGES)):
        pattern = _month_pattern(language)
        for found in pattern.finditer(text) if pattern else ():
            before = text[found.start() - 1 : found.start()]
            if before.isalpha() and not (before.islower() and found[0][0].isupper()):
                continue  # inside a word, but not where a date is glued to one: `AsiaJan 6`
            beside = text[max(0, found.start() - 8) : found.start()] + text[found.end() : found.end() + 8]
            if re.search(r"\d", beside):
                return _months(language)[found[1].lower()], found.start(), found.end()
    return None
