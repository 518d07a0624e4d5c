"""`newscrawl failures`: addresses that could not be fetched, read or stored: why, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newscrawl.cli.asked import all_sites, instant_asked, own_settings, want_consent
from newscrawl.cli.database import with_database
from newscrawl.cli.output import Exit, fail, out, show_json, show_table

if TYPE_CHECKING:
    from newscrawl.store.connect import Connection
    from newscrawl.store.failures import Chosen

app = typer.Typer(
    no_args_is_help=True,
    help="""Addresses that could not be fetched, read or stored.

    newscrawl failures list               how many, by reason, with one of each

    newscrawl failures show URL           what happened to one, and what to do

    newscrawl failures retry --site unn   try again now
    """,
)
STAGES = ("discover", "fetch", "read", "store")
MOST = 10_000  # failures that one command tries again or drops

Site = Annotated[str | None, typer.Option(help="Of this site.")]
Reason = Annotated[str | None, typer.Option(help="With this reason, such as http-404.")]
Stage = Annotated[str | None, typer.Option(help="At this stage: discover, fetch, read or store.")]
Since = Annotated[str | None, typer.Option(help="Tried last since then: 2d, 12h, or a date like 2026-01-31.")]
Urls = Annotated[list[str] | None, typer.Argument(metavar="URL…", help="At these addresses.")]
Every = Annotated[bool, typer.Option("--all", help="Every one, of every site.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show which they are, and do nothing.")]


def choose(
    site: str | None, reason: str | None, stage: str | None, since: str | None, urls: list[str] | None = None
) -> Chosen:
    """Which failures the options name. Ends with code 2 where one of them names nothing that there can be."""
    from newscrawl.store.failures import Chosen

    if stage is not None and stage not in STAGES:
        fail(f"--stage {stage!r} is none of {', '.join(STAGES)}", Exit.USAGE)
    if urls and any((site, reason, stage, since)):
        fail("addresses exclude --site, --reason, --stage and --since; leave one out", Exit.USAGE)
    start = instant_asked(since) if since else None
    return Chosen(site, reason, stage, start, tuple(urls or ()))


@app.command("list")
def list_refused(
    *,
    site: Site = None,
    reason: Reason = None,
    stage: Stage = None,
    since: Since = None,
    flat: Annotated[bool, typer.Option("--flat", "--all", help="Each address, the newest first.")] = False,
    group: Annotated[bool, typer.Option("--group", help="By reason; so it is without --json anyway.")] = False,
    dropped: Annotated[bool, typer.Option("--dropped", help="Those that were given up.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Each address as JSON; with --group the groups.")] = False,
) -> None:
    """Show what failed, why, and when it is tried again: by reason, or with --flat each address.

    newscrawl failures list

    newscrawl failures list --site unn --reason http-403 --flat

    newscrawl failures list --since 1d --json
    """
    from dataclasses import replace

    from newscrawl.store.failures import count_failures, grouped_failures, list_failures

    if flat and group:
        fail("--flat excludes --group; leave one out", Exit.USAGE)
    chosen = replace(choose(site, reason, stage, since), dropped=dropped)
    by_address = flat or (as_json and not group)

    async def read(db: Connection) -> tuple[list[dict[str, Any]], int]:
        find = list_failures if by_address else grouped_failures
        rows = await find(db.database, chosen, limit)
        all_in_all = await count_failures(db.database, chosen) if not as_json else 0
        return rows, all_in_all

    rows, number = with_database(read)
    if as_json:
        show_json("failures" if by_address else "failure-groups", rows)
    elif not rows:
        out.print("Nothing failed." if chosen == choose(None, None, None, None) else "No failure is so.")
    elif by_address:
        columns = ("last try (UTC)", "site", "stage", "reason", "attempts", "next try (UTC)", "url")
        show_table(columns, ([row["last_at"], *_of_address(row)] for row in rows))
        if number > len(rows):
            out.print(f"{number - len(rows)} more; --limit shows them.")
    else:
        columns = ("reason", "site", "stage", "count", "last (UTC)", "next try (UTC)", "newest")
        show_table(columns, ([row["reason"], *_of_group(row)] for row in rows))
        out.print(f"{number} addresses. `newscrawl failures show URL` says what a reason means, and what to do.")


def _of_address(row: dict[str, Any]) -> list[Any]:
    return [row["site"], row["stage"], row["reason"], row["attempts"], row.get("next_try_at") or "never", row["url"]]


def _of_group(row: dict[str, Any]) -> list[Any]:
    return [row["site"], row["stage"], row["count"], row["last_at"], row.get("next_try_at") or "never", row["url"]]


@app.command("show")
def show_failure(
    url: Annotated[str, typer.Argument(metavar="URL", help="An address that failed.")],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show everything about an address that failed: what its reason means, when it is tried again, what to do.

    newscrawl failures show https://unn.ua/news/an-article

    newscrawl failures show https://unn.ua/news/an-article --json
    """
    from newscrawl.crawl.explain import explain
    from newscrawl.store.failures import Chosen, article_at, list_failures, sightings_of

    async def read(db: Connection) -> tuple[dict[str, Any], dict[str, Any] | None, list[dict[str, Any]]] | None:
        found = await list_failures(db.database, Chosen(urls=(url,)), 1)
        if not found:
            return None
        return found[0], await article_at(db.database, found[0]), await sightings_of(db.database, found[0])

    known = with_database(read)
    if known is None:
        fail(f"{url} has not failed; `newscrawl articles show URL` tells whether it is stored", Exit.NOTHING)
    row, article, sightings = known
    means, remedy = explain(row["reason"])
    if as_json:
        beside = {"means": means, "remedy": remedy, "stored": article, "shown_by": sightings}
        show_json("failure", {**row, **beside})
        return
    facts: list[tuple[str, Any]] = [
        ("address", row["url"]),
        ("site", row["site"]),
        ("reason", f"{row['reason']}, at the stage {row['stage']}"),
        ("means", means),
        ("detail", row.get("detail") or None),
        ("attempts", f"{row['attempts']}, the first {_utc(row['first_at'])}, the last {_utc(row['last_at'])}"),
        ("next try", _next_try(row)),
        ("run", row.get("run")),
        ("archived", row.get("archive")),
        ("stored", article and f"{article.get('headline')} ({article['url']})"),
        *(("shown by", f"{seen['source']}, {_utc(seen['at'])}") for seen in sightings),
        ("to do", remedy),
    ]
    for name, value in facts:
        if value is not None:
            out.print(f"{name:9} {value}", soft_wrap=True)


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _next_try(row: dict[str, Any]) -> str:
    if row.get("dropped_at"):
        return f"never: it was dropped {_utc(row['dropped_at'])}; `newscrawl failures retry URL` tries it again"
    if row.get("next_try_at") is None:
        return "never by itself; `newscrawl failures retry URL` tries it again"
    return f"{_utc(row['next_try_at'])}, by the first run from then on"


