"""`newscrawl sites`: the sites that can be crawled."""

from __future__ import annotations

from typing import Annotated

import typer

from newscrawl.cli import sites_add, sites_check
from newscrawl.cli.output import Exit, fail, out, show_json, show_table
from newscrawl.settings import ConfigurationError, read_settings
from newscrawl.site import Site, SiteError, find_site, load_sites, site_of

app = typer.Typer(no_args_is_help=True, help="The sites that can be crawled.")
app.command("add")(sites_add.add_site)
app.command("check")(sites_check.check_sites)


def site_for(url: str) -> Site | None:
    """The site whose file owns an address. Ends with code 2 where a site file or setting is wrong."""
    return site_of(url, load_all().values())


def load_all(*, at_a_glance: bool = False) -> dict[str, Site]:
    """Every site that the settings name. Ends with code 2 where a site file or setting is wrong.

    `at_a_glance`: fast, for lists; mistakes in patterns and selectors are not found.
    """
    try:
        return load_sites(read_settings().site_folders, at_a_glance=at_a_glance)
    except (SiteError, ConfigurationError) as error:
        fail(str(error), Exit.USAGE)


def meant(name: str | None) -> str:
    """`; did you mean …?` where nothing was found of a site that has no file, but whose name is near another's."""
    if name is None:
        return ""
    import difflib

    known = load_all(at_a_glance=True)
    near = [] if name in known else difflib.get_close_matches(name, known, 1)
    return f"; did you mean {near[0]}?" if near else ""


@app.command("list")
def list_sites(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Show every site.

    newscrawl sites list

    newscrawl sites list --json
    """
    sites = load_all(at_a_glance=True)
    if as_json:
        show_json("sites", [site.model_dump(mode="json") for site in sites.values()])
        return
    show_table(
        ("site", "publisher", "country", "languages", "listings", "feeds", "sitemaps"),
        (
            (
                site.name,
                site.publisher,
                site.country,
                " ".join(site.languages),
                sum(len(edition.listings) for edition in site.editions),
                sum(len(edition.feeds) for edition in site.editions),
                sum(len(edition.sitemaps) for edition in site.editions),
            )
            for site in sites.values()
        ),
    )


@app.command("show")
def show_site(
    name: Annotated[str, typer.Argument(metavar="SITE")],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show one site's definition.

    newscrawl sites show unn

    newscrawl sites show unn --json
    """
    try:
        site = find_site(name, load_all())
    except SiteError as error:
        fail(str(error), Exit.USAGE)
    if as_json:
        show_json("site", site.model_dump(mode="json"))
        return
    for field, value in site.model_dump(mode="json", exclude_defaults=True).items():
        if field == "editions":
            for edition in value:
                out.print(f"edition {edition['name']} ({edition['language']})", markup=False)
                for kind in ("listings", "feeds", "sitemaps", "archives"):
                    for address in edition.get(kind, ()):
                        out.print(f"  {kind[:-1]:8} {address}", markup=False, highlight=False)
        else:
            out.print(f"{field:9} {value}", markup=False, highlight=False)
