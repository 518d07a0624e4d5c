"""Dates of other calendars as the Gregorian ones that they name. Arithmetic and names of months only.

Years: Thai solar (Buddhist era, less 543), Republic of China (plus 1911), Japanese eras. Calendars: Persian (Solar
Hijri) by its 33-year rule, exact from 1178 to 1633 AP; Islamic (tabular), which differs from the sighted one by a day
or two, so that it is believed only where a weekday beside it settles the day.
"""

from __future__ import annotations

from datetime import date, timedelta

BUDDHIST_ERA = 543
REPUBLIC_OF_CHINA = 1911
# The year before the first of each era: Reiwa 1 is 2019.
JAPANESE_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867}

# Babel carries the Gregorian names only. Persian, then Dari and Pashto, Kurdish.
PERSIAN_MONTHS = {
    name: number
    for row in (
        "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند",
        "حمل ثور جوزا سرطان اسد سنبله میزان عقرب قوس جدی دلو حوت",
    )
    for number, name in enumerate(row.split(), 1)
}
ISLAMIC_MONTHS = {
    "محرم": 1, "صفر": 2, "ربيع الأول": 3, "ربيع الاول": 3, "ربيع الآخر": 4, "ربيع الثاني": 4, "جمادى الأولى": 5, "جمادى الأول": 5,
    "جمادى الآخرة": 6, "جمادى الثانية": 6, "رجب": 7, "شعبان": 8, "رمضان": 9, "شوال": 10, "ذو القعدة": 11, "ذي القعدة": 11,
    "ذو الحجة": 12, "ذي الحجة": 12,
}  # fmt: skip

# The days before 1 Farvardin 1 AP, and 1 Muharram 1 AH (civil epoch), as ordinals of the proleptic Gregorian calendar.
_PERSIAN_EPOCH = date(622, 3, 21).toordinal()
_ISLAMIC_EPOCH = date(622, 7, 19).toordinal()
PERSIAN_YEARS = range(1178, 1634)
ISLAMIC_YEARS = range(1300, 1600)


def from_persian(year: int, month: int, day: int) -> date:
    """The Gregorian date of a Persian one. Raises ValueError where there is none."""
    if year not in PERSIAN_YEARS or not 1 <= month <= 12 or not 1 <= day <= (31 if month <= 6 else 30):
        raise ValueError(f"no Persian date: {year}-{month}-{day}")
    before = (month - 1) * 31 if month <= 7 else 186 + (month - 7) * 30
    # Eight leap years in 33: those with a remainder of (25 × year + 11) by 33 below 8.
    return date.fromordinal(_PERSIAN_EPOCH + 365 * (year - 1) + (8 * year + 21) // 33 + before + day - 1)


def from_islamic(year: int, month: int, day: int, weekday: int) -> date:
    """The Gregorian date of an Islamic one on this weekday (0 is Monday). Raises ValueError where there is none."""
    if year not in ISLAMIC_YEARS or not 1 <= month <= 12 or not 1 <= day <= 30:
        raise ValueError(f"no Islamic date: {year}-{month}-{day}")
    elapsed = 354 * (year - 1) + (11 * year + 3) // 30 + 29 * (month - 1) + month // 2 + day - 1
    near = date.fromordinal(_ISLAMIC_EPOCH + elapsed)
    return near + timedelta(days=(weekday - near.weekday() + 3) % 7 - 3)
