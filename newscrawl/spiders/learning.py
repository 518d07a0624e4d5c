"""Articles that a site shows under a new address at each visit: the query parameter to blame is learnt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newscrawl.normalize.parameters import FEWEST, empty_parameters, parameters, without
from newscrawl.normalize.urls import canonical_url
from newscrawl.store.memory import addresses_of, remember_parameters, site_memory

if TYPE_CHECKING:
    from newscrawl.crawl.session import Session
    from newscrawl.spiders.site_spider import SiteSpider

MOST = 1000  # addresses that a run learns from


class Learning:
    """The query parameters of a site that say nothing about the article, those of earlier runs and of this one."""

    def __init__(self, spider: SiteSpider) -> None:
        self.spider = spider
        self.parameters: frozenset[str] = frozenset()
        """Left out of the identity of every address."""
        self._asked: set[str] = set()
        self._stored = 0
        self._known = 0

    async def recall(self, session: Session) -> None:
        """What earlier runs have learnt. Raises PyMongoError."""
        memory = await session.read(lambda: site_memory(session.connection.database, self.spider.site.name))
        self.parameters = frozenset(memory.parameters)

    def note(self, address: str, outcome: str) -> None:
        """An article was stored that discovery led to. `address`: where it was asked for, not known until then."""
        self._stored += 1
        if outcome in ("unchanged", "changed"):
            self._known += 1
            self.spider.count("known_under_new_address")
        if len(self._asked) < MOST and parameters(form := _canonical(address)):
            self._asked.add(form)

    async def end(self, session: Session) -> None:
        """Learn from the addresses of this run, and keep its articles under their shorter form. Raises PyMongoError."""
        learnt = await self._learn(session) if self._asked else False
        if not learnt and self._known >= max(FEWEST, self._stored / 2):
            self.spider.remark("known-under-new-addresses")

    async def _learn(self, session: Session) -> bool:
        await session.writer.flush()
        database = session.connection.database
        found = await session.read(lambda: addresses_of(database, self._asked))
        forms = {i: {_canonical(address) for address in addresses} for i, addresses in found.items()}
        learnt = empty_parameters(forms) - self.parameters
        if not learnt:
            return False
        await remember_parameters(database, self.spider.site.name, learnt)
        self.spider.remark("parameters-learnt")
        self.parameters |= learnt
        for article, addresses in forms.items():
            shorter = {without(address, self.parameters) for address in addresses} - addresses
            if shorter:
                await session.writer.add_aliases(article, sorted(shorter))
        return True


def _canonical(address: str) -> str:
    try:
        return canonical_url(address)
    except ValueError:
        return address
