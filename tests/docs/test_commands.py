"""Every command in the documentation is run, with a real database, and local news sites in place of those named."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from newscrawl.replica import Replica, Server, serve, site_file
from tests.conftest import ROOT, Newscrawl
from tests.docs.console import Step, steps_of

PAGES = sorted(page for page in (ROOT / "docs").glob("*.md") if steps_of(page))
PATIENCE = 60  # seconds
SIMPLE = re.compile(r"newscrawl( (\"[\w ,.:*/-]*\"|[\w,.:/=@+-]+))*")
"""A command that takes no shell."""


class Reader:
    """Types what a page says, in one folder, with one database."""

    def __init__(self, newscrawl: Newscrawl, sites: dict[str, Server]) -> None:
        self.newscrawl, self.folder = newscrawl, newscrawl.folder
        newscrawl.environment |= {"NEWSCRAWL_REVISITS": "", "NEWSCRAWL_USER_AGENT": "docs (+https://news.example)"}
        newscrawl.environment["NEWSCRAWL_SERVE_PORT"] = "0"  # pages are read side by side
        self.sites = sites
        self.running: list[subprocess.Popen[str]] = []
        command = self.folder / "bin" / "newscrawl"
        command.parent.mkdir()
        command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m newscrawl.cli "$@"\n')
        command.chmod(0o755)
        self.path = f"{command.parent}:{os.environ['PATH']}"

    @property
    def environment(self) -> dict[str, str]:
        """That of a shell, which finds the command on its path."""
        return self.newscrawl.environment | {"PATH": self.path}

    def follow(self, step: Step) -> None:
        """Write the file, or run the command and hold it to the exit code that the page tells."""
        line = self._with_local_addresses(step.line)
        if step.text is not None:
            path = self.folder / line
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self._with_local_addresses(step.text), encoding="utf-8")
        elif line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            self.newscrawl.environment[name] = value.strip("'\"")
        elif "until ended" in step.note:
            self._begin(line)
        elif step.note.startswith("by hand"):
            return
        elif SIMPLE.fullmatch(line):
            code, output, errors = self.newscrawl.run(*shlex.split(line)[1:])
            assert code in step.codes, f"{line}\n{output}\n{errors}"
        else:
            ended = subprocess.run(
                ["bash", "-uo", "pipefail", "-c", line],
                env=self.environment,
                cwd=self.folder,
                text=True,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=PATIENCE,
                check=False,
            )
            assert "Traceback" not in ended.stderr, ended.stderr
            assert ended.returncode in step.codes, f"{line}\n{ended.stdout}\n{ended.stderr}"

    def end(self) -> None:
        """Let what still runs come to its end."""
        for process in self.running:
            os.killpg(process.pid, signal.SIGTERM)
            process.communicate(timeout=PATIENCE)
            assert process.returncode in (0, 128 + signal.SIGTERM, -signal.SIGTERM), process.args

    def _begin(self, line: str) -> None:
        process = subprocess.Popen(
            ["bash", "-c", f"exec {line}"],
            env=self.environment,
            cwd=self.folder,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline(), f"{line}: has said nothing and ended"

    def _with_local_addresses(self, text: str) -> str:
        for host, server in self.sites.items():
            article = next(article for article in server.replica.edition("en"))
            text = text.replace(f"https://{host}/en/news/example", server.base_url + article.path)
            text = text.replace(f"https://{host}", server.base_url)
        return text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_of_the_page_does_what_it_says(page: Path, newscrawl: Newscrawl) -> None:
    with serve(Replica(articles=12, seed=3)) as unn, serve(Replica(articles=12, seed=4)) as example:
        newscrawl.add_site("unn", site_file(unn.base_url))
        reader = Reader(newscrawl, {"unn.ua": unn, "news.example": example})
        try:
            for step in steps_of(page):
                reader.follow(step)
        finally:
            reader.end()


def test_only_commands_of_other_programs_are_left_to_the_reader() -> None:
    steps = [(page.name, step) for page in PAGES for step in steps_of(page)]
    by_hand = [(name, step.line) for name, step in steps if step.note.startswith("by hand")]
    assert [found for found in by_hand if found[1].startswith("newscrawl")] == []
