"""The shape of an address: what each part of its path is, and the regular expressions that parts of its kind match."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

STORY_WORDS = frozenset(
    "article articles story stories news post posts blog entry a artikel articulo articulos noticia noticias notizia novyny novosti "
    "meldung content read publication publications archives archive actualite actualites nyheter nieuws zpravy hirek haber view detail id".split()
)
"""Segments that say that an article follows, whatever its rubric."""

_EXTENSION = re.compile(r"\.(?:s?html?|php|aspx?|story|cms|ece|jsp|amp)$", re.I)
_YEAR = re.compile(r"(?:19|20)\d{2}$")
_TWO = re.compile(r"\d{1,2}$")
_MONTH_NAME = re.compile(r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}$", re.I)
_DAY = re.compile(r"(?:19|20)\d{2}-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])$")
_NUMBER = re.compile(r"\d+$")
_LETTERED = re.compile(r"([A-Za-z]{1,12}[-_]?)(\d{5,})$")
_HEX = re.compile(
    r"(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{10,})$", re.I
)
_TAIL = re.compile(r"[-_.,~]([A-Za-z]{0,3})(\d{4,})$")  # `slug-123456`, `slug-a123456`
_TAIL_WORD = re.compile(r"([-_,.~][a-z]{2,20})(\d{2,})$", re.I)  # `slug,meteorit146`, `slug-article24075843`
_TAIL_HEX = re.compile(r"[-_.,~](?=[0-9a-z]*\d)(?=[0-9a-z]*[a-z])[0-9a-z]{10,}$", re.I)
_HEAD = re.compile(r"(\d{4,})[-_.,~](?=\D)")
_NUMBERED_PARAMETER = re.compile(
    r"(?:id|p|nid|aid|sid|eid|news|news_?id|article|article_?id|articleid|idnews|newsid|story|no|idx|num|item|itemid|itemno|wr_id)$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What an address is made of. `kinds` of the segments before the last; the last one's `style`; its `words`."""

    segments: tuple[str, ...]
    kinds: tuple[str, ...]
    style: str
    lead: str
    """Letters before the number where the style has some that stay: `a-` of `a-6533123`."""
    words: int
    extension: str
    parameter: str

    @property
    def key(self) -> tuple[str, ...]:
        """Equal for addresses that one pattern should match: the marks of an article, without its rubric and depth."""
        marks = tuple(kind for kind in self.kinds if kind != "word")
        told = next((segment.lower() for segment in self.segments[:-1] if segment.lower() in STORY_WORDS), "")
        if not told and not self.is_marked and not self.extension:
            told = str(len(self.kinds))  # a bare slug: its depth is all that there is
        return (self.style, self.lead, self.extension, self.parameter, told if not self.is_marked else "", *marks)

    @property
    def is_marked(self) -> bool:
        """The address carries a date or a number: more than words."""
        return self.style not in ("slug", "") or bool(self.parameter) or any(kind != "word" for kind in self.kinds)


def shape_of(url: str, *, prefix: str = "") -> Shape:
    """The shape of an address. `prefix`: first segment that is no part of it, such as that of an edition."""
    parts = urlsplit(url)
    segments = tuple(segment for segment in parts.path.split("/") if segment)
    if prefix and segments[:1] == (prefix,):
        segments = segments[1:]
    last = segments[-1] if segments else ""
    extension = (_EXTENSION.search(last) or [""])[0]
    stem = last.removesuffix(extension)
    style, lead = _style(stem)
    parameter = next(
        (name for name, value in parse_qsl(parts.query) if _NUMBERED_PARAMETER.match(name) and _is_number(value)), ""
    )
    return Shape(segments, tuple(_kinds(segments[:-1])), style, lead, words_of(stem), extension, parameter)


def _is_number(value: str) -> bool:
    return bool(re.fullmatch(r"\d{2,}", value) or _HEX.match(value))


