"""What the server needs to know beside the database: where it listens, who may ask, and how much."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from newscrawl.settings import Settings

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens there. A name that may be any address is not."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


@dataclass(frozen=True)
class WebSettings:
    """The server's part of the settings, with what follows from it."""

    own: Settings

    @property
    def host(self) -> str:
        """Address or name that it listens at."""
        return self.own.serve_host

    @property
    def names(self) -> frozenset[str]:
        """Further host names by which it may be asked, in small letters: those of a proxy before it."""
        return frozenset(self.own.serve_names.lower().replace(",", " ").split())

    @property
    def needs_keys(self) -> bool:
        """Whether each request has to carry a key: others than this machine's users can ask."""
        return not is_loopback(self.host) or bool(self.names)

    @property
    def allowed_names(self) -> frozenset[str] | None:
        """Host names that requests may carry, in small letters; None: any.

        A page that an outsider serves under a name that leads to this machine (DNS rebinding) asks by that name.
        """
        if self.names:
            return self.names | LOOPBACK_NAMES | {self.host.lower()}
        return LOOPBACK_NAMES | {self.host.lower()} if is_loopback(self.host) else None

    @property
    def rate(self) -> str | None:
        """What one key or address may ask, as `limits` writes it; None: as much as it likes."""
        return self.own.serve_rate or ("6000/minute" if self.needs_keys else None)
