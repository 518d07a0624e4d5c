"""Editions by language: the part of the address that tells one, and the language that its articles are in."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

_CODE = re.compile(r"[a-z]{2,3}(?:[-_][a-z]{2,4})?$", re.I)
# What newsrooms write in addresses where the code of the language is another: countries' codes.
_ALSO = {"ua": "uk", "jp": "ja", "cn": "zh", "kz": "kk", "by": "be", "cz": "cs", "dk": "da", "se": "sv", "gr": "el", "kr": "ko",
    "ge": "ka", "rs": "sr", "ba": "bs", "vn": "vi", "al": "sq", "am": "hy", "ir": "fa", "il": "he", "eng": "en", "rus": "ru", "ukr": "uk"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EditionFound:
    """An edition. `prefix`: first segment of its addresses; empty for the one without."""

    name: str
    language: str
    prefix: str

    @property
    def path(self) -> str | None:
        """The pattern of its addresses, as a site file has it."""
        return f"^https?://[^/]+/{re.escape(self.prefix)}(?:/|$)".replace(r"\-", "-") if self.prefix else None


def base_of(language: str) -> str:
    """The language of a BCP 47 code without region and script."""
    return re.split(r"[-_]", language.strip().lower())[0]


@lru_cache(maxsize=1)
def _languages() -> frozenset[str]:
    from babel import Locale

    return frozenset(str(code) for code in Locale.parse("en").languages if len(str(code)) == 2)


def language_of_prefix(segment: str) -> str | None:
    """The language that a first segment of an address may stand for."""
    if not _CODE.match(segment):
        return None
    base = base_of(segment)
    return _ALSO.get(base) or (base if base in _languages() else None)


def prefix_of(url: str) -> str:
    """The first segment of an address, where it may be that of an edition; else empty."""
    first = urlsplit(url).path.lstrip("/").partition("/")[0]
    return first if first and language_of_prefix(first) else ""


def find_editions(
    languages: Mapping[str, str], declared: Iterable[str] = (), *, home: str | None = None
) -> list[EditionFound]:
    """Editions by the language of articles and listings.

    `languages`: address to language, as told by its text. `declared`: addresses that pages name as twins by hreflang.
    `home`: language of the site, where nothing else tells it.
    """
    by_prefix: dict[str, Counter[str]] = defaultdict(Counter)
    for url, language in languages.items():
        by_prefix[prefix_of(url)][base_of(language)] += 1
    twins = {prefix_of(url) for url in declared}
    found: dict[str, str] = {}
    for prefix, counts in by_prefix.items():
        language, number = counts.most_common(1)[0]
        said = language_of_prefix(prefix) if prefix else None
        if prefix and said != language and not (prefix in twins and number > 1):
            continue  # such as `/uk/` of a British paper
        found[prefix] = language
    strays = [prefix for prefix in by_prefix if prefix not in found]
    if strays and "" not in found:
        left: Counter[str] = Counter()
        for prefix in strays:
            left.update(by_prefix[prefix])
        found[""] = left.most_common(1)[0][0]
    if len(found) > 1 and set(found.values()) == {found.get("")}:
        found = {"": found[""]}  # one language: what looks like an edition is a rubric
    if not found:
        return [EditionFound(base_of(home), base_of(home), "")] if home else []
    ranked = sorted(found, key=lambda prefix: (prefix != "", -sum(by_prefix[prefix].values()), prefix))
    if len(ranked) == 1:  # then its prefix is a part of every address, and no edition's
        return [EditionFound(found[ranked[0]], found[ranked[0]], "")]
    return [EditionFound(_name(prefix, found, ranked), found[prefix], prefix) for prefix in ranked]


def _name(prefix: str, found: Mapping[str, str], ranked: Iterable[str]) -> str:
    language = found[prefix]
    is_only = sum(found[other] == language for other in ranked) == 1
    return language if is_only or not prefix else prefix.lower()


def regional(base: str, declared: Iterable[str]) -> str:
    """The language with its region, where most pages declare one that is not the usual: `de-AT`, but `de` for `de-DE`."""
    from babel.core import get_global

    usual = str(get_global("likely_subtags").get(base, "")).rpartition("_")[2]
    counts = Counter(code for code in declared if base_of(code) == base)
    if not counts:
        return base
    code, number = counts.most_common(1)[0]
    region = re.search(r"-([A-Z]{2})$", code)
    if region is None or region[1] == usual or 2 * number <= sum(counts.values()):
        return base
    return f"{base}-{region[1]}"
