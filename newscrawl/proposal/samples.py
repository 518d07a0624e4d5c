"""Which articles of a site are read to learn from."""

from __future__ import annotations

import re
from collections.abc import Iterable

from newscrawl.proposal.choice import identity_of
from newscrawl.proposal.editions import prefix_of
from newscrawl.proposal.survey import Addresses


def choose_samples(addresses: Addresses, number: int, tried: Iterable[str]) -> list[str]:
    """Articles to read: of every edition and pattern, the oldest and the newest among them, none twice."""
    done = {identity_of(url) for url in tried}
    groups: dict[tuple[str, ...], list[str]] = {}
    weights = addresses.evidence.articles
    for url in sorted(weights, key=lambda url: -weights[url]):
        if identity_of(url) not in done:
            pattern = next((p for p in addresses.learnt.patterns if re.search(p, url)), "")
            groups.setdefault((prefix_of(url), pattern), []).append(url)
    for key, urls in groups.items():
        dated = sorted(
            urls,
            key=lambda url: addresses.evidence.cards[url].published or "" if url in addresses.evidence.cards else "",
        )
        spread = [urls[0], dated[-1], dated[0], *urls]
        groups[key] = list(dict.fromkeys(spread))
    queues = sorted(groups.values(), key=lambda urls: -len(urls))
    chosen: list[str] = []
    while len(chosen) < number and any(queues):
        for queue in queues:
            while queue:
                url = queue.pop(0)
                if url not in chosen:
                    chosen.append(url)
                    break
            if len(chosen) >= number:
                break
    return chosen
