"""Parts of CLDR's data of a locale, by way of Babel's files.

Babel's own loader merges all of a locale's data with those it inherits and keeps them: names of a thousand currencies
and languages beside the twelve months that are wanted. For the words of printed dates in every language that takes
some tenths of a second and 80 MiB in each process, a tenth of it here.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from babel import localedata
from babel.core import get_global, parse_locale

ROOT = "root"


def cldr(locale: str, parts: tuple[str, ...]) -> localedata.LocaleDataDict:
    """Parts of a locale's data, by Babel's names for both.

    In copies of its own: Babel writes the aliases that it resolves into what all locales share, so that after Hebrew
    Chinese would have Hebrew months.
    """
    return localedata.LocaleDataDict(_copied(_merged(locale, parts)))


def parent_of(locale: str) -> str:
    """The locale that another one inherits from (Unicode TR 35, part 1, "Inheritance and Validity")."""
    if named := get_global("parent_exceptions").get(locale):
        return str(named)
    language, territory, script, variant, *rest = parse_locale(locale)
    if script and not (territory or variant or rest):
        likely = parse_locale(get_global("likely_subtags").get(language, language))
        if script != likely[2]:
            return ROOT
    return locale.rpartition("_")[0] or ROOT


@lru_cache(maxsize=32)  # the languages whose regions are asked for next
def _merged(locale: str, parts: tuple[str, ...]) -> dict[str, Any]:
    with open(localedata.resolve_locale_filename(locale), "rb") as file:
        whole = pickle.load(file)
    own = {part: whole[part] for part in parts if part in whole}
    if locale == ROOT:
        return own
    data = dict(_merged(parent_of(locale), parts))
    localedata.merge(data, own)
    return data


def _copied(data: Any) -> Any:
    return {name: _copied(value) for name, value in data.items()} if isinstance(data, Mapping) else data
