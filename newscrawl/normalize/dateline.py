"""Datelines: `KYIV, Jan 6 (Reuters) -` to place, country, agency, date and the text without it.

Read by shape, not by site: a place in front, perhaps a region, a date by CLDR's month names, an agency in brackets,
slashes or between points, and a dash; the forms of the East Asian wires besides. A line that merely looks like one
(`ALSO READ: …`, `CNN: "…"`) is refused: without an agency or a date, only a name in capitals or one of two or three
capitalised words before a dash counts. Forms: the stylebooks of AP, Reuters and dpa, and printed examples.
"""

from __future__ import annotations

import re
from functools import lru_cache

from newscrawl import article
from newscrawl.normalize.agencies import WIRES, agency_of, is_agency
from newscrawl.normalize.date_words import key, words_of
from newscrawl.normalize.places import US_STATE, country_of, is_country, is_place

LONGEST = 400  # characters of the text's head that are looked at


class Dateline(article.Dateline):
    """A dateline as read. `date`: ISO 8601, partial where printed so (`--01-06`, `---21`). `rest`: the text after."""

    date: str | None = None
    rest: str = ""


_DASH = r"(?:\s*(?:\.\s*[-–—]+|[-–—]+|[―]|--+|=|:|\"(?=\s))\s*)"
_NAME = r"[^\W\d_][^\W\d_.'’ʼ`-]*\.?(?:[ '’ʼ`-][^\W\d_]+\.?)*"  # a capital is checked after
_PLACE = rf"(?P<place>{_NAME}(?:\s?[/–-]\s?{_NAME}){{0,2}})"
_REGION = rf"(?:,\s*(?P<region>{_NAME})|\s*\((?P<state>[^()\d]{{2,30}})\)(?:\s*\[(?P<country>[^\[\]]{{2,30}})\])?)?"
_SPACE = re.compile(r"[ \t\u00a0\u202f\u2009]+")

_NOT_PLACES = re.compile(
    r"\b(?:read|watch|photo|video|facts?|line|performers?|dear|exklusiv|exclusive|exclusiva|breaking|update|live|opinion|analysis|kommentar|interview|"
    r"review|note|editor|editorial|correction|advertisement|warning|heart|top|bottom|related|source|credit|copyright|besøk|subscribe|"
    r"фото|видео|відео|срочно|терміново|эксклюзив|ексклюзив|читайте|also|questions?|answers?|who|what|when|where|why|how|the)\b",
    re.I,
)
_CJK_FORMS = (
    re.compile(r"^(?P<agency>新华社|新華社|中新社|中新网|本报|本報|人民网)(?P<place>[\u4e00-\u9fff]{2,8}?)?(?P<m>\d{1,2})月(?P<d>\d{1,2})日(?:电|電|讯|訊)(?:\s*[（(](?:记者|記者)?(?P<who>[^）)]{0,40})[）)]|记者(?P<who2>[\u4e00-\u9fff、]{2,12}?)报道[:：]|\s*题[:：]|记者(?P<who3>[\u4e00-\u9fff、]{2,12})(?=\s))?\s*"),
    re.compile(r"^(?P<agency>[\u4e00-\u9fff]{2,10}(?:网|報|报|社))(?P<m>\d{1,2})月(?P<d>\d{1,2})日(?:报道|報導|讯|訊|电)[:：]?\s*"),
    re.compile(r"^[（(](?P<agency>中央社|路透社?|法新社|美聯社|共同社|新华社)(?:記者|记者)?(?P<who>[\u4e00-\u9fff]{3})?(?P<place>[\u4e00-\u9fff]{2,6}?)(?:(?P<m>\d{1,2})月)?(?P<d>\d{1,2})日(?:綜合外電報導|外電報導|專電|綜合報導|电|電)[）)]\s*"),
    re.compile(r"^[(\[（](?P<place>[가-힣]{2,8}(?:[·,][가-힣]{2,8})*)\s?=\s?(?P<agency>[가-힣A-Za-z]{2,12})[)\]）]\s*(?:(?P<who>(?:[가-힣]{2,5}\s+){1,5})(?:특파원|기자|논설위원)\s*=\s*)?"),
    re.compile(r"^\[(?P<agency>[가-힣A-Za-z]{2,12}?)(?:\s+(?P<who>[가-힣]{2,4})\s*(?:기자|특파원))?\]\s*"),
    re.compile(r"^【(?P<place>[\u30a0-\u30ff\u4e00-\u9fff・]{2,16}?)(?P<agency>時事|共同|ロイター|AFP時事|AFP|AP|CNN|聯合ニュース)】\s*"),
    re.compile(r"^[［\[](?:(?P<place>[\u30a0-\u30ff\u4e00-\u9fff・]{2,16})\s+)?(?P<d>[0-9０-９]{1,2})日\s+(?P<agency>[\u30a0-\u30ff\u4e00-\u9fff]{2,8})[］\]]\s*[-－―–—]?\s*"),
    re.compile(r"^【(?P<place>[\u30a0-\u30ff\u4e00-\u9fff・]{2,16})＝(?P<who>[\u3040-\u30ff\u4e00-\u9fff]{2,12})】\s*"),
)  # fmt: skip
_CJK_LABELS = re.compile(r"^[【\[（(](?:関連|速報|写真|動画|단독|속보|종합|영상|사진|포토)")


