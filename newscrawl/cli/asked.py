"""What an operator asks for: settings, sites, instants, consent. Each ends the command where it is wrong."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from newscrawl.cli.output import Exit, complain, err, fail
from newscrawl.normalize.spans import parse_span

if TYPE_CHECKING:
    from newscrawl.settings import Settings
    from newscrawl.site import Site, Sites


def own_settings() -> Settings:
    """The settings in force. Ends with code 2 where one is wrong."""
    from newscrawl.settings import ConfigurationError, read_settings

    try:
        return read_settings()
    except ConfigurationError as error:
        fail(str(error), Exit.USAGE)


def all_sites(*, at_a_glance: bool = False, is_told: bool = False, only: Collection[str] | None = None) -> Sites:
    """Every site that the settings name but those whose file is wrong, which is said on stderr where `is_told`.

    `at_a_glance`: fast, for lists; mistakes in patterns and selectors are not found. Ends with code 2 where a setting
    is wrong, or a folder of site files does not exist. `only`: those of these names; no other file is read.
    """
    from newscrawl.site import SiteError, load_sites

    try:
        sites = load_sites(own_settings().site_folders, at_a_glance=at_a_glance, keep_going=True, only=only)
    except SiteError as error:
        fail(str(error), Exit.USAGE)
    if is_told:
        _tell(sites)
    return sites


def _tell(sites: Sites) -> None:
    """Which sites are left out, and why."""
    for said in sites.left_out():
        complain(said)


def named_sites(names: Iterable[str] | None, known: Sites) -> list[Site]:
    """The sites of these names, each once. Ends with code 2 where there is none of one, or its file is wrong."""
    from newscrawl.site import SiteError, find_site

    try:
        return [find_site(name, known) for name in dict.fromkeys(names or [])]
    except SiteError as error:
        fail(str(error), Exit.USAGE)


def sites_asked(names: Iterable[str] | None) -> list[Site]:
    """The same, without reading the file of any other site."""
    wanted = list(names or [])
    known = all_sites(only=wanted)
    if any(name not in known and name not in known.wrong for name in wanted):
        known = all_sites(at_a_glance=True)  # so that the nearest names can be told
    return named_sites(wanted, known)


def sites_there(names: Iterable[str] | None) -> Sites:
    """The sites of these names but those that have no file here, or a wrong one, which is said on stderr and noted."""
    from newscrawl.site import SiteError

    wanted = list(names or [])
    sites = all_sites(only=wanted)
    for name in wanted:
        if name not in sites and name not in sites.wrong:
            sites.wrong[name] = SiteError(f"there is no site {name!r} on this machine")
    _tell(sites)
    return sites


def site_for(url: str) -> Site | None:
    """The site whose file owns an address. Ends with code 2 where a setting is wrong."""
    from newscrawl.site import site_of

    return site_of(url, all_sites().values())


def meant(name: str | None) -> str:
    """`; did you mean …?` where nothing was found of a site that has no file, but whose name is near another's."""
    if name is None:
        return ""
    import difflib

    known = all_sites(at_a_glance=True)
    near = [] if name in known else difflib.get_close_matches(name, known, 1)
    return f"; did you mean {near[0]}?" if near else ""


def since_of(text: str, now: datetime) -> datetime:
    """The instant that `2d`, `12h`, `30m`, `1w` or an ISO date names. Raises ValueError."""
    try:
        with suppress(ValueError):
            return now - parse_span(text)
        instant = datetime.fromisoformat(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(str(error)) from None


def instant_asked(text: str, option: str = "--since", example: str = "2d or 12h") -> datetime:
    """The instant that an option names. Ends with code 2 where it names none."""
    try:
        return since_of(text, datetime.now(UTC))
    except ValueError:
        fail(f"{option} {text!r} is no span such as {example} and no date such as 2026-01-31", Exit.USAGE)


def want_consent(question: str, *, yes: bool) -> None:
    """Go on only where the operator wants to. Ends with code 2 where nobody can be asked, with 4 where he says no."""
    if yes:
        return
    if not (sys.stdin.isatty() and err.is_terminal):
        fail(f"{question} Nobody can be asked here: add --yes to do it, or --dry-run to look first", Exit.USAGE)
    if not typer.confirm(question, default=False, err=True):
        fail("nothing was changed", Exit.NOTHING)
