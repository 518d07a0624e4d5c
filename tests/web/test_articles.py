"""The routes of articles, over real HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from newscrawl.article import Article
from newscrawl.web.examples import EXAMPLES
from newscrawl.web.shapes import SUMMARY
from tests.web.conftest import Served


def headlines(page: dict[str, Any]) -> list[str]:
    return [article["headline"] for article in page["articles"]]


def test_a_list_gives_the_newest_first_and_undated_ones_last(served: Served) -> None:
    page = served.json("/api/v1/articles", params={"limit": 100})
    dates = [(article["published"] or {}).get("at") for article in page["articles"]]
    dated = [date for date in dates if date]
    assert dated == sorted(dated, reverse=True)
    assert dates == [*dated, *[None] * (len(dates) - len(dated))]
    assert len(dates) == len(served.articles)
    assert page["cursor"] is None
    assert page["next"] is None


def test_pages_join_without_gap_or_repetition_by_the_address_of_the_next_one(served: Served) -> None:
    address, seen = "/api/v1/articles?limit=7&language=en", []
    while address:
        page = served.json(address)
        seen += [article["_id"] for article in page["articles"]]
        address = page["next"]
    whole = served.json("/api/v1/articles", params={"limit": 100, "language": "en"})
    assert seen == [article["_id"] for article in whole["articles"]]
    assert len(seen) > 7


def test_a_list_leaves_texts_out_until_they_are_asked_for(served: Served) -> None:
    (article,) = served.json("/api/v1/articles", params={"limit": 1})["articles"]
    assert set(article) == {"_id", "seq", *SUMMARY}
    (article,) = served.json("/api/v1/articles?limit=1&fields=headline&fields=body")["articles"]
    assert set(article) == {"_id", "seq", "published", "headline", "body"}
    (article,) = served.json("/api/v1/articles?limit=1&fields=all")["articles"]
    assert {"body", "provenance"} <= set(article)
    assert not {"terms", "seq_due", "links_due"} & set(article)


FILTERS: list[tuple[dict[str, Any], Callable[[Article], object]]] = [
    ({"site": "unn"}, lambda article: article.site == "unn"),
    ({"site": ["unn", "asahi"]}, lambda article: article.site in ("unn", "asahi")),
    ({"language": "en"}, lambda article: (article.language or "").startswith("en")),
    ({"country": "JP"}, lambda article: article.dateline and article.dateline.country == "JP"),
    ({"place": "київ"}, lambda article: article.dateline and article.dateline.place == "Київ"),
    ({"agency": "Reuters"}, lambda article: article.dateline and article.dateline.agency == "Reuters"),
    ({"tag": "war"}, lambda article: "War" in article.tags),
    ({"section": "economy"}, lambda article: article.section == "Economy"),
    ({"author": "ivan franko"}, lambda article: any(author.name == "Ivan Franko" for author in article.authors)),
    ({"kind": "opinion"}, lambda article: article.content_type == "opinion"),
    (
        {"q": '"approves the budget" -politics'},
        lambda article: article.language == "en" and "Politics" not in article.tags,
    ),
    ({"min_views": 2000}, lambda article: article.views and (article.views.count or 0) >= 2000),
    ({"site": "unn", "language": "uk", "q": ""}, lambda article: article.site == "unn" and article.language == "uk"),
]


@pytest.mark.parametrize(("parameters", "is_wanted"), FILTERS, ids=[str(parameters) for parameters, _ in FILTERS])
def test_filters_narrow_a_list(
    served: Served, parameters: dict[str, Any], is_wanted: Callable[[Article], object]
) -> None:
    found = served.json("/api/v1/articles", params=parameters | {"limit": 100})["articles"]
    assert {article["_id"] for article in found} == {article.id for article in served.articles if is_wanted(article)}
    assert found


def test_a_day_as_end_is_part_of_the_span_and_an_instant_is_not(served: Served) -> None:
    day = served.json("/api/v1/articles", params={"from": "2025-01-06", "to": "2025-01-06", "limit": 100})
    before = served.json("/api/v1/articles", params={"to": "2025-01-06T08:17:00Z"})
    assert len(day["articles"]) == 28
    assert headlines(before) == [served.articles[0].headline]


def test_one_article_is_found_by_its_identity_and_by_its_address(served: Served) -> None:
    known = served.articles[6]
    article = served.json(f"/api/v1/articles/{known.id}")
    assert article["headline"] == known.headline
    assert article["body"] == known.body
    assert article["published"]["at"] == "2025-01-06T09:42:00Z"
    assert not {"terms", "seq_due", "links_due"} & set(article)
    assert served.json("/api/v1/lookup", params={"url": known.url + "?utm_source=x"}) == article


def test_versions_come_without_their_texts_and_each_has_an_address(served: Served) -> None:
    identity = served.articles[11].id
    versions = served.json(f"/api/v1/articles/{identity}/revisions")["revisions"]
    assert [version["revision"] for version in versions] == [1, 2, 3]
    assert versions[1]["change"]["changed"] == ["body"]
    assert "body" not in versions[0]
    second = served.json(f"/api/v1/articles/{identity}/revisions/2")
    assert "nine hours" in second["body"]
    assert served.get(f"/api/v1/articles/{identity}/revisions/9").json()["code"] == "no-such-revision"


def test_views_come_with_what_they_tell(served: Served) -> None:
    told = served.json(f"/api/v1/articles/{served.articles[21].id}/views")
    assert [view["count"] for view in told["views"]] == [525, 1050, 2100]
    assert told["growth"]["views"] == 1575
    assert told["falls"] == []


def test_copies_and_twins_come_with_their_identities(served: Served) -> None:
    copies = served.json(f"/api/v1/articles/{served.articles[6].id}/related")["copies"]
    assert [copy["_id"] for copy in copies] == [served.articles[7].id]
    twins = served.json(f"/api/v1/articles/{served.articles[0].id}/related")["twins"]
    assert [(twin["_id"], twin["language"]) for twin in twins] == [(served.articles[1].id, "en")]


def test_changes_are_followed_by_seq_to_their_end(served: Served) -> None:
    first = served.json("/api/v1/changes", params={"limit": 20})
    rest = served.json("/api/v1/changes", params={"limit": 100, "after_seq": first["seq"]})
    numbers = [article["seq"] for article in first["articles"] + rest["articles"]]
    assert first["has_more"]
    assert not rest["has_more"]
    assert numbers == sorted(set(numbers))
    assert rest["seq"] == served.json("/api/v1/statistics")["seq"] == numbers[-1]
    assert served.json("/api/v1/changes", params={"after_seq": rest["seq"]}) == {
        "articles": [],
        "seq": rest["seq"],
        "has_more": False,
    }


def test_what_readers_have_noted_comes_along_whatever_it_is(served: Served) -> None:
    identity = served.articles[3].id
    labels = {"by": "desk", "far": "$$NOW", "n": 5}
    served.run(served.connection.database["articles"].update_one({"_id": identity}, [{"$set": {"labels": labels}}]))
    noted = served.json(f"/api/v1/articles/{identity}")["labels"]
    assert noted["by"] == "desk"
    assert noted["far"].endswith("Z")


def test_the_examples_of_the_document_have_the_forms_that_they_show(served: Served) -> None:
    document = served.json("/openapi.json")
    for path, example in EXAMPLES.items():
        shown = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
        assert shown["example"] == example
    described = {path for path in document["paths"] if path.startswith("/api/") and not path.endswith("/schema")}
    assert described == set(EXAMPLES)
