"""The time of day in a printed text: 24 hours, 12 hours with the halves of the day in any language, noon and midnight.

Works on text whose digits are ASCII. Zones are read by `dates.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from newscrawl.normalize.date_words import TOKEN, Words, fold, lexicons, words_of, words_of_script

_CLOCK = re.compile(
    r"(?<![\d.:/])([01]?\d|2[0-4])\s*(?:[:：]|[hH時时시點点]\s*(?=\d)|[.](?=\d{2}(?!\d|[.]\d)|\d{2}[.][0-5]\d(?![.\d])))\s*([0-5]\d)(?:(?:[:：.](?=\d\d)|[分분]\s*(?=\d))([0-5]\d)[秒초]?(?:[.,]\d{1,9})?)?[分분]?"
    r"(?!\d|[.,]\d{3})"
)
_HOUR_ONLY = re.compile(r"(?<![\d.:])(1[0-2]|0?[1-9])\s*([ap])\.?\s?m\b\.?", re.I)
_HOUR_WITH_WORD = re.compile(r"(?<!\w)(?:à|às|um|gegen|kl\.?)\s+(\d{1,2})\s*(?:h|uhr)(?!\w)|(오전|오후|午前|午後|上午|下午)\s*(\d{1,2})\s*[時时點点시](?!\d|\s*\d)", re.I)  # fmt: skip
_AM_OR_PM = re.compile(r"\s*([apAP])\.?\s?[mM](?:\.|(?![a-z]))")
_HALVES = {"a": "am", "p": "pm", "오전": "am", "오후": "pm", "午前": "am", "午後": "pm", "上午": "am", "下午": "pm"}
_CLOCK_WORDS = {"noon": 12, "midnight": 0}
# Day periods that CLDR does not name so, or not in Babel's copy.
_MORE_HALVES = {"晚": "evening", "晩": "evening", "凌晨": "morning", "delatarde": "afternoon", "delanoche": "night", "delamañana": "morning", "delamanana": "morning", "datarde": "afternoon", "danoite": "night", "damanha": "morning", "अपराह्न": "pm", "पूर्वाह्न": "am"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day and where it stands. `second` is None where none is printed."""

    start: int
    end: int
    hour: int
    minute: int
    second: int | None


def find_clock(text: str, languages: tuple[str, ...]) -> Clock | None:
    """The first time of day in a text, on the 24-hour clock."""
    for found in _CLOCK.finditer(text):
        if "." in found[0] and ":" not in found[0] and _looks_like_date(text, found):
            continue
        hour, second = int(found[1]), int(found[3]) if found[3] else None
        half, start, end = _half(text, found.start(), found.end(), languages) if hour <= 12 else ("", *found.span())
        return Clock(start, end, _on_24_hours(hour, half), int(found[2]), second)
    if alone := _HOUR_ONLY.search(text):
        return Clock(*alone.span(), _on_24_hours(int(alone[1]), _HALVES[alone[2].lower()]), 0, None)
    if (alone := _HOUR_WITH_WORD.search(text)) and int(alone[1] or alone[3]) <= 24:
        return Clock(*alone.span(), _on_24_hours(int(alone[1] or alone[3]), _HALVES.get(alone[2] or "", "")), 0, None)
    return _noon(text, languages) if any(c.isdigit() for c in text) else None


def _looks_like_date(text: str, found: re.Match[str]) -> bool:
    """`26.10` of `26.10 2021` is no time of day; `29.02.2020 13.12` and `17 Jan 2024 21.41.00` have one after the date."""
    after = r"\d{4}" if found[3] else r"\d{4}|\d\.\d{2}\s*$|\d\s*$|[^\W\d]\s*$|,\s*$"
    return not re.search(after, text[: found.start()])


def _half(text: str, start: int, end: int, languages: tuple[str, ...]) -> tuple[str, int, int]:
    """The half of the day named beside a time, and where time and half stand together."""
    if english := _AM_OR_PM.match(text, end):  # also glued to a name: `2:00pmDiamond Dan`
        return _HALVES[english[1].lower()], start, english.end()
    after = [m for m in TOKEN.finditer(text, end, min(len(text), end + 30)) if not m[0].isdigit()][:3]
    before = list(TOKEN.finditer(text, max(0, start - 12), start))[-1:]
    if not after and not before:
        return "", start, end
    around = text[max(0, start - 12) : start] + text[end : end + 30]
    # Latin words of half a language are words of another: `PM`, `M`, but also `Uhr`.
    for words, asked in lexicons(around, languages, others=not languages or not around.isascii()):
        unasked = not asked and words is words_of_script("latin")
        for count in range(len(after), 0, -1):
            if text[end : after[0].start()].strip(" .,\u00a0\u202f"):
                break
            half = _half_named("".join(fold(m[0]) for m in after[:count]), words)
            # Where one language halves the day by a letter, another writes `h` for hours.
            if half and not (unasked and (count > 1 or half not in ("am", "pm") or len(after[0][0]) < 2)):
                return half, start, after[count - 1].end()
        if before and not text[before[-1].end() : start].strip():
            word = fold(before[-1][0])
            for length in range(min(3, len(word)), 0, -1):
                if (ord(word[0]) > 0x2E80 or length == len(word)) and (half := _half_named(word[-length:], words)):
                    return half, before[-1].start() + len(before[-1][0]) - length, end
    return "", start, end


def _half_named(word: str, words: Words) -> str:
    return words.halves.get(word) or _MORE_HALVES.get(word, "")


def _on_24_hours(hour: int, half: str) -> int:
    if half == "pm" or (half in ("afternoon", "noon") and (hour <= 7 or hour == 12)):
        return hour % 12 + 12 if hour <= 12 else hour
    if (half == "evening" and 4 <= hour < 12) or (half in ("night", "midnight") and 6 <= hour < 12):
        return hour + 12
    return hour % 12 if half in ("am", "night", "midnight") and hour == 12 else hour


def _noon(text: str, languages: tuple[str, ...]) -> Clock | None:
    """`at noon`, `u podne`: a time of day in a word, believed only in English and in the languages asked for."""
    for found in TOKEN.finditer(text):
        word = fold(found[0])
        half = word if word in _CLOCK_WORDS else None
        for language in languages:
            if half is None and (words := words_of(language)) and len(word) > 3:
                half = words.halves.get(word)
        if half in _CLOCK_WORDS:
            return Clock(*found.span(), _CLOCK_WORDS[half], 0, None)
    return None
