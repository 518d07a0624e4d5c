"""Datelines: `KYIV, Jan 6 (Reuters) -` to place, country, agency, date and the text without it.

Read by shape, not by site: a place in front, perhaps a region, a date by CLDR's month names, an agency in brackets,
slashes or between points, and a dash; the forms of the East Asian wires besides. A line that merely looks like one
(`ALSO READ: …`, `CNN: "…"`) is refused: without an agency or a date, only a name in capitals or one of two or three
capitalised words before a dash counts. Forms: the stylebooks of AP, Reuters and dpa, and printed examples.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from newscrawl import article
from newscrawl.normalize.agencies import WIRES, agency_of, is_agency
from newscrawl.normalize.date_words import key, words_of
from newscrawl.normalize.dateline_uncased import east_asian, place_and_agency
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
_OUTLET = r"[A-Za-z][\w-]{2,20}\.(?:[cC][oO][mM]|COM|co|CO|id|ID|net|NET|org|ORG|ru|ua|tv|TV|az|tr|cr)"
_SPACE = re.compile(r"[ \t\u00a0\u202f\u2009]+")

_NOT_PLACES = re.compile(
    r"\b(?:read|watch|photo|video|facts?|line|performers?|dear|exklusiv|exclusive|exclusiva|breaking|update|live|opinion|analysis|kommentar|interview|"
    r"review|note|editor|editorial|correction|advertisement|warning|heart|top|bottom|related|source|credit|copyright|besøk|subscribe|"
    r"фото|видео|відео|срочно|терміново|эксклюзив|ексклюзив|читайте|also|questions?|answers?|who|what|when|where|why|how|the)\b",
    re.I,
)
_PREPOSITIONS = frozenset("в во у на из з із із до in im from at en à au from".split())
_PICTURES = re.compile(r"\b(?:photo|foto|фото|archiv|file|handout|pool)\b", re.I)
_SCORE = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)? \d+\s?[:–-]\s?\d+")


def parse_dateline(text: str, *, language: str | None = None) -> Dateline | None:
    """The dateline at the head of a text, or None. `language`: BCP 47 code, tried first for names of months."""
    stripped = text.strip()
    head = _SPACE.sub(" ", stripped[:LONGEST])
    if len(head) < 3:
        return None
    if ord(max(head[:12])) > 0x2E80 or "\u0590" < head[0] < "\u0e00":
        asian = ord(max(head[:12])) > 0x2E80
        parts = east_asian(head) if asian else place_and_agency(_digits(head), language)
        if parts is None:
            return None
        raw, place, agency, date, reporter = parts
        return _made(head[: len(raw)], stripped, place=place, agency=agency, date=date, reporter=reporter)
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


def _digits(text: str) -> str:
    return "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in text)


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
    found = re.match(rf"(?P<agency>{_OUTLET})(?:,\s+(?P<place>{_NAME}))?\s*(?:[-–—]+|,)\s+(?=[\W_]*[^\W\d_])", head)
    if found and (found["place"] is None or found["place"][0].isupper()):
        return _made(found[0], whole, place=found["place"], agency=found["agency"])
    return None


_AFTER_PLACE = re.compile(
    rf"\s*(?:[.,]\s*)?(?:[(]\s*(?P<bracket>[^()\d]{{2,30}}?(?:\d{{1,2}})?)\s*[)]|/\s*(?P<slash>[^/]{{2,20}})\s*/|[-–—]?\s*(?P<bare>{WIRES}|{_OUTLET})(?![^\W\d_]))",
    re.U,
)


def _place_first(head: str, whole: str, language: str | None) -> Dateline | None:
    glued = re.match(r"[A-ZÀ-Þ]{4,}(?: [A-ZÀ-Þ]+)* CORRISPONDENTE?(?=[A-Z])", head)
    start = glued.end() if glued else 0
    found = re.match(rf"{_PLACE}", head[start:])
    dated = _date(head, language)
    if dated is not None:
        if dash := re.match(r"\s*(?:--+|[–—])\s+", head[dated[1] :]):
            return _made(head[: dated[1] + dash.end()], whole, date=dated[0])
        # `Jan 6 (Reuters) -`, `6 января, Минск /Корр. БЕЛТА/.`
        after = re.compile(
            rf"(?:,\s*(?P<place>{_NAME}))?\s*[(/]\s*(?:Корр\.\s*)?(?P<agency>{WIRES})\s*[)/]\s*(?:\.\s|[-–—]+\s|:)\s*"
        )
        if found_after := after.match(head, dated[1]):
            raw = head[: found_after.end()]
            return _made(raw, whole, place=found_after["place"], agency=found_after["agency"], date=dated[0])
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
        m.start() + start
        for m in re.finditer(r"\s*[,(./:\[]|\s*--|\s+[-–—\"]|[-–—]\s|\s+(?=\d)", head[start : start + 120])
    ]
    return [end for end in ends if 2 <= end - start <= 60][:4] or [longest]


def _from_place(head: str, whole: str, start: int, end: int, language: str | None) -> Dateline | None:
    place = head[start:end].strip(" -–—")
    words = words_of(language or "en")
    if not _is_place(place) or (words is not None and key(place) in words.weekdays):
        return None
    position, region, country, outlet = end, None, None, None
    if extra := re.match(r"\s*\[([^\[\]\d]{2,30})\](?=\s*[,(])", head[position:]):
        country, position = extra[1], position + extra.end()
    elif extra := re.match(r"\s*\(([^()\d]{2,30})\)\s*(?=[\[(,])(?:\[([^\[\]]{2,30})\])?", head[position:]):
        if not is_agency(extra[1].strip()):
            region, country = (None, extra[2] or extra[1])
            position += extra.end()
    elif (
        extra := re.match(
            r",\s*([^\W\d_][^\W\d_.'’-]*\.?(?:[ .-]?[^\W\d_]+\.?){0,2})(?=\s*(?:,|\(|[-–—]|--))", head[position:]
        )
    ) and _month(extra[1].rstrip("."), language) is None:
        if re.fullmatch(_OUTLET, extra[1]) or is_agency(extra[1].partition(" ")[0]):
            outlet = extra[1]
        else:
            country = extra[1].strip()
        position += extra.end()
    separator = re.match(r"\s*[.,]?\s*(\()?", head[position:])
    assert separator is not None
    date = _date(head[position + separator.end() :], language)
    iso = None
    if date is not None:
        end = position + separator.end() + date[1]
        if separator[1] is None or head[end : end + 1] == ")":
            position, iso = end + (separator[1] is not None), date[0]
    agency = outlet
    if follows := _AFTER_PLACE.match(head, position):
        candidate = (follows["bracket"] or follows["slash"] or follows["bare"] or "").strip()
        if follows["bracket"] and country is None and is_country(candidate):
            country, position = candidate, follows.end()
        elif _is_agency(candidate, printed_apart=bool(iso or follows["slash"])):
            agency, position = candidate, follows.end()
    dash = re.match(r"\s*(?:\.\s*[-–—]+|:|[-–—]+|--+|=|\"(?=\s)|\.|)\s*", head[position:])
    mark = dash[0].strip() if dash else ""
    raw = head[: position + (dash.end() if dash else 0)]
    if len(raw) >= len(head) and not (agency and (mark or iso)):
        return None
    if mark == "" and head[position:].strip() and not _next_is_capital(head, position):
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
    if agency is None and iso is None and not _stands_for_itself(head[len(raw) :], place, country or region, mark):
        return None
    if (mark == "." and agency is None) or (mark == ":" and re.match(r"\s*[\"“«„‘']", head[len(raw) :])):
        return None
    return _made(raw, whole, place=place, region=country or region, agency=agency, date=iso)


_WIDE_DASH = re.compile(r"\s[-–—]+\s*$")


def _stands_for_itself(after: str, place: str, country: str | None, mark: str) -> bool:
    """Whether a place with neither agency nor date is a dateline, not the subject of a sentence or a team."""
    if not _next_is_capital(after, 0) or _SCORE.match(after) or (mark == ":" and is_country(place)):
        return False
    return _is_known(place, country)


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
    if not words or words[0].casefold() in _PREPOSITIONS:
        return False
    return len(words) <= 5 and all(word[0].isupper() or word.casefold() in _SMALL_WORDS for word in words)


def _stands_alone(place: str) -> bool:
    """A name in capitals that a colon may follow: no agency, no code such as `POL-KN`."""
    return _shouted(place) and "-" not in place and not is_agency(place)


def _shouted(place: str) -> bool:
    letters = [c for c in place if c.isalpha()]
    return len(letters) > 2 and all(not c.islower() for c in letters)


def _is_agency(text: str, *, printed_apart: bool = False) -> bool:
    """Whether a text may be an agency's name; `printed_apart`: its place in the line says that it is one."""
    if not text or len(text.split()) > 3 or _PICTURES.search(text):
        return False
    if is_agency(text) or (printed_apart and re.fullmatch(r"[^\W\d_]{2,12}", text)):
        return True
    if text[0].isupper():
        return re.fullmatch(r"[\w.&/-]{2,20}(?: [A-Z][\w.]+)?", text) is not None
    return re.fullmatch(r"[a-z]{2,4}[A-ZÖ]?(?:/[a-z]{2,4})?", text) is not None


