"""`newscrawl demo`: a small news site on this machine, crawled for real into a real database."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from newscrawl.cli.output import Exit, err, fail, out, with_database

if TYPE_CHECKING:
    from newscrawl.store.connect import Connection

PORT = 8008
"""Where the demo's site is served when the port is free; its articles keep this address in any case."""


def demo() -> None:
    """Crawl a small news site on this machine and show what newscrawl makes of it. Nothing to set up."""
    from newscrawl.cli.crawl import progress, summary
    from newscrawl.crawl.process import Options, crawl
    from newscrawl.replica import Replica, serve, site_file
    from newscrawl.settings import ConfigurationError, read_settings
    from newscrawl.site import read_site
    from newscrawl.store.connect import DatabaseDown

    try:
        own = read_settings(delay=0)
    except ConfigurationError as error:
        fail(str(error), Exit.USAGE)
    with tempfile.TemporaryDirectory(prefix="newscrawl-demo-") as folder, _serve(serve, Replica(bad=True)) as server:
        path = Path(folder) / "demo.toml"
        path.write_text(site_file(server.base_url), encoding="utf-8")
        site = read_site(path)
        err.print(
            f"A news site of {len(server.replica.articles)} articles is served at {server.base_url}", highlight=False
        )
        err.print("newscrawl crawls it over HTTP: listings, feeds and sitemaps in three languages.")
        try:
            with progress() as report:
                runs = list(crawl([site], own, Options(), on_progress=report).values())
        except DatabaseDown as error:
            fail(str(error), Exit.DEPENDENCY)
    stored, example = with_database(_look)
    if example is not None:
        from newscrawl.cli.articles import render

        out.rule("one article, as stored")
        out.print(render(example))
    out.rule("what happened")
    summary(runs)
    out.print(f"\n{stored} articles of the demo are stored, each once.")
    if runs and not runs[0].counts.get("new"):
        out.print("This run stored nothing new: run it as often as you like.")
    _next_steps(example)
    if not runs or not stored:
        raise typer.Exit(int(Exit.FAILED))


def _serve(serve: Any, replica: Any) -> Any:
    try:
        return serve(replica, port=PORT)
    except OSError:
        return serve(replica, port=0)


async def _look(connection: Connection) -> tuple[int, dict[str, Any] | None]:
    articles = connection.database["articles"]
    example = await articles.find_one({"site": "demo", "language": "en", "related.0": {"$exists": True}})
    return await articles.count_documents({"site": "demo"}), example


def _next_steps(example: dict[str, Any] | None) -> None:
    lines = [
        ("newscrawl articles list --site demo", "the newest articles"),
        (f"newscrawl articles show {example['url']} --json" if example else "newscrawl runs list", "one, every field"),
        ("newscrawl failures list", "what was refused, and why"),
        ('newscrawl db start && mongosh "$(newscrawl db uri)"', "the database itself, database newscrawl"),
        ("newscrawl crawl unn --since 2d", "a real site"),
    ]
    out.print("\nNext (in a checkout: .venv/bin/newscrawl):")
    for command, purpose in lines:
        out.print(f"  {command:62} {purpose}", markup=False, highlight=False, soft_wrap=True)