def parse_dateline(text: str, *, language: str | None = None) -> Dateline | None:
    """The dateline at the head of a text, or None. `language`: BCP 47 code, tried first for names of months."""
    stripped = text.strip()
    head = _SPACE.sub(" ", stripped[:LONGEST])
    if len(head) < 3:
        return None
    if ord(max(head[:12])) > 0x2E80:
        return _cjk(head, stripped)
    if "\u0590" < head[0] < "\u0800":
        return _right_to_left(head, stripped)
    return _header(head, stripped) or _agency_first(head, stripped, language) or _place_first(head, stripped, language)


def _made(raw: str, whole: str, **parts: str | None) -> Dateline:
    """`raw` is a head of `whole` with white space folded: find where it ends there."""
    pattern = r"\s*".join(re.escape(word) for word in raw.split())
    found = re.match(pattern, whole)
    rest = whole[found.end() :] if found else whole[len(raw) :]
    return _dateline(raw, rest.lstrip(' \u00a0-–—:="' if raw.rstrip().endswith('"') else " \u00a0-–—:="), **parts)


def _dateline(
    raw: str,
    rest: str,
    *,
    place: str | None = None,
    region: str | None = None,
    agency: str | None = None,
    date: str | None = None,
    reporter: str | None = None,
) -> Dateline:
    """A dateline with what its place and agency are known to be."""
    known = agency_of(agency)
    if place and place.isupper() and "\u0400" <= place[0] < "\u0530":
        place = place.title()  # the wires of Cyrillic script set every place in capitals
    return Dateline(
        raw=raw.strip(),
        rest=rest,
        place=place,
        region=region,
        country=country_of(place, region, home=known.country if known else None),
        agency=agency,
        agency_code=known.code if known else None,
        agency_name=known.name if known else None,
        reporter=reporter,
        date=date,
    )


def _cjk(head: str, whole: str) -> Dateline | None:
    if _CJK_LABELS.match(head):
        return None
    for form in _CJK_FORMS:
        if found := form.match(head):
            parts = found.groupdict()
            day, month = parts.get("d"), parts.get("m")
            date = f"--{int(month):02}-{int(day):02}" if month and day else f"---{int(day):02}" if day else None
            who = next((parts[name] for name in ("who", "who2", "who3") if parts.get(name)), "").strip()
            return _dateline(
                found[0],
                whole[found.end() :].lstrip(),
                place=parts.get("place"),
                agency=parts.get("agency"),
                date=date,
                reporter=who or None,
            )
    return None


_RIGHT_TO_LEFT = re.compile(
    r"(?P<place>[^\W\d_][^\d:()\-–—/]{1,30}?)\s*(?:[-–—/]\s*|\(\s*)(?P<agency>[^\W\d_][^\d:()\-–—/]{1,20}?)\s*\)?\s*[:：\-–—]\s+"
)


def _right_to_left(head: str, whole: str) -> Dateline | None:
    """`تهران - ایرنا:`: Persian, Arabic and Hebrew have no capitals, so place and agency must both be short."""
    found = _RIGHT_TO_LEFT.match(head)
    if not found or len(found["place"].split()) > 3 or len(found["agency"].split()) > 2:
        return None
    return _made(found[0], whole, place=found["place"], agency=found["agency"])


def _header(head: str, whole: str) -> Dateline | None:
    """`Kyiv • UNN`: a line of its own above the article."""
    line = head.split("\n", 1)[0].strip()
    found = re.fullmatch(rf"(?P<place>{_NAME})\s*[•·|]\s*(?P<agency>{WIRES}|[^\W\d_]{{2,6}})", line)
    if not found or not found["place"][0].isupper() or not (is_agency(found["agency"]) or found["agency"].isupper()):
        return None
    raw = whole.split("\n", 1)[0].strip()
    return _dateline(raw, whole[len(raw) :].strip(), place=found["place"], agency=found["agency"])


