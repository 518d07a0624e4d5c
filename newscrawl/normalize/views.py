"""View counts: `12,3 тыс. просмотров` to 12300. Pure and total: what is no counter gives None.

A number counts as views only beside a word or an icon that says so (`view_words.py`), or with a magnitude
(`magnitudes.py`, CLDR) and nothing else. Digits of every script are those of Unicode.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from newscrawl.article import INT64_MAX
from newscrawl.normalize.date_words import TOKEN
from newscrawl.normalize.magnitudes import magnitudes_of
from newscrawl.normalize.view_words import (
    AFTER_LABEL,
    BEFORE_LABEL,
    COUNTED,
    LABEL,
    NO_COUNT_AFTER,
    NO_COUNT_BEFORE,
    TRAP,
    is_time_unit,
)

LONGEST = 2000  # characters of text that are looked at
LONGEST_NUMBER = 25  # digits

_MARKUP = re.compile(
    r"<[^<>]{0,300}\b(?:class|id)\s*=\s*[\"'][^\"'<>]{0,200}"
    r"(?:\bviews?\b|[-_]views?\b|views?[-_]|\beye\b|[-_]eye\d?\b|eye[-_]|countview|postviews?|\bhits\b|read-?count|pageview)"
    r"[^\"'<>]{0,200}[\"'][^<>]{0,200}>",
    re.I,
)
_TAG = re.compile(r"<[^<>]{0,1000}>")
# Groups of three by any of CLDR's separators, of two as India writes them, or none; at most two decimals.
_GROUP = "[.,'’٬،⹁\u00a0\u202f\u2009 ]"
_NUMBER = re.compile(
    rf"(?<![\d])(?:\d{{1,3}}(?:{_GROUP}\d{{3}})+(?!\d)(?:[.,٫]\d{{1,2}}(?!\d))?|\d{{1,2}}(?:,\d\d)+,\d{{3}}(?!\d)|\d+(?:[.,٫]\d{{1,2}}(?!\d))?)"
)
_GROUPS = re.compile(rf"\d{{1,3}}(?:{_GROUP}\d{{3}})+|\d{{1,2}}(?:,\d\d)+,\d{{3}}")
_SPACES = re.compile("[\u00a0\u202f\u2009 '’٬،⹁]")
_BELOW_ZERO = re.compile(r"(?:^|\s)[-−]$")
# What may stand beside `3.4万` that says nothing.
_ALONE = re.compile(r"[\s.]*(?:회|次|回|ครั้ง)?")
# Times of day and dates, whose numbers are no counts.
_MOMENT = re.compile(
    r"(?<![\d.,:])\d{1,2}[:h]\d{2}(?::\d{2})?(?!\d)\s*(?:[ap]\.?m\.?(?!\w))?|(?<!\d)\d{4}([-/.])\d{1,2}\1\d{1,2}(?!\d)|(?<!\d)\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d{2})(?!\d)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Count:
    """A number with its magnitude and where both stand."""

    start: int
    end: int
    value: int | None
    has_magnitude: bool


def parse_views(text: str, *, language: str | None = None, labelled: bool = False) -> int | None:
    """The number of views that a printed counter states; markup around a counter may be given as it is.

    `labelled`: a number counts only where a word beside it says views. `language`: BCP 47 code, for its magnitudes, such
    as Turkish `B` for thousand. None: no counter, or beyond 2^63-1.
    """
    folded = _ascii_digits(text[:LONGEST])
    if labelled and not (LABEL.search(folded) or COUNTED.search(folded)):
        return None
    if "<" in folded:
        marked = _MARKUP.search(folded)
        plain = " ".join(_TAG.sub(" ", folded).split())
        if marked:
            rest = " ".join(_TAG.sub(" ", folded[marked.end() :]).split())
            found = _NUMBER.match(rest)
            return _value(found[0], 1) if found else _of_text(plain, language)
        return _of_text(plain, language)
    lines = folded.split("\n")
    if len(lines) == 2 and _NUMBER.fullmatch(lines[1].strip()) and re.search(r"[^\W\d]", lines[0]):
        return _value(lines[1].strip(), 1)  # the counter below a date or a byline, its icon lost
    return _of_text(" ".join(folded.split()), language)


def is_beyond_range(text: str) -> bool:
    """True where a counter has more digits than 2^63 and so cannot be true, nor be stored."""
    return sum(map(str.isdigit, text)) >= len(str(INT64_MAX))


def _of_text(text: str, language: str | None) -> int | None:
    quoted = text.startswith(('"', "“", "«")) or text.count(" ") > 25
    if quoted:
        return None
    for piece in re.split(r"[|｜•·]", text):
        if (count := _of_piece(piece.strip(" ()[]（）"), language)) is not None:
            return count
    return None


def _of_piece(text: str, language: str | None) -> int | None:
    text = _MOMENT.sub(" ; ", text)
    counts = list(_counts(text, language))
    if not counts:
        return None
    first = counts[0]
    if first.has_magnitude and first.start == 0 and _ALONE.fullmatch(text, first.end):
        return first.value
    if TRAP.search(text) and not re.match(r"[\d.,\s]+views\b", text, re.I):
        return None
    if counted := COUNTED.search(text):
        return next((count.value for count in counts if count.start == counted.start("number")), None)
    for label in LABEL.finditer(text):
        for count in counts:
            if count.end <= label.start() and BEFORE_LABEL.fullmatch(text, count.end, label.start()):
                # `06.01 Views: 12`: what follows a colon is the count.
                if not re.match(r"\s*[:：]\s*\d", text[label.end() :]):
                    return count.value
            elif count.start >= label.end() and AFTER_LABEL.fullmatch(text, label.end(), count.start):
                if _names_a_thing(label[0]) and not re.match(r"\s*[:：(]", text[label.end() :]):
                    return None  # `Most read 1`, `View 6 Images`
                return count.value
    return None


def _names_a_thing(label: str) -> bool:
    """`read` and `view` are verbs, too; `reads` and `views` are counts."""
    return label.lower().startswith(("read", "view")) and not label.lower().endswith("s")


def _counts(text: str, language: str | None) -> Iterator[_Count]:
    """The numbers of a text that may count something, each with its magnitude."""
    magnitudes = magnitudes_of(language)
    for found in _NUMBER.finditer(text):
        start, end = found.span()
        before, factor = text[:start], 1
        if NO_COUNT_BEFORE.search(before[-12:]) or NO_COUNT_AFTER.match(text, end) or _BELOW_ZERO.search(before[-2:]):
            continue
        words = [m for m in TOKEN.finditer(text, end, min(len(text), end + 40)) if not m[0].isdigit()][:3]
        if words and not re.fullmatch(r"[\s\u200e\u200f.]*", text[end : words[0].start()]):
            words = []
        for count in range(len(words), 0, -1):
            sign = " ".join(m[0] for m in words[:count])
            gaps = "".join(text[words[n].end() : words[n + 1].start()] for n in range(count - 1))
            known = magnitudes.after.get(sign) or magnitudes.after.get(sign.casefold())
            if known and not gaps.strip(" .-'’\u00a0\u202f"):
                factor, end = known, words[count - 1].end()
                break
        else:
            # `万次阅读`: nothing sets an East Asian sign apart.
            glued = next((n for n in (2, 1) if words and ord(words[0][0][0]) > 0x2E80 and words[0][0][:n] in magnitudes.after), 0)  # fmt: skip
            if glued:
                factor, end = magnitudes.after[words[0][0][:glued]], words[0].start() + glued
            elif words and is_time_unit(words[0][0], language):
                continue
        if factor == 1 and magnitudes.before:
            ahead = [m for m in TOKEN.finditer(before[-20:]) if not m[0].isdigit()][-1:]
            if ahead and (known := magnitudes.before.get(ahead[0][0])) and not before[-20:][ahead[0].end() :].strip():
                factor, start = known, start - (len(before[-20:]) - ahead[0].start())
        elif factor == 1 and re.search(r"[A-Za-z]$", before) and not LABEL.search(before[-12:]):
            continue  # `COVID19`
        yield _Count(start, end, _value(found[0], factor), factor != 1)


def _ascii_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.digit(c)) if not c.isascii() and unicodedata.category(c) == "Nd" else c for c in text
    )


def _value(number: str, factor: int) -> int | None:
    text = _SPACES.sub("", number).replace("٫", ".")
    marks = [c for c in text if c in ".,"]
    if len(set(marks)) == 2:
        if marks.count(marks[-1]) > 1:
            return None  # `1.156,341.31`
        text = text.replace(marks[0], "").replace(marks[-1], ".")
    elif marks:
        grouped = _GROUPS.fullmatch(text) is not None and factor == 1
        text = text.replace(marks[0], "") if grouped or len(marks) > 1 else text.replace(",", ".")
    if (factor == 1 and "." in text) or len(text) > LONGEST_NUMBER:
        return None
    count = int(Decimal(text) * factor)
    return count if count <= INT64_MAX else None
