"""The command `newscrawl`."""

from __future__ import annotations

from typing import Annotated

import typer

from newscrawl.cli import (
    archive,
    articles,
    crawl,
    db,
    demo,
    diff,
    doctor,
    failures,
    health,
    ingest,
    parse,
    replay,
    runs,
    sites,
    top,
    why,
)
from newscrawl.crawl.log import keep_to_one_line

app = typer.Typer(
    name="newscrawl",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""Turn news sites into a clean, living database.

    newscrawl demo                       see it work, with nothing set up

    newscrawl crawl unn --since 2d       the news of two days

    newscrawl articles list --site unn   what is stored
    """,
)
app.command()(demo.demo)
app.command()(crawl.crawl)
app.command()(ingest.ingest)
app.command()(replay.replay)
app.command()(parse.parse)
app.command()(why.why)
app.command()(top.top)
app.command()(health.health)
app.command()(doctor.doctor)
articles.app.command()(diff.diff)
articles.app.command()(diff.revisions)
app.add_typer(sites.app, name="sites")
app.add_typer(articles.app, name="articles")
app.add_typer(runs.app, name="runs")
app.add_typer(failures.app, name="failures")
app.add_typer(archive.app, name="archive")
app.add_typer(db.app, name="db")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"newscrawl {version('newscrawl')}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    keep_to_one_line()
