"""Datelines: the agencies' forms in their languages, and sentences that only begin like one."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.normalize.dateline import parse_dateline

FORMS = [
    ("Kyiv • UNN", "en", "Kyiv", "UNN", None, ""),
    ("КИЇВ. 20 січня. УНН. Верховна Рада", "uk", "Київ", "УНН", "--01-20", "Верховна Рада"),
    ("KYIV, Jan 6 (Reuters) - The city", "en", None, "Reuters", "--01-06", "The city"),
    ("PARIS (AP) — The city", "en", None, "AP", None, "The city"),
    ("МОСКВА, 5 ноя - РИА Новости. Город", "ru", None, "РИА Новости", "--11-05", "Город"),
    ("МОСКВА, 29 июня. /ТАСС/. Город", "ru", None, "ТАСС", "--06-29", "Город"),
    ("Berlin (dpa) - Die Stadt", "de", "Berlin", "dpa", None, "Die Stadt"),
    ("(ANSA) - ROMA, 28 LUG - La città", "it", None, "ANSA", "--07-28", "La città"),
    ("Madrid, 6 ene (EFE).- La ciudad", "es", "Madrid", "EFE", "--01-06", "La ciudad"),
    ("BEIJING, Jan. 6 (Xinhua) -- The city", "en", None, "Xinhua", "--01-06", "The city"),
]

TRAPS = [
    "ALSO READ: Brace for very bad weather", "FILE PHOTO: Traders work on the floor", "Washington said on Monday that it would wait.",
    "The Associated Press reported that the bridge was closed.", "Kyiv is the capital of Ukraine, and its largest city.",
    "BREAKING - Bridge closed", "Update 2 - Bridge closed after cracks are found", "UNN", "",
]  # fmt: skip


@pytest.mark.parametrize(("text", "language", "place", "agency", "date", "rest"), FORMS, ids=[row[0] for row in FORMS])
def test_a_form_is_taken_apart(
    text: str, language: str, place: str | None, agency: str, date: str | None, rest: str
) -> None:
    found = parse_dateline(text, language=language)
    assert found is not None
    assert (found.agency, found.date, found.rest) == (agency, date, rest)
    assert found.place
    if place:
        assert found.place == place


@pytest.mark.parametrize("text", TRAPS)
def test_a_sentence_that_begins_like_one_is_refused(text: str) -> None:
    assert parse_dateline(text, language="en") is None


def test_labelled_datelines_are_read(shared: Path) -> None:
    rows = [json.loads(line) for line in (shared / "data/datelines/positive.jsonl").read_text().splitlines()]
    wrong = []
    for row in rows:
        found = parse_dateline(row["text"], language=row.get("lang"))
        if found is None or (found.place, found.agency, found.date) != (row["place"], row["agency"], row["date"]):
            wrong.append(row["text"])
    assert len(wrong) <= 0.05 * len(rows), wrong


def test_labelled_traps_are_refused(shared: Path) -> None:
    rows = [json.loads(line) for line in (shared / "data/datelines/negative.jsonl").read_text().splitlines()]
    assert [row["text"] for row in rows if parse_dateline(row["text"], language=row.get("lang"))] == []


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=120), st.sampled_from([None, "en", "uk", "ja"]))
def test_what_is_left_is_the_end_of_the_text(text: str, language: str | None) -> None:
    found = parse_dateline(text, language=language)
    assert found is None or " ".join(text.split()).endswith(found.rest)


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(FORMS))
def test_a_dateline_is_read_once(row: tuple[str, str, str | None, str, str | None, str]) -> None:
    found = parse_dateline(row[0], language=row[1])
    assert found is not None
    assert parse_dateline(found.rest, language=row[1]) is None