def _act(
    chosen: Chosen, every: bool, work: Callable[[Connection, list[dict[str, Any]]], Coroutine[Any, Any, None]]
) -> list[dict[str, Any]]:
    """Do something with the chosen failures. Ends with code 2 where none is chosen, with 4 where there is none."""
    from newscrawl.store.failures import Chosen, list_failures

    if (chosen == Chosen()) != every:
        wrong = "--all excludes addresses and other options" if every else "name addresses, --site, --reason or --all"
        fail(f"{wrong}; `newscrawl failures list` shows what there is", Exit.USAGE)

    async def run(db: Connection) -> list[dict[str, Any]]:
        found = await list_failures(db.database, chosen, MOST)
        if not found:
            fail("no such failure; `newscrawl failures list` shows what there is", Exit.NOTHING)
        await work(db, found)
        return found

    return with_database(run)


def _show(found: list[dict[str, Any]], verb: str) -> None:
    show_table(("site", "stage", "reason", "url"), ([f["site"], f["stage"], f["reason"], f["url"]] for f in found[:50]))
    out.print(f"{len(found)} addresses {verb}.")


@app.command("retry")
def retry(
    urls: Urls = None,
    *,
    site: Site = None,
    reason: Reason = None,
    stage: Stage = None,
    since: Since = None,
    every: Every = False,
    later: Annotated[bool, typer.Option("--later", help="Leave it to the next run of each site.")] = False,
    dry_run: DryRun = False,
    as_json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
) -> None:
    """Try again what failed: now, these addresses alone, or with --later with the next run.

    newscrawl failures retry https://unn.ua/news/an-article

    newscrawl failures retry --site unn --reason http-403

    newscrawl failures retry --all --later
    """
    from newscrawl.store.failures import make_due

    chosen = choose(site, reason, stage, since, urls)

    async def due(db: Connection, found: list[dict[str, Any]]) -> None:
        if not dry_run:
            await make_due(db.database, found, datetime.now(UTC))

    found = _act(chosen, every, due)
    if dry_run or later:
        if as_json:
            show_json("failures", found)
        else:
            _show(found, "would be tried again" if dry_run else "are tried again by the next run of their sites")
        return
    sites = all_sites()
    unknown = sorted({row["site"] for row in found} - sites.keys())
    if unknown:
        fail(f"there is no site file any more of {', '.join(unknown)}; `newscrawl failures drop --site …`", Exit.USAGE)
    _fetch([sites[name] for name in sorted({row["site"] for row in found})], [row["url"] for row in found], as_json)


