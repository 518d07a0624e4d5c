"""What changed between two versions of a text."""

import timeit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.normalize.changes import Difference, Text, compare, compare_words
from newscrawl.normalize.text import fold

A = "The bridge over the river was closed on Monday after engineers found cracks in its piers."
B = "Repairs will take until the spring, and ferries will carry cars free of charge until then."
C = "Some 40,000 vehicles cross the bridge every day, a third of them on their way to the port."
D = "The mayor said that nobody had thought the cracks to be dangerous before last week."


def body(*paragraphs: str) -> Text:
    return Text("Bridge closed", None, "\n\n".join(paragraphs))


def steps(difference: Difference) -> list[tuple[str, str | None, str | None]]:
    return [tuple(paragraph) for paragraph in difference.paragraphs]


def test_a_new_headline_and_lead_are_given_with_the_old_ones() -> None:
    difference = compare(Text("Bridge shut", None, A), Text("Bridge closed", "Ferries help.", A))
    assert difference.headline == ("Bridge shut", "Bridge closed")
    assert difference.lead == (None, "Ferries help.")
    assert difference.summary().changed == ["headline", "lead"]


def test_an_added_and_a_removed_paragraph_stand_where_they_belong() -> None:
    difference = compare(body(A, B, C), body(A, C, D))
    assert steps(difference) == [("kept", A, A), ("removed", B, None), ("kept", C, C), ("added", None, D)]
    assert difference.summary().changed == ["body"]


def test_a_paragraph_with_a_few_other_words_is_changed() -> None:
    edited = B.replace("spring", "summer")
    assert steps(compare(body(A, B, C), body(A, edited, C)))[1] == ("changed", B, edited)


def test_changed_paragraphs_find_their_earlier_form_among_new_ones() -> None:
    edited = C.replace("third", "quarter")
    assert steps(compare(body(A, B, C), body(A, D, edited))) == [
        ("kept", A, A),
        ("added", None, D),
        ("removed", B, None),
        ("changed", C, edited),
    ]


def test_a_paragraph_that_has_moved_is_neither_added_nor_removed() -> None:
    summary = compare(body(A, B, C, D), body(D, A, B, C)).summary()
    assert (summary.paragraphs_moved, summary.paragraphs_added, summary.paragraphs_removed) == (1, 0, 0)
    assert (summary.changed, summary.share) == (["body"], 1.0)


def test_a_paragraph_that_is_printed_once_more_is_added() -> None:
    assert [kind for kind, _, _ in steps(compare(body(A, B), body(A, B, A)))] == ["kept", "kept", "added"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("He said “yes” — and left…", 'He said "yes" - and left...'),
        ("It isn’t", "It isn't"),
        ("10\u00a0a.m. at the fer\u00adry", "10 a.m. at the ferry"),
        ("e\u0301difice", "édifice"),
        ("ﬁrst ＡＢＣ", "first ABC"),
        ("«Так» – м’яч", '"Так" - мʼяч'),
        ("One paragraph.\n\nAnother one.", "One paragraph. Another one."),
    ],
)
def test_typography_is_no_change(old: str, new: str) -> None:
    difference = compare(Text(old, old, old), Text(new, new, new))
    assert difference.summary().changed == []
    assert {kind for kind, _, _ in steps(difference)} == {"kept"}


def test_the_share_tells_a_typo_from_another_text() -> None:
    typo = compare(body(A, B, C), body(A, B, C.replace("vehicles", "vehicels"))).summary()
    rewritten = compare(body(A, B), body(C, D)).summary()
    assert typo.share > 0.95
    assert rewritten.share < 0.3


def test_words_that_went_and_came_are_told_apart() -> None:
    pieces = compare_words("closed on Monday after cracks", "closed on Tuesday night after cracks")
    assert pieces == [
        ("kept", "closed on "),
        ("removed", "Monday"),
        ("added", "Tuesday night"),
        ("kept", " after cracks"),
    ]


words = st.sampled_from(["bridge", "river", "closed", "Monday", "«так»", "…", "橋", "", "\u00ad", "\n"])
paragraphs = st.lists(words, max_size=8).map(" ".join) | st.text(max_size=30)
bodies = st.lists(paragraphs, max_size=12).map("\n\n".join)
texts = st.builds(Text, paragraphs, st.none() | paragraphs, bodies)


@settings(max_examples=300, deadline=None)
@given(texts, texts)
def test_a_difference_holds_both_versions(old: Text, new: Text) -> None:
    difference = compare(old, new)
    later = [p.new for p in difference.paragraphs if p.new is not None]
    assert fold("\n\n".join(later)) == fold(new.body)
    if difference.is_body_changed:
        earlier = sorted(fold(p.old) for p in difference.paragraphs if p.old is not None)
        assert earlier == sorted(fold(p) for p in old.body.split("\n\n") if fold(p))
        in_order = [p.old for p in difference.paragraphs if p.old is not None and p.kind != "moved"]
        left = iter(old.body.split("\n\n"))
        assert all(paragraph in left for paragraph in in_order)


@settings(max_examples=200, deadline=None)
@given(texts, texts)
def test_the_summary_names_exactly_what_reads_otherwise(old: Text, new: Text) -> None:
    summary = compare(old, new).summary()
    fields = {"headline": (old.headline, new.headline), "lead": (old.lead, new.lead), "body": (old.body, new.body)}
    assert set(summary.changed) == {name for name, (a, b) in fields.items() if fold(a or "") != fold(b or "")}
    assert 0 <= summary.share <= 1
    counts = summary.paragraphs_added, summary.paragraphs_removed, summary.paragraphs_changed, summary.paragraphs_moved
    assert any(counts) == ("body" in summary.changed)


@settings(max_examples=300, deadline=None)
@given(bodies, bodies)
def test_the_words_of_a_change_applied_to_the_old_text_give_the_new_one(old: str, new: str) -> None:
    pieces = compare_words(old, new)
    assert "".join(text for kind, text in pieces if kind != "added") == old
    assert "".join(text for kind, text in pieces if kind != "removed") == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([f"Paragraph number {n} of many." for n in range(5000)], [f"Line number {n} of them." for n in range(5000)]),
        ([f"Paragraph {n}." for n in range(20_000)], [f"Paragraph {n}." for n in reversed(range(20_000))]),
        (["x"] * 50_000, ["x"] * 40_000),
        ([" ".join(map(str, range(200_000)))], [" ".join(map(str, range(1, 200_001)))]),
    ],
    ids=["all other", "turned round", "all the same", "one long"],
)
def test_a_long_text_is_compared_within_seconds(old: list[str], new: list[str]) -> None:
    assert timeit.timeit(lambda: compare(body(*old), body(*new)).summary(), number=1) < 5


def test_a_very_long_paragraph_is_given_as_a_whole() -> None:
    old, new = " ".join(map(str, range(100_000))), " ".join(map(str, range(1, 100_000)))
    assert [piece.kind for piece in compare_words(old, new)] == ["removed", "added"]
