"""The map: where places are drawn, under one name in all languages, and whose names stand on it."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime
from math import cos, radians
from pathlib import Path

import pytest

from newscrawl.store.places import PlaceCount
from newscrawl.web.page_map import LARGEST, SMALLEST, places_of, radius_of
from newscrawl.web.world import HEIGHT, NORTH, SOUTH, WIDTH, project

NOW = datetime(2026, 11, 28, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


def count(place: str, number: int, country: str | None = None) -> PlaceCount:
    return PlaceCount(place, country, number, NOW)


def test_the_corners_of_the_earth_lie_on_the_edges_of_the_map() -> None:
    assert project(0, -180)[0] == pytest.approx(0)
    assert project(0, 180)[0] == pytest.approx(WIDTH)
    assert project(NORTH, 0)[1] == pytest.approx(0)
    assert project(SOUTH, 0)[1] == pytest.approx(HEIGHT, abs=0.1)


@pytest.mark.parametrize(("latitude", "longitude"), [(0, 0), (50, 30), (-33, 151), (70, -100), (-50, -70)])
def test_areas_are_true_everywhere(latitude: float, longitude: float) -> None:
    """What a small cell of degrees takes on the map is in proportion to what it takes on the globe."""

    def area(at: float, on: float, step: float = 0.01) -> float:
        (x, y), (east, south), (up_x, up_y) = project(at, on), project(at, on + step), project(at + step, on)
        return abs((east - x) * (up_y - y) - (south - y) * (up_x - x))

    assert area(latitude, longitude) / area(0, 0) == pytest.approx(cos(radians(latitude)), rel=0.01)


def test_one_place_in_three_languages_is_one_dot_that_leads_to_all_of_them() -> None:
    [kyiv] = places_of([count("Київ", 5, "UA"), count("KYIV", 3, "UA"), count("كييف", 1)])
    assert (kyiv.name, kyiv.country, kyiv.number) == ("Kyiv", "UA", 9)
    assert kyiv.other_names == ["Київ", "كييف"]
    assert kyiv.href.count("place=") == 3


def test_a_place_that_is_not_known_has_no_dot_and_keeps_its_name() -> None:
    [place] = places_of([count("Zzyzx-on-Sea", 2)])
    assert (place.name, place.x) == ("Zzyzx-on-Sea", None)


def test_a_country_beside_the_place_decides_between_cities_of_one_name() -> None:
    texas, france = places_of([count("Paris", 2, "US"), count("Paris", 1, "FR")])
    assert texas.x is not None
    assert france.x is not None
    assert texas.x < WIDTH / 2 < france.x


def test_the_area_of_a_dot_grows_with_the_number_of_its_articles() -> None:
    assert radius_of(1, 100) == SMALLEST
    assert radius_of(100, 100) == LARGEST
    assert radius_of(1, 1) == SMALLEST
    assert SMALLEST < radius_of(25, 100) < LARGEST


def test_names_on_the_map_lie_on_no_other_name() -> None:
    places = places_of([count("Kyiv", 9), count("Irpin", 8), count("Tokyo", 7)])
    named = {place.name for place in places if place.name_x is not None}
    assert {"Kyiv", "Tokyo"} <= named


def test_land_on_both_sides_of_the_meridian_of_180_degrees_is_cut_there() -> None:
    specification = importlib.util.spec_from_file_location("draw_land", ROOT / "tools" / "draw_land.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    parts = sorted(module.cut([(170.0, 60.0), (-170.0, 60.0), (-170.0, 70.0), (170.0, 70.0)]))
    assert [{longitude for longitude, _latitude in part} for part in parts] == [{-180.0, -170.0}, {170.0, 180.0}]


def test_the_land_in_the_package_is_small_and_has_no_colour_of_its_own() -> None:
    land = (ROOT / "newscrawl" / "web" / "static" / "land.svg").read_text(encoding="utf-8")
    assert '<symbol id="land"' in land
    assert len(land) < 30_000
    assert "fill" not in land
    assert "style" not in land
