"""Where the words of a query stand in a text, and which piece of it is shown."""

from __future__ import annotations

import time

import pytest

from newscrawl.normalize.snippets import Snippet, marks, snippet
from newscrawl.normalize.terms import parse_query


def marked(text: str, query: str) -> str:
    return bracketed(Snippet(text, marks(text, parse_query(query))))


def bracketed(shown: Snippet) -> str:
    text = shown.text
    for start, end in reversed(shown.marks):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return text


@pytest.mark.parametrize(
    ("text", "query", "shown"),
    [
        ("Policies of the EU", "policy", "[Policies] of the EU"),
        ("Kyiv's mayor", "KYIV", "[Kyiv's] mayor"),
        ("Повідомили в Києві", "києва", "Повідомили в [Києві]"),
        ("The café in Zürich", "cafe zurich", "The [café] in [Zürich]"),
        ("Missiles, a missile and a mission", "missil*", "[Missiles], a [missile] and a mission"),
        ("the air-defence of the air", '"air defence"', "the [air-defence] of the air"),
        ("政府は予算を承認した", "予算 承認", "政府は[予算]を[承認]した"),
        ("대통령이 서명했다", "대통령", "[대통령]이 서명했다"),
        ("Peace, not war", "peace -war", "[Peace], not war"),
        ("a snake_case word", "snake", "a [snake]_case word"),
        ("nothing of the kind", "else", "nothing of the kind"),
    ],
)
def test_what_is_searched_is_marked_in_every_form(text: str, query: str, shown: str) -> None:
    assert marked(text, query) == shown


def test_the_piece_with_most_of_the_words_is_shown() -> None:
    text = (
        "The budget. "
        + "Nothing happened on that day. " * 30
        + "The president signed the budget at noon. "
        + "x " * 200
    )
    shown = snippet(["A lead about the budget", text], parse_query("president budget"), width=100)
    assert "[president] signed the [budget]" in bracketed(shown)
    assert shown.text.startswith("…")
    assert shown.text.endswith("…")
    assert len(shown.text) <= 102


def test_a_text_without_the_words_shows_its_beginning() -> None:
    assert snippet([None, "The text\n\nof it"], parse_query("tag")) == Snippet("The text of it")
    assert snippet([None, ""], parse_query("tag")) == Snippet("")


def test_a_long_text_of_nothing_but_finds_is_quick() -> None:
    started = time.process_time()
    shown = snippet(["kyiv war " * 100_000], parse_query('kyiv war* "kyiv war"'))
    assert shown.marks
    assert time.process_time() - started < 2
