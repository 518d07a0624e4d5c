"""Terms by which stored articles are searched: the words of a text, and the values of its filters. Pure.

A word is folded (Unicode NFKC, case, accents) and loses its ending, so that a search finds its other forms. Which
endings, the script tells, not the language: a query does not say in which language it is. Both are done to texts and
queries alike. Latin: the S-stemmer of D. Harman, "How effective is suffixing?", JASIS 42(1), 1991. Cyrillic: the case
endings of nouns and adjectives, as the light stemmers of L. Dolamic and J. Savoy, "Indexing and stemming approaches
for the Czech/Russian language", 2009. Texts without blanks between words give pairs of characters, as is usual for
Chinese, Japanese and Korean (J. Y. Nie et al., "On the use of words and n-grams for Chinese information retrieval",
2000).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newscrawl.article import Article

MOST_TERMS = 4000  # of one article; a longer text is found by its first ones
LONGEST_WORD = 40
MOST_WORDS = 16  # of one query
MOST_STEMS = 16_384  # that are kept: those of most words of most texts

_DENSE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
"""Thai, Lao, Myanmar, Khmer, kana, Han and hangul: scripts without blanks, or with what belongs to words glued to them."""
_INDIC = "\u0900-\u0dff"  # their vowel signs are no letters to regular expressions
_HAS_DENSE = re.compile(f"[{_DENSE}]")
_USUAL = re.compile(f"(?:[^\\W_]+|[{_INDIC}]+)+")
_EITHER = re.compile(f"[{_DENSE}]+|(?:(?![{_DENSE}])(?:[^\\W_]|[{_INDIC}]))+")

# Accents of Latin, Greek and Cyrillic letters, points of Hebrew, vowels and stretching of Arabic.
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670]+")
_APOSTROPHES = re.compile("['’ʼ`´′](?<=\\w.)(?=\\w)")  # the sign first: it is what is searched for
_POSSESSIVE = re.compile("['’]s\\b")

_CYRILLIC_ENDING = re.compile(
    "(?<=[\u0400-\u04ff]{4})(?:ього|ими|іми|ого|ому|ему|ами|ями|ові|еві|ів|ев|ов|ах|ях|ам|ям|ом|ем|єм|ои|еи|ою|ею|єю|"
    "ыи|ии|іи|ая|яя|ое|ее|ые|ие|их|ых|ую|юю)$|(?<=[\u0400-\u04ff]{3})[аяоеєиыіуюь]$"
)


@dataclass(frozen=True, slots=True)
class Query:
    """What a reader types, as terms."""

    words: tuple[str, ...] = ()
    """All of them occur."""
    begins: tuple[str, ...] = ()
    """Each is the beginning of a word that occurs."""
    phrases: tuple[tuple[str, ...], ...] = ()
    """The words of each, as typed, occur one after the other."""
    without: tuple[str, ...] = ()
    """None of these words occurs."""
    without_phrases: tuple[tuple[str, ...], ...] = ()

    @property
    def is_bounded(self) -> bool:
        """There is something that has to occur."""
        return bool(self.words or self.begins)


def fold(text: str) -> str:
    """Text without case, accents and apostrophes, compatible forms made one."""
    if text.isascii():
        return _APOSTROPHES.sub("", _POSSESSIVE.sub("", text.lower()))
    text = _APOSTROPHES.sub("", _POSSESSIVE.sub("", text.casefold()))
    return unicodedata.normalize("NFKC", _MARKS.sub("", unicodedata.normalize("NFKD", text)).casefold())


@lru_cache(maxsize=MOST_STEMS)
def stem(word: str) -> str:
    """A folded word without its ending."""
    if len(word) < 4:
        return word
    if word[-1] == "s" and "a" <= word[0] <= "z":
        if word.endswith("ies") and len(word) > 4 and word[-4] not in "ae":
            return word[:-3] + "y"
        if word[-2] not in "us":
            return word[:-1]
        return word
    if "\u0400" <= word[0] <= "\u04ff":
        return _CYRILLIC_ENDING.sub("", word)
    return word


def words(text: str) -> Iterator[str]:
    """The words of a text, folded and without endings, in its order, each as often as it stands there."""
    folded = fold(text)
    if folded.isascii() or not _HAS_DENSE.search(folded):
        yield from [stem(found[:LONGEST_WORD]) for found in _USUAL.findall(folded)]
        return
    for found in _EITHER.findall(folded):
        if _HAS_DENSE.match(found):
            yield from _pairs(found)
        else:
            yield stem(found[:LONGEST_WORD])


def _pairs(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    for first, second in pairwise(run):
        yield first + second


def terms(article: Article) -> list[str]:
    """The terms of an article, each once: those of its fields first, then the words from the headline on."""
    dateline = article.dateline
    found = dict.fromkeys(
        [
            *_values("site", [article.site]),
            *(value for code in [article.language or ""] for value in language_terms(code)),
            *_values("kind", [article.content_type]),
            *_values("country", [dateline.country if dateline else None]),
            *_values("place", [dateline.place if dateline else None]),
            *_values("agency", [dateline.agency_code, dateline.agency_name, dateline.agency] if dateline else []),
            *_values("section", [article.section]),
            *_values("tag", article.tags),
            *_values("author", [author.name for author in article.authors]),
        ]
    )
    names = [author.name for author in article.authors]
    place = [dateline.place] if dateline and dateline.place else []
    for text in (article.headline, article.lead or "", *article.tags, *names, *place, article.body):
        found.update(dict.fromkeys(words(text)))
        if len(found) > MOST_TERMS:
            break
    return list(found)[:MOST_TERMS]


def term(name: str, value: str) -> str:
    """The term of a value of a field: `TAG:politics` of `term("tag", "Politics")`. No word begins with a capital, so what
    begins as a word does is a word."""
    return f"{name.upper()}:{' '.join(fold(value).split())[:100]}"


def language_terms(code: str) -> list[str]:
    """Terms of a BCP 47 code: `en-GB` is found by `en`, too."""
    parts = code.lower().replace("_", "-").split("-")
    return [term("language", "-".join(parts[:length])) for length in range(1, len(parts) + 1) if parts[0]]


def _values(name: str, values: Iterable[str | None]) -> Iterator[str]:
    return (term(name, value) for value in values if value)


_TOKEN = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')


def parse_query(text: str) -> Query:
    """What a query asks for; total. Words beyond the first `MOST_WORDS` are left out."""
    wanted: list[str] = []
    begins: list[str] = []
    phrases: list[tuple[str, ...]] = []
    without: list[str] = []
    without_phrases: list[tuple[str, ...]] = []
    for minus, phrase, token in _TOKEN.findall(text):
        found = list(words(phrase or token))
        if phrase:
            typed = tuple(_EITHER.findall(phrase))
            if len(typed) > 1 or len(found) > 1:
                (without_phrases if minus else phrases).append(typed)
            if minus and len(found) > 1:
                continue
        elif token.endswith("*") and found and not minus:
            begins.append(fold(_EITHER.findall(token)[-1])[:LONGEST_WORD])
            found = found[:-1]
        elif not minus and len(found) == 1 and len(found[0]) == 1 and _HAS_DENSE.match(found[0]):
            begins.append(found[0])
            continue
        (without if minus else wanted).extend(found)
    kept = [*dict.fromkeys(wanted)][:MOST_WORDS]
    return Query(
        tuple(kept), tuple(begins[:4]), tuple(phrases[:4]), tuple(without[:MOST_WORDS]), tuple(without_phrases[:4])
    )
