"""A field is lost where a site's own past makes what its pages show now unlikely."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newscrawl.article import Article, Author
from newscrawl.repair.compare import FieldCheck, Reading, chance, compare


def article(number: int, **fields: object) -> Article:
    return Article(url=f"https://news.example/{number}", headline=f"Headline {number}", body="Text.", **fields)  # type: ignore[arg-type]


SIGNED = {"authors": [Author(name="Ann Bell")]}
PAST = [article(number, **SIGNED) for number in range(30)]


def of(field: str, checks: list[FieldCheck]) -> FieldCheck:
    return next(check for check in checks if check.field == field)


def test_a_field_that_every_article_had_and_no_page_has_is_lost() -> None:
    readings = [Reading(f"https://news.example/{number}", article(number)) for number in range(4)]
    assert of("authors", compare(PAST, readings)).is_lost


def test_a_field_that_one_page_of_several_lacks_is_not_lost() -> None:
    readings = [Reading("https://news.example/1", article(1))]
    readings += [Reading(f"https://news.example/{number}", article(number, **SIGNED)) for number in range(2, 6)]
    assert not of("authors", compare(PAST, readings)).is_lost


def test_a_field_that_the_site_seldom_has_is_not_lost_when_a_few_pages_lack_it() -> None:
    past = [article(number, **(SIGNED if number < 6 else {})) for number in range(30)]
    readings = [Reading(f"https://news.example/{number}", article(number)) for number in range(5)]
    assert not of("authors", compare(past, readings)).is_lost


def test_without_a_past_nothing_is_lost() -> None:
    checks = compare([], [Reading("https://news.example/1", article(1))])
    assert [check.field for check in checks if check.is_lost] == []


def test_the_good_sample_is_the_stored_article_of_the_page_that_lacks_the_field() -> None:
    known = article(77, authors=[Author(name="Cy Dee")], provenance={"authors": "jsonld:author"})
    check = of("authors", compare(PAST, [Reading(known.url, article(77), known=known)] * 3))
    assert check.good is not None
    assert (check.good.url, check.good.value, check.good.source) == (known.url, "Cy Dee", "jsonld:author")
    assert check.bad is not None
    assert (check.bad.url, check.bad.value) == (known.url, None)


def test_a_stored_article_that_cannot_be_read_any_more_lacks_every_field() -> None:
    readings = [Reading(known.url, None, "no-body", known=known) for known in PAST[:4]]
    assert {check.field for check in compare(PAST, readings) if check.is_lost} == {"headline", "body", "authors"}


def test_a_page_that_was_never_read_and_is_no_article_says_nothing() -> None:
    readings = [Reading("https://news.example/quiz", None, "no-body")] * 4
    assert compare(PAST, readings)[0].of_now == 0


@pytest.mark.parametrize(("found", "expected"), [(0, 0.0), (3, 1.0)])
def test_the_chance_goes_from_nearly_nothing_to_certainty(found: int, expected: float) -> None:
    assert chance(found, 3, 1000, 1000) == pytest.approx(expected, abs=1e-6)


@given(st.integers(0, 12), st.integers(1, 12), st.integers(0, 300), st.integers(0, 300))
def test_the_chance_is_a_probability_and_grows_with_what_is_found(found: int, pages: int, yes: int, no: int) -> None:
    found = min(found, pages)
    values = [chance(hits, pages, yes, yes + no) for hits in range(found + 1)]
    assert values == sorted(values)
    assert all(0 <= value <= 1 for value in values)
    assert chance(pages, pages, yes, yes + no) == pytest.approx(1)
