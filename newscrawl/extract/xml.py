"""XML from outside, as feeds and sitemaps are: cut where there is too much of it, refused where it is a trap.

No entities, no DTD, no network (OWASP, XML External Entity Prevention); damage is recovered, the rest is read.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from lxml import etree

from newscrawl.extract.encoding import CONTROL

_ROOT = re.compile(rb"<[A-Za-z_:\x80-\xff]")
_ENTITY = re.compile(rb"<!ENTITY", re.I)


class NotXml(ValueError):
    """The document cannot be read. `reason` is a stable code, `detail` says why."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason, self.detail = reason, detail
        super().__init__(detail)


def read_xml(text: str, entry: re.Pattern[bytes], *, entries: int, elements: int) -> tuple[Any, list[str]]:
    """The root of a document, and the reasons for which its end was left out: `too-many-links`, `too-many-elements`.

    `entry`: the start tag of one entry; the document is cut after `entries` of them, or after so many `elements`.
    Raises NotXml: `xml-entities` where it declares entities, else no reason.
    """
    body = text.encode("utf-8", "replace").translate(None, CONTROL)
    root = _ROOT.search(body)
    if _ENTITY.search(body, 0, root.start() if root else len(body)):
        raise NotXml("xml-entities", "it declares entities, which newscrawl does not expand")
    remarks = []
    for reason, pattern, most in (("too-many-links", entry, entries), ("too-many-elements", _ROOT, elements)):
        if body.count(b"<") > most and (end := next(islice(pattern.finditer(body), most, None), None)):
            body = body[: end.start()]
            remarks.append(reason)
    return _parsed(body), remarks


def _parsed(body: bytes) -> Any:
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
        remove_pis=True, encoding="utf-8",
    )  # fmt: skip
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise NotXml("", f"it is no XML: {problem}") from None
    if root is None:
        raise NotXml("", "it is empty")
    dtd: Any = root.getroottree().docinfo.internalDTD
    if dtd is not None and next(dtd.iterentities(), None) is not None:
        raise NotXml("xml-entities", "it declares entities, which newscrawl does not expand")
    return root


def local_name(element: Any) -> str:
    """Local name in lower case: namespaces are too often wrong to be trusted."""
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""
