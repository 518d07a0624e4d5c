"""Links between stored articles: copies of one text, and the twins of one story in other editions.

An article is marked as due by the write that stores it, and unmarked by the write of its links, so that a crash in
between loses nothing. What linking finds is a function of the texts in the database alone. Each article's own links
are written under the mark that they were read with; whoever makes the links of another article wrong marks it anew,
after its own are written. So any number of processes come to the same end in whatever order articles arrive.

A copy's source is the earlier article within seven days that has most of its text; the first publisher at the end of
that chain names the cluster. A whole batch takes four queries and one write; where copies or twins are found that
are stored already, the same again for these. What is read at once is bounded, however many copies a text has.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from bson import ObjectId
from pymongo import UpdateMany, UpdateOne
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from newscrawl.normalize.figures import tell_the_same
from newscrawl.normalize.origin import named_agency
from newscrawl.normalize.similarity import Shingled, copied_share, shingled
from newscrawl.store.connect import is_passing
from newscrawl.store.nodes import FIELDS, MOST_ALIKE, TOGETHER, WINDOW, Neighbourhood, Node, name_stories
from newscrawl.store.order import UNDATED, first_at, week_of
from newscrawl.store.sequence import give_numbers, reserved

logger = logging.getLogger(__name__)

Database = AsyncDatabase[dict[str, Any]]
Document = dict[str, Any]
Nodes = dict[str, Node]
Wronged = tuple[str, str]
"""An article, and another one whose links are wrong because of what is found for it."""

LINKED = ("copied", "cluster", "story", "links_due")
"""Fields that belong to the links: a further reading of a page leaves them alone."""
IS_DUE = {"$gt": ""}
MOST_ROUNDS = 100  # what is due after these is linked at the next start
MOST_NEAR = 200
"""Articles read for a batch, and `MOST_ALIKE` more for each article of it: the cost of a text that is everywhere, such
as the notice of a paywall."""
WEEKS = 1  # before and after its own, in which an article looks for others: `WINDOW`
SETTLED = 10  # copies of an article; one more does not change what it is


def due() -> str:
    """A mark that no other write has: what is linked under an older one is not linked."""
    return str(ObjectId())


async def link(database: Database, identities: Collection[str]) -> None:
    """Link stored articles that are due, and number those that are news.

    Raises PyMongoError where the database is away; the rest then stays due. So it does after any other error, which is
    logged: a crawl does not end for want of a link, and what has none is numbered all the same.
    """
    left: list[str] = sorted(identities)
    mark: Any = IS_DUE
    for _ in range(MOST_ROUNDS):
        found = await _read(database, {"_id": {"$in": left}, "links_due": mark}) if left else {}
        if not found:
            return
        # Of those it marks itself each process links what bears its mark: what another has marked since is the other's.
        mark = due()
        try:
            left = await _link(database, found, mark)
        except Exception as error:
            if isinstance(error, PyMongoError) and is_passing(error):
                raise
            logger.exception("%d articles are not linked", len(found))
            await give_numbers(database)
            return


async def _read(database: Database, query: Document, hint: str | None = None, most: int = 0) -> Nodes:
    found = database["articles"].find(query, FIELDS).limit(most)
    documents = await (found.hint(hint) if hint else found).to_list()
    return {document["_id"]: Node.of(document) for document in documents}


async def _link(database: Database, own: Nodes, mark: str) -> list[str]:
    """Link these; give the identities that are due anew, with this mark."""
    before = {node.id: node.links for node in own.values()}
    others = await near(database, own.values())
    nodes = {**others, **own}
    around = Neighbourhood(nodes, own.values())
    compared = {node.id: around.candidates(node) for node in own.values()}
    pictured = {node.id: around.pictured_twins(node) for node in own.values()}
    documents = await _texts(database, (compared, pictured))
    # In a thread: the shingles of thousands of texts take seconds.
    texts, shares = await asyncio.to_thread(_compare, own, compared, documents) if documents else ({}, {})
    copies = Counter(other.source for other in others.values() if other.source and other.id not in own)
    wronged = _find_sources(own, nodes, compared, shares, texts, copies)
    wronged |= _name_clusters(own, nodes, shares)
    twins = {
        node.id: around.declared_twins(node)
        | {other for other in pictured[node.id] if _tell_the_same(node, other, texts)}
        for node in own.values()
    }
    name_stories(own.values(), twins)
    wronged |= {
        (node.id, other.id)
        for node in own.values()
        for other in twins[node.id]
        if other.id not in own and other.story != node.story
    }
    crowds = [node for node in own.values() if copies[node.id] >= MOST_ALIKE]
    await _write(database, own, before, crowds, wronged, mark)
    return sorted({other for _, other in wronged})


async def near(database: Database, own: Collection[Node]) -> Nodes:
    """Everything that a link of these may lead to or come from, by two queries, and one more for each crowded text.

    Of a text with thousands of copies some are read, those stored first before others. Raises PyMongoError.
    """
    most = MOST_NEAR + MOST_ALIKE * len(own)
    first, last = min(node.at for node in own), max(node.at for node in own)
    window = {"$gte": first - WINDOW, "$lte": last + WINDOW}
    in_window = [{"published.at": window}, {"published.at": None, "first_seen_at": window}]
    found: Nodes = {}
    bands = {band for node in own for band in node.bands}
    while bands:
        query = {"$and": [{"$or": _alike(own, bands)}, {"$or": in_window}]}
        part = await _read(database, query, hint="week_-1_similarity_1", most=most)
        found |= part
        crowded = _crowded(bands, part) if len(part) == most else set()
        if not crowded:
            break
        bands -= crowded  # what they crowded out is still to be read
    declared = [url for node in own for url in node.alternates]
    ways: list[Document] = [
        {"_id": {"$in": [node.source for node in own if node.source]}},
        {"url": {"$in": declared}},
        {"aliases": {"$in": declared}},
        {"alternates.url": {"$in": [url for node in own for url in node.addresses]}},
        {"copied.article": {"$in": [node.id for node in own]}},
    ]
    if pictured := [node for node in own if node.image and node.published and node.edition and not node.alternates]:
        times = [node.published for node in pictured if node.published]
        shown = {"images.0.url": {"$in": [node.image for node in pictured]}}
        ways.append(shown | {"published.at": {"$gte": min(times) - TOGETHER, "$lte": max(times) + TOGETHER}})
    return found | await _read(database, {"$or": ways}, most=most)


def _alike(own: Iterable[Node], bands: set[int]) -> list[Document]:
    """What has one of these bands, by the weeks in which a node looks for its own."""
    by_week: dict[int, set[int]] = defaultdict(set)
    for node in own:
        by_week[week_of(first_at(node.at))] |= node.bands & bands
    return [
        {
            "week": {"$in": [UNDATED, *range(week - WEEKS, week + WEEKS + 1)]},
            "similarity": {"$in": sorted(wanted)},
        }
        for week, wanted in sorted(by_week.items())
        if wanted
    ]


def _crowded(bands: set[int], found: Nodes) -> set[int]:
    """Bands that more articles have than are read for one."""
    numbers = Counter(band for node in found.values() for band in node.bands & bands)
    return {band for band, number in numbers.items() if number > MOST_ALIKE}


class _Text:
    """A text that is compared, and who is named in it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.shingled: Shingled = shingled(document.get("body") or "")


