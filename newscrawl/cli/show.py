"""`newscrawl articles show`: one article with everything that is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newscrawl.cli.find_article import find_with
from newscrawl.cli.output import out, show_json

if TYPE_CHECKING:
    from newscrawl.store.lookup import Database

WIDEST = 100  # columns of a terminal that a text is wrapped to


def show_stored(
    url: Annotated[str, typer.Argument(metavar="URL|ID", help="Any address of a stored article, or its `_id`.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="As JSON, beside it its counters, versions, twins and copies.")
    ] = False,
) -> None:
    """Show one article: its text, its views over time, its versions, its twins in other editions, copies of its text.

    newscrawl articles show https://unn.ua/en/news/example

    newscrawl articles show https://unn.ua/en/news/example --json
    """
    from newscrawl.cli.render import render, render_relatives, render_sources, render_versions
    from newscrawl.cli.views import render_views
    from newscrawl.store.related import relatives
    from newscrawl.store.views import series

    article, (counters, versions, near) = find_with(url, series, _versions, relatives)
    if as_json:
        seen = [view.model_dump() for view in counters]
        show_json("article", article, views=seen, revisions=versions, twins=near.twins, copies=near.copies)
        return
    parts = [
        render(article),
        render_views(article, counters),
        render_versions(versions),
        render_relatives(article, near.twins, near.copies),
        render_sources(article.get("provenance") or {}),
    ]
    out.print(*parts, width=min(out.width, WIDEST), crop=False, sep="", end="")


async def _versions(database: Database, article: Mapping[str, Any]) -> list[dict[str, Any]]:
    from newscrawl.store.history import history

    return await history(database, dict(article), with_texts=False)
