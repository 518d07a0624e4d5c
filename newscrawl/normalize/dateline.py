"""Datelines: `KYIV, Jan 6 (Reuters) -` to place, country, agency, date and the text without it.

Read by shape, not by site: a place in front, perhaps a region, a date by CLDR's month names, an agency in brackets,
slashes or between points, and a dash; the forms of the East Asian wires besides. A line that merely looks like one
(`ALSO READ: …`, `CNN: "…"`) is refused: without an agency or a date, only a name in capitals or one of two or three
capitalised words before a dash counts. Forms: the stylebooks of AP, Reuters and dpa, and printed examples.
"""

from __future__ import annotations

import re
from functools import lru_cache

from babel import Locale

from newscrawl import article
from newscrawl.normalize.places import is_country, is_place

LONGEST = 400  # characters of the text's head that are looked at


class Dateline(article.Dateline):
    """A dateline as read. `date`: ISO 8601, partial where printed so (`--01-06`, `---21`). `rest`: the text after."""

    date: str | None = None
    rest: str = ""


# Agencies that print their name without brackets, or whose name settles the country; case folded.
_COUNTRY_OF = {
    "унн": "Ukraine", "unn": "Ukraine", "укринформ": "Ukraine", "укрінформ": "Ukraine", "ukrinform": "Ukraine",
    "унiан": "Ukraine", "уніан": "Ukraine", "унян": "Ukraine", "риа новости": "Russia", "тасс": "Russia", "tass": "Russia",
    "итар-тасс": "Russia", "interfax.ru": "Russia", "интерфакс": "Russia", "казинформ": "Kazakhstan", "kazinform": "Kazakhstan",
    "белта": "Belarus", "belta": "Belarus", "кабар": "Kyrgyzstan", "арменпресс": "Armenia", "тренд": "Azerbaijan",
    "интерфакс-украина": "Ukraine", "інтерфакс-україна": "Ukraine", "прайм": "Russia", "regnum": "Russia",
}  # fmt: skip
_WIRES = (
    r"AP|AFP|UPI|dpa|EFE|ANSA|TASS|PTI|ANI|IANS|UNI|AA|BTA|CTK|ČTK|PAP|MTI|STT|TT|NTB|Ritzau|APA|SDA|KNA|epd|SID|ots|Reuters|Xinhua|"
    r"Yonhap|Kyodo|Jiji|Bernama|ANTARA|Antara|VNA|TNA|BSS|APP|IRNA|ISNA|SPA|WAM|MENA|SANA|NNA|Petra|Lusa|LUSA|Belga|ANP|HINA|Hina|Tanjug|"
    r"Beta|FoNet|SRNA|MIA|AGERPRES|Agerpres|Mediafax|UNN|Ukrinform|Interfax|Bloomberg|CNN|BBC|RNS|CNA|LaPresse|Adnkronos|Notimex|Télam|Telam|ABI|"
    r"УНН|УКРІНФОРМ|Укрінформ|УНІАН|ТАСС|ИТАР-ТАСС|РИА\s+Новости|РИА|INTERFAX(?:\.RU)?|ИНТЕРФАКС|Интерфакс|КАЗИНФОРМ|БЕЛТА|БелТА"
)
_WIRE = re.compile(rf"(?:{_WIRES})(?:[/-][\w.]+)?", re.U)
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
    re.compile(r"^(?P<agency>新华社|新華社|中新社|中新网|本报|本報|人民网)(?P<place>[\u4e00-\u9fff]{2,8}?)?(?P<m>\d{1,2})月(?P<d>\d{1,2})日(?:电|電|讯|訊)(?:\s*[（(][^）)]{0,40}[）)]|记者[\u4e00-\u9fff、]{2,12}?报道[:：]|\s*题[:：]|记者[\u4e00-\u9fff、]{2,12}(?=\s))?\s*"),
    re.compile(r"^(?P<agency>[\u4e00-\u9fff]{2,10}(?:网|報|报|社))(?P<m>\d{1,2})月(?P<d>\d{1,2})日(?:报道|報導|讯|訊|电)[:：]?\s*"),
    re.compile(r"^[（(](?P<agency>中央社|路透社?|法新社|美聯社|共同社|新华社)(?:記者|记者)?(?P<who>[\u4e00-\u9fff]{3})?(?P<place>[\u4e00-\u9fff]{2,6}?)(?:(?P<m>\d{1,2})月)?(?P<d>\d{1,2})日(?:綜合外電報導|外電報導|專電|綜合報導|电|電)[）)]\s*"),
    re.compile(r"^[(\[（](?P<place>[가-힣]{2,8}(?:[·,][가-힣]{2,8})*)\s?=\s?(?P<agency>[가-힣A-Za-z]{2,12})[)\]）]\s*(?:(?:[가-힣]{2,5}\s+){1,5}(?:특파원|기자|논설위원)\s*=\s*)?"),
    re.compile(r"^\[(?P<agency>[가-힣A-Za-z]{2,12}?)(?:\s+[가-힣]{2,4}\s*(?:기자|특파원))?\]\s*"),
    re.compile(r"^【(?P<place>[\u30a0-\u30ff\u4e00-\u9fff・]{2,16}?)(?P<agency>時事|共同|ロイター|AFP時事|AFP|AP|CNN|聯合ニュース)】\s*"),
    re.compile(r"^[［\[](?:(?P<place>[\u30a0-\u30ff\u4e00-\u9fff・]{2,16})\s+)?(?P<d>[0-9０-９]{1,2})日\s+(?P<agency>[\u30a0-\u30ff\u4e00-\u9fff]{2,8})[］\]]\s*[-－―–—]?\s*"),
    re.compile(r"^【(?P<place>[\u30a0-\u30ff\u4e00-\u9fff・]{2,16})＝[\u3040-\u30ff\u4e00-\u9fff]{2,12}】\s*"),
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
    return Dateline(
        raw=raw.strip(), rest=rest.lstrip(' \u00a0-–—:="' if raw.rstrip().endswith('"') else " \u00a0-–—:="), **parts
    )


