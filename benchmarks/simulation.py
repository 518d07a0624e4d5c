"""A fleet on paper: what 1,000, 10,000 and 100,000 sites ask for, what that costs, and where it breaks first.

    python benchmarks/simulation.py [--sites 5000] [--delay 2] [--days 365] [--json]

A working day is simulated in slots of five minutes (`simulation_day.py`): each site publishes by the hour, is visited
by its own rhythm, and asks for requests, processor, memory, network and writes, at costs that were measured
(`simulation_costs.py`, each with its source). Up to 4,000 sites are simulated one by one; where there are more, each
stands for several. Workers are made for the busiest one slot in a hundred, the database for a year of articles.

Without options it writes `simulation.json`, from which the tables of docs/sizing.md are made. It is a reckoning:
nothing of it was seen to run at these sizes, and what was measured on one machine of two cores is drawn on by straight
lines.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from math import ceil
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.simulation_costs import (
    COSTS,
    HOT_SHARE,
    MEMBERS,
    PRICES,
    SECONDARY,
    SHARD_CORES,
    SHARD_DISK,
    SHARD_LOAD,
    SHARD_MEMORY,
    WORKER_LOAD,
    Prices,
    article_cpu,
    cost,
)
from benchmarks.simulation_day import SLOT, Day, day_of, outlets
from newscrawl.settings import Settings
from newscrawl.site import load_sites

RESULT = Path(__file__).with_suffix(".json")
SIZES = (1_000, 10_000, 100_000)
SAMPLE = 4_000
JOB_SITES = 50
DELAY = float(Settings.model_fields["delay"].default)
WEEK = 6 / 7  # of a working day's articles, on average over a week: half as many at its end
OTHERS = 4, 16e9  # cores and bytes of memory of two schedulers, `serve` and a broker
Figures = dict[str, Any]


def simulate(sites: int, *, delay: float = DELAY, days: int = 365, seed: int = 7) -> Figures:
    """What so many sites ask for. `days`: for which articles are kept."""
    chance = random.Random(seed)
    drawn = outlets(min(sites, SAMPLE), list(load_sites().values()), chance)
    weight = sites / len(drawn)
    day = day_of(drawn, weight, delay, chance)
    daily = day.articles * WEEK
    requests = sum(slot.requests for slot in day.slots)
    return {
        "sites": sites,
        "articles_a_day": round(daily),
        "requests_a_second": round(requests / 86400, 1),
        "requests_a_second_peak": round(_peak([slot.requests / SLOT for slot in day.slots]), 1),
        "network_mbit_peak": round(_peak([slot.bytes * 8 / SLOT / 1e6 for slot in day.slots]), 1),
        "network_tb_month": round(sum(slot.bytes for slot in day.slots) * 30 / 1e12, 2),
        **_workers(sites, day, weight, chance),
        **_database(day, daily * days),
        **_waits(day, chance),
    }


def _peak(values: list[float]) -> float:
    """What one slot in a hundred exceeds."""
    return sorted(values)[int(0.99 * (len(values) - 1))]


def _workers(sites: int, day: Day, weight: float, chance: random.Random) -> Figures:
    """Jobs at a time, and the cores that they keep busy."""
    job = cost("job_cpu") + sites * cost("site_name_cpu")
    busy, starts, jobs_at_once = [], [], []
    for slot in day.slots:
        jobs = ceil(slot.sites / JOB_SITES)
        longest = [
            max(chance.choice(slot.durations) for _ in range(min(JOB_SITES, round(slot.sites)) or 1))
            for _ in range(min(jobs, 50))
        ]
        duration = cost("job_seconds") + (sum(longest) / len(longest) if longest else 0)
        busy.append((slot.cpu + jobs * job) / SLOT)
        starts.append(jobs * job / SLOT)
        jobs_at_once.append(jobs * duration / SLOT)
    cores = max(1, ceil(_peak(busy) / WORKER_LOAD))
    workers = max(cores, ceil(_peak(jobs_at_once) / WORKER_LOAD))
    memory = cost("crawl_memory") + cost("readers_memory") + JOB_SITES * cost("site_memory")
    return {
        "worker_cores": cores,
        "worker_cores_for_starts": round(_peak(starts) / WORKER_LOAD, 1),
        "workers": workers,
        "worker_memory_gb": round(workers * memory / 1e9, 1),
    }


def _database(day: Day, stored: float) -> Figures:
    """Shards, each a replica set of three, for so many stored articles."""

    def cores(shards: int) -> float:
        each = article_cpu(stored / shards)
        work = [s.new * each + s.revisits * cost("visit_cpu") + s.sites * cost("crawl_db_cpu") for s in day.slots]
        return _peak([seconds / SLOT for seconds in work]) / shards

    disk = stored * (cost("article_disk") + cost("index_disk"))
    hot = stored * cost("hot_index")
    needs = {
        "disk": ceil(disk / (SHARD_DISK * SHARD_LOAD)),
        "memory": ceil(hot / (SHARD_MEMORY * HOT_SHARE)),
        "processor": next(n for n in range(1, 1000) if cores(n) <= SHARD_CORES * SHARD_LOAD),
    }
    shards = max(1, *needs.values())
    return {
        "articles_stored": round(stored),
        "database_disk_tb": round(disk / 1e12, 2),
        "database_cores_peak": round(cores(shards) * shards * (1 + (MEMBERS - 1) * SECONDARY), 1),
        "shards": shards,
        "shards_because_of": max(needs, key=lambda name: needs[name]) if shards > 1 else "",
    }


def _waits(day: Day, chance: random.Random) -> Figures:
    """Minutes from publication to storage: until a visit, until a worker is free, until its turn at the host."""
    waits = sorted(wait + chance.random() * SLOT * WORKER_LOAD for wait in day.waits)
    return {f"wait_p{part}_minutes": round(waits[int(part / 100 * (len(waits) - 1))] / 60, 1) for part in (50, 95)}


def month(found: Figures, prices: Prices) -> int:
    """Money a month, without people."""
    cores, memory = OTHERS
    cores += found["worker_cores"]
    memory += found["worker_memory_gb"] * 1e9
    members = found["shards"] * MEMBERS
    cores += members * SHARD_CORES
    memory += members * SHARD_MEMORY
    disk = found["database_disk_tb"] * 1e3 * MEMBERS / SHARD_LOAD
    money = cores * prices.core + memory / 1e9 * prices.memory + disk * prices.disk
    return round((money + found["network_tb_month"] * prices.traffic) / 10) * 10


def breaks(found: Figures) -> dict[str, int]:
    """What one of each thing holds, in sites; drawn on by straight lines from the size that was simulated."""
    sites = found["sites"]
    scheduler = cost("due_seconds") / 10 + cost("plan_cpu") + cost("site_file_cpu") / 30
    hot = found["articles_stored"] * cost("hot_index") / sites
    disk = found["database_disk_tb"] * 1e12 / sites
    primary = found["database_cores_peak"] / (1 + (MEMBERS - 1) * SECONDARY) / sites
    workers = found["worker_cores"] / sites
    limits = {
        "a worker machine of 8 cores": 8 / workers,
        "memory for the indexes of one shard, after a year": SHARD_MEMORY * HOT_SHARE / hot,
        "the disk of one shard, after a year": SHARD_DISK * SHARD_LOAD / disk,
        "the processor of one primary": SHARD_CORES * SHARD_LOAD / primary,
        "folder of site files: looking through its names takes as long as all else of a start": cost("job_cpu")
        / cost("site_name_cpu"),
        "the scheduler": 1 / scheduler,
        "a line of 1 Gbit/s": 1000 / (found["network_mbit_peak"] / sites),
    }
    return {name: _rounded(number) for name, number in sorted(limits.items(), key=lambda item: item[1])}


REMEDIES = {
    "a worker machine of 8 cores": "more workers, on any machine: nothing else changes",
    "memory for the indexes of one shard, after a year": "more memory, older articles exported and removed, or shards",
    "the disk of one shard, after a year": "a larger disk, older articles exported and removed, or shards",
    "the processor of one primary": "shards (`deploy/mongodb/shard.js`)",
    "folder of site files: looking through its names takes as long as all else of a start": "larger jobs "
    "(`NEWSCRAWL_JOB_SITES`), or several databases, each with some of the sites",
    "the scheduler": "several databases, each with its scheduler and some of the sites: it reads every site file anew "
    "twice a minute",
    "a line of 1 Gbit/s": "workers at several places",
}

ROWS: tuple[tuple[str, str], ...] = (
    ("articles_a_day", "new articles a day"),
    ("requests_a_second", "requests a second, mean"),
    ("requests_a_second_peak", "requests a second, busiest minutes"),
    ("network_mbit_peak", "Mbit/s in, busiest minutes"),
    ("workers", "`newscrawl worker` processes"),
    ("worker_cores", "their cores"),
    ("worker_cores_for_starts", "of these for the starts of jobs"),
    ("worker_memory_gb", "their memory, GB"),
    ("articles_stored", "articles stored after a year"),
    ("database_disk_tb", "disk of the database, TB, once"),
    ("database_cores_peak", "cores of the database, busiest minutes, all members"),
    ("shards", "shards, each of three servers"),
    ("wait_p50_minutes", "minutes from publication to storage, median"),
    ("wait_p95_minutes", "the same, 95th percentile"),
    ("month_rented", "€ a month, rented servers"),
    ("month_cloud", "$ a month, a large cloud"),
)


def sizes_table(found: list[Figures]) -> str:
    """A column for each size, in Markdown."""
    head = "| | " + " | ".join(f"{column['sites']:,} sites" for column in found) + " |"
    lines = [f"| {told} | " + " | ".join(f"{column[name]:,}" for column in found) + " |" for name, told in ROWS]
    return "\n".join([head, "|---" * (len(found) + 1) + "|", *lines])


def breaks_table(limits: dict[str, int]) -> str:
    """What one of each thing holds, the tightest first, in Markdown."""
    lines = [f"| {name} | {number:,} | {REMEDIES[name]} |" for name, number in limits.items()]
    return "\n".join(["| one of these | holds about so many sites | beyond |", "|---|---|---|", *lines])


def costs_table() -> str:
    """Every cost with its source, in Markdown."""
    lines = [
        f"| {name} | {known.value:g} {known.unit} | {'measured' if known.measured else 'assumed'} | {known.source} |"
        for name, known in COSTS.items()
    ]
    return "\n".join(["| | | | source |", "|---|---|---|---|", *lines])


def measure(sizes: tuple[int, ...], **options: Any) -> Figures:
    """Everything, as it is kept."""
    found = [simulate(sites, **options) for sites in sizes]
    for column in found:
        column |= {f"month_{name}": month(column, prices) for name, prices in PRICES.items()}
    return {
        "sizes": found,
        "breaks": breaks(found[len(found) // 2]),
        "costs": {name: known.value for name, known in COSTS.items()},
    }


PAGE = Path(__file__).resolve().parent.parent / "docs" / "sizing.md"


def page(found: Figures) -> str:
    """docs/sizing.md with the tables of these figures."""
    text = PAGE.read_text(encoding="utf-8")
    tables = {"sizes": sizes_table(found["sizes"]), "breaks": breaks_table(found["breaks"]), "costs": costs_table()}
    for name, table in tables.items():
        before, begin, rest = text.partition(f"<!-- {name}: begin -->")
        _, end, after = rest.partition(f"<!-- {name}: end -->")
        text = f"{before}{begin}\n\n{table}\n\n{end}{after}"
    return text


def main() -> None:
    """Print the tables; keep them, and those of the page, where nothing was changed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, action="append", help="another size; may be given again")
    parser.add_argument("--delay", type=float, default=DELAY, help="seconds between two requests to a host")
    parser.add_argument("--days", type=int, default=365, help="days for which articles are kept")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    sizes = tuple(arguments.sites or SIZES)
    found = measure(sizes, delay=arguments.delay, days=arguments.days)
    if (sizes, arguments.delay, arguments.days) == (SIZES, DELAY, 365):
        RESULT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        PAGE.write_text(page(found), encoding="utf-8")
    if arguments.json:
        print(json.dumps(found, indent=1))
        return
    print(sizes_table(found["sizes"]), breaks_table(found["breaks"]), costs_table(), sep="\n\n")


def _rounded(number: float) -> int:
    """To two digits: more of them would say more than is known."""
    digits = len(str(int(number))) - 2
    return int(round(number, -digits)) if digits > 0 else round(number)


if __name__ == "__main__":
    main()
