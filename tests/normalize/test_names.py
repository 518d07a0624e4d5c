"""Bylines to names: people and agencies, without roles, dates, sites and duplicates."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.article import RawAuthor
from newscrawl.normalize.names import is_person, parse_authors


def names(*texts: str, publisher: str | None = None) -> list[str]:
    return [author.name for author in parse_authors([RawAuthor(text) for text in texts], publisher=publisher)]


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("By Jane Doe", ["Jane Doe"]),
        ("By JANE DOE and JOHN ROE", ["Jane Doe", "John Roe"]),
        ("Jane Doe, John Roe & Max Poe", ["Jane Doe", "John Roe", "Max Poe"]),
        ("Von Jane Doe und John Roe", ["Jane Doe", "John Roe"]),
        ("Jane Doe, Staff Writer", ["Jane Doe"]),
        ("Jane Doe | Politics Reporter", ["Jane Doe"]),
        ("Jane Doe (Berlin)", ["Jane Doe"]),
        ("Jane Doe for The River Post", ["Jane Doe"]),
        ("John Garcia Jr.", ["John Garcia Jr."]),
        ("Nelson C.J.", ["Nelson C.J."]),
        ("Robert E. Moffit, Ph.D.", ["Robert E. Moffit"]),
        ("Lauren Manaker MS, RDN, LD", ["Lauren Manaker"]),
        ("View all posts by Jane Doe", ["Jane Doe"]),
        ("Zeige alle Beiträge von Jane Doe →", ["Jane Doe"]),
        ("作者：王小明", ["王小明"]),
        ("박준석 기자", ["박준석"]),
        ("Автор: Олена Коваль", ["Олена Коваль"]),
        ("James O&#039;Neil", ["James O'Neil"]),
        ("Reuters", ["Reuters"]),
        ("The Associated Press", ["The Associated Press"]),
    ],
)
def test_a_byline_is_taken_apart(byline: str, expected: list[str]) -> None:
    assert names(byline) == expected


@pytest.mark.parametrize(
    "text",
    ["admin", "Staff", "Editorial Board Editor", "https://facebook.com/jane", "jane@example.com", "6 January 2025", "10:50", "Follow us", "3 Comments",
     "", "...", "Redaktion", "By", "Super User", "Dec 23"],
)  # fmt: skip
def test_what_is_no_name_is_left_out(text: str) -> None:
    assert names(text) == []


def test_a_name_is_given_once() -> None:
    assert names("Jane Doe", "JANE DOE", "By Jane Doe") == ["Jane Doe"]


def test_the_publisher_is_left_out() -> None:
    assert names("River Post", "RiverPost.com", "Jane Doe", publisher="River Post") == ["Jane Doe"]


@pytest.mark.parametrize("name", ["Jane Doe", "José María de la Cruz", "王小明", "Олена Коваль", "Max van der Poe"])
def test_people_are_told(name: str) -> None:
    assert is_person(name)


@pytest.mark.parametrize(
    "name", ["Reuters", "The Associated Press", "River News Agency", "Daily Post Staff", "AFP", "riverpost.com"]
)
def test_agencies_and_desks_are_no_people(name: str) -> None:
    assert not is_person(name)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=120))
def test_any_text_gives_clean_names(text: str) -> None:
    for name in names(text):
        assert name == name.strip()
        assert 2 <= len(name) <= 80


@pytest.mark.parametrize("desk", ["Redaktion", "Sports Staff", "Editorial Board", "Newsroom"])
def test_a_desk_is_an_author_only_where_nobody_else_is_and_desks_are_asked_for(desk: str) -> None:
    assert parse_authors([RawAuthor(desk)]) == []
    assert [author.name for author in parse_authors([RawAuthor(desk)], desks=True)] == [desk]
    assert [a.name for a in parse_authors([RawAuthor(desk), RawAuthor("Jane Doe")], desks=True)] == ["Jane Doe"]


@pytest.mark.parametrize(
    "byline",
    ["Jane Doe, Foto: John Roe", "Jane Doe, 6 January 2025", "Jane Doe @janedoe", "Jane Doe, River University",
     "Von Jane Doe (Text) ", "Jane Doe / Illustration von John Roe", "Autor/in: Jane Doe"],
)  # fmt: skip
def test_credits_dates_handles_and_employers_behind_a_name_are_left_out(byline: str) -> None:
    assert names(byline) == ["Jane Doe"]


@pytest.mark.parametrize("name", ["The Associated Press", "AFP", "dpa", "EFE", "УНН", "River News Agency", "Reuters"])
def test_agencies_are_recognised_in_bylines(name: str) -> None:
    assert [author.is_agency for author in parse_authors([RawAuthor(name)])] == [True]
