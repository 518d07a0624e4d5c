"""Fields that a site's pages have lost: what a few pages show now against what its stored articles have. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from newscrawl.article import Article
from newscrawl.chance import hits_at_most
from newscrawl.repair.rules import SEARCHED
from newscrawl.repair.values import value_of
from newscrawl.site import RuleField

UNLIKELY = 0.01
"""A field is lost where its own past makes so few pages with it less likely than this."""


class Reading(NamedTuple):
    """A page as it is read now. `article`: None where nothing could be read, for the `reason`. `known`: the article as
    it is stored, where it is."""

    url: str
    article: Article | None
    reason: str | None = None
    known: Article | None = None


class Sample(NamedTuple):
    """One page, and the value that it gave for a field."""

    url: str
    value: str | None
    source: str | None = None


class FieldCheck(NamedTuple):
    """One field: pages that had it before and that have it now, and one sample of each."""

    field: RuleField
    before: int
    of_before: int
    now: int
    of_now: int
    is_lost: bool
    source_before: str | None
    """Where most of the articles had it from; a source that changes tells of another layout."""
    source_now: str | None
    sample_now: str | None
    good: Sample | None
    bad: Sample | None


def compare(past: Sequence[Article], readings: Sequence[Reading]) -> list[FieldCheck]:
    """Every field that the site's articles had or have. `past`: stored articles, the newest first.

    A page that cannot be read at all counts as one without any field, where its article is stored: it was read before.
    """
    counted = [reading for reading in readings if reading.article is not None or reading.known is not None]
    checks = (_check(field, past, counted) for field in SEARCHED)
    return [check for check in checks if check.before or check.now]


def chance(found: int, pages: int, before: int, of_before: int) -> float:
    """Probability that at most `found` of `pages` have a field that `before` of `of_before` had: 0 to 1.

    The share of pages with the field is not known, but by its past: the predictive distribution is beta-binomial, with
    a uniform prior (Gelman et al., Bayesian Data Analysis, 2.4 to 2.5).
    """
    return hits_at_most(found, pages, before + 1, of_before - before + 1)


def _check(field: RuleField, past: Sequence[Article], readings: Sequence[Reading]) -> FieldCheck:
    having = [article for article in past if value_of(article, field)]
    with_it = [reading for reading in readings if reading.article and value_of(reading.article, field)]
    is_lost = bool(readings and past) and (
        len(with_it) < len(readings) and chance(len(with_it), len(readings), len(having), len(past)) < UNLIKELY
    )
    good, bad = having[0] if having else None, None
    if len(with_it) < len(readings):
        without = [reading for reading in readings if reading not in with_it]
        # A page whose stored article has the field tells most.
        worst = next((one for one in without if one.known and value_of(one.known, field)), without[0])
        good = worst.known if worst.known and value_of(worst.known, field) else good
        bad = Sample(worst.url, None, worst.reason)
    return FieldCheck(
        field,
        len(having),
        len(past),
        len(with_it),
        len(readings),
        is_lost,
        _source(field, having),
        _source(field, [reading.article for reading in with_it if reading.article]),
        value_of(with_it[0].article, field) if with_it and with_it[0].article else None,
        Sample(good.url, value_of(good, field), good.provenance.get(field)) if good else None,
        bad,
    )


def _source(field: RuleField, articles: Sequence[Article]) -> str | None:
    """Where most of the articles have the field from."""
    found = Counter(article.provenance.get(field) for article in articles)
    return max(found, key=lambda source: found[source], default=None)
