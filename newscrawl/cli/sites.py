"""`newscrawl sites`: the sites that can be crawled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from newscrawl.cli import sites_add, sites_check
from newscrawl.cli.asked import all_sites, named_sites, own_settings
from newscrawl.cli.output import Exit, fail, out, show_json, show_table
from newscrawl.site import Site

if TYPE_CHECKING:
    from newscrawl.store.last_health import LastHealth

app = typer.Typer(no_args_is_help=True, help="The sites that can be crawled.")
app.command("add")(sites_add.add_site)
app.command("check")(sites_check.check_sites)


@app.command("list")
def list_sites(
    country: Annotated[str | None, typer.Option(help="Only sites of a country, such as UA (ISO 3166-1).")] = None,
    language: Annotated[str | None, typer.Option(help="Only sites in a language, such as uk (BCP 47).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show every site, where its articles are found, and how it was when it was last looked at.

    `last health` is how the last crawl ended, or what `newscrawl health` has said since: ok, degraded, failed, silent.

    newscrawl sites list

    newscrawl sites list --country UA --language en

    newscrawl sites list --json
    """
    from newscrawl.store.last_health import last_health

    known = all_sites(at_a_glance=True, is_told=True)
    health = last_health(own_settings().data)
    sites = [site for site in known.values() if _is_of(site, country, language)]
    if as_json:
        told = [(site, health.get(site.name)) for site in sites]
        show_json("sites", [_as_json(site, last) for site, last in told])
    elif sites:
        show_table(*_table(sites, health))
    if known.wrong:
        raise typer.Exit(int(Exit.USAGE))
    if not sites:
        fail(_none_of(known, country, language), Exit.NOTHING)


LEAST_PUBLISHER = 12  # columns of a terminal
MOST_LANGUAGES, MOST_DISCOVERY = 12, 30


def _table(sites: list[Site], health: dict[str, LastHealth]) -> tuple[list[str], list[list[str]]]:
    """Columns and rows. A terminal that is too narrow gets one line a row still: cells are cut, then left out."""
    from newscrawl.cli.tables import GAP, fits, fitted, widths

    rows = [["site", "country", "languages", "discovery", "last health (UTC)", "publisher"]]
    for site in sites:
        last = health.get(site.name)
        told = f"{last.state} {last.at:%m-%d %H:%M}" if last else ""
        languages = " ".join(site.languages)
        rows.append([site.name, site.country or "", languages, discovery(site), told, site.publisher])

    def room() -> int:
        """What the other columns leave to the publisher."""
        return out.width - sum(width + len(GAP) for width in widths([row[:-1] for row in rows]))

    def cut(column: int, most: int) -> None:
        for row in rows:
            row[column] = fitted(row[column], most).rstrip()

    if out.is_terminal and not fits(rows, out.width):
        cut(2, MOST_LANGUAGES)
        cut(3, MOST_DISCOVERY)
        if room() < LEAST_PUBLISHER:
            rows[0][4] = "health"
            for row in rows[1:]:
                row[4] = row[4].partition(" ")[0]
        if room() < LEAST_PUBLISHER:
            rows = [row[:-1] for row in rows]
            surplus = sum(widths(rows)) + len(GAP) * 4 - out.width
            cut(3, max(widths(rows)[3] - max(surplus, 0), len("discovery")))
            return rows[0], rows[1:]
        cut(5, room())
    rows = [[row[0], row[-1], *row[1:-1]] for row in rows]
    return rows[0], rows[1:]


def _as_json(site: Site, last: LastHealth | None) -> dict[str, Any]:
    told = {"state": last.state, "at": last.at} if last else None
    return {**site.model_dump(mode="json"), "languages": site.languages, "discovery": discovery(site), "health": told}


def discovery(site: Site) -> str:
    """Where a site's articles are found, counted by kind: `2 listings, 1 feed`."""
    kinds = ("listing", "feed", "sitemap", "archive")
    counts = {kind: sum(len(getattr(edition, f"{kind}s")) for edition in site.editions) for kind in kinds}
    return ", ".join(f"{number} {kind}{'s' if number > 1 else ''}" for kind, number in counts.items() if number)


def _is_of(site: Site, country: str | None, language: str | None) -> bool:
    """Whether a site is of a country and has an edition in a language; a language names its variants, too."""
    codes = [code.lower() for code in site.languages]
    return (country is None or (site.country or "").lower() == country.lower()) and (
        language is None or any(f"{code}-".startswith(f"{language.lower()}-") for code in codes)
    )


def _none_of(sites: dict[str, Site], country: str | None, language: str | None) -> str:
    of_country = [site for site in sites.values() if _is_of(site, country, None)]
    if country and not of_country:
        known = sorted({site.country for site in sites.values() if site.country})
        return f"no site is of the country {country!r}; there are sites of {', '.join(known)}"
    known = sorted({code for site in of_country for code in site.languages})
    where = f" of {country}" if country else ""
    return f"no site{where} is in the language {language!r}; there are {', '.join(known)}"


@app.command("show")
def show_site(
    name: Annotated[str, typer.Argument(metavar="SITE")],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show one site's definition.

    newscrawl sites show unn

    newscrawl sites show unn --json
    """
    [site] = named_sites([name], all_sites())
    if as_json:
        show_json("site", site.model_dump(mode="json"))
        return
    for field, value in site.model_dump(mode="json", exclude_defaults=True).items():
        if field != "editions":
            for number, line in enumerate(_told(value)):
                out.print(f"{'' if number else field:10} {line}", soft_wrap=True)
    for edition in site.editions:
        of_path = f", addresses with {edition.path}" if edition.path else ""
        out.print(f"edition    {edition.name} ({edition.language}){of_path}", soft_wrap=True)
        for kind in ("listings", "feeds", "sitemaps", "archives"):
            for address in getattr(edition, kind):
                out.print(f"  {kind[:-1]:8} {address}", soft_wrap=True)


def _told(value: Any) -> list[str]:
    """A value of a site file as lines: one an item, tables as `key: value`."""
    if isinstance(value, dict):
        pairs = [(key, _told(part)) for key, part in value.items() if part not in (None, [], {})]
        return [f"{key}: {', '.join(lines)}" for key, lines in pairs]
    if isinstance(value, list):
        return [", ".join(_told(part)) for part in value]
    return [str(value)]
