"""`newscrawl replay`: archived pages read again, what differs, and the correction of what is stored."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newscrawl.cli.asked import all_sites, instant_asked, own_settings
from newscrawl.cli.output import Exit, err, fail, out, plain_json, show_table
from newscrawl.cli.session import archive_folder, with_session

if TYPE_CHECKING:
    from newscrawl.crawl.reader import Reader
    from newscrawl.crawl.session import Session
    from newscrawl.replay.conduct import Reread, Tally

LONGEST = 100  # characters of a value that are shown


def replay(
    run: Annotated[str | None, typer.Option(help="The pages of this run.")] = None,
    site: Annotated[str | None, typer.Option(help="The pages of this site.")] = None,
    since: Annotated[str | None, typer.Option(help="Fetched since: 2d, 12h, or a date like 2026-01-31.")] = None,
    url: Annotated[str | None, typer.Option(help="The page of this one article.")] = None,
    *,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many pages.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what differs, write nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Read archived pages again with today's code and site files, show what differs, and correct what is stored.

    newscrawl replay --site unn --dry-run

    newscrawl replay --run 20261128T101500-unn-1a2b3c

    newscrawl replay --since 2d --yes

    No version is made of it: the site has changed nothing. An article's latest page alone is read.
    """
    from newscrawl.replay.select import Chosen, NothingArchived

    own = own_settings()
    if not (run or site or since or url):
        fail("what is to be read again? --run, --site, --since or --url", Exit.USAGE)
    if (run or url) and (site or since or (run and url)):
        fail("--run and --url stand alone; leave the other options out", Exit.USAGE)
    start = instant_asked(since) if since else None
    sites = all_sites()
    may_ask = err.is_terminal and sys.stdin.isatty() and not as_json
    if not (dry_run or yes or may_ask):
        fail("add --yes to write what differs, or --dry-run to look first", Exit.USAGE)
    shown = _Json() if as_json else _Text()

    async def work(session: Session, reader: Reader) -> tuple[Tally, int]:
        from newscrawl.crawl.reread import Sites
        from newscrawl.replay.conduct import Replay

        replaying = Replay(session, reader, Sites(sites), own, archive_folder(own))
        try:
            await replaying.read(Chosen(site, run, start, url), shown.show, limit=limit)
            counts = replaying.tally.counts
            found = counts["different"] + counts["new"]
            if not as_json:
                _summary(replaying.tally)
            wanted = found and not dry_run and (yes or typer.confirm(f"Write {found} articles?", err=True))
            return replaying.tally, await replaying.write() if wanted else 0
        finally:
            replaying.close()

    try:
        tally, written = with_session(own, work)
    except NothingArchived as error:
        fail(str(error), Exit.NOTHING)
    shown.end(tally, written, dry_run=dry_run)
    if not tally.counts["pages"]:
        fail("no archived page was found; `newscrawl archive list` shows what there is", Exit.NOTHING)


class _Text:
    """What differs, for people."""

    def show(self, reread: Reread) -> None:
        """One article."""
        out.print(reread.url, style="bold", soft_wrap=True)
        if reread.is_new:
            out.print("  was refused when it was fetched, and is an article now")
        if reread.refused:
            out.print(f"  is no article any more ({reread.refused}); what is stored stays", soft_wrap=True)
        for one in reread.differences:
            before, after = _pair(one.before, one.after)
            out.print(f"  {one.field}: {before} → {after}", soft_wrap=True)

    def end(self, tally: Tally, written: int, *, dry_run: bool) -> None:
        """What was done."""
        found = tally.counts["different"] + tally.counts["new"]
        if found:
            out.print(f"{written} articles written." if not dry_run else "Nothing was written: this was a dry run.")


class _Json:
    """The same as JSON, written as it is found: the number of articles that differ has no bound."""

    def __init__(self) -> None:
        self._number = 0

    def show(self, reread: Reread) -> None:
        """One article."""
        record: dict[str, Any] = {"url": reread.url, "place": reread.place, "is_new": reread.is_new}
        record["refused"] = reread.refused
        record["differences"] = [{"field": d.field, "before": d.before, "after": d.after} for d in reread.differences]
        sys.stdout.write(", " if self._number else '{"schema": "newscrawl.replay/1", "replay": {"articles": [\n')
        sys.stdout.write(plain_json(record))
        self._number += 1

    def end(self, tally: Tally, written: int, *, dry_run: bool) -> None:
        """What was done."""
        if not self._number:
            sys.stdout.write('{"schema": "newscrawl.replay/1", "replay": {"articles": [')
        rest = {
            "counts": {**tally.counts, "written": written},
            "passed_over": dict(tally.passed_over),
            "fields": {name: dict(kinds) for name, kinds in tally.summary.fields.items()},
            "dry_run": dry_run,
        }
        sys.stdout.write("], " + json.dumps(rest)[1:] + "}\n")


def _summary(tally: Tally) -> None:
    kinds = ("gained", "lost", "changed")
    fields = tally.summary.fields
    if fields:
        out.print()
        show_table(("field", *kinds), ((name, *(fields[name][kind] for kind in kinds)) for name in sorted(fields)))
    counts = tally.counts
    said = [
        f"{counts['pages']} {'page' if counts['pages'] == 1 else 'pages'} read again",
        f"{counts['same']} as stored",
        f"{counts['different']} different",
    ]
    said += [f"{counts[name]} {words}" for name, words in WORDS.items() if counts[name]]
    out.print(", ".join(said) + ".")
    if tally.passed_over:
        show_table(("passed over", "pages"), sorted(tally.passed_over.items()))


WORDS = {"new": "new", "refused": "no articles any more", "refused_still": "refused as before"}


def _pair(before: Any, after: Any) -> tuple[str, str]:
    """Two values, short; of long texts the part where they begin to differ."""
    one, other = _words(before), _words(after)
    if max(len(one), len(other)) <= LONGEST:
        return one, other
    same = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    start = max(0, same - LONGEST // 4)
    return _cut(one, start), _cut(other, start)


def _cut(text: str, start: int) -> str:
    end = start + LONGEST
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "") if text else text


def _words(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "nothing"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_words(part)}" for name, part in value.items() if part not in (None, "", []))
    if isinstance(value, list):
        return "; ".join(map(_words, value))
    return " ".join(repr(value).split()) if isinstance(value, str) else str(value)
