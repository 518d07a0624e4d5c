"""How the sites of a planned run are split into jobs. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence


def batches(sites: Sequence[str], hosts: Mapping[str, Collection[str]], most: int) -> list[list[str]]:
    """The sites in groups of about `most`, in their order. Sites that share a host are in one group, for a host is
    asked by one process at a time: such a family may make its group larger.

    `hosts`: site to what it shares with others; a site that is not in it shares nothing.
    """
    made: list[list[str]] = []
    for family in _families(sites, hosts):
        if made and len(made[-1]) + len(family) <= most:
            made[-1].extend(family)
        else:
            made.append(family)
    return made


def _families(sites: Iterable[str], hosts: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Sites that share a host with each other, over any number of steps; each family where its first site was."""
    families: dict[int, list[str]] = {}
    family_of: dict[str, int] = {}
    for number, site in enumerate(dict.fromkeys(sites)):
        own = set(hosts.get(site, ()))
        joined = sorted({family_of[host] for host in own if host in family_of})
        first = joined[0] if joined else number
        merged = [name for family in joined for name in families.pop(family)]
        families[first] = [*merged, site]
        family_of |= dict.fromkeys(own, first)
        if len(joined) > 1:
            family_of |= {host: first for host, family in family_of.items() if family in joined}
    return [families[number] for number in sorted(families)]
