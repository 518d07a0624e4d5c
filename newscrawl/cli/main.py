"""The command `newscrawl`."""

from __future__ import annotations

import os
from typing import Annotated, ClassVar

import typer

from newscrawl.cli.help_text import laid_out
from newscrawl.cli.lazy import Command, LazyGroup
from newscrawl.cli.manner import manner
from newscrawl.cli.version import show_version
from newscrawl.crawl.log import keep_to_one_line


class Commands(LazyGroup):
    """Every command: its name, its module in `newscrawl.cli`, the function or `typer.Typer` there, and what it does."""

    commands_by_name: ClassVar = {
        "demo": Command("demo", "demo", "See it work, with nothing set up."),
        "crawl": Command("crawl", "crawl", "Fetch the new articles of sites, and visit stored ones again."),
        "parse": Command("parse", "parse", "Read one page, write nothing."),
        "sites": Command("sites", "app", "The sites that can be crawled."),
        "articles": Command("articles", "app", "The stored articles."),
        "articles diff": Command("diff", "diff", "What changed in an article's text."),
        "articles export": Command("export", "export", "Articles as Parquet, JSON lines or CSV."),
        "articles revisions": Command("diff", "revisions", "The versions of an article's text."),
        "why": Command("why", "why", "Where each field of a stored article came from."),
        "top": Command("top", "top", "The articles whose view counters grew most."),
        "health": Command("health", "health", "How sites are, by their own history."),
        "alerts": Command("alerts", "app", "Who is told when a site is not well."),
        "notebook": Command("notebook", "notebook", "A first analysis of an export, to go on from."),
        "runs": Command("runs", "app", "The history of crawls."),
        "schedule": Command("schedule", "app", "When which sites are crawled."),
        "schedule list": Command("schedule_show", "list_schedules", "Every schedule, its next run and its last one."),
        "schedule show": Command("schedule_show", "show_schedule", "One schedule, and its last ten planned runs."),
        "schedule next": Command("schedule_show", "show_next", "The next runs, five of each schedule."),
        "schedule run": Command("schedule_run", "run", "Start crawls when they are due, until it is stopped."),
        "schedule install": Command("schedule_run", "install", "What keeps the scheduler running, to be printed."),
        "worker": Command("worker", "worker", "Take jobs of a fleet, and crawl their sites."),
        "workers": Command("workers", "workers", "Which workers there are, and what each crawls."),
        "failures": Command("failures", "app", "Addresses that could not be fetched, read or stored."),
        "archive": Command("archive", "app", "The archive of fetched pages, in WARC files."),
        "replay": Command("replay", "replay", "Read archived pages again with the code of today."),
        "ingest": Command("ingest", "ingest", "Store articles out of WARC and HTML files."),
        "serve": Command("serve", "serve", "Pages, API and feeds of what is stored."),
        "keys": Command("keys", "app", "Who may ask `serve` beyond this machine."),
        "webhooks": Command("webhooks", "app", "Receivers that are sent what is stored, signed."),
        "webhooks list": Command("webhooks_show", "list_webhooks", "Every webhook, and how far it has come."),
        "webhooks show": Command("webhooks_show", "show", "One webhook: its articles, cursor and failures."),
        "webhooks deliver": Command("webhooks_deliver", "deliver", "Send every receiver what it is due."),
        "webhooks test": Command("webhooks_deliver", "test", "Send a receiver a signed event, to try it."),
        "mcp": Command("mcp", "mcp", "The articles for language models: a read-only MCP server."),
        "db": Command("db", "app", "The database: start, stop, address, schema, waiting records."),
        "config": Command("config", "app", "The settings: their values, their files, their mistakes."),
        "doctor": Command("doctor", "doctor", "Is everything there, and safe?"),
        "schema": Command("schema", "schema", "The JSON Schema of what is stored."),
        "completion": Command("completion", "completion", "The script that lets a shell complete commands and names."),
        "version": Command("version", "version", "The version of newscrawl."),
    }
    known_elsewhere: ClassVar = {
        "api": "serve",
        "fetch": "parse",
        "help": "--help",
        "jobs": "runs list",
        "list": "sites list",
        "run": "crawl",
        "server": "serve",
        "settings": "config show",
        "shell": "parse",
        "show": "articles show",
        "sources": "sites",
        "start": "crawl",
        "status": "health",
        "web": "serve",
    }


app = typer.Typer(
    name="newscrawl",
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=laid_out("""Turn news sites into a clean, living database.

    newscrawl demo                       see it work, with nothing set up

    newscrawl crawl unn --since 2d       the news of two days

    newscrawl articles list --site unn   what is stored
    """),
)


def _version(wanted: bool) -> None:
    if wanted:
        show_version(as_json=manner.wants_json)
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and end.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Only errors, results and the last line of a crawl.")
    ] = False,
    no_progress: Annotated[bool, typer.Option("--no-progress", help="No table or lines of progress.")] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error that newscrawl does not know.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON; with --version.")] = False,
) -> None:
    keep_to_one_line()
    _warn_of_unknown_variables()


def _warn_of_unknown_variables() -> None:
    if not any(name.startswith("NEWSCRAWL_") for name in os.environ):
        return  # the settings need not be imported
    from newscrawl.cli.output import err
    from newscrawl.setting_sources import unknown_variables
    from newscrawl.settings import Settings

    for said in unknown_variables(Settings.model_fields):
        err.print(said, style="yellow")
