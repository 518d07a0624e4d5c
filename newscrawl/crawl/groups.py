"""Which sites of a crawl one process has to crawl: those that share a host, for it is asked at one pace. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from newscrawl.crawl.pace import pace_key
from newscrawl.site import Site


def groups_of(sites: Sequence[Site], costs: Mapping[str, float]) -> list[list[Site]]:
    """The sites in groups that have no host in common, in the order in which they are to begin.

    `costs`: what the crawl of a site is expected to cost. The dearest group goes first, so that none is left over for
    the end; before it those with a site of which nothing is known.
    """
    group_of: dict[str, list[Site]] = {}
    for site in sites:
        keys = keys_of(site)
        group = [site]
        for other in {id(found): found for key in keys if (found := group_of.get(key))}.values():
            group += other
        for member in group:
            group_of.update(dict.fromkeys(keys_of(member), group))
    groups = {id(group): group for group in group_of.values()}.values()
    places = {site.name: place for place, site in enumerate(sites)}
    for group in groups:
        group.sort(key=lambda site: places[site.name])
    return sorted(groups, key=lambda group: (-_cost(group, costs), places[group[0].name]))


def keys_of(site: Site) -> set[str]:
    """What of a site shares the pace of others: its domains."""
    return {pace_key(url) for url in (site.home, *site.sources, *(f"http://{host}/" for host in site.hosts))}


def _cost(group: Iterable[Site], costs: Mapping[str, float]) -> float:
    return sum(costs.get(site.name, float("inf")) for site in group)
