"""Draw the land of the world for the map of places: `python tools/draw_land.py land-110m.json`.

The input is the TopoJSON file `land-110m.json` of the npm package `world-atlas`, which is made of Natural Earth's
public-domain data at 1:110 million. The output is `newscrawl/web/static/land.svg`: one symbol, without colours.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from newscrawl.web.world import HEIGHT, SOUTH, WIDTH, project

OUTPUT = Path(__file__).resolve().parent.parent / "newscrawl" / "web" / "static" / "land.svg"
SMALLEST = 1.2  # units of the map: an island that is smaller in both directions is a speck

Point = tuple[float, float]


def arcs_of(topology: dict[str, Any]) -> list[list[Point]]:
    """Every arc as longitudes and latitudes (TopoJSON 2.1.4: quantised, each point beside the one before)."""
    (scale_x, scale_y), (move_x, move_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            points.append((x * scale_x + move_x, y * scale_y + move_y))
        arcs.append(points)
    return arcs


def rings_of(topology: dict[str, Any]) -> Iterator[list[Point]]:
    """Every ring of every polygon of the land. A negative number names an arc that is walked backwards."""
    arcs = arcs_of(topology)
    for geometry in topology["objects"]["land"]["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        for polygon in polygons:
            for ring in polygon:
                points: list[Point] = []
                for number in ring:
                    arc = arcs[number] if number >= 0 else arcs[~number][::-1]
                    points += arc[1:] if points else arc
                yield from cut(points)


def cut(ring: list[Point]) -> Iterator[list[Point]]:
    """A ring as rings that do not cross the meridian of 180°: world-atlas joins what lies on both sides of it."""
    whole = [ring[0]]
    for longitude, latitude in ring[1:]:
        before = whole[-1][0]
        whole.append((longitude + 360 * round((before - longitude) / 360), latitude))
    for turn in (-360, 0, 360):
        moved = [(longitude + turn, latitude) for longitude, latitude in whole]
        if part := clip(clip(moved, 180, 1), -180, -1):
            yield part


def clip(ring: list[Point], border: float, side: int) -> list[Point]:
    """What of a ring lies west (`side` 1) or east (-1) of a meridian (Sutherland and Hodgman)."""
    kept: list[Point] = []
    for (x, y), (next_x, next_y) in pairwise([*ring, *ring[:1]]):
        is_in, is_next_in = side * (border - x) >= 0, side * (border - next_x) >= 0
        if is_in:
            kept.append((x, y))
        if is_in != is_next_in:
            kept.append((border, y + (next_y - y) * (border - x) / (next_x - x)))
    return kept


def path_of(rings: Iterator[list[Point]]) -> str:
    """The path of all rings, to a tenth of a unit, each point beside the one before."""
    parts = []
    for ring in rings:
        if max(latitude for _longitude, latitude in ring) < SOUTH:
            continue
        points = [project(max(latitude, SOUTH), longitude) for longitude, latitude in ring]
        tenths = [(round(x * 10), round(y * 10)) for x, y in points]
        spans = [max(values) - min(values) for values in zip(*tenths, strict=True)]
        if max(spans) < SMALLEST * 10:
            continue
        steps = [(x - a, y - b) for (a, b), (x, y) in pairwise(tenths)]
        moves = " ".join(f"{x} {y}" for x, y in steps if (x, y) != (0, 0)).replace(" -", "-")
        parts.append(f"M{tenths[0][0]} {tenths[0][1]}l{moves}z")
    return "".join(parts)


def main(source: str) -> None:
    """Read the TopoJSON file and write the symbol."""
    path = path_of(rings_of(json.loads(Path(source).read_text(encoding="utf-8"))))
    view = f'viewBox="0 0 {WIDTH:.0f} {HEIGHT}"'
    # Tenths of a unit as whole numbers are shorter; the group brings them back.
    drawing = f'<symbol id="land" {view}><g transform="scale(.1)"><path d="{path}"/></g></symbol>'
    credit = "<!-- Natural Earth 1:110m land, public domain; drawn by tools/draw_land.py -->"
    OUTPUT.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" {view}>{credit}{drawing}</svg>\n', encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
