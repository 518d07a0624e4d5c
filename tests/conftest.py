"""Fixtures of the whole suite: one real database server, the real command line, the replica over real HTTP."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from newscrawl.replica import Replica, Server, serve, site_file
from newscrawl.replica.server import SPOKEN_TO_CRAWLERS
from newscrawl.store.connect import Connection
from newscrawl.store.local import LocalServer
from tests.databases import Databases
from tests.prefork import Prefork

ROOT = Path(__file__).resolve().parent.parent
COMPILED = tempfile.TemporaryDirectory(prefix="newscrawl-tests-")
"""Where the commands keep their compiled modules, also where the environment forbids files beside the sources."""
PREFORK = Prefork()
LONGEST = 120.0  # seconds that a command may take
NOT_INHERITED = ("NEWSCRAWL_", "PYTHON", "PYTEST_")

MEMORY, ROOM = Path("/dev/shm"), 4 * 2**30
"""A folder in memory, and the bytes that have to be free there."""
LONG = ("crawl", "docs", "cli", "store", "runs", "benchmarks")
"""Folders whose files take minutes; files of the others take seconds."""


signal.signal(signal.SIGINT, signal.default_int_handler)
"""Where the suite runs in the background, its shell has SIGINT ignored, and every command that is tested would inherit
that."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first: at the end no process works alone."""
    ranks = {folder: rank for rank, folder in enumerate(LONG)}
    items.sort(key=lambda item: ranks.get(item.path.parent.name, len(LONG)))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real pages and labelled examples, which is no part of the repository."""
    folder = Path(os.environ.get("NEWSCRAWL_SHARED", ROOT.parent / "shared")).resolve()
    if not (folder / "data").is_dir():
        pytest.skip(f"no real pages at {folder}; name their folder in NEWSCRAWL_SHARED")
    return folder


@pytest.fixture(scope="session")
def server_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a real database server that all tests share, each with a database of its own.

    Its files are in memory, where the system has room: nothing is tested by waiting for this disk.
    """
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    with tempfile.TemporaryDirectory(prefix="newscrawl-tests-", dir=MEMORY if has_room else None) as folder:
        server = LocalServer(Path(folder) if has_room else tmp_path_factory.mktemp("server"))
        uri = server.start()
        _forget_at_once(uri)
        yield uri
        server.stop()


