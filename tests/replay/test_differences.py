"""What differs between a stored article and the same page read anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from newscrawl.article import Article, Fetch, Section, Timestamp, Views
from newscrawl.replay.differences import Summary, differences

NOW = datetime(2026, 1, 6, 10, 50, tzinfo=UTC)


def article(**fields: Any) -> Article:
    values: dict[str, Any] = {"headline": "Storm", "body": "Text.", "fetch": Fetch(at=NOW)}
    return Article(url="https://example.com/1", **values | fields)


def found(before: Article, after: Article) -> dict[str, str]:
    return {one.field: one.kind for one in differences(before.model_dump(), after)}


def test_the_same_reading_differs_in_nothing() -> None:
    one = article(published=Timestamp(at=NOW, raw="now", precision="minute"), tags=["a"])
    assert found(one, one) == {}


def test_each_field_is_gained_lost_or_changed() -> None:
    before = article(lead="Old", tags=["a"])
    after = article(lead="New", published=Timestamp(at=NOW, raw="now", precision="minute"))
    assert found(before, after) == {"lead": "changed", "published": "gained", "tags": "lost"}


def test_what_is_derived_or_told_by_others_is_no_difference() -> None:
    before = article(aliases=["https://example.com/amp/1"], revision=4, fingerprint="x", first_seen_at=NOW)
    assert found(before, article(fingerprint="y", provenance={"headline": "title"})) == {}


def test_a_body_that_differs_is_shown_once() -> None:
    before, after = (article(body=text, sections=[Section(paragraphs=[text])]) for text in ("Old.", "New."))
    assert found(before, after) == {"body": "changed"}
    assert found(article(sections=[]), article(sections=[Section(paragraphs=["Text."])])) == {"sections": "gained"}


def test_a_counter_that_was_seen_elsewhere_is_left_alone() -> None:
    def seen(at: datetime, count: int) -> Views:
        return Views(count=count, seen_at=at, raw=str(count))

    later = article(views=seen(NOW + timedelta(hours=1), 20))
    assert found(later, article(views=seen(NOW, 10))) == {}
    assert found(later, article()) == {}
    own = article(views=seen(NOW, 10))
    assert found(own, article(views=seen(NOW, 1000))) == {"views": "changed"}
    assert found(own, article()) == {"views": "lost"}


def test_documents_of_earlier_releases_are_compared_by_what_they_have() -> None:
    document = article(tags=["a"]).model_dump()
    for name in ("rights", "alternates", "videos", "is_live"):
        del document[name]
    assert differences(document, article(tags=["a"])) == []


def test_a_summary_counts_articles_by_field_and_kind() -> None:
    summary = Summary()
    for lead in ("New", "Newer"):
        summary.add(differences(article().model_dump(), article(lead=lead)))
    assert summary.fields == {"lead": {"gained": 2}}