def _agency_first(head: str, whole: str, language: str | None) -> Dateline | None:
    """`(ANSA) - ROMA, 23 NOV -` and `OUTLET.COM -`."""
    if found := re.match(rf"\((?P<agency>[A-Za-zÀ-ÿ. /]{{2,20}})\)\s*[-–—]\s*(?P<place>{_NAME}),\s*", head):
        date = _date(head[found.end() :], language)
        if date is not None and (dash := re.match(r"\.?\s*[-–—]+\s*", head[found.end() + date[1] :])):
            raw = head[: found.end() + date[1] + dash.end()]
            return _made(raw, whole, place=found["place"], agency=found["agency"], date=date[0])
    if found := re.match(rf"\((?P<agency>{WIRES})\)\s*\.?\s*[-–—]+\s*", head):
        return _made(found[0], whole, agency=found["agency"])
    if found := re.match(r"(?P<agency>[A-Z][A-Z0-9]{3,20}\.(?:COM|ID|NET|CO|ORG|TV))\s*[,-–—]+\s+", head):
        return _made(found[0], whole, agency=found["agency"])
    return None


_OUTLET = r"[A-Z][\w-]{2,20}\.(?:com|co|id|net|org|ru|ua|tv|az|tr)"
_AFTER_PLACE = re.compile(
    rf"\s*(?:[.,]\s*)?(?:[(]\s*(?P<bracket>[^()\d]{{2,30}}?(?:\d{{1,2}})?)\s*[)]|/\s*(?P<slash>[^/]{{2,20}})\s*/|[-–—]?\s*(?P<bare>{WIRES}|{_OUTLET})(?![^\W\d_]))",
    re.U,
)


def _place_first(head: str, whole: str, language: str | None) -> Dateline | None:
    glued = re.match(r"[A-ZÀ-Þ]{4,}(?: [A-ZÀ-Þ]+)* CORRISPONDENTE?(?=[A-Z])", head)
    start = glued.end() if glued else 0
    found = re.match(rf"{_PLACE}", head[start:])
    dated = _date(head, language)
    if dated is not None and (dash := re.match(r"\s*(?:--+|[–—])\s+", head[dated[1] :])):
        return _made(head[: dated[1] + dash.end()], whole, date=dated[0])
    if found is None or not found["place"][0].isupper():
        return None
    for end in _place_ends(head, start, found.end() + start):
        read = _from_place(head, whole, start, end, language)
        if read is not None:
            return read
    return None


def _place_ends(head: str, start: int, longest: int) -> list[int]:
    """Where the place may end: before the first sign that can follow one."""
    ends = [
        m.start() + start for m in re.finditer(r"\s*[,(./:]|\s+[-–—\"]|[-–—]\s|\s+(?=\d)", head[start : start + 120])
    ]
    return [end for end in ends if 2 <= end - start <= 60][:4] or [longest]


def _from_place(head: str, whole: str, start: int, end: int, language: str | None) -> Dateline | None:
    place = head[start:end].strip()
    if not _is_place(place):
        return None
    position, region, country, outlet = end, None, None, None
    if extra := re.match(r"\s*\(([^()\d]{2,30})\)\s*(?=[\[(,])(?:\[([^\[\]]{2,30})\])?", head[position:]):
        if not is_agency(extra[1].strip()):
            region, country = (None, extra[2] or extra[1])
            position += extra.end()
    elif (
        extra := re.match(
            r",\s*([^\W\d_][^\W\d_.'’-]*\.?(?:[ .-][^\W\d_]+\.?){0,2})(?=\s*(?:,|\(|[-–—]|--))", head[position:]
        )
    ) and _month(extra[1].rstrip("."), language) is None:
        if re.fullmatch(_OUTLET, extra[1]):
            outlet = extra[1]
        else:
            country = extra[1].strip()
        position += extra.end()
    separator = re.match(r"\s*[.,]?\s*", head[position:])
    date = _date(head[position + (separator.end() if separator else 0) :], language)
    iso = None
    if date is not None and separator is not None:
        position += separator.end() + date[1]
        iso = date[0]
    agency = outlet
    if follows := _AFTER_PLACE.match(head, position):
        candidate = (follows["bracket"] or follows["slash"] or follows["bare"] or "").strip()
        if follows["bracket"] and country is None and is_country(candidate):
            country, position = candidate, follows.end()
        elif _is_agency(candidate):
            agency, position = candidate, follows.end()
    dash = re.match(r"\s*(?:\.\s*[-–—]+|:|[-–—]+|--+|=|\"(?=\s)|\.|)\s*", head[position:])
    mark = dash[0].strip() if dash else ""
    raw = head[: position + (dash.end() if dash else 0)]
    if len(raw) >= len(head) and not (agency and mark):
        return None
    strong = bool(re.search(r"[-–—]", mark))
    capitals = _shouted(place)
    if not (
        (agency is not None and (mark not in ("", ":") or iso or is_agency(agency)))
        or (iso is not None and (strong or capitals or (mark == "" and _next_is_capital(head, position))))
        or (strong and (capitals or country is not None or (len(place) > 3 and _WIDE_DASH.search(raw))))
        or (mark == ":" and _stands_alone(place) and country is None and iso is None and agency is None)
    ):
        return None
    if agency is None and iso is None and not _is_known(place, country or region):
        return None
    if (mark == "." and agency is None) or (mark == ":" and re.match(r"\s*[\"“«„‘']", head[len(raw) :])):
        return None
    return _made(raw, whole, place=place, region=country or region, agency=agency, date=iso)


