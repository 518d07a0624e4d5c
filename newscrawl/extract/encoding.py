"""Bytes to text. Nothing that a server or page declares is believed where the bytes say otherwise.

The order is that of the WHATWG Encoding standard (4.2, 6) and of RFC 7303: byte order mark, HTTP header, then the meta
element or XML declaration. Labels are those of the standard alone, so that no page is ever read as UTF-7 or EBCDIC.
What the standard does not do: text in another encoding is next to never valid UTF-8, so valid UTF-8 wins over any
label; and a label whose text would be no text loses to one that fits, or to what the bytes look like.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from operator import ne

import webencodings

LONGEST_HEAD = (
    32_768  # bytes in which a declaration is looked for; the standard looks at 1024, some pages print it late
)
LONGEST_SAMPLE = 100_000  # bytes or characters by which an encoding is judged
MOST_MESS = 0.1  # share of the letters beyond ASCII that stand where no text has them
MOST_ERRORS = 3  # broken bytes that do not yet speak against declared UTF-8
SUREST = 0.15  # confidence of chardet from which it is believed against a declaration; it states it low
MOST_DIFFERENT = 0.05  # share of the letters beyond ASCII in which two readings are still the same

CONTROL = bytes([*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
"""Control characters that no parser of XML or HTML is given."""

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.+-]{1,40})", re.I)
_DECLARATION = re.compile(rb"\s*<\?xml\s[^>]{0,200}?\bencoding\s*=\s*[\"']\s*([A-Za-z0-9_:.+-]{1,40})")
_COMMENT_OR_META = re.compile(rb"<!--.*?(?:-->|\Z)|<meta\b[^>]{0,1000}", re.I | re.S)
_META = re.compile(rb"(?<![\w-])charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.+-]{1,40})", re.I)
_NAMED = re.compile(rb"\s(?:name|property)\s*=", re.I)  # a description that speaks of a charset declares none
_TAG = re.compile(rb"<(?:script|style)\b.*?(?:</|\Z)|<[^<>]{0,2000}>", re.I | re.S)
# Escape sequences of encodings that the standard replaces, because markup can be hidden in them.
_ESCAPED = re.compile(rb"\x1b\$\)|~\{")
_JAPANESE = re.compile(rb"\x1b(?:\$[@B]|\([BJI])")

_FAMILIES = {"gbk": "gb18030", "euc_kr": "cp949", "shift_jis": "cp932", "shift_jis_2004": "cp932"}
_MANY_BYTES = frozenset({"gb18030", "big5hkscs", "cp932", "euc_jp", "cp949"})
_GUESSED = tuple(
    "windows-1250 windows-1251 windows-1252 windows-1253 windows-1254 windows-1255 windows-1256 windows-1257 windows-1258 "
    "iso-8859-2 iso-8859-5 iso-8859-6 iso-8859-7 iso-8859-8 koi8-r koi8-u cp866 mac-cyrillic cp874 "
    "gb18030 big5hkscs cp932 euc-jp cp949".split()
)
_NO_LEGACY = frozenset({"utf-8", "utf-16-le", "utf-16-be", "replacement", "x-user-defined", "iso2022_jp"})
_WEAK = "cp1252"  # what servers declare that were never told better
_LATIN_1 = {"cp1252", "iso8859_15"}  # which differ in eight signs, the euro among them
_UNUSUAL = re.compile(
    "[\ufffd\x80-\x84\x86-\x9f\ue000-\uf8ff\u2500-\u259f\uff61-\uff9f]"  # no letters of news
    "|[\u00c0-\u024f]{4,}"  # accents on every letter
    "|(?<=[\u00c0-\u024f])[\u00a1-\u00bf\u00d7\u00f7]+(?=[\u00c0-\u024f])|(?<=[a-z])[\u00a1-\u00b4\u00b6\u00b8\u00b9\u00bc-\u00bf]+(?=[a-z])"
    "|[\u0430-\u045f][\u0400-\u042f]"  # a capital behind a small letter
    "|[A-Za-z\u00c0-\u024f][\u0370-\u0e7f]|[\u0370-\u0e7f][A-Za-z\u00c0-\u024f]"  # two scripts in one word
)
_CAPITALS, _SMALL = re.compile("[\u0410-\u042f]"), re.compile("[\u0430-\u044f]")


def decode(body: bytes, content_type: str = "") -> str:
    """Bytes to text; never raises. What no encoding explains becomes U+FFFD. `content_type`: the header's value."""
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    if (order := _utf_16(body)) is not None:
        return body.decode(order, "replace")
    declared = None
    if b"\x1b" in body or (body.isascii() and b"~{" in body):
        declared = list(dict.fromkeys(_declared(body, content_type)))
        if "replacement" in declared[:1] and _ESCAPED.search(body):
            return "\ufffd"  # as the standard has it: none of it is text
        if _JAPANESE.search(body) and (body.isascii() or "iso2022_jp" in declared):
            return body.decode("iso2022_jp", "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    if declared is None:
        declared = list(dict.fromkeys(_declared(body, content_type)))
    broken = text.rstrip("\ufffd").count("\ufffd")  # a page that was cut ends within a character
    whole = _beyond_ascii(text) - text.count("\ufffd")
    if (whole >= 2 * broken and whole) or (broken <= MOST_ERRORS and declared[:1] == ["utf-8"]):
        return text
    return _of_legacy(body, [name for name in declared if name not in _NO_LEGACY])


def _of_legacy(body: bytes, declared: list[str]) -> str:
    """Bytes that are surely no UTF-8. `declared`: Python's names of the encodings, the most believable first."""
    guessed, confidence = _guess(body)
    if len(declared) > 1 and guessed in declared:
        return body.decode(guessed, "replace")  # two labels contradict each other, and the bytes decide
    text = body.decode(guessed or _WEAK, "replace")
    for name in declared:
        said = body.decode(name, "replace")
        if _is_text(said) and not (
            confidence >= SUREST and {name, guessed} != _LATIN_1 and _are_different(said, text, name)
        ):
            return said
    return text if guessed or not declared else body.decode(declared[0], "replace")


def _are_different(said: str, guessed: str, name: str) -> bool:
    """Whether two readings of the same bytes differ in more than a sign here and there."""
    if name in _MANY_BYTES or len(said) != len(guessed):
        return said != guessed
    said, guessed = said[:LONGEST_SAMPLE], guessed[:LONGEST_SAMPLE]
    different: int = sum(map(ne, said, guessed))
    return different > MOST_DIFFERENT * _beyond_ascii(said)


def _declared(body: bytes, content_type: str) -> Iterator[str]:
    """Python's names of the encodings that are declared, the most believable first."""
    later = []
    if (header := _HEADER.search(content_type)) and (name := _codec(header[1])):
        if name == _WEAK:
            later.append(name)
        else:
            yield name
    head = body[:LONGEST_HEAD]
    labels: list[bytes] = [declaration[1]] if (declaration := _DECLARATION.match(head)) else []
    for found in _COMMENT_OR_META.finditer(head):
        tag = found[0]
        if not tag.startswith(b"<!--") and (label := _META.search(tag)):
            labels += [] if _NAMED.search(tag) and b"http-equiv" not in tag.lower() else [label[1]]
    for text in labels[:4]:
        if name := _codec(text.decode("ascii")):
            # A label that could be read is not written in UTF-16 (WHATWG HTML, 13.2.3.2).
            yield "utf-8" if name.startswith("utf-16") else "cp1252" if name == "x-user-defined" else name
    yield from later


def _codec(label: str) -> str | None:
    """Python's codec for a label of the standard; None for any other label, such as `utf-7`."""
    known = webencodings.lookup(label)
    if known is None:
        return None
    name = str(known.codec_info.name)
    if name in {"replacement", "x-user-defined"}:
        return name
    return _canonical(name)


def _canonical(name: str) -> str:
    plain = codecs.lookup(name).name.replace("-", "_") if not name.startswith("utf-16") else name
    plain = {"utf_8": "utf-8"}.get(plain, plain)
    return _FAMILIES.get(plain, plain)


def _utf_16(body: bytes) -> str | None:
    """UTF-16 without a mark: markup in it has a NUL in every second byte."""
    head = body[: 4096 - len(body[:4096]) % 2]
    even, odd = head[::2].count(0), head[1::2].count(0)
    most, least = max(even, odd), min(even, odd)
    if not head or most < 0.3 * len(head) / 2 or least > 0.05 * most:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def is_utf_16(body: bytes) -> bool:
    """Whether bytes are UTF-16, with its mark or without."""
    return body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _utf_16(body) is not None


def _guess(body: bytes) -> tuple[str | None, float]:
    """What the text between the tags looks like, and how sure that is: 0 to 1."""
    pieces = [piece for piece in re.split(rb"[\r\n]", _TAG.sub(b"\n", body[:LONGEST_SAMPLE])) if not piece.isascii()]
    sample = b"\n".join(pieces) or body[:LONGEST_SAMPLE]
    import chardet  # few pages want it

    found = chardet.detect(sample, include_encodings=_GUESSED)
    name = found["encoding"]
    return (_canonical(name), found["confidence"] or 0.0) if name else (None, 0.0)


def _is_text(text: str) -> bool:
    """Whether this can be what was written: the wrong encoding gives signs within words, mixed scripts, wrong capitals."""
    text = text[:LONGEST_SAMPLE]
    mess = sum(len(found) for found in _UNUSUAL.findall(text))
    capitals, small = len(_CAPITALS.findall(text)), len(_SMALL.findall(text))
    return mess <= MOST_MESS * _beyond_ascii(text) and (capitals <= small or capitals < 20)


def _beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))