async def _texts(database: Database, pairs: Iterable[dict[str, list[Node]]]) -> list[Document]:
    wanted = {id for near in pairs for own, nodes in near.items() if nodes for id in (own, *(n.id for n in nodes))}
    if not wanted:
        return []
    fields = {"body": 1, "dateline": 1, "authors": 1, "publisher": 1}
    return await database["articles"].find({"_id": {"$in": sorted(wanted)}}, fields).to_list()


def _compare(
    own: Nodes, compared: dict[str, list[Node]], documents: list[Document]
) -> tuple[dict[str, _Text], dict[tuple[str, str], float]]:
    """The texts, and the share of each later one's text that the earlier one has, where that makes it a copy."""
    texts = {document["_id"]: _Text(document) for document in documents}
    shares: dict[tuple[str, str], float] = {}
    for identity, near in compared.items():
        for other in near:
            earlier, later = sorted((own[identity], other), key=lambda node: node.order)
            if (later.id, earlier.id) in shares or later.id not in texts or earlier.id not in texts:
                continue
            share = copied_share(texts[later.id].shingled, texts[earlier.id].shingled)
            if share is not None:
                shares[later.id, earlier.id] = round(share, 3)
    return texts, shares


def _find_sources(
    own: Nodes,
    nodes: Nodes,
    compared: dict[str, list[Node]],
    shares: dict[tuple[str, str], float],
    texts: dict[str, _Text],
    copies: Mapping[str, int],
) -> set[Wronged]:
    """Find the source of each text; give the others that this concerns."""
    wronged: set[Wronged] = set()
    sources: dict[str, list[Node]] = defaultdict(list)
    for later, earlier in shares:
        sources[later].append(nodes[earlier])
    settled = {id for id, number in copies.items() if number >= SETTLED and id in nodes and nodes[id].cluster}
    for node in own.values():
        known = node.source
        best = min(sources[node.id], key=lambda one: (-shares[node.id, one.id], one.order), default=None)
        node.copied = _copied(best, shares[node.id, best.id], texts[node.id], texts[best.id]) if best else None
        if known != node.source:
            # Both have to look again whether they are the first of a cluster, after this one's source is written.
            wronged |= {(node.id, id) for id in (known, node.source) if id and id not in settled}
    for (later, earlier), share in shares.items():
        other = nodes[later]
        if later not in own and other.source != earlier and _is_better(share, nodes[earlier], other, nodes):
            wronged.add((earlier, later))
    left = [other for other in nodes.values() if other.id not in own and other.source in own]
    changed = {other.source for other in left if _has_changed(other, own, compared, shares)}
    return wronged | {(other.source, other.id) for other in left if other.source and other.source in changed}


