"""`newscrawl health`: how sites are by their own history, and what was shown against what is stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from newscrawl.cli.asked import all_sites, named_sites, own_settings
from newscrawl.cli.database import with_database
from newscrawl.cli.ledger import ledger_as_json, show_ledger
from newscrawl.cli.output import Exit, fail, out, show_json, show_table

if TYPE_CHECKING:
    from newscrawl.runs.samples import Sample
    from newscrawl.site import Site
    from newscrawl.store.connect import Connection
    from newscrawl.store.ledger import Ledger
    from newscrawl.verdicts import Verdict


def health(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="SITE…", help="Sites by name; every one without.")
    ] = None,
    hours: Annotated[float, typer.Option(min=1, max=24 * 30, help="So far back.")] = 24,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Tell how sites are by their own history, and what they have shown against what is stored.

    A site is ok, degraded, failed, silent, or unknown while it has no history. Ends with 3 where one is degraded,
    failed or silent, and with 4 where none of the sites was ever crawled.

    newscrawl health

    newscrawl health unn --hours 48

    newscrawl health --json
    """
    from newscrawl.store.last_health import keep_health

    own, known = own_settings(), all_sites(is_told=not names)
    chosen = named_sites(names, known) or [*known.values()]
    chosen.sort(key=lambda site: site.name)

    async def read(connection: Connection) -> list[Report]:
        return await _read(connection, chosen, known, hours, is_whole=bool(names), has_ledger=bool(names) or as_json)

    reports = with_database(read)
    judged = {report.site.name: report.verdict.state for report in reports if not report.is_unknown}
    keep_health(own.data, judged, datetime.now(UTC))
    if as_json:
        wrong = {name: str(mistake) for name, mistake in known.wrong.items()}
        show_json("health", [_as_json(report) for report in reports], wrong_site_files=wrong)
    elif names:
        for number, report in enumerate(reports):
            if number:
                out.print()
            _show(report)
    else:
        _show_all(reports)
    if (known.wrong and not names) or not all(report.verdict.is_sound for report in reports):
        raise typer.Exit(int(Exit.DEGRADED))
    if all(report.is_unknown for report in reports):
        fail("nothing was crawled yet; `newscrawl crawl SITE` does", Exit.NOTHING)


class Report(NamedTuple):
    """What is known of one site."""

    site: Site
    verdict: Verdict
    ledger: Ledger | None
    """None: it was not asked for."""
    samples: dict[str, Sample]

    @property
    def is_unknown(self) -> bool:
        """It was never crawled."""
        return self.verdict.state == "unknown" and (self.ledger is None or self.ledger.is_empty)


async def _read(
    connection: Connection,
    sites: list[Site],
    every: dict[str, Site],
    hours: float,
    *,
    is_whole: bool,
    has_ledger: bool,
) -> list[Report]:
    """Reports on the sites, of all but those that were never crawled; `is_whole`: of these as well. `every`: all sites
    that there are."""
    from newscrawl.runs.samples import samples
    from newscrawl.runs.site_states import join, site_states, verdicts_of_runs, with_missed, zone_of
    from newscrawl.store.ledger import read_ledger

    now = datetime.now(UTC)
    database = connection.database
    if not has_ledger:
        states = await site_states(database, sites, now, every=every)
        return [Report(site, states[site.name], None, {}) for site in sites if states[site.name].state != "unknown"]
    states = await with_missed(database, every, await verdicts_of_runs(database, sites, now), now)
    reports = []
    for site in sites:
        since, zone = now - timedelta(hours=hours), zone_of(site)
        ledger = await read_ledger(database, site.name, since=since, now=now, zone=zone, configured=site.sources)
        verdict = join(states[site.name], ledger.findings)
        report = Report(site, verdict, ledger, await samples(database, site, verdict.findings))
        if is_whole or not report.is_unknown:
            reports.append(report)
    return reports


def _show_all(reports: list[Report]) -> None:
    from newscrawl.runs.wording import expected_number, short

    if not reports:
        return
    show_table(
        ("site", "state", "since (UTC)", "last run (UTC)", "new in 24 h (usual)", "what is wrong"),
        (
            (
                report.site.name,
                report.verdict.state,
                report.verdict.since,
                report.verdict.last_run_at,
                expected_number(report.verdict),
                short(report.verdict),
            )
            for report in reports
        ),
    )


def _show(report: Report) -> None:
    """One site: what is wrong with it, its sources, its hours, and what is missing."""
    name, verdict, ledger = report.site.name, report.verdict, report.ledger
    if report.is_unknown or ledger is None:
        out.print(f"{name}: was never crawled; `newscrawl crawl {name}` does", markup=False)
        return
    since = f" since {verdict.since:%Y-%m-%d %H:%M} UTC" if verdict.since else ""
    out.print(f"{name}: {verdict.state}{since}", highlight=False)
    _show_findings(report)
    out.print()
    out.print(f"From {ledger.since:%Y-%m-%d %H:%M} to {ledger.until:%Y-%m-%d %H:%M} UTC:")
    show_ledger(ledger)


def _show_findings(report: Report) -> None:
    """What is wrong, what it looked like before, and what to do."""
    from newscrawl.runs.samples import Sample
    from newscrawl.runs.wording import expected_number, next_steps, sentence

    verdict = report.verdict
    for finding in verdict.findings:
        out.print(f"- {sentence(finding)}", soft_wrap=True)
        sample = report.samples.get(finding.key, Sample())
        if sample.bad:
            out.print(f"    now   {sample.bad}", soft_wrap=True)
        if sample.good:
            value = f" ({sample.value})" if sample.value else ""
            out.print(f"    good  {sample.good}{value}", soft_wrap=True)
        if finding.run or finding.good_run:
            runs = [f"runs {finding.run}"] if finding.run else []
            runs += [f"last good one {finding.good_run}"] if finding.good_run else []
            out.print(f"    {', '.join(runs)}".replace("runs ", "run   ", 1), soft_wrap=True)
    for note in verdict.notes:
        out.print(f"- {note}", soft_wrap=True)
    if (number := expected_number(verdict)) is not None:
        usual = " (median ± MAD of these hours in other weeks)" if verdict.expected is not None else ""
        out.print(f"New articles in the 24 hours before the last run: {number}{usual}", soft_wrap=True)
    if verdict.findings:
        steps = [f"`{step}`" for step in next_steps(report.site.name, verdict)[1:]]
        if steps:
            out.print(f"To go on: {', '.join(steps)}", soft_wrap=True)


def _as_json(report: Report) -> dict[str, Any]:
    from dataclasses import asdict

    from newscrawl.runs.wording import next_steps, sentence

    verdict, ledger = report.verdict, report.ledger
    assert ledger is not None
    return {
        "site": report.site.name,
        "state": verdict.state,
        "verdict": {
            **verdict.model_dump(mode="json", exclude={"findings"}),
            "findings": [
                {
                    **finding.model_dump(mode="json"),
                    "sentence": sentence(finding),
                    "sample": asdict(report.samples[finding.key]) if finding.key in report.samples else None,
                }
                for finding in verdict.findings
            ],
            "next": next_steps(report.site.name, verdict) if verdict.findings else [],
        },
        "troubles": [sentence(finding) for finding in verdict.findings],
        **ledger_as_json(ledger),
    }
