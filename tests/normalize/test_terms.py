"""Search terms: what a word, a field and a query are found by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newscrawl.normalize.terms import LONGEST_WORD, MOST_TERMS, MOST_WORDS, fold, parse_query, stem, terms, words
from tests.stored_articles import article

ONE = [
    ("policies", "policy"),
    ("President's", "president"),
    ("élections", "election"),
    ("Präsident", "prasident"),
    ("президентом", "президента"),
    ("виборах", "вибори"),
    ("Україною", "Україна"),
    ("об’єкт", "об'єкт"),
    ("Ёлка", "елки"),
    ("ΑΘΗΝΑ", "Αθήνα"),
    ("الأَخْبَار", "الأخبار"),
    ("ﾆｭｰｽ", "ニュース"),
    ("Straße", "STRASSE"),
    ("①", "1"),
]
DIFFERENT = [("news", "newer"), ("bus", "bu"), ("class", "clas"), ("війна", "війт"), ("мир", "мира́ж"), ("東京", "京東")]


@pytest.mark.parametrize(("first", "second"), ONE)
def test_forms_of_one_word_have_one_term(first: str, second: str) -> None:
    assert list(words(first)) == list(words(second))


@pytest.mark.parametrize(("first", "second"), DIFFERENT)
def test_different_words_have_different_terms(first: str, second: str) -> None:
    assert list(words(first)) != list(words(second))


def test_texts_without_blanks_give_pairs_of_characters() -> None:
    assert list(words("東京都の news")) == ["東京", "京都", "都の", "new"]
    assert list(words("서울에서")) == ["서울", "울에", "에서"]


def test_vowel_signs_do_not_end_a_word() -> None:
    assert list(words("हिन्दी समाचार")) == ["हिन्दी", "समाचार"]


def test_the_fields_of_an_article_come_before_its_words() -> None:
    found = terms(article(2))
    assert found[:3] == ["SITE:reuters", "LANGUAGE:en", "LANGUAGE:en-gb"]
    assert {"KIND:article", "COUNTRY:gb", "PLACE:london", "AGENCY:reuters", "TAG:culture", "SECTION:politics"} & set(
        found
    )
    assert {"AUTHOR:lesya ukrainka", "market", "analyst", "number2"} <= set(found)
    assert len(found) == len(set(found))


def test_a_very_long_text_is_found_by_its_first_words() -> None:
    long = article(0, paragraphs=[" ".join(f"w{number}" for number in range(3 * MOST_TERMS))])
    assert len(terms(long)) == MOST_TERMS


def test_a_query_has_words_phrases_beginnings_and_exclusions() -> None:
    query = parse_query('Kyiv "air defence" -exercise numb* -"old bridge" COVID-19')
    assert query.words == ("kyiv", "air", "defence", "covid", "19")
    assert query.begins == ("numb",)
    assert query.phrases == (("air", "defence"),)
    assert query.without == ("exercise",)
    assert query.without_phrases == (("old", "bridge"),)


@pytest.mark.parametrize("text", ["", "-x", "*", '""', "!!!", "- -", '-"a b"'])
def test_a_query_without_a_word_that_occurs_is_not_bounded(text: str) -> None:
    assert not parse_query(text).is_bounded


def test_a_query_of_a_thousand_words_is_cut() -> None:
    assert len(parse_query(" ".join(f"w{number}" for number in range(1000))).words) == MOST_WORDS


@given(st.text())
def test_no_text_breaks_it_and_words_are_short_and_without_colons(text: str) -> None:
    for word in words(text):
        assert word
        assert len(word) <= 4 * LONGEST_WORD
        assert ":" not in word
    parse_query(text)


@given(st.text())
def test_folding_is_its_own_result(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(whitelist_categories=["L"]), max_size=20))
def test_a_typed_word_finds_itself_in_a_text(word: str) -> None:
    assert set(parse_query(word).words) <= set(words(f"before {word} after"))


@given(st.text(max_size=30))
def test_an_ending_leaves_a_stem(word: str) -> None:
    folded = fold(word)
    assert len(stem(folded)) >= min(3, len(folded))