def _has_changed(copy: Node, own: Nodes, compared: dict[str, list[Node]], shares: dict[tuple[str, str], float]) -> bool:
    """Whether a copy no longer has of its source what is stored; of a source with many copies, some tell it of all."""
    if copy.copied is None or copy.source is None:
        return False
    source = own[copy.source]
    is_compared = copy in compared[source.id] or not copy.bands & source.bands
    return is_compared and shares.get((copy.id, source.id)) != copy.copied["share"]


def _copied(source: Node, share: float, copy: _Text, original: _Text) -> Document:
    """The record of `newscrawl.article.Copied`."""
    dateline, its_dateline = copy.document.get("dateline") or {}, original.document.get("dateline") or {}
    agency = named_agency(
        copy.document.get("body") or "",
        dateline=dateline.get("agency"),
        authors=[author["name"] for author in copy.document.get("authors") or ()],
        sources=(its_dateline.get("agency"), original.document.get("publisher")),
    )
    return {"article": source.id, "url": source.url, "site": source.site, "share": share, "agency": agency}


def _is_better(share: float, source: Node, copy: Node, nodes: Nodes) -> bool:
    """Whether a text has more from this source than from the stored one; where as much, whether it was earlier."""
    if copy.copied is None or share != copy.copied["share"]:
        return copy.copied is None or share > copy.copied["share"]
    current = nodes.get(copy.copied["article"])
    return current is None or source.order < current.order


def _name_clusters(own: Nodes, nodes: Nodes, shares: dict[tuple[str, str], float]) -> set[Wronged]:
    """Name each cluster by its first publisher; give the copies that have another name for it."""
    copies: dict[str, list[Node]] = defaultdict(list)
    for node in nodes.values():
        if node.source and (node.id in own or (node.id, node.source) in shares):
            copies[node.source].append(node)

    def first(node: Node) -> str:
        while node.source in own:
            node = own[node.source]
        source = nodes.get(node.source) if node.source else None
        return (source.cluster if source and source.source else None) or node.source or node.id

    for node in own.values():
        node.cluster = first(node) if node.source or copies[node.id] else None
    return {
        (node.id, copy.id)
        for node in own.values()
        for copy in copies[node.id]
        if copy.id not in own and copy.cluster != node.cluster
    }


def _tell_the_same(first: Node, second: Node, texts: dict[str, _Text]) -> bool:
    own, other = texts.get(first.id), texts.get(second.id)
    return own is not None and other is not None and tell_the_same(own.shingled.figures, other.shingled.figures)


async def _write(
    database: Database,
    own: Nodes,
    before: dict[str, dict[str, Any]],
    crowds: list[Node],
    wronged: set[Wronged],
    mark: str,
) -> None:
    """Links and numbers, then the marks that follow from them, then an end to the marks of these: a crash loses none.

    All by one message. Links are written under the mark that they were read with; where marks follow from them, one of
    their own takes its place until these are written, so that of two who link an article at once one writes. `crowds`:
    those that may have more copies than were read; all of these are marked where their cluster gets another name, to
    be linked at the next start.
    """
    mine = due()
    renamed = [node for node in crowds if node.cluster != before[node.id]["cluster"]]
    marked = sorted({other for _, other in wronged})
    held = {*(node for node, _ in wronged), *marked, *(node.id for node in renamed)} & own.keys()
    ends = sorted(held.difference(marked))
    follow: list[UpdateMany | UpdateOne] = [
        UpdateMany({"copied.article": node.id, "cluster": {"$ne": node.cluster}}, {"$set": {"links_due": mine}})
        for node in renamed
    ]
    follow += [UpdateOne({"_id": identity}, {"$set": {"links_due": mark}}) for identity in marked]
    follow += [UpdateOne({"_id": identity, "links_due": mine}, {"$unset": {"links_due": ""}}) for identity in ends]

    async def write(numbers: Mapping[str, int]) -> int:
        links = [
            _own_write(node, before[node.id], mine if node.id in held else None, numbers.get(node.id))
            for node in own.values()
        ]
        return (await database["articles"].bulk_write([*links, *follow], ordered=bool(follow))).matched_count

    news = sorted((str(node.seq_due), node.id) for node in own.values() if node.seq_due)
    async with reserved(database, len(news)) as numbers:
        matched = await write(dict(zip((identity for _, identity in news), numbers, strict=True)))
    if news and (renamed or matched < len(own) + len(follow)):
        # A mark of `seq` may have changed meanwhile, and with it the links are not written.
        await write({})
        await give_numbers(database)


def _own_write(node: Node, before: Document, mine: str | None, number: int | None) -> UpdateOne:
    """The links of a node, its number where it is news, and `mine` as its mark; None: none any more."""
    matches: Document = {"_id": node.id, "links_due": node.due}
    values: Document = node.links if node.links != before else {}
    ended: Document = {}
    if mine is None:
        ended["links_due"] = ""
    else:
        values["links_due"] = mine
    if number is not None:
        matches["seq_due"] = node.seq_due
        values["seq"] = number
        ended["seq_due"] = ""
    return UpdateOne(matches, {name: part for name, part in (("$set", values), ("$unset", ended)) if part})
