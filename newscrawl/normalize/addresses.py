"""Which addresses may be connected to: public ones, and those that the operator names.

Vetted is the address that a connection is really made to, after every resolution and at every hop, so that neither a
name that resolves to an internal address nor one that changes its mind (DNS rebinding) leads inside. Pure.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_KINDS: dict[str, str] = {
    # IANA special-purpose registries (RFC 6890 and successors), the metadata services of clouds first.
    "169.254.169.254/32": "the metadata service of a cloud",
    "169.254.170.0/24": "the metadata service of a cloud",
    "100.100.100.200/32": "the metadata service of a cloud",
    "168.63.129.16/32": "the metadata service of a cloud",
    "192.0.0.192/32": "the metadata service of a cloud",
    "fd00:ec2::/32": "the metadata service of a cloud",
    "fd20:ce::254/128": "the metadata service of a cloud",
    "0.0.0.0/8": "this host (RFC 1122)",
    "10.0.0.0/8": "private (RFC 1918)",
    "100.64.0.0/10": "shared address space (RFC 6598)",
    "127.0.0.0/8": "loopback",
    "169.254.0.0/16": "link-local (RFC 3927)",
    "172.16.0.0/12": "private (RFC 1918)",
    "192.0.0.0/24": "reserved (RFC 6890)",
    "192.0.2.0/24": "documentation (RFC 5737)",
    "192.31.196.0/24": "reserved (RFC 7535)",
    "192.52.193.0/24": "reserved (RFC 7450)",
    "192.88.99.0/24": "6to4 relay (RFC 7526)",
    "192.168.0.0/16": "private (RFC 1918)",
    "192.175.48.0/24": "reserved (RFC 7534)",
    "198.18.0.0/15": "benchmarking (RFC 2544)",
    "198.51.100.0/24": "documentation (RFC 5737)",
    "203.0.113.0/24": "documentation (RFC 5737)",
    "224.0.0.0/4": "multicast (RFC 5771)",
    "240.0.0.0/4": "reserved (RFC 1112)",
    "::/128": "this host (RFC 4291)",
    "::1/128": "loopback",
    "::/96": "an IPv4 address in IPv6 (RFC 4291)",
    "::ffff:0:0:0/96": "an IPv4 address in IPv6 (RFC 2765)",
    "64:ff9b::/96": "an IPv4 address in IPv6 (NAT64, RFC 6052)",
    "64:ff9b:1::/48": "an IPv4 address in IPv6 (NAT64, RFC 8215)",
    "100::/64": "discard-only (RFC 6666)",
    "100:0:0:1::/64": "a dummy prefix (RFC 9780)",
    "2001::/32": "Teredo (RFC 4380)",
    "2001::/23": "reserved (RFC 2928)",
    "2001:db8::/32": "documentation (RFC 3849)",
    "2002::/16": "6to4 (RFC 3056)",
    "3fff::/20": "documentation (RFC 9637)",
    "5f00::/16": "segment routing (RFC 9602)",
    "fc00::/7": "private (RFC 4193)",
    "fe80::/10": "link-local (RFC 4291)",
    "fec0::/10": "site-local (RFC 3879)",
    "ff00::/8": "multicast (RFC 4291)",
}
_NETWORKS: tuple[tuple[Network, str], ...] = tuple(
    (ipaddress.ip_network(network), kind) for network, kind in _KINDS.items()
)
NO_ADDRESS = "no address"
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # RFC 4291, 2.4: IANA has given out nothing else


@lru_cache(maxsize=4096)
def forbidden(address: str) -> str | None:
    """What kind of address this is, in words, where it is not public; None for a public one.

    `address`: IPv4 or IPv6 in its usual form, with or without a zone. What is no address is forbidden, too.
    """
    found = _address(address)
    if found is None:
        return NO_ADDRESS
    for network, kind in _NETWORKS:
        if found.version == network.version and found in network:
            return kind
    if found.version == 6 and found not in _GLOBAL_UNICAST:
        return "reserved (RFC 4291)"
    return None


def _address(text: str) -> Address | None:
    """The address, of an IPv4 address mapped into IPv6 (RFC 4291, 2.5.5.2) that one."""
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


@dataclass(frozen=True)
class _Allowed:
    host: str | None
    network: Network | None
    port: int | None


class AllowList:
    """Hosts that may be reached though they are not public: names, addresses and networks, each with or without a port.

    `text`: separated by spaces or commas, such as `127.0.0.1, 10.1.0.0/16, intranet.example:8080, [::1]:80`.
    A name counts as the address bar would show it, whatever it resolves to. Raises ValueError for people.
    """

    def __init__(self, text: str = "") -> None:
        self._allowed = [_parse(entry) for entry in re.split(r"[\s,]+", text.strip()) if entry]

    def __contains__(self, target: tuple[str, str, int]) -> bool:
        """Whether this is allowed: host as the address names it, address connected to, port."""
        host, address, port = target
        found = _address(address)
        return any(
            (allowed.port is None or allowed.port == port)
            and (
                (allowed.host is not None and allowed.host == host.lower().rstrip("."))
                or (
                    allowed.network is not None
                    and found is not None
                    and found.version == allowed.network.version
                    and found in allowed.network
                )
            )
            for allowed in self._allowed
        )

    def __bool__(self) -> bool:
        return bool(self._allowed)


_ENTRY = re.compile(r"(?:\[(?P<v6>[^\]]+)\]|(?P<plain>[^:\[\]]+))(?::(?P<port>\d{1,5}))?")
_NAME = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?(?:\.[^\W_](?:[\w-]{0,61}[^\W_])?)*")


def _parse(entry: str) -> _Allowed:
    try:
        return _Allowed(None, _network(entry), None)
    except ValueError:
        pass
    match = _ENTRY.fullmatch(entry)
    if match is not None:
        host, port = match["v6"] or match["plain"], int(match["port"]) if match["port"] else None
        if port is None or port <= 65535:
            try:
                return _Allowed(None, _network(host), port)
            except ValueError:
                if match["plain"] and _NAME.fullmatch(host) and not re.fullmatch(r"[\d.]+", host):
                    return _Allowed(host.lower(), None, port)
    raise ValueError(
        f"{entry!r} is no name, address or network; such as intranet.example, 10.0.0.7, 10.1.0.0/16 or [::1]:8080"
    )


def _network(text: str) -> Network:
    network = ipaddress.ip_network(text, strict=False)
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    return ipaddress.ip_network(f"{mapped}/{network.prefixlen - 96}") if mapped and network.prefixlen >= 96 else network


_OWN = re.compile(
    r"(https?)://(?:[^/@]*@)?((?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::(\d+))?(?:[/?#]|$)", re.I
)


def own_addresses(urls: Iterable[str]) -> AllowList:
    """Servers on this machine that a site file names itself, with their ports: by number, or as `localhost`.

    Names below `localhost` are those of this machine, too (RFC 6761, 6.3).
    """
    found = set()
    for url in urls:
        if match := _OWN.match(url):
            host = match[2].lower()
            port = match[3] or {"http": "80", "https": "443"}[match[1].lower()]
            found.add(f"{host}:{port}")
            if host == "localhost":
                found.update({f"127.0.0.1:{port}", f"[::1]:{port}"})
    return AllowList(" ".join(sorted(found)))
