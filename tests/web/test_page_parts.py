"""What pages are made of: escaped text, safe addresses, languages, marks, timelines and the rows of two versions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from newscrawl.normalize.changes import Text, compare
from newscrawl.store.related import Relatives
from newscrawl.store.run_days import Day
from newscrawl.web.guard import of_database
from newscrawl.web.page_article import rows_of, timeline
from newscrawl.web.page_errors import problem_page
from newscrawl.web.page_runs import links_told
from newscrawl.web.page_sites import bars_of
from newscrawl.web.pages import by_day, chips_of, item
from newscrawl.web.problems import Problem, wrong_parameters
from newscrawl.web.rendering import (
    address,
    article_address,
    environment,
    full_moment,
    number,
    percent,
    span,
    web_address,
    wording,
)

AT = datetime(2026, 11, 28, 9, 5, tzinfo=UTC)


def stored(**changes: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "_id": "a1",
        "headline": "A headline",
        "published": {"at": AT, "raw": "x", "precision": "minute"},
        "first_seen_at": AT,
    }
    return plain | changes


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//x.example", "ftp://x.example/", "https://", "http://[", None, 7, ""],
)
def test_only_addresses_of_http_are_linked(url: object) -> None:
    assert web_address(url) is None


def test_an_address_of_the_web_is_linked_without_what_surrounds_it() -> None:
    assert web_address(" HTTPS://unn.ua/a?b=1 ") == "HTTPS://unn.ua/a?b=1"


@pytest.mark.parametrize(
    ("language", "attributes"),
    [
        ("uk", 'lang="uk" dir="ltr"'),
        ("ar", 'lang="ar" dir="rtl"'),
        ("fa-IR", 'lang="fa-IR" dir="rtl"'),
        ("uz-Arab", 'lang="uz-Arab" dir="rtl"'),
        (None, 'dir="auto"'),
        ('en" onclick="x', 'dir="auto"'),
    ],
)
def test_a_text_has_the_attributes_of_its_language(language: str | None, attributes: str) -> None:
    assert wording(language) == attributes


def test_templates_escape_every_value() -> None:
    template = environment().from_string('<p title="{{ value }}">{{ value }}</p>')
    assert "<script>" not in template.render(value='"><script>alert(1)</script>')


def test_addresses_quote_what_stands_in_them() -> None:
    assert address("/", [("place", "Київ & Львів"), ("q", ""), ("site", None)]) == (
        "/?place=%D0%9A%D0%B8%D1%97%D0%B2+%26+%D0%9B%D1%8C%D0%B2%D1%96%D0%B2"
    )
    assert article_address("a/../b?c") == "/articles/a%2F..%2Fb%3Fc"


@pytest.mark.parametrize(
    ("precision", "shown"),
    [("minute", "28 Nov 2026, 09:05"), ("day", "28 November 2026"), ("month", "November 2026"), ("year", "2026")],
)
def test_a_date_is_shown_as_exactly_as_its_page_states_it(precision: str, shown: str) -> None:
    assert full_moment({"at": AT, "raw": "x", "precision": precision}) == shown


def test_a_date_that_could_not_be_read_is_shown_as_printed() -> None:
    assert full_moment({"at": None, "raw": "yesterday-ish", "precision": "day"}) == "yesterday-ish"
    assert full_moment(None) == "not known"


def test_figures_are_for_people() -> None:
    assert (number(1234567), number(3.5), number(3.0), number(0)) == ("1,234,567", "3.5", "3", "0")
    assert (percent(0.994), percent(0.999), percent(1), percent(0.5)) == ("99 %", "99.9 %", "100 %", "50 %")
    assert (span(0.5), span(6), span(72)) == ("30 min", "6 h", "3 days")


def test_articles_stand_under_the_day_of_their_publication_and_those_without_one_last() -> None:
    earlier = {"at": datetime(2026, 11, 27, tzinfo=UTC), "raw": "x", "precision": "day"}
    days = by_day([stored(), stored(published=earlier), stored(published=None)])
    assert [label for label, _articles in days] == [
        "Saturday 28 November 2026",
        "Friday 27 November 2026",
        "Without a date of publication",
    ]
    assert [articles[0]["clock"] for _label, articles in days] == ["09:05", None, None]


def test_an_article_of_which_nothing_is_known_has_a_line_still() -> None:
    assert item({"_id": "a1"})["headline"] == "Without a headline"


def test_what_sets_an_article_apart_is_marked() -> None:
    marked = stored(
        status="gone",
        is_live=True,
        content_type="press_release",
        revision=3,
        change={"is_stealth": True},
        copied={"url": "x"},
        is_paywalled=True,
    )
    words = [word for word, _look in item(marked)["marks"]]
    assert words == ["live", "press release", "gone", "edited in silence", "a copy", "paywall"]
    assert [word for word, _look in item(stored(revision=2))["marks"]] == ["version 2"]
    assert item(stored())["marks"] == []


def test_a_filter_can_be_taken_away_alone() -> None:
    chips = chips_of([("site", "unn"), ("place", "Kyiv"), ("place", "Lviv"), ("q", "budget")])
    assert chips[1] == ("Place", "Kyiv", "/?site=unn&place=Lviv&q=budget")
    assert [name for name, _value, _href in chips] == ["Site", "Place", "Place"]


def test_the_timeline_begins_with_the_earliest_and_says_what_each_is() -> None:
    first = {"_id": "f", "headline": "First", "site": "reuters", "is_first": True, "published_at": AT.replace(hour=7)}
    twin = {"_id": "t", "headline": "Twin", "edition": "uk", "published_at": AT.replace(hour=12), "first_seen_at": AT}
    copy = {"_id": "c", "headline": "Copy", "published_at": None, "first_seen_at": AT.replace(hour=8), "share": 0.876}
    events = timeline(stored(), Relatives(twins=[twin], copies=[first, copy | {"agency": "AFP"}]))
    assert [(event.headline, event.told) for event in events] == [
        ("First", "the first publisher of this text"),
        ("Copy", "a copy: 88 % of it stands elsewhere, which names AFP"),
        ("A headline", "this article"),
        ("Twin", "the same story, edition uk"),
    ]
    assert [event.href for event in events][2] is None
    assert events[1].is_seen


def test_an_article_that_stands_alone_has_no_timeline() -> None:
    assert timeline(stored(), Relatives()) == []


def test_two_versions_stand_in_rows_with_what_went_left_and_what_came_right() -> None:
    old = Text("Two dead", None, "It rained on Monday.\n\nNothing else changed here.\n\nThis goes away for ever.")
    new = Text("Three dead", "A lead", "It rained on Tuesday.\n\nNothing else changed here.\n\nQuite another end came.")
    rows = [*rows_of(compare(old, new))]
    assert [row.label for row in rows[:3]] == ["Headline", "Lead", ""]
    assert [row.kind for row in rows[:4]] == ["changed", "changed", "changed", "kept"]
    assert {row.kind for row in rows[4:]} == {"added", "removed"}
    assert [piece.text for piece in rows[0].old if piece.kind == "removed"] == ["Two"]
    assert [piece.text for piece in rows[0].new if piece.kind == "added"] == ["Three"]
    assert rows[1].old == []
    assert rows[3].skipped == 1


def test_a_paragraph_that_moved_stands_on_the_right_alone() -> None:
    one, two, three = (f"Paragraph {word} is long enough to be one." for word in ("one", "two", "three"))
    rows = [
        *rows_of(compare(Text("h", None, f"{one}\n\n{two}\n\n{three}"), Text("h", None, f"{three}\n\n{one}\n\n{two}")))
    ]
    [moved] = [row for row in rows if row.kind == "moved"]
    assert (moved.old, moved.new[0].text) == ((), three)


def test_what_became_of_all_links_adds_up() -> None:
    parts = links_told({"links": 20, "stored": 5, "known": 6, "known_visited": 1}, {"too-old": 3, "shown-again": 5})
    assert sum(number for _look, _name, number in parts) == 20


def test_an_error_page_names_the_parameter_and_shows_nothing_of_the_inside() -> None:
    scope = {"type": "http", "path": "/", "headers": [], "query_string": b"", "method": "GET"}
    wrong = problem_page(scope, wrong_parameters([("min_views", "should be <a> number")]))
    assert wrong.status_code == 422
    assert b"<code>min_views</code> should be &lt;a&gt; number" in wrong.body
    away = problem_page(scope, of_database(ServerSelectionTimeoutError("mongodb://user:secret@10.0.0.1")))
    assert (away.status_code, away.headers["Retry-After"]) == (503, "5")
    assert b"The database does not answer" in away.body
    assert b"secret" not in away.body
    slow = problem_page(scope, Problem(503, "too-slow", "Narrow it."))
    assert b"That takes too long" in slow.body


def test_the_days_of_a_site_are_a_few_short_paths_with_words() -> None:
    first = date(2026, 11, 15)
    days = [Day(first + timedelta(days=place), new=place) for place in range(14)]
    for place, day in enumerate(days[1:]):
        day.outcomes["failed" if place == 5 else "ok"] += 1
    bars = bars_of("UNN", days)
    assert bars.told == "UNN, the last 14 days: 91 new articles, runs were not well on 1, none took place on 1"
    assert {look for look, _path in bars.paths} == {"state-ok", "state-failed", "state-unknown"}
    assert sum(len(path) for _look, path in bars.paths) < 400
