"""`newscrawl sites check`: a site's pages of today against its own past, and the rules that would mend them."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newscrawl.cli.asked import all_sites, named_sites, own_settings
from newscrawl.cli.database import with_database
from newscrawl.cli.output import Exit, fail, out, show_json, show_table

if TYPE_CHECKING:
    from newscrawl.crawl.check import Offer, SiteCheck
    from newscrawl.repair.compare import FieldCheck
    from newscrawl.settings import Settings
    from newscrawl.site import Site
    from newscrawl.store.connect import Connection

AT_ONCE = 8  # sites
LONGEST = 60  # characters of a sample in a table


def check_sites(
    names: Annotated[list[str] | None, typer.Argument(metavar="SITE…", help="By default all that have a past.")] = None,
    articles: Annotated[int, typer.Option(min=1, max=50, help="Stored articles of each site that are read again.")] = 4,
    *,
    apply: Annotated[
        bool, typer.Option("--apply", help="Write the rules that are offered into the site files.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Fetch a listing and a few articles of each site, and compare them with what the site has shown before.

    newscrawl sites check               every site that was crawled

    newscrawl sites check unn           one site

    newscrawl sites check unn --apply   write the rules that read lost fields again

    A field is lost where the site's own past makes so few pages with it unlikely. Ends with 3 where something is lost.
    """
    own, known = own_settings(), all_sites(is_told=not names)
    chosen = named_sites(names, known)
    checks = with_database(
        lambda connection: _check(connection, chosen or list(known.values()), own, articles, bool(names))
    )
    if as_json:
        show_json("checks", [_as_json(check) for check in checks])
    elif not checks:
        fail("no site has articles yet; `newscrawl crawl SITE` fetches them", Exit.NOTHING)
    else:
        for check in checks:
            _show(check)
    if apply:
        for check in checks:
            _apply(known[check.site], check, own, yes=yes)
    raise typer.Exit(int(_code(checks)))


async def _check(
    connection: Connection, sites: list[Site], own: Settings, articles: int, were_named: bool
) -> list[SiteCheck]:
    from newscrawl.crawl.check import PAST, Check
    from newscrawl.store.queries import newest_articles, site_listings

    turns = asyncio.Semaphore(AT_ONCE)

    async def one(site: Site) -> SiteCheck | None:
        past = await newest_articles(connection.database, site.name, PAST)
        if not past and not were_named:
            return None
        listings = await site_listings(connection.database, site.name)
        async with turns:
            return await Check(site, own, past, listings).run(articles)

    found = await asyncio.gather(*(one(site) for site in sites))
    return [check for check in found if check is not None]


def _code(checks: list[SiteCheck]) -> Exit:
    if any(check.is_degraded for check in checks):
        return Exit.DEGRADED
    if any(not check.pages for check in checks):
        return Exit.FAILED
    return Exit.OK if any(check.has_past for check in checks) else Exit.NOTHING


# --- for people -----------------------------------------------------------------------------------


def _show(check: SiteCheck) -> None:
    state = "something is lost" if check.is_degraded else "as before" if check.has_past else "no past to compare with"
    out.print(f"{check.site}: {state}", style="bold" if check.is_degraded else "")
    show_table(
        ("kind", "shows", "showed", "", "source"),
        (
            (s.kind, s.cards, s.before, "LOST" if s.is_lost else s.reason if not s.cards else "ok", s.url)
            for s in check.sources
        ),
    )
    out.print()
    show_table(
        ("field", "before", "now", "", "source now", "value"),
        (
            (
                one.field,
                _share(one.before, one.of_before),
                f"{one.now}/{one.of_now}",
                "LOST" if one.is_lost else "",
                one.source_now if one.source_now != one.source_before else "as before",
                _cut(one.sample_now),
            )
            for one in check.fields
        ),
    )
    for field in check.fields:
        if field.is_lost:
            _show_lost(field)
    for offer in check.offers:
        _show_offer(check.site, offer)
    for note in check.notes:
        out.print(f"note: {note}", soft_wrap=True)
    out.print()


