"""`newscrawl why`: which candidates there were for a field of a stored article, from where, and why one won."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from newscrawl.cli.find_article import find_stored
from newscrawl.cli.output import Exit, fail, out, show_json

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


def why(
    url: Annotated[str, typer.Argument(help="Any address of a stored article.")],
    name: Annotated[str | None, typer.Argument(metavar="[FIELD]", help="One field, such as published.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show where each field of a stored article came from.

    newscrawl why https://unn.ua/en/news/example

    newscrawl why https://unn.ua/en/news/example published
    """
    article = find_stored(url)
    found = explain(article)
    if name is not None and name not in found:
        fail(f"no field {name!r} was read; there are: {', '.join(sorted(found))}", Exit.USAGE)
    chosen = {name: found[name]} if name else found
    if as_json:
        show_json("fields", chosen)
    else:
        out.print(render_why(chosen))


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


def render_why(found: Mapping[str, Mapping[str, Any]]) -> Group:
    """The fields as a reader sees them: what won and why, then every candidate."""
    parts: list[Any] = []
    for field, told in found.items():
        parts += [Text.assemble((field, "bold"), f"  from {told['source']}: {told['rule']}")]
        rows = Table.grid(padding=(0, 2))
        for candidate in told["candidates"]:
            rows.add_row(Text("   " + candidate["source"], style="dim"), Text(candidate["text"], overflow="fold"))
        if told["candidates"]:
            parts.append(rows)
        parts += [Text(f"   otherwise  {text}", style="yellow", overflow="fold") for text in told["disagreements"]]
        parts.append(Text())
    return Group(*parts)
