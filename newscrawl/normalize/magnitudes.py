"""Magnitudes beside a number: `тыс.`, `万`, `lakh`, `K`, by language. Tables, no parsing.

From CLDR's compact decimal formats, short and long (Unicode TR 35, part 3), by way of Babel; by hand only signs that
news prints beside them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from babel import Locale
from babel.core import UnknownLocaleError

from newscrawl.normalize.cldr import cldr
from newscrawl.normalize.date_words import TOKEN

# Understood in every language, because sites keep them in translation.
_EVERYWHERE = {
    "K": 10**3, "k": 10**3, "к": 10**3, "К": 10**3, "тыс": 10**3, "тис": 10**3, "т": 10**3, "mil": 10**3, "tys": 10**3, "tis": 10**3,
    "Tsd": 10**3, "tsd": 10**3, "rb": 10**3, "ribu": 10**3, "bin": 10**3, "mille": 10**3, "хил": 10**3, "хиљ": 10**3, "χιλ": 10**3,
    "ألف": 10**3, "هزار": 10**3, "אלף": 10**3, "हज़ार": 10**3, "천": 10**3, "千": 10**3, "thousand": 10**3,
    "万": 10**4, "萬": 10**4, "만": 10**4, "w": 10**4, "lakh": 10**5, "lakhs": 10**5, "लाख": 10**5,
    "M": 10**6, "m": 10**6, "mn": 10**6, "Mn": 10**6, "mln": 10**6, "Mln": 10**6, "mio": 10**6, "Mio": 10**6, "млн": 10**6, "mi": 10**6,
    "jt": 10**6, "juta": 10**6, "million": 10**6, "millions": 10**6, "مليون": 10**6, "میلیون": 10**6,
    "cr": 10**7, "crore": 10**7, "crores": 10**7, "करोड़": 10**7, "억": 10**8, "亿": 10**8, "億": 10**8,
    "mrd": 10**9, "Mrd": 10**9, "млрд": 10**9, "billion": 10**9, "B": 10**9,
}  # fmt: skip


@dataclass(slots=True)
class Magnitudes:
    """Signs to what they multiply by, as printed and in small letters; `before`: those that stand before the number."""

    after: dict[str, int] = field(default_factory=dict)
    before: dict[str, int] = field(default_factory=dict)

    def add(self, before: str, after: str, factor: int) -> None:
        """Add a sign; an earlier reading of it stays."""
        for table, printed in ((self.before, before), (self.after, after)):
            if sign := sign_of(printed):
                table.setdefault(sign, factor)


def sign_of(text: str) -> str:
    """The words of a sign, a space between them, without points."""
    return " ".join(word for word in TOKEN.findall(text) if not word.isdigit())


@lru_cache(maxsize=256)
def magnitudes_of(language: str | None) -> Magnitudes:
    """The magnitudes of a language (BCP 47 code), then those understood everywhere."""
    found = Magnitudes()
    for code in (language, (language or "").partition("-")[0]):
        try:
            if code:
                _add_from_cldr(found, str(Locale.parse(code.replace("-", "_"))))
        except (UnknownLocaleError, ValueError, TypeError):
            continue
    for table in (found.after, found.before):
        for sign, factor in list(table.items()):
            table.setdefault(sign.casefold(), factor)
    for sign, factor in _EVERYWHERE.items():
        found.after.setdefault(sign, factor)
    return found


def _add_from_cldr(found: Magnitudes, locale: str) -> None:
    section = "compact_decimal_formats"
    data = cldr(locale, (section,))
    for width in ("short", "long"):
        for powers in data[section].get(width, {}).values():
            for power, pattern in sorted(powers.items(), key=lambda item: int(item[0])):
                text = str(pattern.pattern).partition(";")[0].replace("'", "")
                first, last = text.find("0"), text.rfind("0")
                if first >= 0:
                    found.add(text[:first], text[last + 1 :], int(power) // 10 ** (last - first))
