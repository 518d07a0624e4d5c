"""What a scheduler does with each schedule at each look: records slots that do not start, starts the one that does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from newscrawl.runs.dues import first_dues, sites_of
from newscrawl.runs.orphans import Orphans
from newscrawl.runs.plan import CLOCK_ERROR, adaptive_slot, due_slots, next_slots, settle
from newscrawl.runs.starter import Starter
from newscrawl.schedule import Schedule, Slot
from newscrawl.site import Sites
from newscrawl.store.schedules import move_plan, record_slots, take_wish


class Planner:
    """Plans schedules. `say`: takes lines for people."""

    def __init__(self, crawls: Starter, orphans: Orphans, say: Callable[[str], None]) -> None:
        self.crawls, self.orphans, self.say = crawls, orphans, say
        self.database = crawls.database
        self.sites = Sites()
        """Every site that there is."""
        self.dues: dict[str, dict[str, datetime]] = {}
        """Of the sites of adaptive schedules: source to when it is due."""
        self.why_late = ""
        """Why nothing was planned before."""
        self.missed = 0
        """Planned runs that did not start in time, since this process began."""
        self._waiting: dict[str, str] = {}

    async def plan(self, schedule: Schedule, now: datetime) -> None:
        """One look at one schedule. Raises ValueError or KeyError where it was edited by hand, and wrongly."""
        if schedule.planned_until > now + CLOCK_ERROR:
            ahead = f"{schedule.planned_until:%Y-%m-%d %H:%M} UTC"
            self.say(f"{schedule.name}: it was planned up to {ahead}, by a clock that was ahead; it is planned anew")
            await move_plan(self.database, schedule, now, back=True)
            return
        if schedule.wanted_at is not None:
            await self._plan_wish(schedule, schedule.wanted_at, now)
        if schedule.kind == "adaptive":
            await self._plan_adaptive(schedule, now)
        else:
            await self._plan_by_clock(schedule, now)

    def next(self, schedule: Schedule, now: datetime) -> datetime | None:
        """The next slot of a schedule; None: it is paused, or has none."""
        if schedule.paused_at is not None:
            return None
        if schedule.kind == "adaptive":
            dues = first_dues(schedule, self.dues, self.sites)
            slot = adaptive_slot(schedule, {name: at for name, at in dues.items() if name not in self._busy}, now)
            return slot.planned_at if slot else None
        return next(iter(next_slots(schedule, now, 1)), None)

    async def _plan_by_clock(self, schedule: Schedule, now: datetime) -> None:
        slots = due_slots(schedule, now)
        if not slots:
            return
        names = sites_of(schedule, self.sites)
        free, obstacle = self._free(names)
        settled = settle(schedule, slots, now, why_late=self._why_late(schedule), may_start=obstacle is None)
        await self._record(settled.records)
        if settled.start is not None:
            await self.crawls.start(schedule, settled.start, free, now, note=self._left_out(names))
        if settled.waits is not None and obstacle is not None:
            self._waiting[schedule.name] = obstacle
        else:
            self._waiting.pop(schedule.name, None)
        until = settled.start or max((slot.planned_at for slot in settled.records), default=None)
        if until is not None:
            await move_plan(self.database, schedule, until)

    async def _plan_wish(self, schedule: Schedule, wanted_at: datetime, now: datetime) -> None:
        """The run that an operator asked for; it waits for what is in its way, up to the grace."""
        free, obstacle = self._free(sites_of(schedule, self.sites))
        if now - wanted_at > timedelta(seconds=schedule.grace):
            await self._record([_missed(schedule, wanted_at, f"asked for by hand; {obstacle or self.why_late}")])
        elif obstacle is not None:
            return
        else:
            await self.crawls.start(schedule, wanted_at, free, now, note="asked for by hand")
        await take_wish(self.database, schedule)

    async def _plan_adaptive(self, schedule: Schedule, now: datetime) -> None:
        if schedule.paused_at is not None:
            return
        dues = first_dues(schedule, self.dues, self.sites)
        not_now = self._busy | self.crawls.held(now)
        slot = adaptive_slot(schedule, {name: at for name, at in dues.items() if name not in not_now}, now)
        if slot is None or slot.planned_at > now:
            return
        planned_at = slot.planned_at
        if now - planned_at > timedelta(seconds=schedule.grace):
            await self._record([_missed(schedule, planned_at, self._why_late(schedule))])
            await move_plan(self.database, schedule, now - timedelta(seconds=schedule.shortest))
            planned_at = now
        free, obstacle = self._free(slot.sites)
        if obstacle is not None:
            self._waiting[schedule.name] = obstacle
            return
        self._waiting.pop(schedule.name, None)
        await self.crawls.start(schedule, planned_at, free, now, only_due=True)
        await move_plan(self.database, schedule, planned_at)

    def _why_late(self, schedule: Schedule) -> str:
        return self._waiting.get(schedule.name) or self.why_late or "the scheduler did not come to it in time"

    async def _record(self, slots: Sequence[Slot]) -> None:
        await record_slots(self.database, slots)
        missed = [slot for slot in slots if slot.state == "missed"]
        if missed:
            number, last = sum(slot.number for slot in missed), missed[-1]
            self.missed += number
            runs = "the run" if number == 1 else f"{number} runs, the last one"
            self.say(f"{last.schedule}: {runs} of {last.planned_at:%Y-%m-%d %H:%M} UTC, missed: {last.reason}")

    @property
    def _busy(self) -> set[str]:
        return self.crawls.sites | self.orphans.sites

    def _free(self, names: Sequence[str]) -> tuple[list[str], str | None]:
        """Those of the sites that can be crawled now, and what keeps all of them from a start, if anything does."""
        if len(self.crawls) >= self.crawls.most:
            return [], f"{self.crawls.most} other crawls were running, and --max-parallel allows no more"
        sound = [name for name in names if name not in self.sites.wrong]
        free = [name for name in sound if name not in self._busy]
        if free:
            return free, None
        if names and not sound:
            return [], f"there is a mistake in the site file of {', '.join(names)}; `newscrawl doctor` tells it"
        return [], "its sites were still being crawled by an earlier run" if sound else "there is no site to crawl"

    def _left_out(self, names: Sequence[str]) -> str | None:
        """Which of the sites are not crawled, and why; None: all are."""
        wrong = [name for name in names if name in self.sites.wrong]
        busy = [name for name in names if name in self._busy]
        said = [f"left out, for they were still crawled: {', '.join(busy)}"] if busy else []
        said += [f"left out for a mistake in the site file: {', '.join(wrong)}"] if wrong else []
        return "; ".join(said) or None


def _missed(schedule: Schedule, planned_at: datetime, reason: str) -> Slot:
    return Slot(schedule=schedule.name, planned_at=planned_at, state="missed", reason=reason)
