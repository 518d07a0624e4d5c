"""A robots.txt to the rules that hold for one crawler (RFC 9309). Pure: bytes and text in, decisions out.

`protego` reads and matches the rules. What is done here is what it leaves open: encodings, the choice of the groups
that hold for one product token (2.2.1), and bounds on what a hostile file can cost.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cached_property

from protego import Protego

MOST_BYTES = 500 * 2**10
"""Bytes of a robots.txt that are read; RFC 9309, 2.5 asks for at least as many."""

MOST_WILDCARDS = 1000
"""Rules with a wildcard that are matched as such. Of further ones, `Disallow` is cut before the wildcard and `Allow`
left out: more is forbidden than was asked for, and never less."""

MOST_NAMED = 500  # rules among which the one that forbids is looked for
_ANY = "*"
_GROUP = re.compile(r"user[ \t-]?agent[ \t]*[ \t:][ \t]*(.*)", re.I)
# The forms and misspellings that protego knows. Anything else, such as a sitemap, ends no group (RFC 9309, 2.2.4).
_MEMBER = re.compile(
    r"(allow|dis{1,2}al{1,2}ow|diasllow|disallaw|crawl[ -]?delay|request[ -]?rate|visit[ -]?time)[ \t]*(?:[ \t:][ \t]*(.*))?$",
    re.I,
)
_TOKEN = re.compile(r"[^\s/*(;,]*")
_HTML = re.compile(r"\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:!doctype\s+html|html|head|body)\b", re.I)
# Line ends to Python and not to the RFC.
_NO_LINE_ENDS = {ord(c): "".join(f"%{b:02X}" for b in c.encode()) for c in "\v\f\x1c\x1d\x1e\x85\u2028\u2029"}


def decode_rules(body: bytes) -> tuple[str, bool]:
    """The text of a robots.txt, and whether it was cut at `MOST_BYTES`, after the last whole line. Never raises.

    UTF-8 (RFC 9309, 2.3); UTF-16 is read as well where it is plain. NUL is left out: MongoDB's text may hold it, and
    no address does.
    """
    is_cut = len(body) > MOST_BYTES
    if is_cut:
        body = body[:MOST_BYTES]
        body = body[: max(body.rfind(b"\n"), body.rfind(b"\r")) + 1]  # half a line could forbid the whole site
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = body.decode("utf-16", "replace")
    elif len(body) > 3 and body[1] == body[3] == 0 != body[0]:
        text = body.decode("utf-16-le", "replace")
    elif len(body) > 3 and body[0] == body[2] == 0 != body[1]:
        text = body.decode("utf-16-be", "replace")
    else:
        text = body.decode("utf-8", "replace")
    return text.replace("\ufeff", "").replace("\0", ""), is_cut


def product_token(user_agent: str) -> str:
    """What a crawler is called in a robots.txt: `newscrawl` of `newscrawl/0.1 (contact)`, in small letters."""
    match = _TOKEN.match(user_agent.strip())
    return match[0].lower() if match else ""


def is_page(text: str) -> bool:
    """The text is an HTML page, as some servers give in place of a file that is missing."""
    return bool(_HTML.match(text[:2000]))


def parse_rules(text: str, agent: str) -> Rules:
    """The rules of a robots.txt for the crawler `agent` (a product token). Never raises.

    500 KiB take up to 300 ms: a thread is the place for long ones.

    All groups that name the agent hold together, else all groups for `*` (RFC 9309, 2.2.1). An HTML page has no
    rules.
    """
    own: list[str] = []
    others: list[str] = []
    is_named = has_any = False
    is_own = is_any = False  # the group that is read is for the agent, or for every crawler
    after_rule = True
    for line in _lines(text):
        if group := _GROUP.match(line):
            if after_rule:
                is_own = is_any = after_rule = False
            is_own = is_own or bool(agent and product_token(group[1]) == agent.lower())
            is_any = is_any or group[1].split()[:1] == [_ANY]
            is_named, has_any = is_named or is_own, has_any or is_any
        elif member := _MEMBER.match(line):
            after_rule = True
            if (is_own or is_any) and (member[2] or "").strip():
                rule = _rule(member[1].lower(), member[2].strip())
                own += [rule] if is_own else []
                others += [rule] if is_any else []
    return Rules(own if is_named else others, agent if is_named else _ANY if has_any else None)


def _lines(text: str) -> Iterator[str]:
    """The lines that say something, without comments. CR, LF and both end a line."""
    if is_page(text):
        return
    for printed in text.translate(_NO_LINE_ENDS).replace("\r", "\n").split("\n"):
        line = printed.partition("#")[0].strip()
        if line:
            yield line


def _rule(name: str, value: str) -> str:
    if name.startswith("d") and not value.startswith(("/", "*", "$", "http://", "https://")):
        value = f"/{value}"  # `Disallow: private` is no valid rule, and what it asks for is plain
    return f"{'Disallow' if name.startswith('d') else name}: {value}"


class Rules:
    """What a robots.txt allows one crawler."""

    def __init__(self, lines: list[str], group: str | None) -> None:
        self.group = group
        """The token that the rules are under, the crawler's own or `*`; None where the file has none for it."""
        self._lines = list(_bounded(lines))
        self._parser = Protego.parse("\n".join((f"User-agent: {_ANY}", *self._lines)))
        self._parser.can_fetch("/", _ANY)  # the first match builds an index

    def allows(self, url: str) -> bool:
        """Whether the address may be fetched; False where it cannot be read. Takes up to 10 ms, for 500 KiB of rules."""
        try:
            return self._parser.can_fetch(url, _ANY)
        except ValueError:
            return False

    def forbidding(self, url: str) -> str | None:
        """The rule that forbids an address, as read; None where none does, or in a file of very many rules."""
        rules = [line for line in self._lines if line.startswith("Disallow")]
        if len(rules) > MOST_NAMED or self.allows(url):
            return None
        longest = sorted(rules, key=len, reverse=True)
        return next((rule for rule in longest if not Rules([rule], _ANY).allows(url)), None)

    @cached_property
    def delay(self) -> float | None:
        """Seconds between two requests, by `Crawl-delay` or `Request-rate`, the longer one; None: none is asked for."""
        delays = [self._parser.crawl_delay(_ANY)]
        if rate := self._parser.request_rate(_ANY):
            try:
                delays.append(rate.seconds / rate.requests)
            except OverflowError:
                delays.append(None)
        return max((delay for delay in delays if delay and 0 < delay < math.inf), default=None)


def _bounded(lines: list[str]) -> Iterator[str]:
    """Rules whose matching takes bounded time."""
    wildcards = 0
    for line in lines:
        name, _, pattern = line.partition(": ")
        if "*" in pattern or "$" in pattern:
            wildcards += 1
            if wildcards > MOST_WILDCARDS:
                if name == "Disallow":
                    yield f"{name}: {re.split(r'[*$]', pattern, maxsplit=1)[0] or '/'}"
                continue
        yield line
