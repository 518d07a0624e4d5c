"""Which articles of a site are due for another visit, and what a visit writes that read no page."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import UpdateOne
from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.article import Absence, Article, Card, Gone
from newscrawl.normalize.visits import growth_an_hour, next_visit
from newscrawl.records import Visit
from newscrawl.store.identity import Match
from newscrawl.store.sequence import seq_mark

Database = AsyncDatabase[dict[str, Any]]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PLANNED = {"next_visit_at": {"$gte": EPOCH}}
"""The articles that the index of visits holds: those that have one planned."""

CLAIM = timedelta(hours=1)
"""How long a process keeps due articles to itself; after a crash they are due again."""
CLAIM_SPREAD = 600_000  # milliseconds; tells the claims of two processes apart

MOST_ABSENCES = 10

_WAS_GONE = {"$ne": [{"$ifNull": ["$gone", None]}, None]}

_WANTED = (
    *("url", "published", "first_seen_at", "next_visit_at", "is_live", "gone", "fetch"),
    *("provenance", "headline", "section", "authors.name"),
)


@dataclass(frozen=True, slots=True)
class Due:
    """A stored article that is to be visited now."""

    document: Mapping[str, Any]
    claim: datetime
    """Its `next_visit_at` while this process keeps it."""

    @property
    def identity(self) -> str:
        """`_id` of the document."""
        return str(self.document["_id"])

    @property
    def fetch(self) -> Mapping[str, Any]:
        """How its current version was fetched."""
        return self.document.get("fetch") or {}

    @property
    def addresses(self) -> list[str]:
        """Addresses to visit it at, best first: the one that showed its current version, then the canonical one."""
        return [url for url in dict.fromkeys((self.fetch.get("url"), self.document["url"])) if url]

    @property
    def gone(self) -> Gone | None:
        """That it was found gone at the last visit."""
        return Gone.model_validate(self.document["gone"]) if self.document.get("gone") else None

    @property
    def card(self) -> Card:
        """What a card told of it at its first reading and its page does not say."""
        sources = self.document.get("provenance") or {}
        published = (self.document.get("published") or {}).get("at")

        def told(name: str, value: Any) -> Any:
            return value if value and str(sources.get(name, "")).partition(":")[0] == "card" else None

        authors = [author["name"] for author in self.document.get("authors") or ()]
        return Card(
            url=self.addresses[0],
            source="listing",
            headline=told("headline", self.document.get("headline")),
            published=told("published", published.isoformat() if published else None),
            section=told("section", self.document.get("section")),
            authors=tuple(told("authors", authors) or ()),
        )

    def next_visit(self, now: datetime, ages: Sequence[timedelta]) -> datetime | None:
        """When it is visited after a visit now that showed nothing new."""
        return next_visit(
            (self.document.get("published") or {}).get("at"),
            self.document.get("first_seen_at") or now,
            now,
            ages=ages,
            is_live=bool(self.document.get("is_live")),
        )


async def plan_earlier(database: Database, site: str, now: datetime, oldest: timedelta) -> None:
    """Make due the articles that releases without visits have stored, and planned none for, up to the age `oldest`.

    They are known by the lack of `absences`, which every article has since. One update, within one index.
    """
    start = now - oldest
    unplanned = {
        "site": site,
        "published.at": {"$not": {"$lt": start}},  # or not known
        "first_seen_at": {"$gte": start},
        "absences": {"$exists": False},
        "next_visit_at": None,
    }
    await database["articles"].update_many(
        unplanned, {"$set": {"next_visit_at": now, "absences": []}}, hint="site_1_published.at_-1"
    )


async def claim_due(database: Database, site: str, now: datetime, budget: int) -> list[Due]:
    """The due articles of a site, at most so many, kept from other processes.

    Where more are due, half of the budget goes to those that became due last, which are the youngest ones, and half to
    those that have waited longest. One query where nothing is due.
    """
    due = {"site": site, "next_visit_at": {"$gte": EPOCH, "$lte": now}}
    articles, fields = database["articles"], dict.fromkeys(_WANTED, 1)
    if budget < 1 or not (longest := await articles.find(due, fields).sort("next_visit_at", 1).limit(budget).to_list()):
        return []
    if len(longest) == budget > 1:
        latest = await articles.find(due, fields).sort("next_visit_at", -1).limit(budget // 2).to_list()
        longest = [*latest, *longest]
    chosen = {document["_id"]: document for document in list({d["_id"]: d for d in longest}.values())[:budget]}
    return await _claim(database, chosen, due, now)


async def claim_articles(database: Database, site: str, now: datetime, identities: Sequence[str]) -> list[Due]:
    """These articles of a site, due or not, kept from other processes."""
    query = {"_id": {"$in": list(identities)}, "site": site}
    fields = dict.fromkeys(_WANTED, 1)
    found = await database["articles"].find(query, fields).to_list() if identities else []
    return await _claim(database, {document["_id"]: document for document in found}, {"site": site}, now)


async def _claim(
    database: Database, chosen: Mapping[str, Mapping[str, Any]], due: Mapping[str, Any], now: datetime
) -> list[Due]:
    """Those of the chosen that are due still, with a claim."""
    if not chosen:
        return []
    site, articles = due["site"], database["articles"]
    claim = now + CLAIM + timedelta(milliseconds=random.randrange(CLAIM_SPREAD))
    claim = claim.replace(microsecond=claim.microsecond // 1000 * 1000)
    ids = {"_id": {"$in": list(chosen)}}
    await articles.update_many({**ids, **due}, {"$set": {"next_visit_at": claim}})
    kept = await articles.find({**ids, "site": site, "next_visit_at": claim}, {"_id": 1}).to_list()
    return [Due(chosen[document["_id"]], claim) for document in kept]


async def still_claimed(database: Database, visited: Sequence[Due]) -> list[str]:
    """Identities of those that are claimed as they were: nothing has been stored of them since."""
    if not visited:
        return []
    claimed = {"_id": {"$in": [due.identity for due in visited]}, "next_visit_at": visited[0].claim}
    return [document["_id"] async for document in database["articles"].find(claimed, {"_id": 1})]


def visit_operation(visit: Visit) -> UpdateOne:
    """The write of a visit. It changes nothing where the article was read, or claimed anew, since."""
    values: dict[str, Any] = {"next_visit_at": {"$literal": visit.next_visit_at}}
    if visit.gone is not None:
        values["gone"] = {"$literal": visit.gone.model_dump()}
        values["status"] = "gone"
        values["seq_due"] = {"$cond": [_WAS_GONE, "$seq_due", seq_mark()]}
    if visit.is_there:
        values |= {"last_seen_at": visit.at, "fetch.not_modified": visit.not_modified, **is_back(visit.at)}
    return UpdateOne({"_id": visit.article, "next_visit_at": visit.claim}, [{"$set": values}])


def is_back(at: datetime) -> dict[str, Any]:
    """Fields of an update that clear `gone` and remember for how long the article was away. Its return is news."""
    absence = {"gone_at": "$gone.at", "status": "$gone.status", "back_at": at}
    assert absence.keys() == Absence.model_fields.keys()
    before = {"$ifNull": ["$absences", []]}
    further = {"$slice": [{"$concatArrays": [before, [absence]]}, -MOST_ABSENCES]}
    return {
        "absences": {"$cond": [_WAS_GONE, further, before]},
        "gone": None,
        "status": "active",
        "seq_due": {"$cond": [_WAS_GONE, seq_mark(), "$seq_due"]},
    }


def visit_after(
    article: Article, now: datetime, match: Match, ages: Sequence[timedelta], *, changed: bool
) -> datetime | None:
    """When an article that has just been read is visited again.

    `match`: what was stored of it. `changed`: its text is another one now.
    """
    stored = match.stored if match.stored is not None and not match.is_other else {}
    views, earlier = article.views, stored.get("views") or {}
    return next_visit(
        article.published.at if article.published else None,
        stored.get("first_seen_at") or now,
        now,
        ages=ages,
        changed=changed and not match.is_other,
        growth=growth_an_hour(earlier.get("count"), earlier.get("seen_at"), views.count if views else None, now),
        is_live=article.is_live,
    )
