"""A fleet under faults, for real: a broker, a replica set of three, four workers, many sites, and kill -9.

Every worker has a data folder and, where the system lets it, a host name of its own, so that it is to the others a
machine far away: nobody sees its processes, only that it gives no sign of life. One planned run of all sites is begun;
meanwhile a worker with all its processes, the broker and the primary of the replica set are killed, and started again
later. Measured are: articles missing and doubled in the database; how long it took until the first request of a site
of the dead worker that was not done; and at the sites themselves, which note every request with its time, how close
two requests to one host ever came, and how many a site got in any ten delays.

`python benchmarks/fleet.py`, with `--broker redis` or `rabbitmq`; `--keep` keeps the result. Exits with 1 where
a promise is broken.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from fleet_sites import address_of
from pymongo import MongoClient
from pymongo.errors import PyMongoError
from results import Result, Wanted, loaded, machine

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.brokers import Broker, missing  # noqa: E402
from tests.database_servers import ReplicaSet  # noqa: E402

NEWSCRAWL = [sys.executable, "-m", "newscrawl.cli"]
WORKERS = 4
CLOSEST = 0.5
"""Least share of the delay between two requests to a host: the pace scatters by half of it."""
NOISE = 0.1  # seconds by which a request may reach the server earlier than another one, after they were sent
TAKEN_OVER = 60.0  # seconds that it may take until sites of a dead worker are crawled by others
DATABASE = "newscrawl"
NEVER = float("inf")


@dataclass
class Fleet:
    """Everything that runs, in a folder."""

    folder: Path
    broker: Broker
    databases: ReplicaSet
    job_sites: int
    jobs: int
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def environment(self, machine: str) -> dict[str, str]:
        """Of a command on a machine."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("NEWSCRAWL_")}
        return kept | {
            "NEWSCRAWL_DATA": str(self.folder / machine),
            "NEWSCRAWL_SITES": str(self.folder / "sites"),
            "NEWSCRAWL_MONGO_URI": self.databases.uri,
            "NEWSCRAWL_BROKER": self.broker.uri,
            "NEWSCRAWL_JOB_SITES": str(self.job_sites),
            "NEWSCRAWL_ALLOW_HOSTS": "127.0.0.0/8",
            "PYTHONPYCACHEPREFIX": str(self.folder / "compiled"),
        }

    def run(self, *words: str) -> str:
        """A command to its end; its output."""
        done = subprocess.run(
            [*NEWSCRAWL, *words],
            env=self.environment("operator"),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode not in (0, 4):
            raise SystemExit(f"{words}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def start(self, machine: str, *words: str) -> None:
        """A command that goes on, on a machine of its own."""
        command = [*NEWSCRAWL, *words]
        if has_host_names():
            command = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', machine, *command]
        with (self.folder / f"{machine}.log").open("ab") as log:
            self.processes[machine] = subprocess.Popen(
                command, env=self.environment(machine), stdout=log, stderr=log, start_new_session=True
            )

    def kill(self, machine: str) -> None:
        """kill -9 of a command and all its processes."""
        process = self.processes.pop(machine)
        for pid in [process.pid, *descendants(process.pid)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        process.wait()

    def stop(self) -> None:
        """End all."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
        self.broker.stop()
        self.databases.stop()


def has_host_names() -> bool:
    """Whether a process can be given a host name of its own here."""
    return bool(shutil.which("unshare")) and subprocess.run(["unshare", "--uts", "true"], check=False).returncode == 0


def descendants(pid: int) -> list[int]:
    """Process numbers of the children of a process, and theirs."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, path.read_text().split()):
            found += [child, *descendants(child)]
    return found


def until(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    """What the condition gives as soon as it gives something; the database may be away meanwhile."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if found := condition():
                return found
        except PyMongoError:
            pass
        time.sleep(0.2)
    raise SystemExit(f"it never happened in {seconds:.0f} s: {what}")


def requests_of(folder: Path) -> dict[str, list[tuple[float, str]]]:
    """Address of each site to when it was asked for what."""
    found: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for line in (folder / "sites" / "requests.tsv").read_text().splitlines():
        at, host, path = line.split("\t")
        found[host].append((float(at), path))
    return {host: sorted(asked) for host, asked in found.items()}


def limits(asked: dict[str, list[tuple[float, str]]], delay: float) -> dict[str, float | int]:
    """How close two requests to one host came, in delays, and the most in any ten delays."""
    gaps = [(b[0] - a[0]) / delay for times in asked.values() for a, b in pairwise(times)]
    most = 0
    for times in asked.values():
        begin = 0
        for end, (at, _) in enumerate(times):
            while at - times[begin][0] > 10 * delay:
                begin += 1
            most = max(most, end - begin + 1)
    too_close = sum(gap * delay < CLOSEST * delay - NOISE for gap in gaps)
    return {"closest": round(min(gaps), 3), "too_close": too_close, "most_in_ten_delays": most, "requests": len(gaps)}


def takeover(dead: set[str], killed_at: float, asked: dict[str, list[tuple[float, str]]]) -> list[float]:
    """Seconds from the kill to the next request to each of these sites, which a worker had that is dead; sorted."""
    spans = []
    for site in dead:
        later = [at for at, _ in asked.get(address_of(int(site.removeprefix("town-"))), []) if at > killed_at + 1]
        spans.append(min(later) - killed_at if later else NEVER)
    return sorted(spans)


def measure(fleet: Fleet, sites: int, articles: int, delay: float, faults: list[str]) -> dict[str, Any]:
    """One planned run of all sites under faults."""
    client: MongoClient[dict[str, Any]] = MongoClient(fleet.databases.uri, tz_aware=True, timeoutMS=3000)
    database = client[DATABASE]
    for number in range(1, WORKERS + 1):
        fleet.start(f"worker{number}", "worker", "--jobs", str(fleet.jobs))
    fleet.start("planner", "schedule", "run")
    until(lambda: database["workers"].count_documents({}) == WORKERS, 60, "four workers")
    began = time.time()
    fleet.run("schedule", "add", *[f"town-{number}" for number in range(sites)], "--every", "6h", "--name", "all")
    total = sites * articles
    until(lambda: database["articles"].count_documents({}) > total / 8, 600, "the first articles")
    figures: dict[str, Any] = {}
    if "worker" in faults:
        victim = until(lambda: _busiest(database), 30, "a worker that has jobs")
        fleet.kill(victim)
        killed_at = time.time()
        unended = database["runs"].find({"host": victim, "ended_at": None}, {"site": 1}) if has_host_names() else []
        open_sites = {run["site"] for run in unended}
        figures["sites_of_dead_worker"] = len(open_sites)
        time.sleep(3)
        fleet.start(f"{victim}b", "worker", "--jobs", str(fleet.jobs))
        # The next fault comes when this one is over, or has taken too long: what each costs is to be told apart.
        deadline = killed_at + 2 * TAKEN_OVER
        while time.time() < deadline and takeover(open_sites, killed_at, requests_of(fleet.folder))[-1:] == [NEVER]:
            time.sleep(1)
    until(lambda: database["articles"].count_documents({}) > total / 4, 600, "a quarter of the articles")
    if "broker" in faults:
        fleet.broker.kill()
        time.sleep(10)
        fleet.broker.start()
    until(lambda: database["articles"].count_documents({}) > total / 2, 600, "half of the articles")
    if "primary" in faults:
        primary = fleet.databases.primary()
        primary.kill()
        time.sleep(20)
        primary.start()
    slot = until(lambda: database["slots"].find_one({"state": "ended"}), 1200, "the end of the run")
    figures["seconds"] = round(time.time() - began, 1)
    asked = requests_of(fleet.folder)
    if figures.get("sites_of_dead_worker"):
        spans = takeover(open_sites, killed_at, asked)
        figures["taken_over_median"] = round(spans[len(spans) // 2], 1)
        figures["taken_over_last"] = round(spans[-1], 1)
    stored = [article["url"] for article in database["articles"].find({}, {"url": 1})]
    fetched = Counter((host, path) for host, times in asked.items() for _, path in times if path.startswith("/news/"))
    figures |= {
        "outcome": slot["code"],
        "reason": slot["reason"],
        "missing": total - len(set(stored)),
        "doubled": len(stored) - len(set(stored)),
        "fetched_twice": sum(times - 1 for times in fetched.values()),
        **limits(asked, delay),
    }
    client.close()
    return figures


def _busiest(database: Any) -> str | None:
    """Host of the worker that has most jobs."""
    workers = {worker["name"]: worker["host"] for worker in database["workers"].find()}
    having = Counter(job["worker"] for job in database["jobs"].find({"state": "running"}))
    return next((workers[name] for name, _ in having.most_common() if name in workers), None)


def promises(figures: dict[str, Any]) -> list[Wanted]:
    """What a fleet promises, and what came of it."""
    stored = Wanted(
        "articles missing, and stored twice",
        f"{figures['missing']} and {figures['doubled']}",
        "none",
        not figures["missing"] and not figures["doubled"],
    )
    paced = Wanted(
        "requests to a host too soon after another one",
        f"{figures['too_close']}; the closest came after {figures['closest']:.2f} of the delay",
        f"none, {CLOSEST:g} of the delay or more",
        not figures["too_close"],
    )
    if not (last := figures.get("taken_over_last")):
        return [stored, paced]
    number = figures["sites_of_dead_worker"]
    taken = Wanted(
        f"the last of {number} sites of the dead worker taken over",
        f"after {last:.0f} s, half of them after {figures['taken_over_median']:.0f} s",
        f"{TAKEN_OVER:.0f} s",
        last <= TAKEN_OVER,
    )
    return [stored, taken, paced]


def main(
    broker: Annotated[Literal["redis", "rabbitmq"], typer.Option(help="Which broker.")] = "rabbitmq",
    sites: Annotated[int, typer.Option(min=4, help="Sites.")] = 400,
    articles: Annotated[int, typer.Option(min=4, help="Of each site.")] = 12,
    delay: Annotated[float, typer.Option(help="Seconds between two requests to a site, on average.")] = 6.0,
    job_sites: Annotated[int, typer.Option(help="Most sites of a job.")] = 50,
    jobs: Annotated[int, typer.Option(help="Jobs of a worker at a time.")] = 4,
    faults: Annotated[str, typer.Option(help="Which, separated by commas.")] = "worker,broker,primary",
    keep: Annotated[bool, typer.Option("--keep", help="Keep the result in the repository.")] = False,
    folder: Annotated[Path | None, typer.Option(help="For the logs; else one that is removed.")] = None,
) -> None:
    """Measure, print the figures, and exit with 1 where a promise is broken."""
    begun = machine()
    if why := missing(broker):
        raise SystemExit(f"{why}; `apt-get install redis-server rabbitmq-server`")
    with tempfile.TemporaryDirectory(prefix="newscrawl-fleet-") as made:
        place = folder or Path(made)
        (place / "sites").mkdir(parents=True)
        words = [str(place / "sites"), str(sites), str(articles), str(delay)]
        server = subprocess.Popen([sys.executable, str(ROOT / "benchmarks" / "fleet_sites.py"), *words])
        try:
            until((place / "sites" / "ready").exists, 30, "the sites")
            fleet = Fleet(place, Broker(broker, place / "broker"), ReplicaSet(place / "db", 10_000), job_sites, jobs)
            try:
                figures = measure(fleet, sites, articles, delay, faults.split(","))
            finally:
                fleet.stop()
        finally:
            server.kill()
            server.wait()
    notes = [
        f"{sites} sites with {articles} articles each, {WORKERS} workers, a replica set of three, all on one machine; "
        f"killed: {faults.replace(',', ', ')}. The run took {figures['seconds']:.0f} s and ended with "
        f"{figures['outcome']}{': ' + figures['reason'] if figures['reason'] else ''}.",
        f"{figures['fetched_twice']} of {figures['requests']} requests asked for an article that had been asked for.",
    ]
    result = Result(
        name=f"fleet_{broker}",
        title=f"A fleet with {broker}, under faults",
        runs=1,
        columns=[],
        rows=[],
        wanted=promises(figures),
        notes=notes,
        measured=figures | {"delay": delay, "own_host_names": has_host_names()},
        machine=loaded(begun),
    )
    result.show()
    if keep:
        result.keep()
    raise typer.Exit(result.code)


if __name__ == "__main__":
    typer.run(main)