@pytest.fixture(scope="session")
def databases(server_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """The databases of that server."""
    found = Databases(server_uri, tmp_path_factory.mktemp("databases"))
    yield found
    found.close()


def _forget_at_once(uri: str) -> None:
    """Let the server remove the files of a dropped database soon, not after five minutes: there are a hundred of them,
    and it holds all of them open."""
    with MongoClient(uri) as client:
        client.admin.command({"setParameter": 1, "minSnapshotHistoryWindowInSeconds": 0})
        client.admin.command({"setParameter": 1, "syncdelay": 10})


@dataclass
class Newscrawl:
    """The command `newscrawl` in processes of its own, with a folder and a database of its own."""

    folder: Path
    uri: str | None
    database: str = "test"
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "sites").mkdir()
        self.data = self.folder / "data"
        self.environment = {
            # pytest's own name each test, and commands of different environments share no process that forks them.
            **{name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)},
            "PYTHONPYCACHEPREFIX": COMPILED.name,
            "XDG_CONFIG_HOME": str(self.folder / "config"),  # not the settings of whoever runs the tests
            "NEWSCRAWL_DATA": str(self.data),
            "NEWSCRAWL_DATABASE": self.database,
            "NEWSCRAWL_SITES": str(self.folder / "sites"),
            "NEWSCRAWL_DELAY": "0",
            "NEWSCRAWL_CONCURRENCY": "8",
            "NEWSCRAWL_RETRIES": "0",
            "COLUMNS": "200",
            **({"NEWSCRAWL_MONGO_URI": self.uri} if self.uri else {}),
        }

    def add_site(self, name: str, text: str) -> None:
        """Put a site file into the folder of sites."""
        (self.folder / "sites" / f"{name}.toml").write_text(text, encoding="utf-8")

    def start(self, *words: str, program: tuple[str, ...] = ("newscrawl.cli",)) -> subprocess.Popen[str]:
        """Start the command without waiting for its end."""
        return subprocess.Popen(
            [sys.executable, "-m", *program, *words],
            env=self.environment,
            cwd=self.folder,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, *words: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of the command."""
        done = PREFORK.run(words, self.environment, self.folder, LONGEST)
        if done is None:
            process = self.start(*words)
            output, errors = process.communicate(timeout=LONGEST)
            done = process.returncode, output, errors
        assert "Traceback" not in done[1] + done[2], done[2]
        return done

    def __call__(self, *words: str, code: int = 0) -> str:
        """stdout of the command, which has to end with this code."""
        got, output, errors = self.run(*words)
        assert got == code, f"{words}: {got}\n{output}\n{errors}"
        return output

    def json(self, *words: str, code: int = 0) -> Any:
        """What the command says with `--json`, out of its envelope."""
        envelope = self.envelope(*words, code=code)
        return envelope[next(key for key in envelope if key != "schema")]

    def envelope(self, *words: str, code: int = 0) -> Any:
        """What the command says with `--json`."""
        envelope = json.loads(self(*words, "--json", code=code))
        assert envelope["schema"].startswith("newscrawl.")
        return envelope

    def documents(self, collection: str, **filters: Any) -> list[dict[str, Any]]:
        """Documents of the command's database, read past newscrawl."""
        with MongoClient(self.uri or LocalServer(self.data).uri, tz_aware=True) as client:
            return list(client[self.database][collection].find(filters))

    def headlines(self) -> list[str]:
        """Headlines of the stored articles, sorted."""
        return sorted(document["headline"] for document in self.documents("articles"))


@pytest.fixture
def newscrawl(tmp_path: Path, databases: Databases) -> Iterator[Newscrawl]:
    """The command, with an empty database."""
    with databases.lent() as name:
        yield Newscrawl(tmp_path / "newscrawl", databases.uri, name)


@pytest.fixture(scope="module")
def newscrawl_of_module(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Iterator[Newscrawl]:
    """The command, with a database that the tests of a module share."""
    with databases.lent() as name:
        yield Newscrawl(tmp_path_factory.mktemp("newscrawl") / "own", databases.uri, name)


@pytest.fixture
async def connection(databases: Databases, tmp_path: Path) -> AsyncIterator[Connection]:
    """A connection to an empty database."""
    async with databases.connected(tmp_path) as connection:
        yield connection


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Newscrawl]:
    """The command with no database named: it runs a server of its own."""
    command = Newscrawl(tmp_path / "embedded", None)
    yield command
    LocalServer(command.data).stop()


@pytest.fixture
def replica(newscrawl: Newscrawl) -> Iterator[Server]:
    """A replica of 90 articles, known to the command as the site `replica`."""
    with serve(Replica(articles=90, seed=7)) as server:
        newscrawl.add_site("replica", site_file(server.base_url))
        yield server


def articles_fetched(server: Server) -> set[str]:
    """Paths of the articles whose page the replica has served; an old address that redirects is none."""
    paths = {article.path for article in server.replica.articles}
    asked = {path.partition("?")[0] for path in server.requests}
    return (asked & paths) | {path.replace("/amp/", "/news/") for path in asked if "/amp/" in path}


@pytest.fixture
def fetched(replica: Server) -> Callable[[], set[str]]:
    """Call it for the paths of the articles that the replica has served since its requests were cleared."""
    return lambda: articles_fetched(replica)


@dataclass
class Website:
    """A site of a few pages over real HTTP. `pages`: path to status and body (to what address, where it
    redirects), or to a call that gives them. `headers`: path to further headers of its answers."""

    base_url: str
    pages: dict[str, tuple[int, bytes | str] | Callable[[], tuple[int, bytes | str]]]
    requests: list[str] = field(default_factory=list)
    etags: dict[str, str] = field(default_factory=dict)
    """Path to the ETag that its page carries, and that is answered with 304, whatever the page has become."""
    conditional: list[str] = field(default_factory=list)
    """Path of every request that asked for changes only."""
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """Path and headers of every request."""

    @property
    def visited(self) -> list[str]:
        """Path of every request, without the files by which a site speaks to crawlers."""
        return [path for path in self.requests if path not in SPOKEN_TO_CRAWLERS]

    def site_file(self, **settings: str) -> str:
        """Its site file: one edition with the listing `/news`, articles `/news/…`; `settings` replace or add lines."""
        lines = {"publisher": '"Small News"', "home": f'"{self.base_url}/"', "article": "'/news/[a-z0-9-]+$'"}
        edition = {"name": '"en"', "language": '"en"', "listings": f'["{self.base_url}/news"]'}
        for key, value in settings.items():
            (lines if key in ("article", "timezone", "hosts") else edition)[key] = value
        top = "".join(f"{key} = {value}\n" for key, value in lines.items())
        return top + "[[editions]]\n" + "".join(f"{key} = {value}\n" for key, value in edition.items())

    def start(self) -> None:
        """Listen, at the same port as before."""
        port = int(self.base_url.rpartition(":")[2] or 0)
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self.serving())
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"
        arguments = {"poll_interval": 0.02}
        threading.Thread(target=self._server.serve_forever, kwargs=arguments, daemon=True).start()

    def serving(self) -> type[BaseHTTPRequestHandler]:
        """What answers the requests."""
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.requests.append(self.path)
                site.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                page = site.pages.get(self.path, (404, b"<html><body>not here</body></html>"))
                status, body = page() if callable(page) else page
                tag = site.etags.get(self.path)
                if asked := self.headers.get("If-None-Match"):
                    site.conditional.append(self.path)
                    status, body = (304, b"") if asked == tag else (status, body)
                encoded = body.encode() if isinstance(body, str) else body
                self.send_response(status)
                kind = "text/plain" if self.path == "/robots.txt" else "text/html"
                self.send_header("Content-Type", kind)
                if tag:
                    self.send_header("ETag", tag)
                for name, value in site.headers.get(self.path, {}).items():
                    self.send_header(name, value)
                if status in (301, 302, 307, 308):
                    self.send_header("Location", encoded.decode())
                self.send_header("Content-Length", str(len(encoded)))
                self.end_headers()
                self.wfile.write(encoded)

            def log_message(self, *_arguments: object) -> None:
                """`requests` is the log."""

        return Handler

    def stop(self) -> None:
        """Listen no more: connections are refused."""
        self._server.shutdown()
        self._server.server_close()

    def stop_after(self, path: str) -> None:
        """Answer this path, and every one before it, and stop then."""
        page = self.pages[path]

        def last() -> tuple[int, bytes | str]:
            self.stop()
            self.pages[path] = page
            self.headers[path] = {"Connection": "close"}
            return page() if callable(page) else page

        self.pages[path] = last

    def listing(self, *names: str) -> None:
        """Let `/news` list articles of these names, and serve a sound page for each that has none yet."""
        links = "".join(f'<li><a href="/news/{name}">The headline of the article {name}</a></li>' for name in names)
        self.pages["/news"] = (200, f"<html><body><main><ul>{links}</ul></main></body></html>")
        for name in names:
            text = (
                f"<p>The text of {name} is long enough to be read as the text of an article, and tells of it.</p>" * 4
            )
            page = f"<html><body><article><h1>The headline of the article {name}</h1>{text}</article></body></html>"
            self.pages.setdefault(f"/news/{name}", (200, page))


@pytest.fixture
def website() -> Iterator[Website]:
    """An empty site on this machine; the test adds its pages."""
    site = Website("", {})
    site.start()
    yield site
    site.stop()
