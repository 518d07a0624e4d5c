"""`newscrawl doctor`: is everything there that newscrawl needs?"""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pymongo.errors import PyMongoError

from newscrawl.cli import host, safety
from newscrawl.cli.finding import Finding, told
from newscrawl.cli.output import Exit, out, show_json, show_table
from newscrawl.settings import ConfigurationError, Settings, read_settings

if TYPE_CHECKING:
    from newscrawl.site import Site
    from newscrawl.store.connect import Connection

MOST_SKEW = 60.0
"""Seconds that the clocks of this machine and of the database may differ: visits and retries are planned by them."""
MOST_NAMED = 3  # missing indexes


def _settings_are_read() -> tuple[Settings | None, Finding]:
    from newscrawl.setting_sources import unknown_variables

    try:
        own = read_settings()
    except ConfigurationError as error:
        return None, Finding("settings", False, str(error), "correct it; `newscrawl config validate` looks again")
    if unknown := unknown_variables(Settings.model_fields):
        return own, told("settings", " | ".join(unknown), "correct or unset it")
    return own, Finding("settings", True, "in order")


def _sites(own: Settings) -> tuple[list[Site], Finding]:
    from newscrawl.site import SiteError, load_sites

    try:
        sites = load_sites(own.site_folders, keep_going=True)
    except SiteError as error:
        return [], Finding("site files", False, str(error), "correct NEWSCRAWL_SITES")
    if sites.wrong:
        remedy = "correct the file; `newscrawl doctor` looks again"
        return list(sites.values()), Finding("site files", False, " | ".join(map(str, sites.wrong.values())), remedy)
    return list(sites.values()), Finding("site files", True, f"{len(sites)} sites")


def _user_agent(own: Settings) -> Finding:
    if "+http" in own.user_agent or "@" in own.user_agent:
        return Finding("user agent", True, own.user_agent)
    remedy = "export NEWSCRAWL_USER_AGENT='NAME/1.0 (+https://YOUR.SITE/bot)', or with a mail address"
    return Finding("user agent", False, f"{own.user_agent} names no contact", remedy)


def _database(own: Settings) -> list[Finding]:
    import asyncio
    from datetime import UTC, datetime

    from newscrawl.store.connect import DatabaseDown, describe, open_connection

    async def look() -> list[Finding]:
        connection = await open_connection(own)
        try:
            build = await connection.client.admin.command("buildInfo")
            said = "; ".join([f"MongoDB {build['version']}, {connection.topology}", *connection.notes])
            before = datetime.now(UTC)
            there = (await connection.client.admin.command("hello"))["localTime"].replace(tzinfo=UTC)
            middle = before + (datetime.now(UTC) - before) / 2
            skew = (there - middle).total_seconds()
            return [Finding("database", True, said), await _indexes(connection), clock(skew)]
        finally:
            await connection.close()

    try:
        return asyncio.run(look())
    except (DatabaseDown, PyMongoError) as error:
        start = "start that server, or correct or unset NEWSCRAWL_MONGO_URI"
        return [
            told("database", describe(error, own.mongo_uri), start if own.mongo_uri else "see `newscrawl db start`")
        ]


async def _indexes(connection: Connection) -> Finding:
    from newscrawl.store.schema import missing_indexes

    missing = await missing_indexes(connection)
    if not missing:
        return Finding("indexes", True, "in place")
    named = ", ".join(missing[:MOST_NAMED]) + (" …" if len(missing) > MOST_NAMED else "")
    return Finding("indexes", False, f"{len(missing)} are missing: {named}", "newscrawl db init")


def clock(skew: float) -> Finding:
    """Whether the clocks agree. `skew`: seconds that the database's is ahead."""
    if abs(skew) <= MOST_SKEW:
        return Finding("clock", True, "as the database's")
    found = f"{abs(skew):.0f} s {'behind' if skew > 0 else 'ahead of'} the database's"
    return Finding("clock", False, found, "set both by NTP")


def _spool(own: Settings) -> Finding:
    from newscrawl.store.spool import Spool

    waiting = sum(1 for _ in Spool(own.spool_file).read()) if Path(own.spool_file).exists() else 0
    return Finding("spool", not waiting, f"{waiting} records wait on disk", "newscrawl db replay" if waiting else "")


def doctor(
    network: Annotated[
        bool, typer.Option("--network", help="Also ask every site's host for its address and its robots.txt.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Check Python, libraries, settings, site files, this machine, safety and database.

    newscrawl doctor

    newscrawl doctor --network

    newscrawl doctor --json

    Ends with 5 where the database is down, 2 where settings or site files are wrong, 3 where anything else is.
    """
    libraries = ", ".join(f"{name} {version(name)}" for name in ("newscrawl", "scrapy", "pymongo", "lxml"))
    own, settings_finding = _settings_are_read()
    findings = [Finding("python", True, f"{platform.python_version()}, {libraries}"), settings_finding]
    if own is not None:
        sites, site_finding = _sites(own)
        findings += [site_finding, _user_agent(own)]
        findings += [check(own) for check in (*host.CHECKS, _spool, *safety.CHECKS)]
        findings += _database(own)
        if network:
            from newscrawl.cli.network import network as look_around

            findings += look_around(own, sites)
    if as_json:
        show_json("doctor", [finding._asdict() for finding in findings])
    else:
        _show(findings)
    wrong = {finding.check for finding in findings if not finding.ok}
    if own is None or "site files" in wrong:
        raise typer.Exit(int(Exit.USAGE))
    if "database" in wrong:
        raise typer.Exit(int(Exit.DEPENDENCY))
    if wrong:
        raise typer.Exit(int(Exit.DEGRADED))


def _show(findings: list[Finding]) -> None:
    show_table(("check", "", "found"), ((f.check, "ok" if f.ok else "PROBLEM", f.found) for f in findings))
    problems = [finding for finding in findings if not finding.ok]
    if not problems:
        out.print("Everything is there.")
        return
    out.print()
    show_table(("to mend", "what to do"), ((finding.check, finding.remedy) for finding in problems))
