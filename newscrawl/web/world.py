"""The map of the world: where a point of the earth is drawn. Pure.

The projection is Equal Earth (Šavrič, Patterson, Jenny 2018): areas are true, and shapes are pleasant. What lies south
of 57° is left out: no news are filed there, and the rest is larger for it. The land itself is a file, drawn by
`tools/draw_land.py`.
"""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

WIDTH = 1000.0
"""Width of the map in its own units."""
NORTH, SOUTH = 84.0, -57.0
"""Degrees of latitude at the upper and the lower edge."""

_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796


def _equal_earth(latitude: float, longitude: float) -> tuple[float, float]:
    t = asin(sqrt(3) / 2 * sin(radians(latitude)))
    t2 = t * t
    t6 = t2 * t2 * t2
    slope = 9 * _A4 * t6 * t2 + 7 * _A3 * t6 + 3 * _A2 * t2 + _A1
    return 2 * sqrt(3) * radians(longitude) * cos(t) / (3 * slope), t * (_A1 + _A2 * t2 + t6 * (_A3 + _A4 * t2))


_EAST = _equal_earth(0, 180)[0]
_TOP = _equal_earth(NORTH, 0)[1]
_SCALE = WIDTH / (2 * _EAST)
HEIGHT = round((_TOP - _equal_earth(SOUTH, 0)[1]) * _SCALE, 1)
"""Height of the map in the same units."""


def project(latitude: float, longitude: float) -> tuple[float, float]:
    """Where a point is on the map: units from its left and from its upper edge. Degrees north and east."""
    x, y = _equal_earth(latitude, longitude)
    return (x + _EAST) * _SCALE, (_TOP - y) * _SCALE