# --- the date inside ------------------------------------------------------------------------------

# Languages whose datelines name a month, for a text whose own is not known.
_MONTH_LANGUAGES = tuple(
    "en uk ru de fr es pt it pl ms id tr nl ro be bg kk cs sk hr sl sv nb da fi hu el sr mk ca".split()
)
_DAY_AND_MONTH = re.compile(
    r"(?:(?P<d1>\d{1,2})(?:st|nd|rd|th|\.)?\s+(?:de\s+)?(?P<m1>[^\W\d_]{3,12})\.?|(?P<m2>[^\W\d_]{3,12})\.?\s+(?P<d2>\d{1,2})(?:st|nd|rd|th)?)(?!\w)"
    r"(?:,?\s+(?:de\s+)?(?P<y>(?:19|20)\d{2}))?"
)
_YEAR_FIRST = re.compile(r"(?P<y>(?:19|20)\d{2})\.\s+(?P<m1>[^\W\d_]{3,12})\s+(?P<d1>\d{1,2})\.(?:,\s+[^\W\d_]+)?")
_NUMERIC = re.compile(r"(?P<d1>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>(?:19|20)\d{2})(?!\d)")


@lru_cache(maxsize=1024)
def _month(name: str, language: str | None) -> int | None:
    """The month of a name, whole or shortened; None where it is no month's."""
    folded = key(name)
    for code in (language, "en") if language else _MONTH_LANGUAGES:
        words = words_of(code)
        if words is None:
            continue
        if (number := words.months.get(folded)) is not None:
            return number
        if code == language:  # in a case that CLDR does not list: `januarja`
            for wide, number in words.wide_months.items():
                if len(wide) > 4 and folded.startswith(wide) and len(folded) - len(wide) <= 2:
                    return number
    return None


def _date(text: str, language: str | None) -> tuple[str, int] | None:
    """ISO form and length of the date that the text begins with."""
    if found := _NUMERIC.match(text):
        day, month = int(found["d1"]), int(found["m"])
        return (f"{found['y']}-{month:02}-{day:02}", found.end()) if month <= 12 and 1 <= day <= 31 else None
    parts = ((found := _YEAR_FIRST.match(text)) or (found := _DAY_AND_MONTH.match(text))) and found.groupdict()
    if not parts or found is None:
        return None
    day, named = int(parts["d1"] or parts["d2"]), _month(parts["m1"] or parts["m2"], language)
    if named is None or not 1 <= day <= 31:
        return None
    return (f"{parts['y']}-" if parts["y"] else "--") + f"{named:02}-{day:02}", found.end()
