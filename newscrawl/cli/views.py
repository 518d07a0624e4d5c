"""`newscrawl articles views`: every view counter that was seen of an article, and its curve for `articles show`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from newscrawl.cli.find_article import find_with
from newscrawl.cli.output import Exit, fail, out, show_json, show_table

if TYPE_CHECKING:
    from newscrawl.normalize.growth import Growth
    from newscrawl.records import ViewObservation

WIDEST = 80  # characters of the chart
SHORTEST = timedelta(minutes=10)  # from less than that no growth per hour is told
MOST_FALLS = 5  # shown one by one


def views(
    url: Annotated[str, typer.Argument(help="Any address of a stored article.")],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List every view counter that was seen of an article.

    newscrawl articles views https://unn.ua/en/news/example

    newscrawl articles views https://unn.ua/en/news/example --json
    """
    from newscrawl.store.views import series

    article, (found,) = find_with(url, series)
    if as_json:
        show_json("views", [view.model_dump() for view in found])
    if not found:
        fail(f"no view counter was seen of {article['url']}", Exit.NOTHING)
    if as_json:
        return
    show_table(
        ("seen (UTC)", "views", "since the last", "source", ""),
        (
            (
                f"{view.at:%Y-%m-%d %H:%M:%S}",
                f"{view.count:,}",
                f"{view.count - before.count:+,}" if before else None,
                view.source,
                "fell" if view.fell else None,
            )
            for before, view in zip((None, *found), found, strict=False)
        ),
    )


def render_views(article: Mapping[str, Any], found: Sequence[ViewObservation]) -> Group:
    """The curve of an article's views with what it tells; one line where there is no curve."""
    from newscrawl.cli.chart import chart
    from newscrawl.store.views import attention

    told = attention(article, found)
    if not told.readings:
        return Group(Text("No view counter was seen.", style="dim"), Text())
    last = told.readings[-1]
    if told.growth is None:
        return Group(Text(f"Views were seen once, at {last.at:%Y-%m-%d %H:%M} UTC: {last.views:,}."), Text())
    plain = not out.encoding.lower().startswith("utf")
    marks = [after.at for _, after in told.falls]
    lines = chart(told.readings, width=min(out.width, WIDEST), marks=marks, plain=plain)
    facts = Table.grid(padding=(0, 2))
    rows = [
        ("readings", f"{len(told.readings)}, the last of {last.views:,} views"),
        ("growth", _growth(told.growth)),
        ("", _growth(told.lately) if told.lately and told.lately.hours < told.growth.hours else None),
        (
            "half-life",
            f"half of these views came within {_span(told.half_life)} of publication"
            if told.half_life
            else "not known",
        ),
        *[
            ("fell" if number == 0 else "", f"{after.at:%Y-%m-%d %H:%M} from {before.views:,} to {after.views:,}")
            for number, (before, after) in enumerate(told.falls[:MOST_FALLS])
        ],
        ("", f"and {len(told.falls) - MOST_FALLS} times more" if len(told.falls) > MOST_FALLS else None),
    ]
    for name, value in rows:
        if value is not None:
            facts.add_row(Text(name, style="dim"), Text(value))
    curve = [Text(line, no_wrap=True, overflow="crop") for line in lines]
    return Group(Text("Views over time (UTC)", style="bold"), *curve, Text(), facts, Text())


def _growth(growth: Growth) -> str:
    span = timedelta(hours=growth.hours)
    per_hour = f", {number(growth.per_hour)} an hour" if span >= SHORTEST else ""
    return f"{growth.views:+,.0f} in {_span(span)}{per_hour}"


def number(value: float) -> str:
    """A figure as a reader wants it: no decimals where it is large."""
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"


def _span(span: timedelta) -> str:
    seconds = span.total_seconds()
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 120 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 48 * 3600 else f"{seconds / 86400:.1f} days"
