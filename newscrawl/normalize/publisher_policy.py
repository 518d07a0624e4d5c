"""What a publisher says for its whole site of mining its texts: `ai.txt` and `tdmrep.json`. Pure: text in, values out.

- `/ai.txt` (Spawning): the syntax of a robots.txt, with patterns of file names such as `*.html`.
- `/.well-known/tdmrep.json` (W3C TDM Reservation Protocol, final report of 10 May 2024): a JSON array of rules, the
  first one whose location matches holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from newscrawl.article import Permission
from newscrawl.normalize.robots_rules import Rules, parse_rules

MOST_BYTES = 64 * 2**10
"""Bytes of such a file that are read."""

MOST_LOCATIONS = 200
LONGEST_POLICY = 2000  # characters of an address
_TEXTS = (".html", ".txt")
"""Kinds of files by which an ai.txt speaks of text."""

_KIND = re.compile(r"\.(?:html?|xhtml|php|aspx?|jsp|txt)$", re.I)


@dataclass(frozen=True, slots=True)
class TdmRule:
    """One rule of a tdmrep.json."""

    location: Rules
    is_reserved: bool
    policy: str | None

    def covers(self, url: str) -> bool:
        """The address is at the rule's location."""
        return not self.location.allows(url)


@dataclass(frozen=True, slots=True)
class PagePolicy:
    """What the two files say of one page: all that is kept of them with it. None where they say nothing."""

    ai_txt: Permission | None = None
    tdm_reserved: bool | None = None
    tdm_policy: str | None = None

    def of(self, _url: str) -> PagePolicy:
        """Itself: it is of one page."""
        return self


@dataclass(frozen=True, slots=True)
class SitePolicy:
    """The two files of one origin, read."""

    ai_txt: Rules | None = None
    tdm_rules: tuple[TdmRule, ...] = ()

    def of(self, url: str) -> PagePolicy:
        """What they say of one page."""
        rule = self.tdm(url)
        return PagePolicy(self.ai(url), rule.is_reserved if rule else None, rule.policy if rule else None)

    def ai(self, url: str) -> Permission | None:
        """Whether the ai.txt allows the text at an address to be used for training; None where it says nothing."""
        if self.ai_txt is None or self.ai_txt.group is None:
            return None
        parts = urlsplit(url)
        # Most addresses of articles do not tell that they are text.
        asked = (
            [url]
            if _KIND.search(parts.path)
            else [f"{parts.scheme}://{parts.netloc}{parts.path}{end}" for end in _TEXTS]
        )
        return "allowed" if all(map(self.ai_txt.allows, asked)) else "disallowed"

    def tdm(self, url: str) -> TdmRule | None:
        """The rule that holds for an address (report, "TDM File on the Origin Server")."""
        return next((rule for rule in self.tdm_rules if rule.covers(url)), None)


def read_policy(ai_txt: str | None, tdmrep: str | None, agent: str) -> SitePolicy:
    """The files' texts, read for the crawler `agent`; None where a file is missing. Never raises."""
    rules = parse_rules(ai_txt, agent) if ai_txt else None
    return SitePolicy(rules, tuple(_tdm_rules(tdmrep)) if tdmrep else ())


def reservation(value: Any) -> bool | None:
    """`tdm-reservation` as a header, a meta element or JSON states it; None for what is neither 0 nor 1."""
    if isinstance(value, bool):
        return value
    return {"0": False, "1": True}.get(str(value).partition(",")[0].strip()) if isinstance(value, str | int) else None


def policy_address(value: Any) -> str | None:
    """The address that a `tdm-policy` states; None where it is no http(s) address."""
    if not isinstance(value, str):
        return None
    address = value.strip()
    return (
        address
        if re.fullmatch(r"https?://[!-~\u00a1-\ud7ff\ue000-\ufefe]+", address) and len(address) <= LONGEST_POLICY
        else None
    )


def _tdm_rules(text: str) -> Iterator[TdmRule]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return
    for item in (found if isinstance(found, list) else [found])[:MOST_LOCATIONS]:
        location = item.get("location") if isinstance(item, dict) else None
        is_reserved = reservation(item.get("tdm-reservation")) if isinstance(location, str) else None
        if isinstance(location, str) and is_reserved is not None:
            # Locations are patterns of robots.txt (report, "Use of regular expressions").
            line = "Disallow: " + re.sub(r"[\s#]+", "", location)
            yield TdmRule(
                parse_rules(f"User-agent: *\n{line}", ""),
                is_reserved,
                policy_address(item.get("tdm-policy")) if is_reserved else None,
            )