def _cjk(head: str, whole: str) -> Dateline | None:
    if _CJK_LABELS.match(head):
        return None
    for form in _CJK_FORMS:
        if found := form.match(head):
            parts = found.groupdict()
            day, month = parts.get("d"), parts.get("m")
            date = f"--{int(month):02}-{int(day):02}" if month and day else f"---{int(day):02}" if day else None
            raw = found[0]
            return Dateline(
                raw=raw.strip(),
                place=parts.get("place"),
                agency=parts.get("agency"),
                date=date,
                rest=whole[len(raw) :].lstrip(),
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
    found = re.fullmatch(rf"(?P<place>{_NAME})\s*[•·|]\s*(?P<agency>{_WIRES}|[^\W\d_]{{2,6}})", line)
    if (
        not found
        or not found["place"][0].isupper()
        or not (_WIRE.fullmatch(found["agency"]) or found["agency"].isupper())
    ):
        return None
    country = _COUNTRY_OF.get(found["agency"].casefold())
    raw = whole.split("\n", 1)[0].strip()
    return Dateline(
        raw=raw, place=found["place"], agency=found["agency"], country=country, rest=whole[len(raw) :].strip()
    )


def _agency_first(head: str, whole: str, language: str | None) -> Dateline | None:
    """`(ANSA) - ROMA, 23 NOV -` and `OUTLET.COM -`."""
    if found := re.match(rf"\((?P<agency>[A-Za-zÀ-ÿ. /]{{2,20}})\)\s*[-–—]\s*(?P<place>{_NAME}),\s*", head):
        date = _date(head[found.end() :], language)
        if date is not None and (dash := re.match(r"\.?\s*[-–—]+\s*", head[found.end() + date[1] :])):
            raw = head[: found.end() + date[1] + dash.end()]
            return _made(raw, whole, place=found["place"], agency=found["agency"], date=date[0])
    if found := re.match(rf"\((?P<agency>{_WIRES})\)\s*\.?\s*[-–—]+\s*", head):
        return _made(found[0], whole, agency=found["agency"])
    if found := re.match(r"(?P<agency>[A-Z][A-Z0-9]{3,20}\.(?:COM|ID|NET|CO|ORG|TV))\s*[,-–—]+\s+", head):
        return _made(found[0], whole, agency=found["agency"])
    return None


_OUTLET = r"[A-Z][\w-]{2,20}\.(?:com|co|id|net|org|ru|ua|tv|az|tr)"
_AFTER_PLACE = re.compile(
    rf"\s*(?:[.,]\s*)?(?:[(]\s*(?P<bracket>[^()\d]{{2,30}}?(?:\d{{1,2}})?)\s*[)]|/\s*(?P<slash>[^/]{{2,20}})\s*/|[-–—]?\s*(?P<bare>{_WIRES}|{_OUTLET})(?![^\W\d_]))",
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
        if not _WIRE.fullmatch(extra[1].strip()):
            region, country = (None, extra[2] or extra[1])
            position += extra.end()
    elif (
        extra := re.match(
            r",\s*([^\W\d_][^\W\d_.'’-]*\.?(?:[ .-][^\W\d_]+\.?){0,2})(?=\s*(?:,|\(|[-–—]|--))", head[position:]
        )
    ) and not _month_in(extra[1], language):
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
        (agency is not None and (mark not in ("", ":") or iso or _WIRE.fullmatch(agency)))
        or (iso is not None and (strong or capitals or (mark == "" and _next_is_capital(head, position))))
        or (strong and (capitals or country is not None or (len(place) > 3 and _WIDE_DASH.search(raw))))
        or (mark == ":" and _stands_alone(place) and country is None and iso is None and agency is None)
    ):
        return None
    if agency is None and iso is None and not _is_known(place, country or region):
        return None
    if (mark == "." and agency is None) or (mark == ":" and re.match(r"\s*[\"“«„‘']", head[len(raw) :])):
        return None
    state_country = "USA" if country and re.fullmatch(_US_STATE, country) else country
    by_agency = _COUNTRY_OF.get(agency.casefold()) if agency else None
    printed = place.title() if by_agency and place.isupper() else place
    if by_agency:
        printed = re.sub(r"(?<=[-])(\w)", lambda m: m[1].upper(), printed)
    return _made(raw, whole, place=printed, country=state_country or by_agency or region, agency=agency, date=iso)


_WIDE_DASH = re.compile(r"\s[-–—]+\s*$")
_US_STATE = (
    r"(?:Ala|Alaska|Ariz|Ark|Calif|Colo|Conn|Del|Fla|Ga|Hawaii|Idaho|Ill|Ind|Iowa|Kan|Ky|La|Maine|Md|Mass|Mich|Minn|Miss|Mo|Mont|Neb|Nev|"
    r"N\.?H|N\.?J|N\.?M|N\.?Y|N\.?C|N\.?D|Ohio|Okla|Ore|Pa|R\.?I|S\.?C|S\.?D|Tenn|Texas|Utah|Vt|Va|Wash|W\.?Va|Wis|Wyo)\.?"
)


def _is_known(place: str, country: str | None) -> bool:
    """Whether place or country is one: nothing else says that a word in capitals before a dash is a dateline."""
    if country and (re.fullmatch(_US_STATE, country.title()) or is_country(country)):
        return True
    return any(is_place(part) for part in (place, *re.split(r"\s*[/–]\s*|\s+(?:and|und|y|et|и|та)\s+", place)))


def _next_is_capital(head: str, position: int) -> bool:
    after = head[position:].lstrip()
    return bool(after) and (after[0].isupper() or after[0] in '"“«')


def _is_place(place: str) -> bool:
    if not 2 <= len(place) <= 60 or _NOT_PLACES.search(place) or re.search(r"\d", place):
        return False
    words = [word for word in re.split(r"[\s/–-]+", place) if word]
    small = {
        "de",
        "del",
        "la",
        "el",
        "di",
        "da",
        "do",
        "dos",
        "des",
        "du",
        "upon",
        "am",
        "an",
        "der",
        "on",
        "sur",
        "на",
        "of",
        "and",
        "und",
        "le",
        "les",
        "los",
        "las",
        "san",
        "y",
    }
    return 0 < len(words) <= 5 and all(word[0].isupper() or word.casefold() in small for word in words)


def _stands_alone(place: str) -> bool:
    """A name in capitals that a colon may follow: no agency, no code such as `POL-KN`."""
    return _shouted(place) and "-" not in place and not _WIRE.fullmatch(place)


def _shouted(place: str) -> bool:
    letters = [c for c in place if c.isalpha()]
    return len(letters) > 2 and all(not c.islower() for c in letters)


def _is_agency(text: str) -> bool:
    if not text or len(text.split()) > 3:
        return False
    return bool(_WIRE.fullmatch(text)) or bool(
        re.fullmatch(r"[A-ZА-ЯІЇЄҐ][\w.&/-]{1,19}(?: [A-Z][\w.]+)?|[a-z]{2,4}[A-ZÖ]?(?:/[a-z]{2,4})?", text)
    )


# --- the date inside ------------------------------------------------------------------------------

_MONTH_LANGUAGES = (
    "en",
    "uk",
    "ru",
    "de",
    "fr",
    "es",
    "pt",
    "it",
    "pl",
    "ms",
    "id",
    "tr",
    "nl",
    "ro",
    "be",
    "bg",
    "kk",
)


@lru_cache(maxsize=1)
def _months() -> tuple[dict[str, int], re.Pattern[str]]:
    names: dict[str, int] = {"ноя": 11, "сен": 9, "сент": 9, "sept": 9, "set": 9, "fev": 2, "mrz": 3}
    for language in _MONTH_LANGUAGES:
        months = Locale.parse(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[context][width].items():
                    names.setdefault(name.casefold().strip("."), number)
    for name in [name for name in names if name.isdigit() or len(name) < 3]:
        del names[name]
    pattern = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return names, re.compile(
        rf"(?:(?P<d1>\d{{1,2}})\.?\s+(?P<m1>{pattern})\.?|(?P<m2>{pattern})\.?\s+(?P<d2>\d{{1,2}}))(?![\w])(?:,?\s+(?P<y>(?:19|20)\d{{2}}))?",
        re.I,
    )


def _month_in(text: str, _language: str | None) -> bool:
    return text.casefold().strip(". ") in _months()[0]


def _date(text: str, _language: str | None) -> tuple[str, int] | None:
    """ISO form and length of the date that the text begins with."""
    names, pattern = _months()
    found = pattern.match(text)
    if found is None:
        return None
    month = names[(found["m1"] or found["m2"]).casefold()]
    day = int(found["d1"] or found["d2"])
    if not 1 <= day <= 31:
        return None
    return (f"{found['y']}-" if found["y"] else "--") + f"{month:02}-{day:02}", found.end()
