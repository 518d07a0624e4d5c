"""Why a field of a stored article holds what it holds: its source, the rule that chose it, and what else was there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

RULES = {
    "headline": "the text on which most sources agree; the heading above the story counts most, then og:title",
    "lead": "the first description that is not the headline again",
    "body": "the box of the page that holds the most prose, without what is none",
    "published": "the first that reads and states a time: JSON-LD, meta, microdata, feed, address, then printed ones",
    "modified": "the first that reads: JSON-LD, meta, microdata, then what is printed",
    "authors": "the first source that names a person; a printed byline wins where it names more",
    "language": "the first that is declared, unless the text is surely in another",
    "section": "the first that is stated; of a path of pages the innermost",
    "is_paywalled": "the first that is stated: of the article, of the page, then a notice in place of text",
    "content_type": "what the page or its address says it is",
    "views": "the counter that stands with the headline; those of other stories do not count",
    "images": "the printed picture that JSON-LD or og:image names, else the first large one below the headline",
    "url": "the canonical address where it is believed, else the address that was fetched",
}
"""Field to the rule by which its candidates are judged."""


def explain(article: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Field name to its source, the rule, the candidates with their sources, and those that say otherwise."""
    provenance, evidence = article.get("provenance") or {}, article.get("evidence") or {}
    disagreements = article.get("disagreements") or {}
    return {
        field: {
            "source": source,
            "rule": "the site's own rule"
            if source.startswith("site:")
            else RULES.get(field, "the first that is stated"),
            "candidates": evidence.get(field, []),
            "disagreements": disagreements.get(field, []),
        }
        for field, source in sorted(provenance.items())
    }
