"""What became of each article that a run met: the numbers always add up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from newscrawl.spiders.fates import AGAIN, KEPT, KNOWN, NOT_FETCHED, STORED, Fates

ARTICLES = st.sampled_from(["a", "b", "c", "d"])
EVENTS = st.one_of(
    st.tuples(st.just("meet"), ARTICLES),
    st.tuples(st.just("leave"), st.just("other-site")),
    st.tuples(st.sampled_from([*sorted(KEPT), "limit", "http-404", "duplicate"]), ARTICLES),
)


@given(st.lists(EVENTS, max_size=60))
def test_every_link_is_counted_once(events: list[tuple[str, str]]) -> None:
    fates, links = Fates(), 0
    for event, subject in events:
        if event == "meet":
            fates.meet(subject)
        elif event == "leave":
            fates.leave(subject)
        else:
            fates.note(subject, event)
        links += event in ("meet", "leave")
    assert fates.links == links == sum(map(fates.number, KEPT)) + sum(fates.dropped.values())


def test_an_article_that_nothing_more_is_known_of_was_not_fetched() -> None:
    fates = Fates()
    assert fates.meet("a")
    assert fates.dropped == {NOT_FETCHED: 1}


def test_an_article_that_is_shown_twice_is_met_once() -> None:
    fates = Fates()
    fates.meet("a")
    assert not fates.meet("a")
    fates.note("a", STORED)
    assert (fates.number(STORED), fates.dropped) == (1, {AGAIN: 1})


def test_the_last_word_counts_but_what_is_kept_stays() -> None:
    fates = Fates()
    fates.meet("a")
    fates.note("a", "outside-the-days")
    fates.note("a", KNOWN)
    fates.note("a", "http-404")
    assert (fates.number(KNOWN), fates.dropped) == (1, {})


def test_of_an_article_that_was_not_met_nothing_is_noted() -> None:
    fates = Fates()
    fates.note("a", STORED)
    fates.note(None, STORED)
    assert fates.links == 0


def test_a_mark_is_no_link_and_changes_no_fate() -> None:
    fates = Fates()
    fates.set_mark("a", 2**39)
    assert fates.links == 0
    assert fates.meet("a")
    fates.note("a", STORED)
    fates.set_mark("a", 7)
    assert (fates.mark("a"), fates.mark("b"), fates.number(STORED), fates.links) == (7, 0, 1, 1)


def test_a_million_articles_take_less_than_150_bytes_each() -> None:
    import tracemalloc

    from newscrawl.normalize.urls import article_id

    number = 50_000
    identities = [article_id(str(n)) for n in range(number)]
    tracemalloc.start()
    fates = Fates()
    for n, identity in enumerate(identities):
        fates.meet(identity)
        fates.set_mark(identity, 2**39 + n)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held / number < 150
