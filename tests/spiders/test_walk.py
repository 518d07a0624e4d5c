"""How far a walk of a listing goes, and what the next run takes up."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from newscrawl.records import Listing
from newscrawl.spiders.walk import MOST_PATIENCE, MOST_STALE, Shown, Walk

NOW = datetime(2026, 1, 6, 10, 50, tzinfo=UTC)
NEW = Listing(url="https://example.com/news", site="example", kind="listing")


def walk_pages(walk: Walk, pages: list[list[str]], known: set[str], *, crash_after: int | None = None) -> set[str]:
    """Identities that the walk leads to, out of a listing of these pages, with what is known already left out."""
    found: set[str] = set()
    for number, page in enumerate(pages, 1):
        new = {identity for identity in page if identity not in known}
        found |= new
        walk.note_page(Shown(page, new))
        if number == crash_after or not walk.goes_on(all_too_old=False):
            break
    return found


def settled(walk: Walk) -> Listing:
    """The listing after this walk and another one that looked further and found nothing."""
    return walk.complete(NOW).model_copy(update={"walks": 2})


def test_a_first_walk_goes_to_the_end() -> None:
    assert walk_pages(Walk(NEW), [["d", "c"], ["b", "a"]], set()) == {"a", "b", "c", "d"}


def test_a_later_walk_ends_at_the_first_page_without_news() -> None:
    complete = settled(Walk(NEW))
    assert walk_pages(Walk(complete), [["d", "c"], ["b", "a"], ["never"]], {"a", "b", "c"}) == {"d"}


def test_what_lies_below_the_page_that_a_crashed_walk_reached_is_found() -> None:
    crashed = Walk(Walk(NEW).complete(NOW))
    pages = [["f", "e"], ["d", "c"], ["b", "a"]]
    known = walk_pages(crashed, pages, {"a"}, crash_after=2)
    assert known == {"c", "d", "e", "f"}
    assert walk_pages(Walk(crashed.listing), pages, known | {"a"}) == {"b"}


def test_a_crashed_walk_is_taken_up_also_where_new_articles_have_moved_its_pages() -> None:
    crashed = Walk(Walk(NEW).complete(NOW))
    known = walk_pages(crashed, [["f", "e"], ["d", "c"], ["b", "a"]], {"a"}, crash_after=2)
    moved = [["h", "g"], ["f", "e"], ["d", "c"], ["b", "a"]]
    assert walk_pages(Walk(crashed.listing), moved, known | {"a"}) == {"b", "g", "h"}


def test_a_walk_that_crashed_before_its_first_page_starts_afresh() -> None:
    crashed = Walk(settled(Walk(NEW)))
    assert walk_pages(Walk(crashed.listing), [["b"], ["a"], ["never"]], {"a"}) == {"b"}


def test_a_listing_walked_since_a_day_is_walked_further_when_more_is_asked_for() -> None:
    day = Walk(NEW, since=NOW)
    day.note_page(Shown(["b"], {"b"}))
    assert not day.goes_on(all_too_old=True)
    complete = day.complete(NOW)
    assert complete.since == NOW
    assert not Walk(complete).may_stop
    assert Walk(complete, since=NOW).may_stop


def test_a_feed_read_since_a_day_is_asked_for_whole_when_more_is_asked_for() -> None:
    day = Walk(NEW.model_copy(update={"kind": "feed"}), since=NOW)
    day.note_page(Shown(["b", "a"], {"b"}))
    assert not Walk(day.complete(NOW)).has_all_before


def test_a_listing_walked_to_its_end_is_never_walked_further() -> None:
    walk = Walk(NEW)
    walk_pages(walk, [["a"]], set())
    assert walk.complete(NOW).since is None
    assert Walk(walk.complete(NOW)).may_stop


def test_only_a_feed_whose_last_walk_was_complete_is_asked_for_changes_alone() -> None:
    feed = NEW.model_copy(update={"kind": "feed"})
    assert not Walk(feed).has_all_before
    assert Walk(Walk(feed).complete(NOW)).has_all_before
    assert not Walk(Walk(Walk(feed).complete(NOW)).listing).has_all_before


def test_an_empty_last_page_does_not_hide_how_many_articles_a_listing_shows() -> None:
    walk = Walk(NEW)
    walk_pages(walk, [["b", "a"], []], set())
    assert walk.complete(NOW).cards == 2


def test_a_page_is_known_when_what_is_not_pinned_on_it_is() -> None:
    walk = Walk(settled(Walk(NEW)))
    walk.note_page(Shown(["pinned", "b"], {"pinned"}, {"pinned"}))
    assert not walk.goes_on(all_too_old=False)


def test_a_page_of_pinned_articles_alone_does_not_end_a_walk() -> None:
    walk = Walk(settled(Walk(NEW)))
    walk.note_page(Shown(["pinned"], (), {"pinned"}))
    assert walk.goes_on(all_too_old=False)


def test_an_unmarked_box_that_every_page_repeats_neither_keeps_a_walk_going_nor_ends_it() -> None:
    walk = Walk(settled(Walk(NEW)))
    pages = [["box", "d"], ["box", "c"], ["box", "b"], ["box", "a"], ["box", "never"]]
    assert walk_pages(walk, pages, {"a", "b"}) == {"box", "c", "d"}


def test_an_unmarked_box_does_not_hide_the_page_where_a_crashed_walk_ended() -> None:
    crashed = Walk(settled(Walk(NEW)))
    pages = [["box", "d"], ["box", "c"], ["box", "b"], ["box", "a"], ["box", "never"]]
    known = walk_pages(crashed, pages, {"a", "never"}, crash_after=2)
    again = Walk(crashed.listing)
    assert walk_pages(again, pages, known | {"a", "never"}) == {"b"}
    assert again.pages == 4


def test_a_listing_with_news_below_known_pages_is_walked_further_from_then_on() -> None:
    first = Walk(NEW)
    walk_pages(first, [["a"], ["c"]], set())
    looked = Walk(first.complete(NOW))
    assert walk_pages(looked, [["a"], ["b"], ["c"]], {"a", "c"}) == {"b"}
    assert looked.complete(NOW).patience == 1
    assert walk_pages(Walk(looked.complete(NOW)), [["a"], ["b"], ["x"], ["c"]], {"a", "b", "c"}) == {"x"}


def test_patience_grows_no_further_than_its_limit_and_wears_off() -> None:
    listing = Walk(NEW).complete(NOW).model_copy(update={"walks": 1})
    known = [[str(number)] for number in range(30)]
    for depth in range(1, 12):
        walk = Walk(listing)
        walk_pages(walk, [*known[:depth], [f"new-{depth}"]], {page[0] for page in known})
        listing = walk.complete(NOW)
    assert listing.patience == MOST_PATIENCE
    for _ in range(100):
        walk = Walk(listing)
        walk_pages(walk, known, {page[0] for page in known})
        listing = walk.complete(NOW)
    assert listing.patience == 0


def test_what_a_crashed_walk_left_below_known_pages_is_no_sign_of_another_order() -> None:
    crashed = Walk(settled(Walk(NEW)))
    pages = [["d"], ["c"], ["b"], ["a"]]
    known = walk_pages(crashed, pages, set(), crash_after=2)
    again = Walk(crashed.listing)
    assert walk_pages(again, pages, known) == {"a", "b"}
    assert again.complete(NOW).patience == 0


def test_a_listing_without_order_in_its_dates_is_walked_to_its_end() -> None:
    days = [5, 2, 9, 1, 7, 3, 8, 4, 6, 10, 2, 7]
    walk = Walk(settled(Walk(NEW)))
    walk.note_page(Shown(["a"], (), (), [NOW - timedelta(days=day) for day in days]))
    assert walk.goes_on(all_too_old=False)
    assert Walk(walk.complete(NOW)).disorder == walk.disorder


def test_a_box_of_popular_articles_is_no_disorder() -> None:
    days = [40, 30, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    walk = Walk(settled(Walk(NEW)))
    walk.note_page(Shown(["a"], (), (), [NOW - timedelta(days=day) for day in days]))
    assert not walk.goes_on(all_too_old=False)


def test_pages_that_repeat_earlier_ones_end_a_walk() -> None:
    walk = Walk(NEW)
    walk_pages(walk, [["a"]] * 10, set())
    assert walk.is_endless
    assert walk.pages == 3


def test_one_page_that_new_articles_have_pushed_down_meanwhile_ends_no_walk() -> None:
    assert walk_pages(Walk(NEW), [["b"], ["b"], ["a"]], set()) == {"a", "b"}


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=4, unique=True), min_size=1, max_size=30))
def test_whatever_a_site_shows_a_walk_ends(pages: list[list[str]]) -> None:
    walk = Walk(NEW)
    walk_pages(walk, pages * 3, set())
    assert walk.pages <= 8 * (MOST_STALE + 1)