def _show_lost(field: FieldCheck) -> None:
    """The last good sample beside the bad one."""
    out.print(f"\n{field.field}: lost", style="bold")
    if field.good:
        source = f" ({field.good.source})" if field.good.source else ""
        out.print(f"  last good  {_cut(field.good.value)}{source}\n             {field.good.url}", soft_wrap=True)
    if field.bad:
        reason = f"nothing: {field.bad.source}" if field.bad.source else "nothing"
        out.print(f"  now        {reason}\n             {field.bad.url}", soft_wrap=True)


def _show_offer(site: str, offer: Offer) -> None:
    found = offer.suggestion
    tried = f"right on {found.right} of {found.tried} pages with a known value"
    past = (
        f"nothing worse on {offer.archived} archived pages"
        if offer.archived
        else "there are no archived pages to try it on"
    )
    if offer.spoils:
        out.print(
            f"\n{found.field}: {found.line} would read {offer.spoils} wrongly, and is not offered", soft_wrap=True
        )
        return
    out.print(f"\nThis rule in {site}.toml reads {found.field} again ({tried}; {past}):\n", soft_wrap=True)
    out.print(f"    [rules]\n    {found.line}\n", soft_wrap=True)


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole}" if whole else "–"


def _cut(text: str | None) -> str:
    flat = " ".join((text or "").split())
    return flat if len(flat) <= LONGEST else flat[: LONGEST - 1] + "…"


def _as_json(check: SiteCheck) -> dict[str, Any]:
    return {
        "site": check.site,
        "is_degraded": check.is_degraded,
        "lost": check.lost,
        "has_past": check.has_past,
        "pages": check.pages,
        "sources": [
            {
                "url": s.url,
                "kind": s.kind,
                "cards": s.cards,
                "before": s.before,
                "reason": s.reason,
                "is_lost": s.is_lost,
            }
            for s in check.sources
        ],
        "fields": [
            {
                **field._asdict(),
                "good": field.good._asdict() if field.good else None,
                "bad": field.bad._asdict() if field.bad else None,
            }
            for field in check.fields
        ],
        "suggestions": [
            {
                "field": offer.suggestion.field,
                "rule": offer.suggestion.rule.model_dump(exclude_none=True),
                "line": offer.suggestion.line,
                "right": offer.suggestion.right,
                "tried": offer.suggestion.tried,
                "archived": offer.archived,
                "spoils": offer.spoils,
                "is_offered": offer.spoils is None,
            }
            for offer in check.offers
        ],
        "notes": check.notes,
    }


# --- writing --------------------------------------------------------------------------------------


def _apply(site: Site, check: SiteCheck, own: Settings, *, yes: bool) -> None:
    """Write the rules that are offered into the operator's own file of the site, or into a copy of the packaged one."""
    from newscrawl.repair.site_text import with_rules

    rules = [offer.suggestion for offer in check.offers if offer.spoils is None]
    if not rules:
        return
    path = own_file(site.name, own)
    source = _file_of(site.name, own)
    if not yes:
        if not sys.stdin.isatty():
            fail(f"{path} was not written: there is no terminal to ask on; repeat the command with --yes", Exit.USAGE)
        if not typer.confirm(f"Write {', '.join(rule.field for rule in rules)} to {path}?", default=True, err=True):
            return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(with_rules(source.read_text(encoding="utf-8"), rules), encoding="utf-8")
    os.replace(part, path)
    out.print(
        f"Written to {path}. Read again what was read without it: `newscrawl replay --site {site.name}`", soft_wrap=True
    )


def own_file(name: str, own: Settings) -> Path:
    """The operator's file of a site: where it is, or where a new one goes."""
    from newscrawl.cli.sites_add import folder_of

    there = (folder / f"{name}.toml" for folder in reversed(own.site_folders))
    return next((path for path in there if path.is_file()), folder_of(own) / f"{name}.toml")


def _file_of(name: str, own: Settings) -> Path:
    from newscrawl.site import PACKAGED_SITES

    path = own_file(name, own)
    return path if path.is_file() else PACKAGED_SITES / f"{name}.toml"
