"""How far a walk of a listing goes, and what the next run takes up."""

from datetime import UTC, datetime

from newscrawl.records import Listing
from newscrawl.spiders.walk import Walk

NOW = datetime(2026, 1, 6, 10, 50, tzinfo=UTC)
NEW = Listing(url="https://example.com/news", site="example", kind="listing")


def walk_pages(walk: Walk, pages: list[list[str]], known: set[str], *, crash_after: int | None = None) -> set[str]:
    """Identities that the walk leads to, out of a listing of these pages, with what is known already left out."""
    found: set[str] = set()
    for number, page in enumerate(pages, 1):
        new = [identity for identity in page if identity not in known]
        found |= set(new)
        walk.note_page(page, len(new))
        if number == crash_after or not walk.goes_on(has_news=bool(new), all_too_old=False):
            break
    return found


def test_a_first_walk_goes_to_the_end() -> None:
    assert walk_pages(Walk(NEW), [["d", "c"], ["b", "a"]], set()) == {"a", "b", "c", "d"}


def test_a_later_walk_ends_at_the_first_page_without_news() -> None:
    complete = Walk(NEW).complete(NOW)
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
    crashed = Walk(Walk(NEW).complete(NOW))
    assert walk_pages(Walk(crashed.listing), [["b"], ["a"], ["never"]], {"a"}) == {"b"}


def test_a_listing_walked_since_a_day_is_walked_further_when_more_is_asked_for() -> None:
    day = Walk(NEW, since=NOW)
    day.note_page(["b"], 1)
    assert not day.goes_on(has_news=True, all_too_old=True)
    complete = day.complete(NOW)
    assert complete.since == NOW
    assert not Walk(complete).may_stop
    assert Walk(complete, since=NOW).may_stop


def test_a_feed_read_since_a_day_is_asked_for_whole_when_more_is_asked_for() -> None:
    day = Walk(NEW.model_copy(update={"kind": "feed"}), since=NOW)
    day.note_page(["b", "a"], 1)
    assert not Walk(day.complete(NOW)).is_conditional


def test_a_listing_walked_to_its_end_is_never_walked_further() -> None:
    walk = Walk(NEW)
    walk_pages(walk, [["a"]], set())
    assert walk.complete(NOW).since is None
    assert Walk(walk.complete(NOW)).may_stop


def test_only_a_feed_whose_last_walk_was_complete_is_asked_for_changes_alone() -> None:
    feed = NEW.model_copy(update={"kind": "feed"})
    assert not Walk(feed).is_conditional
    assert Walk(Walk(feed).complete(NOW)).is_conditional
    assert not Walk(Walk(Walk(feed).complete(NOW)).listing).is_conditional


def test_an_empty_last_page_does_not_hide_how_many_articles_a_listing_shows() -> None:
    walk = Walk(NEW)
    walk_pages(walk, [["b", "a"], []], set())
    assert walk.complete(NOW).cards == 2
