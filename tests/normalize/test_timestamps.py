"""One timestamp from what page and card say."""

from datetime import UTC, datetime

import pytest

from newscrawl.article import RawDate
from newscrawl.normalize.timestamps import Chosen, choose_timestamp

REFERENCE = datetime(2025, 1, 7, 12, 0, tzinfo=UTC)
CARD = RawDate("2025-01-06T10:50:00Z", "card:listing")


def choose(*candidates: RawDate) -> Chosen | None:
    return choose_timestamp(candidates, languages=("en",), timezone=None, country=None, reference=REFERENCE)


@pytest.mark.parametrize("source", ["jsonld:datePublished", "meta:article:published_time", "microdata:datePublished"])
@pytest.mark.parametrize(
    "text", ["NaN-NaN-NaN", "2025-13-45T99:99:99Z", "2099-01-01T00:00:00Z", "1970-01-01", "9" * 4000]
)
def test_a_date_that_the_page_states_and_nobody_can_read_is_kept_as_printed(source: str, text: str) -> None:
    chosen = choose(RawDate(text, source), CARD)
    assert chosen is not None
    assert (chosen.timestamp.at, chosen.timestamp.raw) == (None, text[:200])


def test_where_the_page_states_none_the_card_is_believed() -> None:
    chosen = choose(RawDate("no date", "text"), CARD)
    assert chosen is not None
    assert (chosen.timestamp.at, chosen.source) == (datetime(2025, 1, 6, 10, 50, tzinfo=UTC), "card:listing")


def test_another_date_of_the_page_takes_the_place_of_one_that_cannot_be_read() -> None:
    chosen = choose(RawDate("NaN", "jsonld:datePublished"), RawDate("2025-01-05", "url"), CARD)
    assert chosen is not None
    assert chosen.timestamp.at is not None
