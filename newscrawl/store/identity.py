"""Which stored document an article is. No I/O.

The address decides first. One article is met under many, and an address may come to show another article, so an
address alone is believed as long as the texts do not contradict it; a text is believed without an address where the
same site gives it again, letter by letter, with the same instant of publication.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from newscrawl.article import Article
from newscrawl.normalize.text import same_words, shared_text
from newscrawl.normalize.urls import article_id

Document = Mapping[str, Any]

MOST_ALIASES = 100  # kept of one article
ALIKE = 0.3  # share of the shorter text that the other one has: less than that is another article
EXACT = ("second", "minute")
TELLING = 40  # words; shorter texts are given for more than one article

NEEDED = (
    *("url", "aliases", "site", "fingerprint", "revision", "headline", "lead", "body", "published", "modified"),
    *("word_count", "first_seen_at", "last_seen_at", "changed_at", "change", "returns", "views", "fetch"),
)
"""Fields of a stored document that the rules here and the upsert look at."""


@dataclass(slots=True)
class Match:
    """What is stored of an article."""

    stored: Document | None = None
    """The document that it is; None: it is new."""
    url: str = ""
    """The canonical address that the document gets."""
    identity: str = ""
    """`_id` of the document, stored or new."""
    same: list[Document] = field(default_factory=list)
    """Further documents of the same article, stored while nothing told that they were one."""
    foreign: set[str] = field(default_factory=set)
    """Addresses that led to the article and belong to other ones."""
    is_other: bool = False
    """The address shows another article than the one that it is stored for."""


def evidence(articles: Iterable[Article]) -> dict[str, Any]:
    """The filter that finds every document that one of the articles may be; each of its parts has an index."""
    ids: set[str] = set()
    addresses: set[str] = set()
    fingerprints: set[str] = set()
    for article in articles:
        ids.add(article.id)
        addresses.update((article.url, *article.aliases))
        if _is_telling(article):
            fingerprints.add(article.fingerprint)
    either: list[dict[str, Any]] = [
        {"_id": {"$in": sorted(ids)}},
        {"url": {"$in": sorted(addresses)}},
        {"aliases": {"$in": sorted(addresses)}},
    ]
    return {"$or": [*either, *([{"fingerprint": {"$in": sorted(fingerprints)}}] if fingerprints else [])]}


class Found:
    """The documents that `evidence` found for some articles."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._by_identity: dict[str, Document] = {}
        self._by_address: dict[str, list[Document]] = {}
        self._by_fingerprint: dict[str, list[Document]] = {}
        for document in documents:
            self._by_identity[document["_id"]] = document
            self._by_fingerprint.setdefault(document["fingerprint"], []).append(document)
            for address in _addresses(document):
                self._by_address.setdefault(address, []).append(document)

    def match(self, article: Article) -> Match:
        """The stored document of an article."""
        linked = {d["_id"]: d for url in (article.url, *article.aliases) for d in self._by_address.get(url, ())}
        if article.id in self._by_identity:
            linked[article.id] = self._by_identity[article.id]
        same = {i: d for i, d in linked.items() if is_same(article, d)}
        other = [d for i, d in linked.items() if i not in same]
        same |= {d["_id"]: d for d in self._by_fingerprint.get(article.fingerprint, ()) if _is_repeated(article, d)}
        addresses_of_others = {address for d in other for address in _addresses(d)}
        foreign = addresses_of_others & set(article.aliases)
        there = next((d for d in other if d["url"] == article.url), None)
        if same:
            stored = min(same.values(), key=age)
            # A redirect has led here from the stored address, or another article was known by this one.
            has_moved = article.url in addresses_of_others or any(
                d["url"] in (article.url, *article.aliases) for d in same.values()
            )
            return Match(
                stored,
                article.url if has_moved else stored["url"],
                stored["_id"],
                [d for d in same.values() if d is not stored],
                foreign - _addresses(stored),
            )
        if there is not None:
            return Match(there, article.url, there["_id"], foreign=foreign - _addresses(there), is_other=True)
        identity = article.id
        if identity in linked:  # the article that was stored for this address has moved away from it
            identity = article_id(f"{article.url}\n{article.fingerprint}")
        return Match(None, article.url, identity, foreign=foreign)


def age(document: Document) -> tuple[Any, str]:
    """Sorts the documents of one article: the one that was stored first stays."""
    return document["first_seen_at"], document["_id"]


def is_same(article: Article, stored: Document) -> bool:
    """Whether an article met under an address of a stored one is that one, as it stands or as it was changed."""
    if stored["fingerprint"] == article.fingerprint or same_words(stored["headline"], article.headline):
        return True
    if article.published and article.published.precision in EXACT and article.published.at == _published(stored):
        return True
    return shared_text(stored.get("body") or "", article.body) >= ALIKE


def _is_repeated(article: Article, stored: Document) -> bool:
    """Whether a site gives a stored article again under a new address."""
    return (
        stored["fingerprint"] == article.fingerprint
        and stored.get("site") == article.site
        and _is_telling(article)
        and _published(stored) == (article.published.at if article.published else None)
    )


def _is_telling(article: Article) -> bool:
    return article.word_count >= TELLING


def _published(stored: Document) -> Any:
    return (stored.get("published") or {}).get("at")


def _addresses(stored: Document) -> set[str]:
    return {stored["url"], *(stored.get("aliases") or ())}


def add_aliases(addresses: Iterable[str]) -> dict[str, Any]:
    """The stage of an update that adds addresses to `aliases`, as many as are kept, without the canonical one."""
    further = {"$literal": list(dict.fromkeys(addresses))[:MOST_ALIASES]}
    present = {"$ifNull": ["$aliases", []]}
    new = {"$filter": {"input": further, "cond": {"$not": [{"$in": ["$$this", present]}]}}}
    others = {"$filter": {"input": {"$concatArrays": [present, new]}, "cond": {"$ne": ["$$this", "$url"]}}}
    return {"$set": {"aliases": {"$slice": [others, MOST_ALIASES]}}}
