"""The country of a dateline's place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newscrawl.normalize.agencies import AGENCIES, agency_of
from newscrawl.normalize.dateline import parse_dateline
from newscrawl.normalize.places import country_of


@pytest.mark.parametrize(
    ("place", "country"),
    [("Kyiv", "UA"), ("КИЇВ", "UA"), ("Киев", "UA"), ("PARIS", "FR"), ("서울", "KR"), ("北京", "CN"), ("Nairobi", "KE"), ("Lisboa", "PT")],
)  # fmt: skip
def test_a_city_is_known_in_many_languages(place: str, country: str) -> None:
    assert country_of(place) == country


@pytest.mark.parametrize(
    ("place", "region", "country"),
    [
        ("ATLANTA", "Georgia", "US"),
        ("TBILISI", "Georgia", "GE"),
        ("MONTGOMERY", "Ala.", "US"),
        ("VENICE", "Italy", "IT"),
        ("Cambridge", "England", "GB"),
        ("Nações Unidas", "Estados Unidos", "US"),
        ("Rostow", "Russland", "RU"),
    ],
)
def test_the_country_or_state_beside_a_place_decides(place: str, region: str, country: str) -> None:
    assert country_of(place, region) == country


def test_places_of_one_country_have_it_and_of_several_have_none() -> None:
    assert country_of("Вінниця-Київ") == "UA"
    assert country_of("Berlin/Frankfurt") == "DE"
    assert country_of("Kyiv/Warsaw") is None


def test_of_cities_of_one_name_the_agency_s_own_is_meant() -> None:
    assert country_of("Birmingham") is None
    assert country_of("Birmingham", home="GB") == "GB"


@pytest.mark.parametrize("place", ["SIMMELSDORF", "Narnia", "", "Georgia"])
def test_where_it_is_not_sure_there_is_no_country(place: str) -> None:
    assert country_of(place) is None


@given(st.text(max_size=40), st.none() | st.text(max_size=20))
def test_any_text_has_a_country_of_two_letters_or_none(place: str, region: str | None) -> None:
    country = country_of(place, region)
    assert country is None or (len(country) == 2 and country.isupper())


@pytest.mark.parametrize(
    ("printed", "code"),
    [("УНН", "UNN"), ("UNN", "UNN"), ("РИА Новости", "RIA"), ("dpa/lno", "DPA"), ("epdÖ", "EPD"), ("INTERFAX.RU", "INTERFAX"), ("新华社", "XINHUA"), ("연합뉴스", "YONHAP")],
)  # fmt: skip
def test_every_spelling_of_an_agency_has_one_code(printed: str, code: str) -> None:
    agency = agency_of(printed)
    assert agency is not None
    assert agency.code == code


def test_an_outlet_is_no_agency() -> None:
    assert agency_of("Elpaís.cr") is None
    assert agency_of(None) is None


def test_agencies_stand_once_in_their_table() -> None:
    assert len({agency.code for agency in AGENCIES}) == len(AGENCIES)
    spellings = [name for agency in AGENCIES for name in (agency.code, *agency.spellings.split("|")) if name]
    assert len(set(spellings)) == len(spellings)


def test_a_dateline_has_place_country_and_agency() -> None:
    dateline = parse_dateline("MONTGOMERY, Ala. (AP) — The state senate has voted.")
    assert dateline is not None
    assert (dateline.place, dateline.region, dateline.country) == ("MONTGOMERY", "Ala.", "US")
    assert (dateline.agency, dateline.agency_code, dateline.agency_name) == ("AP", "AP", "Associated Press")


@pytest.mark.parametrize(
    ("text", "reporter"),
    [
        ("(서울=연합뉴스) 김병규 기자 = 정부가 오늘 발표했다", "김병규"),
        ("（中央社記者溫貴香台北21日電）行政院副院長今天表示", "溫貴香"),
        ("本报墨西哥城1月28日电记者张金江报道: 厄瓜多尔和秘鲁", "张金江"),
    ],
)
def test_the_reporter_is_told_where_the_dateline_names_one(text: str, reporter: str) -> None:
    dateline = parse_dateline(text)
    assert dateline is not None
    assert dateline.reporter == reporter
