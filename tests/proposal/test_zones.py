"""The time zone of a site is the one that makes printed times agree with instants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from newscrawl.proposal.story import Times
from newscrawl.proposal.zones import find_zone, is_contradicted

WINTER, SUMMER = datetime(2026, 1, 20, 18, 7, 31, tzinfo=UTC), datetime(2026, 7, 20, 18, 7, 31, tzinfo=UTC)


def printed_in(zone: str, *instants: datetime, offset: int = 0) -> list[Times]:
    """Articles that print their time by the clock of a zone, and say the instant beside it."""
    samples = []
    for at in instants:
        local = at.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC, second=0)
        samples.append(Times({"jsonld:datePublished": (at, offset)}, [local]))
    return samples


def test_printed_times_tell_the_zone_of_the_country() -> None:
    found = find_zone(printed_in("Europe/Kyiv", WINTER, SUMMER), "UA")
    assert found is not None
    assert (found.name, found.agree, found.told, found.days) == ("Europe/Kyiv", 2, 2, 2)


def test_a_country_of_many_zones_is_told_by_its_printed_times() -> None:
    found = find_zone(printed_in("America/Los_Angeles", WINTER, SUMMER), "US")
    assert found is not None
    assert found.name == "America/Los_Angeles"


def test_a_site_that_prints_utc_is_not_given_the_zone_of_its_country() -> None:
    found = find_zone(printed_in("UTC", WINTER, SUMMER), "UA")
    assert found is not None
    assert found.name == "UTC"


def test_summer_time_tells_zones_of_one_winter_clock_apart() -> None:
    found = find_zone(printed_in("Africa/Johannesburg", WINTER, SUMMER), None, ["UA", "ZA"])
    assert found is not None
    assert found.name == "Africa/Johannesburg"


def test_one_wrong_time_among_five_is_outvoted() -> None:
    samples = printed_in("Europe/Vienna", *(WINTER + timedelta(hours=n) for n in range(4)))
    samples += printed_in("Asia/Tokyo", SUMMER)
    found = find_zone(samples, "AT")
    assert found is not None
    assert (found.name, found.agree, found.told) == ("Europe/Vienna", 4, 5)


def test_offsets_that_are_stated_serve_where_no_time_is_printed() -> None:
    found = find_zone([Times({"feed": (WINTER, -300)}), Times({"feed": (SUMMER, -240)})], "US")
    assert found is not None
    assert (found.name, found.source) == ("America/New_York", "stated offsets")


def test_without_any_times_the_zone_is_that_of_a_country_with_one() -> None:
    found = find_zone([Times()], "PL")
    assert found is not None
    assert (found.name, found.told) == ("Europe/Warsaw", 0)
    assert find_zone([Times()], "US") is None


def test_a_clock_contradicts_a_country_that_does_not_keep_it() -> None:
    samples = printed_in("Africa/Johannesburg", WINTER, SUMMER)
    assert is_contradicted(samples, "US")
    assert not is_contradicted(samples, "ZA")
