"""The evaluation of alerts after crawls have ended: one at a time, nobody waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from newscrawl.runs.children import evaluate_alerts


class Evaluations:
    """Evaluations of alerts, each a process. `say`: takes lines for people."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self._goes_on: asyncio.Task[str | None] | None = None
        self._is_wanted = False

    def want(self) -> None:
        """Let alerts be evaluated at the next look: that no crawl takes place is told, too."""
        self._is_wanted = True

    def look(self) -> None:
        """Begin an evaluation where one is wanted and none goes on; say what was wrong with the last one."""
        if self._goes_on is not None and self._goes_on.done():
            if said := self._goes_on.result():
                self.say(f"alerts could not be evaluated: {said}")
            self._goes_on = None
        if self._is_wanted and self._goes_on is None:
            self._goes_on, self._is_wanted = asyncio.create_task(evaluate_alerts()), False

    async def end(self, *, at_once: bool) -> None:
        """Let the evaluation come to its end, or give it up."""
        if self._goes_on is None:
            return
        if at_once:
            self._goes_on.cancel()
        await asyncio.wait([self._goes_on])
