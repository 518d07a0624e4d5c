"""`newscrawl articles diff` and `newscrawl articles revisions`: the versions of an article and what made them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from newscrawl.cli.database import with_database
from newscrawl.cli.find_article import find_stored
from newscrawl.cli.output import Exit, fail, out, show_json, show_table

Version = Mapping[str, Any]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


def revisions(url: str, as_json: AsJson = False) -> None:
    """List the versions of an article's text, the first one first.

    newscrawl articles revisions https://unn.ua/en/news/example

    newscrawl articles revisions https://unn.ua/en/news/example --json
    """
    from newscrawl.cli.render_diff import changes_in_short, stealth_in_short
    from newscrawl.store.history import history

    article = find_stored(url)
    versions = with_database(lambda db: history(db.database, article, with_texts=False))
    if as_json:
        show_json("revisions", versions)
        return
    show_table(
        ("version", "seen (UTC)", "what changed", "words kept", "stealth", "headline"),
        (
            (
                version["revision"],
                version.get("seen_at"),
                changes_in_short(version),
                _percent(version.get("change")),
                stealth_in_short(version.get("change")),
                version["headline"],
            )
            for version in versions
        ),
    )


def diff(
    url: str,
    revision: Annotated[int | None, typer.Option(help="What made this version. Without it: the present one.")] = None,
    start: Annotated[int | None, typer.Option("--from", help="The earlier version; with --to.")] = None,
    end: Annotated[int | None, typer.Option("--to", help="The later version; without it: the present one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what changed in an article's text: [-gone-] and {+new+} words, whole paragraphs behind - and +.

    newscrawl articles diff https://unn.ua/en/news/example

    newscrawl articles diff https://unn.ua/en/news/example --from 1 --to 3
    """
    from newscrawl.store.history import history

    if revision is not None and (start is not None or end is not None):
        fail("name either one version with --revision or two with --from and --to", Exit.USAGE)
    article = find_stored(url)
    present = article["revision"]
    if present == 1 and revision in (None, 1) and start in (None, 1) and end in (None, 1):
        _show_unchanged(article, as_json)
        return
    end = revision or end or present
    start = end - 1 if start is None else start
    if start == end:
        fail("a version does not differ from itself", Exit.USAGE)
    versions = with_database(lambda db: history(db.database, article, (start, end)))
    by_number = {version["revision"]: version for version in versions}
    for number in (end, start):
        if number not in by_number:
            fail(_no_version(number, present, revision), Exit.NOTHING)
    _show(article, by_number[start], by_number[end], as_json)


def _no_version(number: int, present: int, asked: int | None) -> str:
    if number == 0 and asked == 1:
        return "version 1 is the first one: there is nothing that it could differ from"
    if 1 <= number < present:
        return f"version {number} was not kept"
    return f"there is no version {number}; the article has {present}"


def _show_unchanged(article: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        show_json("diff", None)
        return
    seen = f" on {article['first_seen_at']:%Y-%m-%d at %H:%M} UTC" if article.get("first_seen_at") else ""
    out.print(f"The text has not changed since it was first seen{seen}.", markup=False, highlight=False)


def _show(article: Mapping[str, Any], old: Version, new: Version, as_json: bool) -> None:
    from newscrawl.cli.render_diff import as_data, render_diff
    from newscrawl.normalize.changes import compare
    from newscrawl.store.revise import text_of

    difference = compare(text_of(old), text_of(new))
    change = difference.summary().model_dump()
    if new["revision"] == old["revision"] + 1 and (stated := new.get("change")):
        change |= {name: stated.get(name) for name in ("is_stealth", "same_as")}
    if as_json:
        show_json("diff", as_data(article, old, new, change, difference))
    else:
        for line in render_diff(article, old, new, change, difference):
            out.print(line, soft_wrap=not out.is_terminal)


def _percent(change: Mapping[str, Any] | None) -> str | None:
    return f"{change['share']:.2%}" if change else None
