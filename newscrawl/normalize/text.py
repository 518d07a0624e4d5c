"""White space, Unicode and fingerprints of text. Pure; total on every string."""

from __future__ import annotations

import hashlib
import re
import unicodedata

# C0 and C1 controls but tab and line ends, lone surrogates, soft hyphen, zero-width and directional marks,
# the byte order mark, non-characters. Zero-width (non-)joiners stay: Persian and Indic spelling needs them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]+"
)
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\W_]+(?:['’\-][^\W_]+)*")

_LETTERS = re.compile(r"\w+")

# Ways to print one character: quotation marks (Unicode Pi, Pf and the marks typed for them), apostrophes, dashes (Pd).
# Joiners and variation selectors choose between forms of a character.
_TYPOGRAPHY = str.maketrans(
    dict.fromkeys("“”„‟«»″〃〝〞〟", '"')
    | dict.fromkeys("‘’‚‛‹›′`´ʼʹ", "'")
    | dict.fromkeys("‐‑‒–—―−", "-")
    | dict.fromkeys("\u200c\u200d\ufe0e\ufe0f")
)


def clean(text: str) -> str:
    """One line of text as people see it: Unicode NFC, no invisible characters, runs of white space one space.

    What MongoDB or UTF-8 cannot hold (lone surrogates, NUL) is dropped.
    """
    return " ".join(unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).split())


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
    plain = _INVISIBLE.sub("", text).translate(_TYPOGRAPHY)
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
