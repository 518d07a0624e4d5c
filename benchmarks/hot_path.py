"""Where the processor time of a crawl goes, in milliseconds a stored page: `make bench-hot-path`.

Some replicas with host names of their own are crawled in one process into an empty database, without delays, 16
requests at a time to each. The crawl, its readers of pages and its mongod share one core; the replicas are served from
another one. Every process of the crawl is sampled by the processor time that each of its threads uses (`sampler/`); a
sample belongs to the innermost function of a part that is in the table below. The time of mongod is what the system
says. Loading of modules and tables is shown beside the parts: it does not grow with the crawl.

`--keep` keeps the figures in `hot_path.json` beside this file; `--functions N` lists the costliest functions.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from harness import MACHINE, Bench
from results import Result, Wanted, console, loaded, machine, processor_seconds

from newscrawl.replica import Replica, Server, serve, site_file
from newscrawl.replica.stories import IDENTITY

SAMPLER = Path(__file__).parent / "sampler"
WANTED = 15.0  # per cent of the crawl's own processor time that is neither fetch, extraction nor driver

FETCH, EXTRACTION, DRIVER = "fetch", "extraction", "database driver and BSON"
STORE, READERS, OURS = "store", "pages to their readers and back", "spiders, pipelines and middlewares"
FRAMEWORK, OTHER, LOADING = "framework (Scrapy, Twisted)", "other", "loading of modules and tables"
NAMED = (FETCH, EXTRACTION, DRIVER)

PARTS = (
    ("/aiohttp/", FETCH),
    ("/yarl/", FETCH),
    ("/multidict/", FETCH),
    ("/newscrawl/crawl/download.py", FETCH),
    ("/newscrawl/crawl/codings.py", FETCH),
    ("/bson/", DRIVER),
    ("/pymongo/", DRIVER),
    ("/newscrawl/store/", STORE),
    ("/newscrawl/crawl/reader.py", READERS),
    ("/newscrawl/crawl/worker.py", READERS),
    ("/newscrawl/crawl/turns.py", READERS),
    ("/newscrawl/crawl/", OURS),
    ("/newscrawl/spiders/", OURS),
    ("/newscrawl/pipelines/", OURS),
    ("/newscrawl/cli/", OURS),
    ("/scrapy/", FRAMEWORK),
    ("/twisted/", FRAMEWORK),
    ("/w3lib/", FRAMEWORK),
    ("/pydispatch/", FRAMEWORK),
)
"""Pieces of a module's path to the part that it belongs to. What is in none, as the standard library, belongs to the
part that has called it."""

ONCE = ("<frozen_importlib._bootstrap>:_find_and_load", "langid.py:_load_identifier", "ssl.py:create_default_context")
"""Whatever these call is done once in a process, however many pages it reads."""
READING = ("pages.py:read_article_page", "discovery.py:read_discovery", "pages.py:prepare")
"""Whatever these call is extraction."""
IDLE = "thread.py:_worker"
"""A thread that has just done something and waits for more: the store alone has threads that work much."""


class Sample(NamedTuple):
    """Microseconds of processor time, and where: `path/module.py:function`, the innermost first."""

    microseconds: int
    stack: list[str]


def samples(folder: Path) -> Iterator[Sample]:
    """The samples of all processes."""
    for path in folder.iterdir():
        functions: dict[str, str] = {}
        for line in path.read_text(encoding="utf-8").splitlines():
            first, *rest = line.split(" ")
            if first == "=":
                number, module, function = rest
                functions[number] = f"{module}:{function}"
            else:
                yield Sample(int(first), [functions[number] for number in rest])


def part_of(sample: Sample) -> str:
    """The part of a crawl that a sample belongs to."""
    if any(function.endswith(ONCE) for function in sample.stack):
        return LOADING
    if any(function.endswith(READING) for function in sample.stack):
        return EXTRACTION
    for function in sample.stack:
        for piece, part in PARTS:
            if piece in function:
                return part
    return STORE if sample.stack and sample.stack[0].endswith(IDLE) else OTHER


def own_name(text: str, name: str) -> str:
    """A replica's site file, its articles known under a host of their own."""
    text = text.replace("(?!8008/)", "")
    plain = IDENTITY.partition("//")[2]
    return text.replace(plain, name).replace(plain.replace(".", r"\."), name.replace(".", r"\."))


def prepare(run: Bench, servers: list[Server]) -> list[str]:
    """The site files of the replicas; their names."""
    names = [f"replica{number}" for number in range(len(servers))]
    (run.folder / "sites" / "replica.toml").unlink()
    for name, server in zip(names, servers, strict=True):
        text = own_name(site_file(server.base_url), f"{name}.example")
        (run.folder / "sites" / f"{name}.toml").write_text(text, encoding="utf-8")
    return names


