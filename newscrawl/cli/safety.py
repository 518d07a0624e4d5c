"""What `newscrawl doctor` checks of the crawler's safety: libraries, addresses, TLS, and that nothing listens."""

from __future__ import annotations

from typing import Any

from newscrawl.cli.advisories import affected, installed_versions
from newscrawl.settings import Settings, scrapy_settings

FORBIDDEN = ("127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.0.1", "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1")
PUBLIC = ("9.9.9.9", "2620:fe::9")
SURFACES = {"TELNETCONSOLE_ENABLED": "Scrapy's telnet console", "REMOTE_CONTROL_ENABLED": "Scrapy's remote control"}


Checked = tuple[bool, str]
"""Whether a check passed, and what was found, with the remedy where it did not."""


def libraries(_own: Settings) -> Checked:
    """No library with a known advisory."""
    installed = installed_versions()
    found = affected(installed)
    if not found:
        return True, f"{len(installed)} looked at, none with a known advisory"
    said = [f"{a.package} {has}: {a.name}, {a.about}; install {a.package}>={a.safe}" for a, has in found]
    return False, " | ".join(said)


def control_surfaces(own: Settings) -> Checked:
    """Neither Scrapy's telnet console nor its remote control: both run code for whoever reaches their port."""
    from scrapy.settings import Settings as ScrapySettings

    settings: Any = ScrapySettings(scrapy_settings(own))
    is_open = [name for setting, name in SURFACES.items() if settings.getbool(setting)]
    return not is_open, f"open: {', '.join(is_open)}" if is_open else "off: telnet console, remote control"


def tls(own: Settings) -> Checked:
    """Certificates of servers are verified."""
    import ssl

    if not own.verify_tls:
        return False, "certificates are not verified, so anybody on the way can write news; unset NEWSCRAWL_VERIFY_TLS"
    return True, f"certificates are verified, {ssl.OPENSSL_VERSION}"


def addresses(own: Settings) -> Checked:
    """What is internal is refused, what is public is not; and what the operator lets through all the same."""
    from newscrawl.normalize.addresses import forbidden

    let_in = [address for address in FORBIDDEN if forbidden(address) is None]
    kept_out = [address for address in PUBLIC if forbidden(address) is not None]
    if let_in or kept_out:
        return False, f"internal and let in: {', '.join(let_in)}; public and refused: {', '.join(kept_out)}"
    exception = f"; allowed by NEWSCRAWL_ALLOW_HOSTS: {own.allow_hosts}" if own.allow_hosts else ""
    return True, f"internal addresses are refused{exception}"


def time_zones(_own: Settings) -> Checked:
    """The time zones that site files name are known to Python."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo("Europe/Kyiv")
    except ZoneInfoNotFoundError:
        return False, "Python knows no time zones; install the system's tzdata, or `pip install tzdata`"
    return True, "known"


CHECKS = {
    "libraries": libraries,
    "control surfaces": control_surfaces,
    "certificates": tls,
    "addresses": addresses,
    "time zones": time_zones,
}
"""Name of a check to the check."""
