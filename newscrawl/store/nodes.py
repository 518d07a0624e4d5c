"""Stored articles as the linking of copies and twins sees them, and which of them may belong together. No I/O."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

WINDOW = timedelta(days=7)
"""Between the publications of a text and its copy."""
TOGETHER = timedelta(hours=12)
"""Between the publications of twins that no page declares."""
MOST_CANDIDATES = 20
"""Texts that one is compared with, those with most of its signature first. Only what pages of a site have in common
gives more."""
MOST_ALIKE = 50
"""Articles that are looked at of those with one band: the earliest. A text with thousands of copies has no more."""
MOST_ADDRESSES, LONGEST_ADDRESS = 30, 500  # of an article and of its twins that are looked for; characters

FIELDS = dict.fromkeys(
    "url aliases site edition language alternates.url images.url published.at first_seen_at similarity copied"
    " cluster story links_due seq_due".split(),
    1,
)
"""What a node is made from."""

_EARLIEST, _LATEST = datetime(1700, 1, 1, tzinfo=UTC), datetime(2300, 1, 1, tzinfo=UTC)


@dataclass(slots=True, eq=False)
class Node:
    """One article among others. `copied`, `cluster` and `story` are what is stored until they are found anew."""

    id: str
    url: str
    site: str | None
    edition: str | None
    language: str | None
    addresses: frozenset[str]
    alternates: frozenset[str]
    """Addresses of other articles that the page declares as its twins."""
    image: str | None
    published: datetime | None
    first_seen: datetime
    bands: frozenset[int]
    copied: dict[str, Any] | None
    cluster: str | None
    story: str | None
    due: str | None
    seq_due: str | None

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Node:
        """The node of a stored document."""
        known = (document["url"], *(document.get("aliases") or ()))
        twins = [url for twin in document.get("alternates") or () if (url := twin["url"]) not in known]
        image = next((image["url"] for image in document.get("images") or ()), None)
        published = (document.get("published") or {}).get("at")
        return cls(
            id=document["_id"],
            url=document["url"],
            site=document.get("site"),
            edition=document.get("edition"),
            language=document.get("language"),
            addresses=_looked_for(known),
            alternates=_looked_for(twins),
            image=image if image and len(image) <= LONGEST_ADDRESS else None,
            published=published if published and _EARLIEST < published < _LATEST else None,
            first_seen=document.get("first_seen_at") or _LATEST,
            bands=frozenset(document.get("similarity") or ()),
            copied=document.get("copied"),
            cluster=document.get("cluster"),
            story=document.get("story"),
            due=document.get("links_due"),
            seq_due=document.get("seq_due"),
        )

    @property
    def at(self) -> datetime:
        """Publication, or where that is not known the first sight."""
        return self.published or self.first_seen

    @property
    def order(self) -> tuple[datetime, datetime, str]:
        """Who was first: the same for everyone who asks."""
        return self.at, self.first_seen, self.id

    @property
    def source(self) -> str | None:
        """Identity of the article that this one has its text from."""
        return self.copied["article"] if self.copied else None

    @property
    def links(self) -> dict[str, Any]:
        """What is stored of the node's links."""
        return {"copied": self.copied, "cluster": self.cluster, "story": self.story}


def _looked_for(urls: Iterable[str]) -> frozenset[str]:
    return frozenset([url for url in urls if len(url) <= LONGEST_ADDRESS][:MOST_ADDRESSES])


class Neighbourhood:
    """Nodes by everything that may link two of them."""

    def __init__(self, nodes: Mapping[str, Node]) -> None:
        self._by_band: dict[int, list[Node]] = defaultdict(list)
        self._by_address: dict[str, list[Node]] = defaultdict(list)
        self._by_alternate: dict[str, list[Node]] = defaultdict(list)
        self._by_image: dict[str, list[Node]] = defaultdict(list)
        self._nodes = nodes
        self._copies: dict[str, list[Node]] = defaultdict(list)
        for node in sorted(nodes.values(), key=lambda node: node.order):
            for band in node.bands:
                if len(self._by_band[band]) < MOST_ALIKE:
                    self._by_band[band].append(node)
            if node.source:
                self._copies[node.source].append(node)
            for address in node.addresses:
                self._by_address[address].append(node)
            for address in node.alternates:
                self._by_alternate[address].append(node)
            if node.image:
                self._by_image[node.image].append(node)

    def candidates(self, node: Node) -> list[Node]:
        """Those whose texts are worth a comparison, and some that are linked with this one already."""
        shared = Counter(other for band in node.bands for other in self._by_band[band])
        near = [other for other in shared if other is not node and abs(other.at - node.at) <= WINDOW]
        near.sort(key=lambda other: (-shared[other], other.order))
        source = self._nodes.get(node.source) if node.source else None
        linked = [*self._copies[node.id][:MOST_ALIKE], *([source] if source else [])]
        linked = [other for other in linked if other.bands & node.bands and abs(other.at - node.at) <= WINDOW]
        return list(dict.fromkeys((*near[:MOST_CANDIDATES], *linked)))

    def declared_twins(self, node: Node) -> set[Node]:
        """The same story in other languages, as its page or theirs declare."""
        named = [other for url in node.alternates for other in self._by_address.get(url, ())]
        naming = [other for url in node.addresses for other in self._by_alternate.get(url, ())]
        return {other for other in (*named, *naming) if _may_be_twins(node, other)}

    def pictured_twins(self, node: Node) -> list[Node]:
        """Those in other languages with the same lead image at about the same time, where neither declares a twin."""
        if node.image is None or node.published is None or node.alternates:
            return []
        return [
            other
            for other in self._by_image[node.image]
            if _may_be_twins(node, other)
            and not other.alternates
            and other.published is not None
            and abs(node.published - other.published) <= TOGETHER
        ]


def _may_be_twins(first: Node, second: Node) -> bool:
    return (
        first is not second
        and first.site is not None
        and first.site == second.site
        and first.language is not None
        and second.language is not None
        and first.language != second.language
    )


def name_stories(nodes: Iterable[Node], twins: Mapping[str, set[Node]]) -> None:
    """Give every node with twins the smallest identity that is told among them, however long the chain."""
    members = [node for node in nodes if twins[node.id]]
    changed = True
    while changed:
        changed = False
        for node in members:
            name = min(name for one in (node, *twins[node.id]) for name in (one.id, one.story) if name)
            changed = changed or name != node.story
            node.story = name
