"""The hostile server of $NEWSCRAWL_SHARED as a benchmark uses it: its process, its cases as sites, and its score.

Server, cases and score are no part of the repository. A case has a category, an address, and a severity: one that is
`must` fails, one that is `should` warns.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

PORTS = 28  # from the main origin's
CANARY = ("127.0.0.2", 3)  # the address that must not be reached: host, and port after the main one
WALKED = ("listing", "trap")
"""Categories whose cases are pages of links: they are walked as listings besides."""
BOMBS = ("/c/bomb-gzip", "/c/bomb-deflate", "/c/bomb-gzip-gzip", "/sm/bomb.xml.gz")

Document = dict[str, Any]


class Verdict(NamedTuple):
    """What became of one case."""

    case: str
    category: str
    word: str
    """`pass`, `FAIL`, `warn`, or `n/a`: the crawl never came to it."""
    why: str


def sites_of(cases: Iterable[Mapping[str, Any]], origin: str) -> dict[str, str]:
    """Site files, by name, that lead a crawl to the cases of one category. `origin`: of the server, without a path.

    The cases of the main origin are one site with the server's listing of them, or with the feeds and sitemaps that
    they are; each case with an origin of its own is a site of its own.
    """
    sites, own = {}, []
    for case in cases:
        if case["path"].startswith("/"):
            own.append(case)
        else:
            sites[case["id"]] = _site_file(case["path"].rstrip("/"), r"/.+", listings=[case["path"]])
    if own:
        category = own[0]["category"]
        feeds = [origin + case["path"] for case in own if category == "feed" and not _is_sitemap(case)]
        sitemaps = [origin + case["path"] for case in own if _is_sitemap(case)]
        listings = [origin + case["path"] for case in own if category in WALKED]
        if not feeds:
            listings.insert(0, f"{origin}/?only={category}")
        sites[f"hostile-{category}"] = _site_file(origin, r"/(?:c|old)/", listings, feeds, sitemaps)
    return sites


def _is_sitemap(case: Mapping[str, Any]) -> bool:
    return str(case["path"]).startswith("/sm/")


def _site_file(
    origin: str, article: str, listings: Iterable[str], feeds: Iterable[str] = (), sitemaps: Iterable[str] = ()
) -> str:
    lines = [
        'publisher = "Torture Times"',
        f'home = "{origin}/"',
        f"article = '^{re.escape(origin)}{article}'",
        "[[editions]]",
        'name = "en"',
        'language = "en"',
    ]
    for key, addresses in (("listings", listings), ("feeds", feeds), ("sitemaps", sitemaps)):
        if found := list(addresses):
            lines.append(f"{key} = {json.dumps(found)}")
    return "\n".join(lines) + "\n"


def verdicts_of(scored: Mapping[str, Mapping[str, Any]]) -> list[Verdict]:
    """The verdicts in what score.py writes with `--json`."""
    found = []
    for name, row in scored.items():
        word = {True: "pass", None: "n/a"}.get(row["ok"], "FAIL" if row["severity"] == "must" else "warn")
        found.append(Verdict(name, row["category"], word, "; ".join(row["why"])))
    return found


def item_of(article: Mapping[str, Any]) -> Document:
    """A stored article in the form that score.py reads."""
    return {
        "url": article["url"],
        "headline": article["headline"],
        "body": article["body"],
        "published": published["at"].isoformat() if (published := article["published"]) and published["at"] else None,
        "views": article["views"] and article["views"]["count"],
        "authors": [author["name"] for author in article["authors"]],
    }


@dataclass
class Torture:
    """The running server. `folder`: a copy of its files, to which it adds what it makes."""

    folder: Path
    port: int

    @property
    def origin(self) -> str:
        """Address of the main origin, without a path."""
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> bytes:
        """A page of the server."""
        with urllib.request.urlopen(self.origin + path, timeout=120) as answer:
            return bytes(answer.read())

    def cases(self) -> list[Document]:
        """Every case, those of the main origin with a path, the others with an address."""
        found: list[Document] = json.loads(self.get("/cases.json"))
        return found

    def report(self) -> Document:
        """What was asked for since the last reset."""
        found: Document = json.loads(self.get("/report"))
        return found

    def score(self, items: Iterable[Document], reports: Mapping[str, Document]) -> list[Verdict]:
        """The verdict on each case. `reports`: that of the run of each category."""
        merged = next(iter(reports.values())) | {
            "canary_hits": [hit for r in reports.values() for hit in r["canary_hits"]]
        }
        merged["cases"] = {
            name: case
            for category, report in reports.items()
            for name, case in report["cases"].items()
            if case["cat"] == category
        }
        paths = {name: self.folder / f"{name}.json" for name in ("items", "report", "scored", "cases")}
        paths["items"].write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
        paths["report"].write_text(json.dumps(merged), encoding="utf-8")
        cases = [case for case in self.cases() if case["id"] in merged["cases"]]
        paths["cases"].write_text(json.dumps(cases), encoding="utf-8")
        command = [sys.executable, str(self.folder / "score.py"), "--items", str(paths["items"])]
        command += ["--report", str(paths["report"]), "--json", str(paths["scored"]), "--cases", str(paths["cases"])]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return verdicts_of(json.loads(paths["scored"].read_text(encoding="utf-8")))


def free_block() -> int:
    """The first of as many free ports as the server takes. Raises SystemExit where there are none."""
    dice = random.Random()
    for _ in range(200):
        first = dice.randrange(20_000, 32_000)  # below what the kernel gives to connections
        if all(_is_free("127.0.0.1", first + step) for step in range(PORTS)) and _is_free(CANARY[0], first + CANARY[1]):
            return first
    raise SystemExit(f"there are no {PORTS} free ports in a row, or {CANARY[0]} is no address of this machine")


def _is_free(host: str, port: int) -> bool:
    with closing(socket.socket()) as probe:
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


@contextmanager
def torture(source: Path, folder: Path) -> Iterator[Torture]:
    """Start the server of the folder `source` from a copy in `folder`, and stop it when the context ends."""
    shutil.copytree(source, folder, copy_function=shutil.copyfile)
    for file in (folder, *folder.rglob("*")):  # the copy may be written to
        file.chmod(0o755 if file.is_dir() else 0o644)
    server = Torture(folder, free_block())
    log = (folder / "server.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, str(folder / "server.py"), "--port", str(server.port)], stdout=log, stderr=log
    )
    try:
        _wait_for(server, process)
        for path in BOMBS:  # made at the first time, which takes longer than a crawler waits
            server.get(path)
        yield server
    finally:
        process.terminate()
        process.wait()
        log.close()


def _wait_for(server: Torture, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            server.get("/report/reset")
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                text = (server.folder / "server.log").read_text(errors="replace")
                raise SystemExit(f"the hostile server does not start:\n{text}") from None
            time.sleep(0.05)
