"""How fast `newscrawl ingest` reads a WARC file of real pages: `make bench-ingest`.

The pages are those of the accuracy sets outside the repository (NEWSCRAWL_SHARED), each in a gzip member of its own as
Common Crawl writes them, with the request before it. They go into an empty embedded database; a second ingest
of the same file with `--again` then meets everything known.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from shared_folder import shared_folder
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from newscrawl.store.local import LocalServer

SETS = ("aed", "fundus_td", "newspaper4k", "traf", "htmldate_def")
console = Console(width=120)


def pages(shared: Path) -> Iterator[tuple[str, bytes]]:
    """Address and bytes of every page of the sets."""
    for name in SETS:
        folder = shared / "data" / "bench" / name
        for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            path = folder / "pages" / f"{record['id']}.html.gz"
            if (record.get("url") or "").startswith("http") and path.exists():
                yield record["url"], gzip.decompress(path.read_bytes())


def write_warc(path: Path, shared: Path, times: int) -> tuple[int, int]:
    """A WARC file of the pages, so many times with other addresses; their number and bytes."""
    number = size = 0
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True, warc_version="1.0")
        for turn in range(times):
            for url, body in pages(shared):
                address = url if turn == 0 else f"{url}{'&' if '?' in url else '?'}turn={turn}"
                dated = {"WARC-Date": "2026-01-02T10:00:00Z"}
                answer = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
                asked = StatusAndHeaders("GET / HTTP/1.1", [("Host", "example.com")], is_http_request=True)
                for kind, headers, block in (("request", asked, b""), ("response", answer, body)):
                    record = writer.create_warc_record(
                        address, kind, payload=BytesIO(block), http_headers=headers, warc_headers_dict=dict(dated)
                    )
                    writer.write_record(record)
                number, size = number + 1, size + len(body)
    return number, size


def ingest(folder: Path, warc: Path, *options: str) -> tuple[float, str]:
    """Seconds of one ingest, with the peak of its resident memory."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NEWSCRAWL_")}
    environment["NEWSCRAWL_DATA"] = str(folder / "data")
    words = [sys.executable, "-m", "newscrawl.cli", "ingest", str(warc), *options, "--json"]
    began = time.monotonic()
    process = subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True)
    peak = 0
    while process.poll() is None:
        status = Path(f"/proc/{process.pid}/status")
        if status.exists() and (found := re.search(r"VmHWM:\s+(\d+)", status.read_text())):
            peak = max(peak, int(found[1]))
        time.sleep(0.2)
    seconds = time.monotonic() - began
    assert process.stdout is not None
    counts = json.loads(process.stdout.read())["ingest"]["counts"]
    told = ", ".join(
        f"{counts[name]} {name}" for name in ("new", "changed", "unchanged", "older", "failed") if name in counts
    )
    return seconds, f"{told}; {peak / 1024:.0f} MiB"


def main(times: Annotated[int, typer.Option(min=1, help="How often each page is written.")] = 1) -> None:
    """Measure the ingest."""
    shared = shared_folder("data/bench")
    table = Table("ingest", "pages", "pages/s", "MB/s", "what came of it; peak memory of the main process")
    with tempfile.TemporaryDirectory(prefix="newscrawl-bench-") as name:
        folder = Path(name)
        server = LocalServer(folder / "data")
        server.start(keep=True)
        try:
            number, size = write_warc(folder / "pages.warc.gz", shared, times)
            for words, options in (("new", ()), ("known", ("--again",))):
                seconds, told = ingest(folder, folder / "pages.warc.gz", *options)
                table.add_row(words, str(number), f"{number / seconds:.1f}", f"{size / seconds / 1e6:.1f}", told)
        finally:
            server.stop()
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
