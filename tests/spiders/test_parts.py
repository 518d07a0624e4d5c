"""How many addresses a crawl asks the database for at once."""

from __future__ import annotations

import pytest

from newscrawl.article import Card
from newscrawl.spiders import listings
from newscrawl.spiders.discovery import Fresh


def fresh(number: int, length: int) -> dict[str, Fresh]:
    """So many addresses of this length, by identity."""
    addresses = [f"https://example.com/{n:06}".ljust(length, "a") for n in range(number)]
    return {str(n): Fresh(url, str(n), Card(url=url, source="sitemap")) for n, url in enumerate(addresses)}


@pytest.mark.parametrize(
    ("number", "length", "sizes"), [(12_000, 60, [5000, 5000, 2000]), (5000, 1000, [2097, 2097, 806]), (0, 60, [])]
)
def test_addresses_are_parted_by_their_number_and_by_their_bytes(number: int, length: int, sizes: list[int]) -> None:
    addresses = fresh(number, length)
    parts = list(listings._parts(addresses))
    assert [len(part) for part in parts] == sizes
    assert [identity for part in parts for identity in part] == list(addresses)


def test_an_address_that_is_too_long_is_asked_for_alone() -> None:
    assert [len(part) for part in listings._parts(fresh(2, 3 * 2**20))] == [1, 1]