_WIDE_DASH = re.compile(r"\s[-–—]+\s*$")


def _is_known(place: str, country: str | None) -> bool:
    """Whether place or country is one: nothing else says that a word in capitals before a dash is a dateline."""
    if country and (re.fullmatch(US_STATE, country.title()) or is_country(country)):
        return True
    return any(is_place(part) for part in (place, *re.split(r"\s*[/–]\s*|\s+(?:and|und|y|et|и|та)\s+", place)))


def _next_is_capital(head: str, position: int) -> bool:
    after = head[position:].lstrip()
    return bool(after) and (after[0].isupper() or after[0] in '"“«')


_SMALL_WORDS = frozenset(
    "de del la el di da do dos des du upon am an der on sur на of and und le les los las san y".split()
)


def _is_place(place: str) -> bool:
    if not 2 <= len(place) <= 60 or _NOT_PLACES.search(place) or re.search(r"\d", place):
        return False
    words = [word for word in re.split(r"[\s/–-]+", place) if word]
    return 0 < len(words) <= 5 and all(word[0].isupper() or word.casefold() in _SMALL_WORDS for word in words)


def _stands_alone(place: str) -> bool:
    """A name in capitals that a colon may follow: no agency, no code such as `POL-KN`."""
    return _shouted(place) and "-" not in place and not is_agency(place)


def _shouted(place: str) -> bool:
    letters = [c for c in place if c.isalpha()]
    return len(letters) > 2 and all(not c.islower() for c in letters)


def _is_agency(text: str) -> bool:
    if not text or len(text.split()) > 3:
        return False
    return bool(is_agency(text)) or bool(
        re.fullmatch(r"[A-ZА-ЯІЇЄҐ][\w.&/-]{1,19}(?: [A-Z][\w.]+)?|[a-z]{2,4}[A-ZÖ]?(?:/[a-z]{2,4})?", text)
    )


# --- the date inside ------------------------------------------------------------------------------

# Languages whose datelines name a month, for a text whose own is not known.
_MONTH_LANGUAGES = tuple(
    "en uk ru de fr es pt it pl ms id tr nl ro be bg kk cs sk hr sl sv nb da fi hu el sr mk ca".split()
)
_DAY_AND_MONTH = re.compile(
    r"(?:(?P<d1>\d{1,2})\.?\s+(?P<m1>[^\W\d_]{3,12})\.?|(?P<m2>[^\W\d_]{3,12})\.?\s+(?P<d2>\d{1,2}))(?!\w)(?:,?\s+(?P<y>(?:19|20)\d{2}))?"
)


@lru_cache(maxsize=1024)
def _month(name: str, language: str | None) -> int | None:
    """The month of a name, whole or shortened; None where it is no month's."""
    folded = key(name)
    for code in (language, "en") if language else _MONTH_LANGUAGES:
        words = words_of(code)
        if words is not None and (number := words.months.get(folded)) is not None:
            return number
    return None


def _date(text: str, language: str | None) -> tuple[str, int] | None:
    """ISO form and length of the date that the text begins with."""
    found = _DAY_AND_MONTH.match(text)
    if found is None or not 1 <= (day := int(found["d1"] or found["d2"])) <= 31:
        return None
    month = _month(found["m1"] or found["m2"], language)
    if month is None:
        return None
    return (f"{found['y']}-" if found["y"] else "--") + f"{month:02}-{day:02}", found.end()
