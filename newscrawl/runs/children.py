"""The crawls that a scheduler starts, each a process of its own: what becomes of one is nothing to the others."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from newscrawl.schedule import Schedule, Slot

NEWSCRAWL = (sys.executable, "-m", "newscrawl.cli")
TAIL = 4000  # bytes of what a crawl said that are looked at
MOST_SAID = 400  # characters of it that are kept
LONGEST_ALERTS = 120.0  # seconds that the evaluation of alerts may take
WAIT = "10m"
"""How long a crawl waits for another run of its site, which an operator may have begun by hand."""


def command_of(schedule: Schedule, slot: Slot, *, only_due: bool = False) -> list[str]:
    """The words of the crawl of a slot, after `newscrawl`. `only_due`: only listings that are due."""
    options = schedule.options
    words = ["crawl", *slot.sites, "--wait", WAIT, "--started-by", f"schedule {schedule.name}"]
    words += ["--idempotency-key", slot.id]
    if only_due:
        words.append("--due")
    for name, value in (("limit", options.limit), ("since", options.since), ("max-pages", options.max_pages)):
        if value is not None:
            words += [f"--{name}", str(value)]
    words += [f"--{name}" for name in ("revisit", "no-revisits") if getattr(options, name.replace("-", "_"))]
    return words


def environment_of(schedule: Schedule) -> dict[str, str]:
    """The environment of its crawls: that of the scheduler, and the bounds of an adaptive schedule."""
    if schedule.kind != "adaptive":
        return dict(os.environ)
    spans = {"MIN": schedule.shortest, "MAX": schedule.longest, "PACE": schedule.pace}
    return os.environ | {f"NEWSCRAWL_DUE_{name}": f"{max(1, round(span / 60))}m" for name, span in spans.items()}


@dataclass
class Child:
    """A crawl that goes on. What it says goes to a file: it must not depend on a scheduler that reads it."""

    slot: Slot
    process: asyncio.subprocess.Process
    log: Path

    @property
    def code(self) -> int | None:
        """Its exit code, as a shell tells it: 128 and the signal that ended it. None while it goes on."""
        code = self.process.returncode
        return 128 - code if code is not None and code < 0 else code

    def said(self) -> str:
        """The end of what it said, and no more of it on disk."""
        try:
            with self.log.open("rb") as file:
                file.seek(0, os.SEEK_END)
                file.seek(max(0, file.tell() - TAIL))
                text = file.read().decode(errors="replace")
            self.log.unlink()
        except OSError:
            return ""
        return text

    def ask_to_end(self) -> None:
        """What is fetched is stored within ten seconds, then it ends."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it and all its processes at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)


async def start(
    schedule: Schedule,
    slot: Slot,
    folder: Path,
    *,
    only_due: bool = False,
    job: str | None = None,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Child:
    """Start the crawl of a slot. `job`: of this job of a fleet; it keeps off what other machines crawl, and ends where
    this process does. `environment`: further variables for it.

    Raises OSError where no process can be started or the folder cannot be written.
    """
    os.makedirs(folder, mode=0o700, exist_ok=True)
    log = folder / (re.sub(r"[^A-Za-z0-9.-]", "_", job or slot.id) + ".log")
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *NEWSCRAWL,
            *command_of(schedule, slot, only_due=only_due),
            *(["--in-fleet"] if job else []),
            env={**environment_of(schedule), **environment},
            stdin=asyncio.subprocess.PIPE if job else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=file,
            start_new_session=True,  # Ctrl-C is for the scheduler, which ends its crawls in order
        )
    return Child(slot, process, log)


MEANING = {
    0: "ok",
    1: "failed",
    2: "wrong usage or configuration",
    3: "degraded",
    4: "nothing found",
    5: "the database was down",
    6: "another run crawled the site",
    130: "interrupted",
    137: "killed",
    143: "ended by SIGTERM",
}
"""Exit code of a crawl to what it says."""


def outcome_of(code: int, said: str, runs: Sequence[Mapping[str, Any]]) -> str | None:
    """What is told of a crawl that has ended; None where all is well.

    Where it failed: what the records of its runs name, one a site, or else the last line that it said.
    """
    if code == 0:
        return None
    meaning = MEANING.get(code) or (f"killed by signal {code - 128}" if code > 128 else f"exit code {code}")
    told = "; ".join(filter(None, map(_wrong_with, runs))) if code in (1, 3) else ""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    if not told and lines and code not in (3, 4, 130, 143):
        told = next((line for line in reversed(lines) if " is left out " in line), lines[-1])
    return f"{meaning}: {told[:MOST_SAID]}" if told else meaning


def _wrong_with(run: Mapping[str, Any]) -> str:
    """What the record of one run names: how it ended, and the three reasons that came most often."""
    if run.get("outcome") == "ok":
        return ""
    errors: dict[str, int] = run.get("errors") or {}
    most = sorted(errors, key=lambda reason: (-errors[reason], reason))[:3]
    named = [f"{reason} {errors[reason]}" for reason in most]
    if run.get("reason") not in (None, "finished"):
        named.insert(0, str(run["reason"]))
    return f"{run['site']}: {', '.join(named)}" if named else ""


async def evaluate_alerts() -> str | None:
    """Let alerts be evaluated after a crawl. What was wrong with that, if anything. Cancelled, it leaves no process."""
    try:
        process = await asyncio.create_subprocess_exec(
            *NEWSCRAWL,
            *("alerts", "check"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        return str(error)
    try:
        _, errors = await asyncio.wait_for(process.communicate(), LONGEST_ALERTS)
    except TimeoutError:
        return f"`newscrawl alerts check` took more than {LONGEST_ALERTS:.0f} seconds"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    # Degraded is what it is there to find, and nothing to check is no fault of it.
    return None if process.returncode in (0, 3, 4) else errors.decode(errors="replace")[-MOST_SAID:].strip()
