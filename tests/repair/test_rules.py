"""A rule is found from values that are known, in pages where they still stand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml import html

from newscrawl.api import extract
from newscrawl.article import Article
from newscrawl.repair.places import Example
from newscrawl.repair.rules import Suggestion, suggest, with_rule, worsens
from newscrawl.repair.selectors import selectors_of
from newscrawl.repair.values import agrees, value_of
from newscrawl.site import Edition, Rule, RuleField, Site

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
SITE = Site(
    name="example",
    publisher="Example",
    home="https://news.example/",
    timezone="Europe/London",
    editions=(Edition(name="en", language="en"),),
)
NAMES = ("Ann Bell", "Cy Dee", "Eve Fox")
PLACES = ("harbour", "library", "station")


def page(number: int, *, new: bool) -> bytes:
    """A page of the old layout, or of the new one, where authors, counter and tags stand in unusual places."""
    name, place = NAMES[number], PLACES[number]
    text = "".join(
        f"<p>The {place} was opened again on day {day}, after years of work that had cost the town a lot of money.</p>"
        for day in range(1, 6)
    )
    views = f"{1200 + 100 * number}"
    if not new:
        top = f'<span class="byline">By {name}</span><span class="views">{views} views</span>'
        below = f'<div class="tags"><a href="/tag/{place}" rel="tag">{place.title()}</a></div>'
    else:
        top = f'<div class="Meta_signed__x9Kq2"><i>{name}</i></div><b class="sc-a81bc hits">{int(views) + 5}</b>'
        below = f'<ul class="topic-list"><li><span>{place.title()}</span></li></ul>'
    return (
        f"<html><head><title>The {place} is open</title></head><body><article><h1>The {place} of the town is open</h1>"
        f"{top}{text}{below}</article></body></html>"
    ).encode()


def known(number: int) -> Article:
    old = extract(page(number, new=False), f"https://news.example/{number}", site=SITE, fetched_at=AT)
    return old.model_copy(update={"fetch": old.fetch.model_copy(update={"at": AT})})


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return [Example(page(number, new=True), f"https://news.example/{number}", known(number)) for number in range(3)]


def found(field: RuleField, examples: list[Example]) -> Suggestion:
    suggestion = suggest(field, examples, SITE)
    assert suggestion is not None
    return suggestion


def test_the_old_layout_gives_the_values_that_the_search_starts_from() -> None:
    article = known(0)
    assert [value_of(article, field) for field in ("authors", "views", "tags")] == ["Ann Bell", "1200", "Harbour"]


@pytest.mark.parametrize("field", ["authors", "views", "tags"])
def test_the_rule_found_gives_the_known_value_on_every_page(field: RuleField, examples: list[Example]) -> None:
    suggestion = found(field, examples)
    assert (suggestion.right, suggestion.tried) == (3, 3)
    site = with_rule(SITE, field, suggestion.rule)
    articles = [(example.known, example.read(site)) for example in examples]
    assert all(now is not None and agrees(field, then, now) for then, now in articles)


def test_a_class_with_a_hash_is_matched_by_its_beginning(examples: list[Example]) -> None:
    assert 'class*="Meta_signed__"' in (found("authors", examples).rule.css or "")


def test_the_suggestion_is_a_line_of_a_site_file(examples: list[Example]) -> None:
    import tomllib

    suggestion = found("views", examples)
    rules = tomllib.loads(f"[rules]\n{suggestion.line}\n")["rules"]
    assert Rule(**rules["views"]) == suggestion.rule


def test_a_value_that_no_page_shows_has_no_rule(examples: list[Example]) -> None:
    strangers = [
        Example(example.html, example.url, example.known.model_copy(update={"section": f"Rubric {number}"}))
        for number, example in enumerate(examples)
    ]
    assert suggest("section", strangers, SITE) is None


def test_a_rule_that_spoils_pages_of_the_past_is_told(examples: list[Example]) -> None:
    archived = [
        Example(page(number, new=False), f"https://news.example/{number}", known(number)) for number in range(3)
    ]
    good = found("authors", examples)
    assert worsens(good, archived, SITE) is None
    bad = good._replace(rule=Rule(css="h1"))
    assert worsens(bad, archived, SITE) == "https://news.example/0"


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ('<span itemprop="author" class="x">', 'span[itemprop="author"]'),
        ('<div class="mt-4 flex article-author">', "div.article-author"),
        ('<p class="css-1a2b3c4">', None),
        ('<div id="story-lead">', "#story-lead"),
        ('<div id="post-48213">', None),
    ],
)
def test_an_element_is_named_by_what_it_is_and_not_by_how_it_looks(element: str, expected: str | None) -> None:
    parsed = html.fragment_fromstring(element)
    assert (selectors_of(parsed) or [None])[0] == expected
