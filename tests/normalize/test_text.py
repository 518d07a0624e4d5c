"""White space, invisible characters and fingerprints."""

import re
import timeit
import unicodedata
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.normalize.text import MOST_MARKS, clean, clean_lines, count_words, fingerprint, fold, undecodable

# Controls but tab and line ends, surrogates, turned text, tags, private use, non-characters.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff\ufeff]"
)


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
        ("a\x1b[31mred\x1b]0;title\x07\x9b2J", "a[31mred]0;title2J"),
        ("one\u2028two\u2029three\x85four\x0bfive", "one two three four five"),
        ("\u202egnp.exe\u202c \u2067x\u2069 \u202ay\u202b", "gnp.exe x y"),
        ("left\u200e-right\u200f\u061c", "left-right"),
        ("שלום\u200f (2026)\u200e!", "שלום\u200f (2026)\u200e!"),
        ("\U000e0041\U000e0042tagged\U000e007f", "tagged"),
        ("葛\U000e0100城", "葛\U000e0100城"),
        ("\ufdd0non\ufffe\U0001ffff\U0010ffffcharacters", "noncharacters"),
        ("icons \ue000\uf8ff\U000f0001 of fonts", "icons of fonts"),
        ("👩\u200d👩\u200d👧 🏳\ufe0f\u200d🌈", "👩\u200d👩\u200d👧 🏳\ufe0f\u200d🌈"),
        ("\x00\u200b\u202e\ud83d", ""),
    ],
)
def test_text_is_cleaned(text: str, expected: str) -> None:
    assert clean(text) == expected


HOSTILE = st.text(
    st.one_of(st.characters(), st.sampled_from("\x00\x1b\x9b\u200d\u200f\u202e\u2066\u2028\ue000\ufdd0\ud800\u0301\u0344\U000e0041אe"))
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(HOSTILE)
def test_clean_text_is_clean_and_can_be_stored(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert len(once.splitlines()) <= 1
    assert not FORBIDDEN.search(once)
    once.encode("utf-8")


@settings(max_examples=200, deadline=None)
@given(HOSTILE)
def test_text_of_several_lines_is_clean_but_for_its_white_space(text: str) -> None:
    once = clean_lines(text)
    assert clean_lines(once) == once
    assert clean(once) == clean(text)
    assert not FORBIDDEN.search(once)


@pytest.mark.parametrize(
    "mark", ["\u0301", "\u0344", "\u0489", "\u200d", "\u05b0", "\U0001d165", "\ufe0f", "\u0301\u200d"]
)
def test_marks_in_a_row_are_cut(mark: str) -> None:
    assert len(clean(f"Z{mark * 5000}algo")) <= len("Zalgo") + MOST_MARKS
    assert clean(f"Z{mark * 5000}algo").endswith("algo")


@pytest.mark.parametrize("text", ["Việt Nam", "שָׁלוֹם בְּרֵאשִׁית", "ที่นี่", "ক্ষ্ম্য", "བསྒྲུབས", "مُحَمَّدٌ", "ြုံ့"])
def test_the_marks_of_spelling_stay(text: str) -> None:
    assert clean(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(("texts", "share"), [(["abc", ""], 0), (["ab\ufffd", "\ufffd"], 0.5), ([""], 0)])
def test_the_share_of_what_cannot_be_decoded_is_told(texts: list[str], share: float) -> None:
    assert undecodable(*texts) == share


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
    assert min(timeit.repeat(lambda: clean(text), number=1, repeat=3, timer=process_time)) < 0.05