def _style(stem: str) -> tuple[str, str]:
    """What the last segment is, and the letters before its number."""
    if not stem:
        return "", ""
    if _DAY.match(stem):
        return "day", ""
    if _NUMBER.match(stem):
        return "number", ""
    if found := _LETTERED.match(stem):
        return "lettered", found[1]
    if _HEX.match(stem):
        return "hex", ""
    if _TAIL.search(stem):
        found_tail = _TAIL.search(stem)
        return "tail", found_tail[1] if found_tail else ""
    if _HEAD.match(stem):
        return "head", ""
    if _TAIL_HEX.search(stem) and words_of(stem) > 2:
        return "tail-hex", ""
    if _TAIL_WORD.search(stem):
        return "tail-word", ""
    return "slug", ""


def _kinds(segments: tuple[str, ...]) -> list[str]:
    kinds: list[str] = []
    for segment in segments:
        before = kinds[-1] if kinds else ""
        if _YEAR.match(segment):
            kinds.append("year")
        elif before == "year" and (_TWO.match(segment) or _MONTH_NAME.match(segment)):
            kinds.append("month")
        elif before == "month" and _TWO.match(segment):
            kinds.append("day")
        elif _DAY.match(segment):
            kinds.append("date")
        elif _NUMBER.match(segment) and len(segment) >= 3:
            kinds.append("number")
        elif _LETTERED.match(segment):
            kinds.append("lettered:" + segment.rstrip("0123456789"))
        elif _HEX.match(segment):
            kinds.append("hex")
        else:
            kinds.append("word")
    return kinds


_KINDS = {
    "year": r"(?:19|20)\d{2}",
    "month": r"(?:\d{1,2}|[a-z]{3,9})",
    "day": r"\d{1,2}",
    "date": r"(?:19|20)\d{2}-?\d{2}-?\d{2}",
    "hex": r"[0-9a-fA-F-]{10,}",
}


def expression_of_kind(kind: str, least_digits: int) -> str:
    """A regular expression of one segment that is no mere word."""
    if kind == "number":
        return rf"\d{{{least_digits},}}"
    if kind.startswith("lettered:"):
        return re.escape(kind.partition(":")[2]) + r"\d{5,}"
    return _KINDS[kind]


def expression_of_style(style: str, lead: str, words: int, digits: int) -> str:
    """A regular expression of the last segment, without its extension. `words`: of its slug, at least."""
    match style:
        case "day":
            return r"(?:19|20)\d{2}-?\d{2}-?\d{2}"
        case "number":
            return rf"\d{{{digits},}}"
        case "lettered":
            return re.escape(lead) + r"\d{5,}"
        case "hex":
            return r"[0-9a-fA-F-]{10,}"
        case "tail":
            return rf"[^/?#]*[-_.,~]{re.escape(lead)}\d{{{digits},}}"
        case "head":
            return rf"\d{{{digits},}}[-_.,~][^/?#]+"
        case "tail-hex":
            return r"[^/?#]+[-_.,~][0-9a-zA-Z]{10,}"
        case "tail-word":
            return r"[^/?#]+[-_.,~][A-Za-z]+\d{2,}"
        case _:
            return slug_of_words(words)


def slug_of_words(words: int) -> str:
    """A slug of so many words or more."""
    if words < 2:
        return r"[^/?#]+"
    return rf"(?:[^/?#_-]+[_-]+){{{words - 1},}}[^/?#]+" if words > 2 else "[^/?#_-]+[_-]+[^/?#]+"


def words_of(stem: str) -> int:
    """Words of a slug, as `slug_of_words` counts them."""
    return len([word for word in re.split(r"[_-]+", stem) if word]) if stem else 0


def digits_of(shape: Shape) -> int:
    """Digits of the number in the last segment; 0 where it has none."""
    stem = (shape.segments[-1] if shape.segments else "").removesuffix(shape.extension)
    runs = re.findall(r"\d+", stem)
    if not runs:
        return 0
    return len(runs[0] if shape.style == "head" else runs[-1])


def fewest_digits(numbers: Sequence[int]) -> int:
    """Digits to ask of a number: one less than the fewest seen, as numbers that count articles grow longer."""
    least = min(numbers, default=1)
    return max(1, least - 1 if least > 3 else least)