def keep_to(core: int, pid: int) -> None:
    """Let all threads of a process, and those that they start, run on one core."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with suppress(ProcessLookupError):  # it has ended meanwhile
            os.sched_setaffinity(int(thread.name), {core})


class Measured(NamedTuple):
    """One crawl. Milliseconds of processor time a stored page."""

    pages: int
    seconds: float
    parts: Counter[str]
    functions: Counter[tuple[str, str]]
    server: float

    @property
    def own(self) -> float:
        """All parts but the loading."""
        return self.parts.total() - self.parts[LOADING]

    @property
    def share(self) -> float:
        """Per cent of it outside extraction, fetch and database driver."""
        return 100 * (1 - sum(self.parts[name] for name in NAMED) / self.own)

    @property
    def figures(self) -> dict[str, Any]:
        """As they are kept."""
        return {
            "pages": self.pages,
            "pages a second": round(self.pages / self.seconds, 1),
            "ms a page": {name: round(time, 2) for name, time in self.parts.most_common()},
            "ms a page of mongod": round(self.server, 2),
            "per cent outside extraction, fetch and driver": round(self.share, 1),
        }


def crawl(run: Bench, names: list[str], core: int, *options: str) -> float:
    """Crawl the sites to the end, on one core; seconds."""
    words = [sys.executable, "-m", "newscrawl.cli", "crawl", *names, *options]
    began = time.monotonic()
    done = subprocess.run(
        words,
        env=run.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=1800,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )
    if done.returncode != 0:
        raise SystemExit(f"the crawl ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return time.monotonic() - began


def measure(articles: int, hosts: int) -> Measured:
    """Crawl once, from nothing."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="newscrawl-bench-")))
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[-1]})
        stack.callback(os.sched_setaffinity, 0, set(cores))
        servers = [stack.enter_context(serve(Replica(articles // hosts, seed=n))) for n in range(hosts)]
        for name in ("crawl", "samples"):
            (folder / name).mkdir()
        run = Bench(folder / "crawl", servers[0])
        stack.callback(run.close)
        run.environment["NEWSCRAWL_DATA"] = str(run.folder / MACHINE)
        names, mongod = prepare(run, servers), run.local.pid() or 0
        keep_to(cores[0], mongod)
        crawl(run, names, cores[0], "--limit", "1")  # so that collections are made and modules compiled
        run.environment |= {"PYTHONPATH": str(SAMPLER), "CRAWL_SAMPLES": str(folder / "samples")}
        stored, before = run.database["articles"].count_documents({}), processor_seconds(mongod)
        seconds = crawl(run, names, cores[0])
        server = processor_seconds(mongod) - before
        pages = run.database["articles"].count_documents({}) - stored
        parts: Counter[str] = Counter()
        functions: Counter[tuple[str, str]] = Counter()
        for sample in samples(folder / "samples"):
            part, milliseconds = part_of(sample), sample.microseconds / 1000 / pages
            parts[part] += milliseconds  # type: ignore[assignment]
            functions[part, where(sample)] += milliseconds  # type: ignore[assignment]
        return Measured(pages, seconds, parts, functions, 1000 * server / pages)


def where(sample: Sample) -> str:
    """The innermost function, and those that have called it."""
    return " < ".join(function.rpartition("/")[2] for function in sample.stack[:3])


def main(
    articles: Annotated[int, typer.Option(min=30, help="Articles of all sites.")] = 1500,
    hosts: Annotated[int, typer.Option(min=1, help="Sites, each of a host name of its own.")] = 5,
    runs: Annotated[int, typer.Option(min=1, help="Crawls; the one of the middle is told.")] = 3,
    functions: Annotated[int, typer.Option(min=0, metavar="N", help="List the N costliest functions.")] = 0,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the result in the repository.")] = False,
) -> None:
    """Measure where a crawl's processor time goes; exit with 1 where too much of it is neither fetch nor extraction
    nor database driver."""
    begun = machine()
    crawls = sorted((measure(articles, hosts) for _ in range(runs)), key=lambda one: one.own + one.server)
    middle = crawls[len(crawls) // 2]
    result = Result(
        name="hot_path",
        title="Where the processor time of a crawl goes",
        runs=runs,
        columns=["part", "ms a page", "%"],
        rows=[
            *(
                [name, spent, None if name == LOADING else 100 * spent / middle.own]
                for name, spent in middle.parts.most_common()
            ),
            ["all but the loading", middle.own, 100.0],
            ["mongod", middle.server, None],
        ],
        wanted=[
            Wanted(
                "outside extraction, fetch and database driver",
                f"{middle.share:.0f} %",
                f"{WANTED:.0f} % or less",
                middle.share <= WANTED,
            )
        ],
        notes=[
            f"{middle.pages} pages of {hosts} sites, {middle.pages / middle.seconds:.0f} a second on one core that "
            "mongod and the sampler share. The run of the middle is shown."
        ],
        measured={"runs": [one.figures for one in crawls]},
        machine=loaded(begun),
    )
    result.show()
    for (part, function), milliseconds in middle.functions.most_common(functions):
        console.print(f"{milliseconds:7.3f}  {part[:12]:12}  {function}", soft_wrap=True, markup=False)
    if keep:
        result.keep()
    raise typer.Exit(result.code)


if __name__ == "__main__":
    typer.run(main)
