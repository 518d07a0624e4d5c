"""`newscrawl sites add` on sites made of real pages and on the replica: does what it proposes work as it is?

    python benchmarks/sites_add.py [--fewest 3] [--only DOMAIN]

A site counts where the command writes a file, a crawl with it finds 90 % of the site's articles and nothing else, and
language, country and time zone are right as far as they are known. The pages are in $NEWSCRAWL_SHARED.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bench_sites import BenchSite, real_sites, served
from shared_folder import shared_folder

from newscrawl.normalize.urls import canonical_url
from newscrawl.replica import Replica, serve
from newscrawl.site import read_site

WANTED = 0.8  # share of the sites
FOUND = 0.9  # share of a site's articles
PROBES = [datetime(2026, month, 15, tzinfo=ZoneInfo("UTC")) for month in (1, 7)]


class Verdict(NamedTuple):
    """How one site fared. `right`: what is known of language, country and zone; None where nothing is."""

    name: str
    form: str
    articles: int
    found: int
    others: int
    right: dict[str, bool]
    problem: str = ""

    @property
    def works(self) -> bool:
        """The proposal can be used unchanged."""
        return not self.problem and self.found >= FOUND * self.articles and not self.others and all(self.right.values())


class Case(NamedTuple):
    """A served site with what is true of it."""

    name: str
    form: str
    address: str
    articles: set[str]
    languages: set[str]
    country: str | None
    zone: str | None


@contextmanager
def served_case(site: BenchSite) -> Iterator[Case]:
    """A site of real pages."""
    with served(site) as (base, _asked):
        articles = {canonical_url(base + article.path) for article in site.articles}
        yield Case(site.domain, site.form, base, articles, {site.language}, site.country, site.zone)


@contextmanager
def replica_case(form: str) -> Iterator[Case]:
    """The replica, by its listing or by its host alone."""
    with serve(Replica(articles=150, seed=11)) as server:
        articles = {canonical_url(server.base_url + article.path) for article in server.replica.articles}
        address = server.base_url + ("/news" if form == "listing" else "")
        yield Case("replica", form, address, articles, {"uk", "ru", "en"}, "UA", "UTC")


def judge(case: Case, folder: Path) -> Verdict:
    """Add the site, crawl it, compare."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("NEWSCRAWL_")},
        "NEWSCRAWL_DATA": str(folder),
        "NEWSCRAWL_DELAY": "0",
        "NEWSCRAWL_CONCURRENCY": "8",
        "NEWSCRAWL_RETRIES": "0",
    }

    def run(*words: str) -> tuple[int, str, str]:
        command = [sys.executable, "-m", "newscrawl.cli", *words]
        done = subprocess.run(
            command, env=environment, cwd=folder, text=True, capture_output=True, timeout=300, check=False
        )
        return done.returncode, done.stdout, done.stderr

    failed = Verdict(case.name, case.form, len(case.articles), 0, 0, {})
    code, output, errors = run("sites", "add", case.address, "--yes", "--name", "bench", "--json")
    if code:
        return failed._replace(problem=(errors.strip().splitlines() or [f"exit {code}"])[-1][:200])
    proposal = json.loads(output)["proposal"]
    site = read_site(Path(proposal["path"]))
    _code, output, errors = run("crawl", "bench", "--dry-run", "--json")
    crawled: list[dict[str, Any]] = json.loads(output)["crawl"]["articles"] if output else []
    met = {canonical_url(url) for article in crawled for url in (article["url"], *article["aliases"])}
    others = [a["url"] for a in crawled if not {canonical_url(u) for u in (a["url"], *a["aliases"])} & case.articles]
    right = {"language": {language.partition("-")[0] for language in site.languages} == case.languages}
    if case.country is not None:
        right["country"] = site.country == case.country
    if case.zone is not None:
        right["zone"] = site.timezone is not None and same_clock(site.timezone, case.zone)
    problem = "" if output else errors.strip()[-200:]
    verdict = Verdict(case.name, case.form, len(case.articles), len(met & case.articles), len(others), right, problem)
    if not verdict.works:
        wrong = ", ".join(
            f"{key} {getattr(site, {'zone': 'timezone', 'language': 'languages'}.get(key, key))}"
            for key, ok in right.items()
            if not ok
        )
        missing = sorted(case.articles - met)[:3]
        print(
            f"--- {case.name}: wrong: {wrong or '-'}; missing: {missing}; others: {others[:3]}\n{proposal['file']}",
            file=sys.stderr,
        )
    return verdict


def same_clock(first: str, second: str) -> bool:
    """Whether two zones show the same time in winter and in summer."""
    return all(
        probe.astimezone(ZoneInfo(first)).utcoffset() == probe.astimezone(ZoneInfo(second)).utcoffset()
        for probe in PROBES
    )


def main() -> None:
    """Measure, and end with code 1 where fewer sites work than should."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fewest", type=int, default=3, help="pages that a publisher must have")
    parser.add_argument("--only", help="one publisher's domain, or `replica`")
    arguments = parser.parse_args()
    shared = shared_folder("data/bench")
    cases: list[Any] = [
        served_case(site)
        for site in real_sites(shared, fewest=arguments.fewest)
        if arguments.only in (None, site.domain)
    ]
    if arguments.only in (None, "replica"):
        cases += [replica_case("listing"), replica_case("host alone")]
    verdicts = []
    for context in cases:
        with context as case, tempfile.TemporaryDirectory(prefix="newscrawl-sites-add-") as folder:
            verdict = judge(case, Path(folder))
            verdicts.append(verdict)
            right = " ".join(f"{key} {'right' if ok else 'WRONG'}" for key, ok in verdict.right.items())
            mark = "works" if verdict.works else "FAILS"
            found = f"{verdict.found}/{verdict.articles} articles, {verdict.others} others"
            print(f"{mark}  {verdict.name:24} {verdict.form:13} {found}  {right}  {verdict.problem}", flush=True)
    works = sum(verdict.works for verdict in verdicts)
    print(f"{works} of {len(verdicts)} proposals work unchanged; wanted {WANTED:.0%}")
    raise SystemExit(works < WANTED * len(verdicts))


if __name__ == "__main__":
    main()
