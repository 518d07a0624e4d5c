"""`newscrawl sites add`: look at a site, propose its file, try it, ask, write it."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from newscrawl.cli.asked import all_sites, own_settings
from newscrawl.cli.output import Exit, err, fail, out, show_json, show_table

if TYPE_CHECKING:
    from newscrawl.crawl.propose import Proposed
    from newscrawl.settings import Settings

CODES = {"unreachable": Exit.FAILED, "forbidden": Exit.FAILED, "no-articles": Exit.NOTHING}


def add_site(
    address: Annotated[str, typer.Argument(metavar="URL", help="The site, or a page that lists its articles.")],
    name: Annotated[str | None, typer.Option(help="Name of the site; by default from its domain.")] = None,
    articles: Annotated[int, typer.Option(min=1, max=50, help="Articles that are read.")] = 5,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the proposal, write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a site of this name.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Look at a site, propose its site file, try it on some articles, and write it.

    newscrawl sites add example.com                    look, show, ask

    newscrawl sites add example.com/latest --dry-run   write nothing

    newscrawl sites add https://example.com --name example --yes

    It asks politely: by robots.txt, one page after the other, so that it takes a minute or two.
    """
    own, sites = own_settings(), all_sites()
    known = {*sites, *sites.wrong}
    _refuse_taken(name or _expected_name(address), own, known, force=force or dry_run)
    proposed = _propose(address, own, name, articles)
    path = folder_of(own) / f"{proposed.name}.toml"
    if not as_json:
        show(proposed)
    if dry_run:
        _end(proposed, path, as_json=as_json, said=f"Nothing was written (--dry-run). It would be {path}")
        return
    if not (yes or (sys.stdin.isatty() and not as_json)):
        _end(proposed, path, as_json=as_json)
        fail("nothing was written: there is no terminal to ask on; repeat the command with --yes", Exit.USAGE)
    _refuse_taken(proposed.name, own, known, force=force)
    if not yes and not typer.confirm(f"Write {path}?", default=True, err=True):
        fail("nothing was written", Exit.OK)
    _write(path, proposed.text, force=force)
    _end(
        proposed, path, as_json=as_json, written=True, said=f"Written to {path}\nNext: newscrawl crawl {proposed.name}"
    )


def folder_of(own: Settings) -> Path:
    """Where a new site file goes: the first folder of NEWSCRAWL_SITES, else `sites` in the data folder."""
    named = [Path(folder) for folder in own.sites.split(os.pathsep) if folder]
    return named[0] if named else own.own_sites


def _expected_name(address: str) -> str:
    """The name that the site will get, unless it sends its visitors to another domain. Ends with code 2."""
    from newscrawl.crawl.visit import with_scheme
    from newscrawl.proposal.names import name_of_site

    try:
        return name_of_site(with_scheme(address)[0])
    except ValueError as error:
        fail(str(error), Exit.USAGE)


def _refuse_taken(name: str, own: Settings, known: set[str], *, force: bool) -> None:
    """End where a site has the name already, or none can have it. `force`: it may be replaced."""
    if not re.fullmatch(r"[a-z0-9_-]{1,64}", name):
        fail(f"--name {name[:80]!r} is no name of a site: small letters, digits, - and _, at most 64", Exit.USAGE)
    if name not in known or force:
        return
    path = folder_of(own) / f"{name}.toml"
    where = str(path) if path.exists() else "a site that newscrawl knows"
    fail(f"the name {name!r} is taken by {where}; choose another with --name, or replace it with --force", Exit.USAGE)


def _propose(address: str, own: Settings, name: str | None, articles: int) -> Proposed:
    import asyncio

    from newscrawl.crawl.looked import NotLooked
    from newscrawl.crawl.propose import propose_site
    from newscrawl.site import SiteError

    try:
        with _progress() as say:
            return asyncio.run(propose_site(address, own, name=name, articles=articles, say=say))
    except NotLooked as error:
        fail(str(error), CODES[error.reason])
    except (SiteError, ValueError) as error:
        fail(str(error), Exit.USAGE)
    except KeyboardInterrupt:
        _interrupted()


def _interrupted() -> NoReturn:
    err.print("interrupted; nothing was written")
    raise typer.Exit(130)


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """A line of what is being done, on a terminal the last one only."""
    if not err.is_terminal:
        yield lambda text: err.print(text, highlight=False, soft_wrap=True)
        return
    with err.status("looking …") as status:
        yield lambda text: status.update(text[: max(20, err.width - 4)])


def show(proposed: Proposed) -> None:
    """The proposal for people: the file, what it follows from, how it fared."""
    out.rule(f"{proposed.name}.toml")
    out.print(proposed.text.rstrip(), soft_wrap=True)
    out.rule("what it follows from")
    show_table(("setting", "source", "value"), [(fact.key, fact.source, fact.value) for fact in proposed.facts])
    out.rule(f"tried on {len(proposed.articles)} articles")
    show_table(
        ("field", "coverage", "source", "sample"),
        [(row.field, f"{row.found}/{row.of}", row.source, row.sample) for row in proposed.coverage],
    )
    for warning in proposed.warnings:
        out.print(f"Look at this: {warning}", style="yellow", soft_wrap=True)


def _end(proposed: Proposed, path: Path, *, as_json: bool, written: bool = False, said: str = "") -> None:
    if as_json:
        show_json("proposal", _record(proposed, path, written=written))
    elif said:
        out.print(said, soft_wrap=True)


def _record(proposed: Proposed, path: Path, *, written: bool) -> dict[str, Any]:
    """The proposal as data."""
    return {
        "name": proposed.name,
        "home": proposed.home,
        "path": str(path),
        "written": written,
        "file": proposed.text,
        "site": proposed.site.model_dump(mode="json", exclude_defaults=True),
        "facts": [{"key": f.key, "value": f.value, "source": f.source} for f in proposed.facts],
        "fields": [
            {"field": r.field, "found": r.found, "of": r.of, "sample": r.sample, "source": r.source}
            for r in proposed.coverage
        ],
        "sources": proposed.sources,
        "articles": proposed.articles,
        "warnings": proposed.warnings,
        "requests": proposed.requests,
    }


def _write(path: Path, text: str, *, force: bool) -> None:
    """Put the file into its place whole, over another one only where `force`. Ends with code 2 where it cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, prefix=".", suffix=".part", encoding="utf-8", delete=False
        ) as part:
            part.write(text)
        os.chmod(part.name, 0o644)
        try:
            if force:
                os.replace(part.name, path)
            else:
                os.link(part.name, path)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(part.name)
    except FileExistsError:
        fail(f"{path} has appeared meanwhile; nothing was written. Replace it with --force", Exit.USAGE)
    except OSError as error:
        fail(f"{path}: cannot be written: {error.strerror or error}", Exit.USAGE)
