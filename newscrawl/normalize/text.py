"""White space, Unicode and fingerprints of text. Pure; total on every string."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import cache

MOST_MARKS = 8
"""Combining marks (accents, vowel signs, joiners) in a row. Spelling needs five at most."""

# What no reader sees, and what harms whoever stores or shows a text: C0 and C1 controls but tab and line ends, lone
# surrogates, soft hyphen, zero-width characters, the byte order mark, annotations, tags (Unicode 23.9), private use,
# non-characters; and embeddings, overrides and isolates (UAX 9), which turn round what follows the text.
# Zero-width (non-)joiners stay: Persian and Indic spelling needs them. So do variation selectors.
_HIDDEN = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff"
)
_RARELY_HIDDEN = "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff\U000f0000-\U0010ffff" + "".join(
    chr(plane + last) for plane in range(0x10000, 0xF0000, 0x10000) for last in (0xFFFE, 0xFFFF)
)
# Marks that order Arabic and Hebrew beside Latin words and figures; elsewhere they mean nothing.
_DIRECTIONS = re.compile("[\u061c\u200e\u200f]+")
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


@cache  # not made before it is needed: it looks at every code point
def _piles(is_usual: bool) -> re.Pattern[str]:
    """Finds more than `MOST_MARKS` marks and joiners in a row. `is_usual`: of the first plane."""
    spans: list[list[int]] = []
    for code in range(0x300, 0x10000) if is_usual else (*range(0x300, 0x20000), *range(0xE0100, 0xE01F0)):
        if code not in _JOINERS and unicodedata.category(chr(code))[0] != "M":
            continue
        if spans and code == spans[-1][1] + 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    mark = "[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in spans) + "]"
    return re.compile(f"({mark}{mark}{{{MOST_MARKS - 1}}}){mark}+")


_JOINERS = {0x61C, 0x200C, 0x200D, 0x200E, 0x200F}


# Few texts have a character beyond the first plane, and for these a search takes ten times as long.
_USUALLY_HIDDEN = re.compile(f"[{_HIDDEN}]+")
_EVER_HIDDEN = re.compile(f"[{_HIDDEN}{_RARELY_HIDDEN}]+")

_STEERING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_LINE_END = re.compile("\r\n?|[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\W_]+(?:['’\-][^\W_]+)*")

_LETTERS = re.compile(r"\w+")

# Ways to print one character: quotation marks (Unicode Pi, Pf and the marks typed for them), apostrophes, dashes (Pd).
# Joiners and variation selectors choose between forms of a character.
_TYPOGRAPHY = (
    dict.fromkeys("“”„‟«»″〃〝〞〟", '"')
    | dict.fromkeys("‘’‚‛‹›′`´ʼʹ", "'")
    | dict.fromkeys("‐‑‒–—―−", "-")
    | dict.fromkeys("\u200c\u200d\ufe0e\ufe0f", "")
)


def clean(text: str) -> str:
    """One line of text as people see it: Unicode NFC, no invisible characters, runs of white space one space.

    What MongoDB or UTF-8 cannot hold (lone surrogates, NUL) is dropped, as is whatever could turn round or hide what
    stands beside the text. Marks of direction stay in a text with Arabic or Hebrew letters. Of combining marks in a
    row the first `MOST_MARKS` are kept.
    """
    return " ".join(_visible(text).split())


def clean_lines(text: str) -> str:
    """Text that is made of clean paragraphs: nothing is left in it that `clean` drops, and line ends are `\\n`."""
    return text if _is_printable(text) else _LINE_END.sub("\n", _unhidden(text))


def _visible(text: str) -> str:
    if text.isascii():
        return text if _is_printable(text) else _USUALLY_HIDDEN.sub("", text)
    text = unicodedata.normalize("NFC", text if _is_printable(text) else _unhidden(text))
    return _piles(_is_usual(text)).sub(r"\1", text)


def _unhidden(text: str) -> str:
    text = (_USUALLY_HIDDEN if _is_usual(text) else _EVER_HIDDEN).sub("", text)
    if _DIRECTIONS.search(text) and not _RIGHT_TO_LEFT.search(text):
        text = _DIRECTIONS.sub("", text)
    return text


def _is_usual(text: str) -> bool:
    return len(text.encode("utf-16-le", "surrogatepass")) == 2 * len(text)


def _is_printable(text: str) -> bool:
    """Whether there is nothing in a text but what is seen, single blanks and `\\n`: a check that costs next to nothing."""
    return text.isprintable() or ("\n" in text and text.replace("\n", "").isprintable())


def escaped(text: str, *, keep: str = "") -> str:
    """Text with escapes such as `\\x1b` for what ends a line, steers a terminal, turns text round or is no UTF-8.

    `keep`: such characters that are wanted. The result is its own result: backslashes stay as they are.
    """
    if text.isprintable():
        return text
    return _STEERING.sub(lambda found: found[0] if found[0] in keep else _escape(found[0]), text)


def _escape(character: str) -> str:
    return character.encode("ascii", "backslashreplace").decode() if character > "\x7f" else f"\\x{ord(character):02x}"


def undecodable(*texts: str) -> float:
    """Share of the characters of texts that are U+FFFD, which stands for bytes that no encoding explains: 0 to 1."""
    broken = sum(text.count("\ufffd") for text in texts)
    return broken / sum(map(len, texts)) if broken else 0.0


def clean_or_none(text: str | None) -> str | None:
    """`clean`, or None where nothing is left."""
    return (clean(text) or None) if text else None


def count_words(text: str) -> int:
    """Number of words; each Han or Kana character counts as one, as in Unicode UAX 29 without a dictionary."""
    return len(words(text))


def fold(text: str) -> str:
    """A text as its wording alone: what differs only in typography is equal.

    White space and paragraph borders, invisible characters, soft hyphens, Unicode forms (NFKC: ligatures, full width,
    ellipsis, superscripts) and the style of quotation marks, apostrophes and dashes are folded; case and punctuation
    are not.
    """
    plain = _visible(text)
    plain = plain if _is_printable(plain) else _DIRECTIONS.sub("", plain)
    for character, usual in _TYPOGRAPHY.items():  # each is searched for as fast as memory is read; `translate` is not
        plain = plain.replace(character, usual)
    return " ".join(unicodedata.normalize("NFKC", plain).replace("''", '"').split())


def words(text: str) -> list[str]:
    """The words of a text in order; each Han or Kana character is one."""
    return _WORD.findall(text)


def fingerprint(*parts: str | None) -> str:
    """Hexadecimal SHA-256 of folded texts (`fold`): equal exactly when a reader sees the same wording."""
    folded = "\n".join(fold(part) if part else "" for part in parts)
    return hashlib.sha256(folded.encode("utf-8")).hexdigest()


def first_words(text: str, length: int = 40) -> str:
    """The beginning of a text as its folded letters and digits alone, to compare texts by: at most `length`."""
    return "".join(_LETTERS.findall(text[: 2 * length].casefold()))[:length]


def same_words(first: str, second: str) -> bool:
    """Whether two headlines say the same, whatever their case, spaces and punctuation."""
    return first_words(first, 200) == first_words(second, 200)


def shared_text(first: str, second: str) -> float:
    """Share of the shorter text's runs of words that the other text has, too: 0 to 1; 0 where one is empty."""
    runs = sorted((_runs(first), _runs(second)), key=len)
    return len(runs[0] & runs[1]) / len(runs[0]) if runs[0] else 0.0


def _runs(text: str, length: int = 3) -> set[tuple[str, ...]]:
    read = words(text.casefold())
    return set(zip(*(read[start:] for start in range(length)), strict=False))
