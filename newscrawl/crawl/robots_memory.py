"""What an answer for a robots.txt means, and for how long (RFC 9309, 2.3.1 and 2.4). Pure: records in, records out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from newscrawl.records import Robots

FRESH = timedelta(hours=24)
"""How long an answer is believed (2.4)."""

COPY_BELIEVED = timedelta(days=30)
"""How long a copy is believed while no answer comes (2.3.1.4)."""

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
"""After the first attempt without an answer, and at most: an outage is often short, and nothing is fetched in it."""

POLICIES_FRESH = timedelta(hours=24)
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking for a robots.txt. `text`: the rules, where some were read."""

    state: Literal["rules", "unavailable", "unreachable"]
    reason: str
    text: str = ""
    is_cut: bool = False


def origin_of(url: str) -> str:
    """Scheme, host and port of an http(s) address: the reach of one robots.txt (2.3).

    Raises ValueError where the port is no number.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def state_of(status: int) -> Literal["rules", "unavailable", "unreachable"]:
    """What the status of an answer says, after redirects.

    4xx: there is no robots.txt (2.3.1.3), also for 401 and 403. 429 is a server that cannot answer now, as 5xx is
    (2.3.1.4; Google treats it so). Anything else that is not 2xx, such as a redirect to nowhere, tells nothing.
    """
    if 200 <= status < 300:
        return "rules"
    return "unavailable" if 400 <= status < 500 and status != 429 else "unreachable"


def remembered(before: Robots | None, answer: Answer, *, origin: str, site: str, now: datetime) -> Robots:
    """The record after an answer. Rules that were read before are kept as long as nothing else is known."""
    known = before or Robots(origin=origin, site=site, fetched_at=now, state="unreachable", reason="")
    change = {"site": site, "fetched_at": now, "state": answer.state, "reason": answer.reason, "failures": 0}
    if answer.state == "unreachable":
        change["failures"] = (before.failures if before else 0) + 1
    else:
        has_rules = answer.state == "rules"
        change |= {"text": answer.text if has_rules else None, "text_at": now if has_rules else None}
    return Robots.model_validate(known.model_dump() | change)


def asked_again_at(known: Robots) -> datetime:
    """When an answer is too old to be believed without asking again."""
    if known.state != "unreachable":
        return known.fetched_at + FRESH
    return known.fetched_at + min(FIRST_WAIT * (1 << min(max(known.failures, 1) - 1, 10)), LONGEST_WAIT)


def is_due(known: Robots, now: datetime) -> bool:
    """The robots.txt has to be asked for again; also where the clock has been set back since."""
    return not known.fetched_at <= now < asked_again_at(known)


def rules_in_force(known: Robots, now: datetime) -> str | None:
    """The text of the rules that hold now, empty where all is allowed; None where nothing is."""
    if known.state == "rules":
        return known.text or ""
    if known.state == "unavailable":
        return ""
    is_believed = known.text_at is not None and now - known.text_at <= COPY_BELIEVED
    return (known.text or "") if is_believed else None


def policies_are_due(known: Robots, now: datetime) -> bool:
    """`ai.txt` and `tdmrep.json` have to be asked for (again)."""
    return known.policies_at is None or not known.policies_at <= now < known.policies_at + POLICIES_FRESH
