"""Records that need no answer: view counters, aliases, failures, what is known of listings and of
robots.txt, ends of runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pymongo import DeleteOne, ReplaceOne, UpdateOne

from newscrawl.normalize.urls import article_id
from newscrawl.records import Failure, Listing, Robots, Run, Sighting, Visit
from newscrawl.store.identity import add_aliases
from newscrawl.store.ledger import sighting_operation
from newscrawl.store.observations import Observations
from newscrawl.store.visits import visit_operation


@dataclass(slots=True)
class SideRecords:
    """What waits beside the articles of a batch."""

    listings: dict[str, Listing] = field(default_factory=dict)
    """By address: the last word counts."""
    sightings: dict[str, Sighting] = field(default_factory=dict)
    """By identity: the first word counts."""
    observations: Observations = field(default_factory=Observations)
    """Written by the writer itself, before the articles."""
    aliases: list[tuple[str, list[str]]] = field(default_factory=list)
    failures: dict[str, Failure | None] = field(default_factory=dict)
    """By address: the last word counts; None where the address has succeeded."""
    visits: list[Visit] = field(default_factory=list)
    runs: dict[str, Run] = field(default_factory=dict)
    robots: dict[str, Robots] = field(default_factory=dict)
    """By origin: the last word counts."""

    def __len__(self) -> int:
        of_articles = len(self.observations.views) + len(self.aliases) + len(self.visits)
        others = len(self.failures) + len(self.runs) + len(self.robots)
        return len(self.listings) + len(self.sightings) + of_articles + others

    def add(self, further: SideRecords) -> None:
        """Add what came later."""
        self.listings |= further.listings
        self.sightings = further.sightings | self.sightings
        self.observations.add(further.observations)
        self.aliases += further.aliases
        self.visits += further.visits
        self.failures |= further.failures
        self.runs |= further.runs
        self.robots |= further.robots

    def operations(self, only: str | None = None) -> Iterator[tuple[str, list[Any]]]:
        """Collection and operations, those of one collection where it is named. All are idempotent."""
        for collection, make in (
            ("sightings", self._sighting_operations),
            ("listings", self._listing_operations),
            ("articles", self._article_operations),
            ("failures", self._failure_operations),
            ("runs", self._run_operations),
            ("robots", self._robots_operations),
        ):
            if only in (None, collection) and (operations := make()):
                yield collection, operations

    def forget(self, collection: str) -> None:
        """The records of this collection are written: they must not be written again where a later one fails."""
        kept: dict[str, tuple[Any, ...]] = {
            "sightings": (self.sightings,),
            "listings": (self.listings,),
            "articles": (self.aliases, self.visits),
            "failures": (self.failures,),
            "runs": (self.runs,),
            "robots": (self.robots,),
        }
        for records in kept[collection]:
            records.clear()

    def records(self, only: str | None = None) -> list[dict[str, Any]]:
        """All as JSON objects for the spool: the listings where they are named, else all others."""
        if only == "listings":
            return [{"kind": "listing", "listing": item.model_dump(mode="json")} for item in self.listings.values()]
        return [
            *({"kind": "sighting", "sighting": seen.model_dump(mode="json")} for seen in self.sightings.values()),
            *({"kind": "view", "view": view.model_dump(mode="json")} for view in self.observations.views),
            *({"kind": "aliases", "article": identity, "urls": urls} for identity, urls in self.aliases),
            *({"kind": "visit", "visit": visit.model_dump(mode="json")} for visit in self.visits),
            *(
                {"kind": "failure", "failure": failure.model_dump(mode="json")}
                if failure
                else {"kind": "resolved", "url": url}
                for url, failure in self.failures.items()
            ),
            *({"kind": "run", "id": key, "run": run.model_dump(mode="json")} for key, run in self.runs.items()),
            *({"kind": "robots", "robots": known.model_dump(mode="json")} for known in self.robots.values()),
        ]

    def _listing_operations(self) -> list[Any]:
        return [
            ReplaceOne({"_id": article_id(url)}, listing.model_dump(), upsert=True)
            for url, listing in self.listings.items()
        ]

    def _robots_operations(self) -> list[Any]:
        return [
            ReplaceOne({"_id": article_id(origin)}, known.model_dump(), upsert=True)
            for origin, known in self.robots.items()
        ]

    def _sighting_operations(self) -> list[Any]:
        return [sighting_operation(seen) for seen in self.sightings.values()]

    def _article_operations(self) -> list[Any]:
        aliases = [UpdateOne({"_id": identity}, [add_aliases(urls)]) for identity, urls in self.aliases]
        return [*aliases, *map(visit_operation, self.visits)]

    def _failure_operations(self) -> list[Any]:
        operations: list[Any] = []
        for url, failure in self.failures.items():
            key = {"_id": article_id(url)}
            if failure is None:
                operations.append(DeleteOne(key))
                continue
            if failure.stage == "ingest":  # says nothing of the address, so it takes the place of no failure that does
                key["stage"] = "ingest"
            change = {"$set": failure.model_dump(exclude={"first_at"}), "$setOnInsert": {"first_at": failure.first_at}}
            operations.append(UpdateOne(key, change, upsert=True))
        return operations

    def _run_operations(self) -> list[Any]:
        return [UpdateOne({"_id": key}, {"$set": _end(run)}, upsert=True) for key, run in self.runs.items()]


def _end(run: Run) -> dict[str, Any]:
    """What the end of a run writes: it gives its key back, but does not take it, for another run may have it by now."""
    return run.model_dump(exclude={"seen_at", "holds_key"} if run.holds_key else {"seen_at"})
