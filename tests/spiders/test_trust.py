"""How far a server is believed that says that nothing has changed."""

from datetime import UTC, datetime, timedelta

from newscrawl.records import Listing
from newscrawl.spiders.trust import (
    DISTRUST,
    MOST_UNCHANGED,
    answered_whole,
    believed,
    distrusted,
    is_read,
    needs_proof,
    unchanged,
    validators,
)

NOW = datetime(2026, 1, 6, 10, 50, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEED = Listing(url="https://example.com/rss", site="example", kind="feed")
READ = answered_whole(FEED, {"etag": '"1"', "last-modified": "Tue, 06 Jan 2026 10:00:00 GMT"}, b"body", NOW)


def test_the_validators_of_the_last_answer_are_sent() -> None:
    assert validators(READ, NOW) == {"If-None-Match": '"1"', "If-Modified-Since": "Tue, 06 Jan 2026 10:00:00 GMT"}
    assert validators(FEED, NOW) == {}


def test_a_304_is_believed_so_many_times_and_so_long() -> None:
    assert not needs_proof(READ, NOW + HOUR)
    assert needs_proof(READ, NOW + 2 * DAY)
    again = READ
    for _ in range(MOST_UNCHANGED):
        assert not needs_proof(again, NOW + HOUR)
        again = unchanged(again)
    assert needs_proof(again, NOW + HOUR)


def test_a_listing_that_an_earlier_version_stored_is_checked_at_once() -> None:
    assert needs_proof(FEED.model_copy(update={"etag": '"1"'}), NOW)


def test_a_server_that_hid_articles_gets_no_validators_for_a_while_and_is_checked_first_then() -> None:
    liar = distrusted(READ, NOW)
    assert validators(liar, NOW + HOUR) == {}
    liar = answered_whole(liar, {"etag": '"2"'}, b"body", NOW + DISTRUST)
    assert validators(liar, NOW + DISTRUST) == {"If-None-Match": '"2"'}
    assert needs_proof(liar, NOW + DISTRUST)
    assert not needs_proof(believed(liar), NOW + DISTRUST)


def test_a_clock_that_was_ahead_makes_no_distrust_for_ever() -> None:
    assert validators(distrusted(READ, NOW + 1000 * DAY), NOW)
    assert needs_proof(READ.model_copy(update={"read_at": NOW + 1000 * DAY}), NOW)


def test_a_sitemap_whose_date_has_not_moved_since_it_was_read_is_not_read_again() -> None:
    read = FEED.model_copy(update={"modified": "2026-01-06T09:00:00Z", "completed_at": NOW})
    assert is_read(read, "2026-01-06T09:00:00Z", NOW + HOUR)
    assert not is_read(read, "2026-01-06T10:55:00Z", NOW + HOUR)
    assert not is_read(read, None, NOW + HOUR)
    assert not is_read(FEED, "2026-01-06T09:00:00Z", NOW + HOUR)


def test_a_date_that_never_moves_is_not_believed_for_ever() -> None:
    read = FEED.model_copy(update={"modified": "2026-01-06T09:00:00Z", "completed_at": NOW})
    assert not is_read(read, "2026-01-06T09:00:00Z", NOW + 8 * DAY)


def test_a_day_is_believed_when_it_is_over_everywhere() -> None:
    today = FEED.model_copy(update={"modified": "2026-01-06", "completed_at": NOW})
    assert not is_read(today, "2026-01-06", NOW + HOUR)
    later = today.model_copy(update={"completed_at": NOW + 2 * DAY})
    assert is_read(later, "2026-01-06", NOW + 2 * DAY)
