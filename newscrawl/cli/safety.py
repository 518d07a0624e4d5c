"""What `newscrawl doctor` checks of the crawler's safety: libraries, addresses, TLS, and that nothing listens."""

from __future__ import annotations

from typing import Any

from newscrawl.cli.advisories import affected, installed_versions
from newscrawl.cli.finding import Finding
from newscrawl.settings import Settings, scrapy_settings

FORBIDDEN = ("127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.0.1", "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1")
PUBLIC = ("9.9.9.9", "2620:fe::9")
SURFACES = {"TELNETCONSOLE_ENABLED": "Scrapy's telnet console", "REMOTE_CONTROL_ENABLED": "Scrapy's remote control"}


def libraries(_own: Settings) -> Finding:
    """No library with a known advisory."""
    installed = installed_versions()
    found = affected(installed)
    if not found:
        return Finding("libraries", True, f"{len(installed)} looked at, none with a known advisory")
    said = [f"{a.package} {has}: {a.name}, {a.about}" for a, has in found]
    safe = " ".join(f"'{a.package}>={a.safe}'" for a, _ in found)
    return Finding("libraries", False, " | ".join(said), f"pip install {safe}")


def control_surfaces(own: Settings) -> Finding:
    """Neither Scrapy's telnet console nor its remote control: both run code for whoever reaches their port."""
    from scrapy.settings import Settings as ScrapySettings

    settings: Any = ScrapySettings(scrapy_settings(own))
    is_open = [name for setting, name in SURFACES.items() if settings.getbool(setting)]
    if is_open:
        remedy = f"take {' and '.join(SURFACES)} out of the settings of Scrapy"
        return Finding("control surfaces", False, f"open: {', '.join(is_open)}", remedy)
    return Finding("control surfaces", True, "off: telnet console, remote control")


def tls(own: Settings) -> Finding:
    """Certificates of servers are verified."""
    import ssl

    if not own.verify_tls:
        found = "certificates are not verified, so anybody on the way can write news"
        return Finding(
            "certificates", False, found, "unset NEWSCRAWL_VERIFY_TLS, or verify_tls in the file of settings"
        )
    return Finding("certificates", True, f"certificates are verified, {ssl.OPENSSL_VERSION}")


def addresses(own: Settings) -> Finding:
    """What is internal is refused, what is public is not; and what the operator lets through all the same."""
    from newscrawl.normalize.addresses import forbidden

    let_in = [address for address in FORBIDDEN if forbidden(address) is None]
    kept_out = [address for address in PUBLIC if forbidden(address) is not None]
    if let_in or kept_out:
        found = f"internal and let in: {', '.join(let_in)}; public and refused: {', '.join(kept_out)}"
        return Finding(
            "addresses", False, found, "do not crawl with it: install newscrawl and Python anew, and report it"
        )
    exception = f"; allowed by NEWSCRAWL_ALLOW_HOSTS: {own.allow_hosts}" if own.allow_hosts else ""
    return Finding("addresses", True, f"internal addresses are refused{exception}")


CHECKS = (libraries, control_surfaces, tls, addresses)
