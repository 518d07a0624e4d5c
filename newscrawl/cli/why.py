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
from newscrawl.normalize.why import explain


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
