"""Passwords kept out of what is shown, logged and stored, also where an address is written wrongly."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*:/*)?[^\s'\"<>]*@[^\s'\"<>]*", re.IGNORECASE)
_OPTION = re.compile(r"([?&][^=&\s]*(?:password|token|secret|mechanismproperties)[^=&\s]*=)[^&\s'\"]*", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:/+", re.IGNORECASE)
_COLON = re.compile(r":|%3A", re.IGNORECASE)


def mask(text: str) -> str:
    """A text without the passwords of the addresses in it.

    RFC 3986, 3.2.1, ends a login at the first `@` and wants every other one encoded. Who forgets that has a password
    that goes on behind it: everything up to the last `@` of a word counts as login. A text that begins as an address and
    has no blank in it is one, whatever else stands in it.
    """
    if _SCHEME.match(text) and not re.search(r"\s", text):
        text = _without_password(text) if "@" in text else text
        return _OPTION.sub(r"\1…", text)
    return _OPTION.sub(r"\1…", _ADDRESS.sub(lambda found: _without_password(found[0]), text))


def _without_password(address: str) -> str:
    scheme = _SCHEME.match(address)
    start = scheme.end() if scheme else 0
    login, _at, host = address[start:].rpartition("@")
    colon = _COLON.search(login)
    return address[:start] + (f"{login[: colon.start()]}:…" if colon else login) + f"@{host}"
