"""1,000 site files in one process: time, memory, and whether any site starves another.

All sites are due at once, as where a schedule names them all; each has the same number of articles but one, which has
them all alike. Politeness is off, so that what newscrawl does by itself is what is seen. Fairness: how long the site
that waited longest for its first article waited, as a share of the whole crawl, and how far apart the ends are.
"""

from __future__ import annotations

from statistics import median
from typing import Annotated

import typer
from results import Result, Wanted, console, loaded, machine
from wide import MIB, wide

MOST_MEMORY = 600 * MIB
"""Of the process that crawls: 100 MiB for itself, and half a MiB a site."""


def main(
    sites: Annotated[int, typer.Option(help="Site files.")] = 1000,
    articles: Annotated[int, typer.Option(help="Articles of each site.")] = 5,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the result in the repository.")] = False,
) -> None:
    """Crawl all of them with one process."""
    begun_on = machine()
    with wide(sites, {"NEWSCRAWL_DELAY": "0"}, "--articles", str(articles)) as run:
        console.print(f"crawling {sites} sites …", style="dim")
        crawl = run.crawl()
    began, first, last = (crawl.since_start(key) for key in ("began", "first", "last"))
    measured = {
        "sites": sites,
        "articles_each": articles,
        "seconds": round(crawl.seconds, 1),
        "cpu_seconds": round(crawl.cpu, 1),
        "peak_mib": round(crawl.peak / MIB),
        "peak_with_readers_mib": round(crawl.together / MIB),
        "first_request_s": [round(value, 1) for value in (began[0], median(began), began[-1])],
        "first_article_s": [round(value, 1) for value in (first[0], median(first), first[-1])],
        "last_article_s": [round(value, 1) for value in (last[0], median(last), last[-1])],
    }
    done = sum(site["articles"] == articles for site in crawl.log["sites"].values())
    wanted = [
        Wanted("sites crawled whole", str(done), str(sites), done == sites and crawl.code == 0),
        Wanted(
            "articles asked for twice", str(crawl.articles - done * articles), "0", crawl.articles == done * articles
        ),
        Wanted(
            "peak of the process that crawls",
            f"{crawl.peak / MIB:.0f} MiB, {crawl.peak / MIB / sites:.2f} a site",
            f"{MOST_MEMORY / MIB:.0f} MiB",
            crawl.peak <= MOST_MEMORY,
        ),
        Wanted(
            "last site's first request",
            f"{began[-1]:.0f} s of {last[-1]:.0f} s",
            "before the last article of the whole crawl",
            began[-1] < last[-1],
        ),
    ]
    notes = [f"A site takes {crawl.cpu / sites * 1000:.0f} ms of processor time with its {articles} articles."]
    result = Result("many_sites", "Many sites in one process", 1, [], [], wanted, notes, measured, loaded(begun_on))
    result.show()
    if keep:
        result.keep()
    raise typer.Exit(result.code)


if __name__ == "__main__":
    typer.run(main)
