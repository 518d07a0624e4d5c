"""The page it all began with, and a page of UNN's old layout: every field."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

import newscrawl
from newscrawl.article import Article
from newscrawl.site import Site

FETCHED_AT = datetime(2025, 1, 7, 12, tzinfo=UTC)
SEED_URL = "https://unn.ua/en/news/blinken-warns-of-russias-possible-transfer-of-satellite-technology-to-the-dprk"
OLD_URL = (
    "https://www.unn.com.ua/ru/news/1906059-parlament-moldovi-z-podachi-dodona-obmezhiv-povnovazhennya-sandu-sche-do-yiyi-"
    "inavguratsiyi"
)


@pytest.fixture(scope="module", params=["as text", "as a page of an unknown site"])
def seed(request: pytest.FixtureRequest, shared: Path) -> Article:
    text = next((shared / "seed").iterdir()).read_text()
    if request.param == "as text":
        return newscrawl.extract(text, SEED_URL, fetched_at=FETCHED_AT)
    head, *rest = [part for part in text.split("\n\n") if part.strip()]
    page = (
        f"<html><head><title>x</title></head><body><h1>{head}</h1>{''.join(f'<p>{p}</p>' for p in rest)}</body></html>"
    )
    return newscrawl.extract(page, SEED_URL, site=Site.generic(SEED_URL), fetched_at=FETCHED_AT)


def test_the_headline_of_the_seed_page_stands_once(seed: Article) -> None:
    assert seed.headline == "Blinken warns of Russia's possible transfer of satellite technology to the DPRK"
    assert seed.headline not in seed.body


def test_the_body_of_the_seed_page_holds_no_dateline_and_no_counter(seed: Article) -> None:
    assert "UNN\n" not in seed.body
    assert "•" not in seed.body
    assert "views" not in seed.body


def test_details_and_recall_are_section_headings(seed: Article) -> None:
    assert [section.heading for section in seed.sections] == [None, "Details", "Recall"]


def test_the_card_between_the_paragraphs_is_related_with_its_own_date_and_views(seed: Article) -> None:
    (card,) = seed.related
    assert card.headline is not None
    assert card.headline.startswith("Blinken: North Korean missile launch")
    assert card.views == 22684
    assert card.published_at == datetime(2025, 1, 6, 10, 50, tzinfo=UTC)
    assert "22684" not in seed.body
    assert "missile launch underscores" not in seed.body


def test_the_dateline_of_the_seed_page_is_read(seed: Article) -> None:
    assert seed.dateline is not None
    assert (seed.dateline.place, seed.dateline.agency) == ("Kyiv", "UNN")


def test_the_counter_of_the_seed_page_is_its_own(seed: Article) -> None:
    assert seed.views is not None
    assert (seed.views.count, seed.views.seen_at) == (27977, FETCHED_AT)


def test_every_field_of_the_seed_page_says_where_it_came_from(seed: Article) -> None:
    assert {"headline", "body", "dateline", "views", "lead"} <= seed.provenance.keys()


@pytest.fixture(scope="module")
def old(shared: Path) -> Article:
    return newscrawl.extract((shared / "data/unn/article_old_layout_ru_2020.html").read_bytes(), OLD_URL)


def test_the_headline_of_the_old_layout(old: Article) -> None:
    assert old.headline == 'Парламент Молдовы, "с подачи Додона" - ограничил полномочия Санду еще до ее инаугурации'


def test_the_date_of_the_old_layout_is_right_to_the_minute_with_its_offset(old: Article) -> None:
    assert old.published is not None
    assert old.published.at == datetime(2020, 12, 3, 16, 47, tzinfo=UTC)
    assert (old.published.offset, old.published.precision) == (120, "minute")


def test_the_dateline_of_the_old_layout_is_taken_from_the_body(old: Article) -> None:
    assert old.dateline is not None
    assert (old.dateline.place, old.dateline.agency, old.dateline.raw) == ("Киев", "УНН", "КИЕВ. 3 декабря. УНН.")
    assert old.body.startswith("Парламент Молдовы на заседании в четверг")


def test_the_counter_of_the_old_layout(old: Article) -> None:
    assert old.views is not None
    assert old.views.count == 3375


def test_the_rubric_tags_and_author_of_the_old_layout(old: Article) -> None:
    assert old.section == "Новости Мира"
    assert old.tags == ["Молдова"]
    assert [author.name for author in old.authors] == ["Алексей Супрун"]


def test_the_image_of_the_old_layout(old: Article) -> None:
    assert old.images[0].url.endswith("/2020/12/03/2a29ddce14b71bddac004b0d665ea8ae288b2098.jpg")


def test_the_body_of_the_old_layout_ends_with_the_text(old: Article) -> None:
    assert len(old.sections[0].paragraphs) == 5
    assert old.body.endswith("рисками для государственной безопасности.")


def test_the_old_address_is_an_alias_of_the_article_on_the_new_host(old: Article) -> None:
    assert old.url.startswith("https://unn.ua/ru/news/parlament-moldovi-")
    assert OLD_URL in old.aliases
