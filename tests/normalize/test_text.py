"""White space, invisible characters and fingerprints."""

import timeit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.normalize.text import clean, count_words, fingerprint, fold


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  a\n\t b\u00a0c ", "a b c"),
        ("zero\u200bwidth", "zerowidth"),
        ("soft\u00adhyphen", "softhyphen"),
        ("e\u0301", "é"),
        ("nul\x00byte", "nulbyte"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_text_is_cleaned(text: str, expected: str) -> None:
    assert clean(text) == expected


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_clean_text_is_clean_and_can_be_stored(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert "\x00" not in once
    once.encode("utf-8")


def test_words_are_counted_in_every_script() -> None:
    assert count_words("The bridge isn't well-kept") == 4
    assert count_words("橋を閉鎖") == 4


def test_a_fingerprint_sees_text_and_no_white_space() -> None:
    assert fingerprint("Bridge  closed", "a\n") == fingerprint("Bridge closed", " a")
    assert fingerprint("Bridge closed") != fingerprint("Bridge open")
    assert fingerprint("ab", "c") != fingerprint("a", "bc")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("é", "e\u0301"),
        ("ﬁve ＡＢＣ…", "five ABC..."),
        ("“so” „so“ «so»", '"so" "so" "so"'),
        ("''so''", '"so"'),
        ("isn’t м’яч м`яч", "isn't мʼяч м'яч"),
        ("1939–1945 — well‑known", "1939-1945 - well-known"),
        ("10\u00a0000\u2009km\u202f!", "10 000 km !"),
        ("ex\u00adtra\u200bordinary", "extraordinary"),
        ("می\u200cخواهم", "میخواهم"),
        ("❤\ufe0f", "❤"),
        ("one\n\ntwo", "one two"),
    ],
)
def test_a_fingerprint_sees_no_typography(text: str, same: str) -> None:
    assert fingerprint(text) == fingerprint(same)


@pytest.mark.parametrize(("text", "other"), [("Storm", "STORM"), ("It is.", "It is!"), ("1.5", "15"), ("a b", "ab")])
def test_a_fingerprint_sees_case_punctuation_and_words(text: str, other: str) -> None:
    assert fingerprint(text) != fingerprint(other)


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_cleaning_a_text_first_changes_no_fingerprint(text: str) -> None:
    assert fold(clean(text)) == fold(text)


@pytest.mark.parametrize("text", ["a " * 500_000, " " * 10**6, "\x00" * 10**6, "e" + "\u0301" * 10**6, "<a " * 333_333])
def test_a_megabyte_is_cleaned_at_once(text: str) -> None:
    assert min(timeit.repeat(lambda: clean(text), number=1, repeat=3)) < 0.05
