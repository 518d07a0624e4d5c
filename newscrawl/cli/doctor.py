"""`newscrawl doctor`: is everything there that newscrawl needs?"""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from pymongo.errors import PyMongoError

from newscrawl.cli import safety
from newscrawl.cli.output import Exit, out, show_json, show_table
from newscrawl.settings import ConfigurationError, Settings, read_settings


class Finding(NamedTuple):
    """One check: its name, whether it passed, what was found and what to do."""

    check: str
    ok: bool
    found: str


def _settings_are_read() -> tuple[Settings | None, Finding]:
    try:
        return read_settings(), Finding("settings", True, "read")
    except ConfigurationError as error:
        return None, Finding("settings", False, str(error))


def _sites(own: Settings) -> Finding:
    from newscrawl.site import SiteError, load_sites

    try:
        return Finding("site files", True, f"{len(load_sites(own.site_folders))} sites")
    except SiteError as error:
        return Finding("site files", False, str(error))


def _user_agent(own: Settings) -> Finding:
    named = "+http" in own.user_agent or "@" in own.user_agent
    advice = own.user_agent if named else f"{own.user_agent}: name a contact in NEWSCRAWL_USER_AGENT"
    return Finding("user agent", named, advice)


def _disk(own: Settings) -> Finding:
    folder = next(parent for parent in (own.data, *own.data.parents) if parent.exists())
    free = shutil.disk_usage(folder).free / 2**30
    writable = os.access(folder, os.W_OK)
    problem = "" if writable else ": not writable; name another folder in NEWSCRAWL_DATA"
    problem = problem or (": less than 1 GiB free; make room" if free < 1 else "")
    return Finding("disk", not problem, f"{free:.1f} GiB free at {folder}{problem}")


MOST_SKEW = 60.0
"""Seconds that the clocks of this machine and of the database may differ: visits and retries are planned by them."""


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
            return [Finding("database", True, said), clock((there - middle).total_seconds())]
        finally:
            await connection.close()

    try:
        return asyncio.run(look())
    except (DatabaseDown, PyMongoError) as error:
        return [Finding("database", False, describe(error, own.mongo_uri))]


def clock(skew: float) -> Finding:
    """Whether the clocks agree. `skew`: seconds that the database's is ahead."""
    is_near = abs(skew) <= MOST_SKEW
    said = f"{abs(skew):.0f} s {'behind' if skew > 0 else 'ahead of'} the database's"
    return Finding("clock", is_near, "as the database's" if is_near else f"{said}; set both by NTP")


def _spool(own: Settings) -> Finding:
    from newscrawl.store.spool import Spool

    waiting = sum(1 for _ in Spool(own.spool_file).read()) if Path(own.spool_file).exists() else 0
    return Finding(
        "spool", not waiting, f"{waiting} records wait on disk" + ("; `newscrawl db replay`" if waiting else "")
    )


CHECKS: tuple[Callable[[Settings], Finding], ...] = (_sites, _user_agent, _disk, _spool)


def doctor(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Check Python, libraries, settings, site files, disk, safety and database.

    Ends with 5 where the database is down, 2 where settings or site files are wrong, 3 where anything else is.
    """
    libraries = ", ".join(f"{name} {version(name)}" for name in ("newscrawl", "scrapy", "pymongo", "lxml"))
    own, settings_finding = _settings_are_read()
    findings = [Finding("python", True, f"{platform.python_version()}, {libraries}"), settings_finding]
    if own is not None:
        findings += [check(own) for check in CHECKS]
        findings += [Finding(name, *check(own)) for name, check in safety.CHECKS.items()]
        findings += _database(own)
    if as_json:
        show_json("doctor", [finding._asdict() for finding in findings])
    else:
        show_table(("check", "", "found"), ((f.check, "ok" if f.ok else "PROBLEM", f.found) for f in findings))
    wrong = {finding.check for finding in findings if not finding.ok}
    if wrong & {"settings", "site files"}:
        raise typer.Exit(int(Exit.USAGE))
    if "database" in wrong:
        raise typer.Exit(int(Exit.DEPENDENCY))
    if wrong:
        raise typer.Exit(int(Exit.DEGRADED))
    out.print("" if as_json else "Everything is there.", end="" if as_json else "\n")
