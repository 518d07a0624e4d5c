"""Which rule reads a field again: found from values that are known, in pages where they still stand. Pure.

The search goes from the value to its place: elements whose text holds a known value are named by selectors, and each
rule so made is tried by the whole extraction on every page whose value is known. A rule that gives one wrong value is
none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from newscrawl.article import Article
from newscrawl.repair.places import Example, places_of
from newscrawl.repair.selectors import MOST_FOUND, rules_of
from newscrawl.repair.values import agrees, value_of
from newscrawl.site import Rule, RuleField, Site

SEARCHED: tuple[RuleField, ...] = (
    "headline",
    "lead",
    "body",
    "dateline",
    "published",
    "authors",
    "section",
    "tags",
    "images",
    "views",
)
"""Fields whose rule can be found from a known value."""
MOST_TRIED = 12  # rules of one field


class Suggestion(NamedTuple):
    """A rule for a field, and on how many of the pages with a known value it gives that value."""

    field: RuleField
    rule: Rule
    right: int
    tried: int
    sample: str

    @property
    def line(self) -> str:
        """The rule as a line below `[rules]` of a site file."""
        parts = [f"css = '{self.rule.css}'" if '"' in (self.rule.css or "") else f'css = "{self.rule.css}"']
        if self.rule.attribute:
            parts.append(f'attribute = "{self.rule.attribute}"')
        return f"{self.field} = {{ {', '.join(parts)} }}"


def with_rule(site: Site, field: RuleField, rule: Rule) -> Site:
    """The site with one rule more, before those it has for the field."""
    return site.model_copy(update={"rules": {**site.rules, field: (rule, *site.rules.get(field, ()))}})


def suggest(field: RuleField, examples: Sequence[Example], site: Site) -> Suggestion | None:
    """The best rule for a field, or None where the known values stand nowhere that a rule can name.

    It gives the known value on most pages where there is one, and another value on none.
    """
    known = [example for example in examples if value_of(example.known, field)]
    votes: Counter[Rule] = Counter()
    order: dict[Rule, int] = {}
    for example in known:
        rules = list(dict.fromkeys(rule for place in places_of(example, field) for rule in rules_of(*place)))
        for rank, rule in enumerate(rules):
            votes[rule] += 1
            order[rule] = min(rank, order.get(rule, rank))
    best = sorted(votes, key=lambda rule: (-votes[rule], order[rule], len(rule.css or "")))
    for rule in best[:MOST_TRIED]:
        if (right := _right(field, rule, known, site)) * 2 > len(known):
            return Suggestion(field, rule, right, len(known), value_of(known[0].known, field) or "")
    return None


def worsens(suggestion: Suggestion, archived: Sequence[Example], site: Site) -> str | None:
    """The first page of the past that was read rightly and would not be with the rule; None: there is none."""
    changed = with_rule(site, suggestion.field, suggestion.rule)
    for example in archived:
        before, after = example.read(site), example.read(changed)
        was_right = before is not None and agrees(suggestion.field, example.known, before)
        if was_right and (after is None or not agrees(suggestion.field, example.known, after)):
            return example.url
    return None


def _right(field: RuleField, rule: Rule, known: Sequence[Example], site: Site) -> int:
    """Pages on which the rule gives the known value; -1 where it gives another one somewhere."""
    changed, right = with_rule(site, field, rule), 0
    for example in known:
        if len(example.page.tree.xpath(rule.selector)) > MOST_FOUND:
            return -1
        article = example.read(changed)
        if article is not None and agrees(field, example.known, article):
            right += 1
        elif article is not None and value_of(article, field) and _is_by_rule(article, field):
            return -1
    return right


def _is_by_rule(article: Article, field: RuleField) -> bool:
    return str(article.provenance.get(field, "")).startswith("site:")
