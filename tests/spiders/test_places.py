"""Where a backfill looks, and when a place has no more."""

from datetime import UTC, date, datetime, timedelta

from newscrawl.extract.sitemap import SitemapEntry
from newscrawl.records import Backfill, Listing
from newscrawl.spiders.places import MOST_EMPTY, MOST_FAILED, Archive, PageRead, Pages, Place, Sitemaps
from newscrawl.spiders.span import Span
from newscrawl.spiders.walk import Shown, Walk

NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)
NEWS = "https://example.com/news"
ARCHIVE = "https://example.com/{year}-{month:02}-{day:02}"


def archive(first: date, last: date, record: Backfill | None = None, *, again: bool = False) -> Archive:
    record = record or Backfill(site="example", source=ARCHIVE, kind="archive")
    walk = Walk(Listing(url=ARCHIVE, site="example", kind="listing"))
    return Archive(record, Span(first, last), again=again, now=NOW, new_walk=walk)


def listing(record: Backfill | None = None) -> Pages:
    record = record or Backfill(site="example", source=NEWS, kind="listing")
    walk = Walk(Listing(url=NEWS, site="example", kind="listing"))
    span = Span(date(2026, 1, 5), date(2026, 1, 6))
    return Pages(record, span, again=False, now=NOW, new_walk=walk, max_pages=50)


def run(place: Place, pages: dict[str, PageRead], *, rounds: int = 1000) -> list[str]:
    """Addresses that a place asks for; pages that are not given are empty."""
    asked: list[str] = []
    for _ in range(rounds):
        addresses = place.ask()
        if not addresses:
            break
        for address in addresses:
            place.walk(address).note_page(Shown([address]))
            place.asked[address] = pages.get(address, PageRead())
        asked += addresses
        place.settle()
    return asked


def day(number: int, **more: object) -> tuple[str, PageRead]:
    at = datetime(2026, 1, number, 10, tzinfo=UTC)
    return f"https://example.com/2026-01-{number:02}", PageRead(articles=1, dates=[at], **more)  # type: ignore[arg-type]


def test_an_archive_is_asked_for_its_days_from_the_newest() -> None:
    place = archive(date(2026, 1, 5), date(2026, 1, 7))
    asked = run(place, dict(day(number) for number in (5, 6, 7)))
    assert asked == [f"https://example.com/2026-01-{number:02}" for number in (7, 6, 5)]
    assert [(days.first, days.last) for days in place.record.done] == [("2026-01-05", "2026-01-07")]


def test_today_is_never_finished() -> None:
    place = archive(date(2026, 1, 19), date(2026, 1, 20))
    run(place, dict(day(number) for number in (19, 20)))
    assert [days.last for days in place.record.done] == ["2026-01-19"]


def test_finished_days_are_left_out() -> None:
    place = archive(date(2026, 1, 5), date(2026, 1, 7))
    run(place, dict(day(number) for number in (5, 6, 7)))
    assert run(archive(date(2026, 1, 5), date(2026, 1, 8), place.record), {}) == ["https://example.com/2026-01-08"]


def test_a_day_has_as_many_pages_as_it_shows() -> None:
    address, first = day(5, next_page="https://example.com/2026-01-05?page=2")
    asked = run(archive(date(2026, 1, 5), date(2026, 1, 5)), {address: first})
    assert asked == [address, f"{address}?page=2"]


def test_a_link_to_another_day_is_no_further_page_of_a_day() -> None:
    address, first = day(5, next_page="https://example.com/2026-01-04")
    assert run(archive(date(2026, 1, 5), date(2026, 1, 5)), {address: first}) == [address]


def test_days_without_articles_in_a_row_are_the_beginning_of_an_archive() -> None:
    place = archive(date(2020, 1, 1), date(2026, 1, 5))
    assert len(run(place, dict([day(5), day(3)]))) <= MOST_EMPTY + 6
    assert place.record.begins == "2026-01-03"
    assert place.missing is not None
    assert run(archive(date(2019, 1, 1), date(2026, 1, 5), place.record), {}) == []


