"""The table of cities: what the library's data give, read and searched without them."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from newscrawl.normalize.gazetteer import FILE, Gazetteer, gazetteer
from newscrawl.normalize.places import city_at

TOOL = Path(__file__).parents[2] / "tools" / "city_table.py"


def test_the_table_is_what_the_installed_data_give() -> None:
    specification = importlib.util.spec_from_file_location("city_table", TOOL)
    assert specification is not None
    assert specification.loader is not None
    tool = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(tool)

    assert gazetteer() == tool.made(), f"run tools/city_table.py for the new data, and keep {FILE.name}"


def test_a_table_is_unpacked_as_it_was_packed() -> None:
    without_other_names = gazetteer()._replace(lines=b"")
    assert Gazetteer.unpacked(without_other_names.packed()) == without_other_names


def test_every_name_is_found_the_first_and_the_last_too() -> None:
    lines = gazetteer().lines.decode().split("\n")[:-1]
    for line in (lines[0], *lines[:: len(lines) // 500], lines[-1]):
        name, _, number = line.partition("\t")
        assert int(number) in gazetteer().numbers_of(name)


@pytest.mark.parametrize("name", ["", "Neverland", "Kyi", "Kyivv", "\t", "Kyiv\n", "\ud800", "\U0010ffff"])
def test_what_is_no_name_is_not_found(name: str) -> None:
    assert not list(gazetteer().numbers_of(name))


def test_a_city_has_its_international_name_whatever_it_is_called() -> None:
    city = city_at("Київ")
    assert city is not None
    assert city.name == "Kyiv"
    assert city.country == "UA"
    assert (city.latitude, city.longitude) == pytest.approx((50.45, 30.52), abs=0.01)