def _fetch(sites: list[Any], urls: list[str], as_json: bool) -> None:
    """Crawl these addresses alone."""
    from newscrawl.cli.crawl import exit_code, summary
    from newscrawl.cli.progress import progress
    from newscrawl.crawl.options import Options
    from newscrawl.crawl.process import crawl
    from newscrawl.store.connect import DatabaseDown
    from newscrawl.store.failures import Chosen, list_failures

    options = Options(addresses=frozenset(urls), now=True)
    try:
        with progress() as report:
            outcome = crawl(sites, own_settings(), options, on_progress=report)
    except DatabaseDown as error:
        fail(str(error), Exit.DEPENDENCY)
    except OSError as error:
        fail(f"{error}; correct the folder, or name another in NEWSCRAWL_DATA", Exit.USAGE)
    runs = list(outcome.runs.values())
    left = with_database(lambda db: list_failures(db.database, Chosen(urls=tuple(urls)), MOST))
    if as_json:
        show_json("retry", {"runs": [run.model_dump(mode="json") for run in runs], "failed_again": left})
    else:
        summary(runs, only_revisits=True)
        out.print(f"{len(urls)} tried: {len(urls) - len(left)} are no failures any more, {len(left)} still are.")
        if left:
            _show(left, "failed again")
    if outcome.signal:
        raise typer.Exit(128 + outcome.signal)
    code = exit_code(runs, len(sites), may_be_idle=True)
    raise typer.Exit(int(Exit.FAILED if left and code == Exit.OK else code))


@app.command("drop")
def drop(
    urls: Urls = None,
    *,
    site: Site = None,
    reason: Reason = None,
    stage: Stage = None,
    since: Since = None,
    every: Every = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Give failures up: they are shown no more, and article pages are not tried again by themselves.

    newscrawl failures drop https://unn.ua/news/an-article

    newscrawl failures drop --site unn --reason robots-forbidden --dry-run

    newscrawl failures drop --reason http-404 --yes
    """
    from newscrawl.store.failures import drop_failures

    async def give_up(db: Connection, found: list[dict[str, Any]]) -> None:
        if not dry_run:
            want_consent(f"Give up {len(found)} addresses, the newest {found[0]['url']}?", yes=yes)
            await drop_failures(db.database, found, datetime.now(UTC))

    found = _act(choose(site, reason, stage, since, urls), every, give_up)
    _show(found, "would be given up" if dry_run else "were given up; `newscrawl failures retry` tries them again")