def test_an_archive_that_was_never_seen_with_an_article_is_not_taken_to_begin() -> None:
    place = archive(date(2020, 1, 1), date(2026, 1, 5))
    run(place, {})
    assert place.record.begins is None
    assert "shows no article" in str(place.missing)


def test_an_archive_that_fails_day_after_day_is_left() -> None:
    place = archive(date(2020, 1, 1), date(2026, 1, 5))
    days = Span(date(2025, 12, 1), date(2026, 1, 5)).newest_first
    failing = {ARCHIVE.format(year=d.year, month=d.month, day=d.day): PageRead(has_failed=True) for d in days}
    assert len(run(place, failing)) <= MOST_FAILED + 3
    assert place.is_cut
    assert place.record.done == []


def page(number: int, of_day: int) -> tuple[str, PageRead]:
    at = datetime(2026, 1, 1, 10, tzinfo=UTC) + timedelta(days=of_day - 1)
    address = NEWS if number == 1 else f"{NEWS}?page={number}"
    return address, PageRead(articles=1, dates=[at], next_page=f"{NEWS}?page={number + 1}")


def test_a_listing_is_walked_through_the_days_and_two_pages_further() -> None:
    place = listing()
    asked = run(place, dict(page(number, 9 - number) for number in range(1, 9)))
    assert asked[-1] == f"{NEWS}?page=6"  # the days are on the pages 3 and 4
    assert place.record.done
    assert place.missing is None


def test_a_listing_is_taken_up_one_page_before_the_last_that_was_done() -> None:
    place = listing()
    run(place, dict(page(number, 20 - number) for number in range(1, 9)), rounds=4)
    again = listing(place.record)
    assert again.ask() == [f"{NEWS}?page=3"]


def test_a_listing_that_has_become_shorter_is_walked_from_its_top() -> None:
    place = listing()
    run(place, dict(page(number, 20 - number) for number in range(1, 9)), rounds=4)
    again = listing(place.record)
    [address] = again.ask()
    again.asked[address] = PageRead(has_failed=True)
    again.settle()
    assert listing(again.record).ask() == [NEWS]


def sitemaps(record: Backfill | None = None) -> Sitemaps:
    record = record or Backfill(site="example", source="https://example.com/sitemap.xml", kind="sitemap")
    walk = Walk(Listing(url=record.source, site="example", kind="sitemap"))
    span = Span(date(2026, 1, 5), date(2026, 1, 6))
    return Sitemaps(record, span, again=False, now=NOW, new_walk=walk)


INDEX = PageRead(
    sitemaps=[
        SitemapEntry("https://example.com/sitemap-2025-11.xml"),
        SitemapEntry("https://example.com/sitemap-2026-01.xml"),
        SitemapEntry("https://example.com/old.xml", "2025-06-01"),
        SitemapEntry("https://example.com/young.xml", "2026-01-19"),
        SitemapEntry("https://example.com/undated.xml"),
    ]
)


def test_sitemaps_are_chosen_by_the_month_in_their_address_and_by_their_date() -> None:
    asked = run(sitemaps(), {"https://example.com/sitemap.xml": INDEX})
    assert [address.rpartition("/")[2] for address in asked] == [
        "sitemap.xml", "undated.xml", "young.xml", "sitemap-2026-01.xml",
    ]  # fmt: skip


def test_sitemaps_that_are_done_are_not_read_again_when_a_backfill_is_taken_up() -> None:
    place = sitemaps()
    run(place, {"https://example.com/sitemap.xml": INDEX}, rounds=2)
    asked = run(sitemaps(place.record), {"https://example.com/sitemap.xml": INDEX})
    assert "https://example.com/undated.xml" not in asked
    assert "https://example.com/young.xml" in asked
