"""Datelines of scripts without capitals: the East Asian wires by their brackets, Arabic and Indic ones by place and agency.

Nothing but the form and the names tells such a head from a label (`【速報】`, `[단독]`): so an outlet's name has to be one.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from newscrawl.normalize.agencies import is_agency
from newscrawl.normalize.date_words import words_of
from newscrawl.normalize.places import is_place


class Parts(NamedTuple):
    """A dateline's parts as printed; `raw` is the head that they take."""

    raw: str
    place: str | None
    agency: str | None
    date: str | None
    reporter: str | None


_HAN = r"\u4e00-\u9fff"
_KANA = r"\u30a0-\u30ff\u4e00-\u9fff・"
_JAPANESE_WIRES = "時事|共同|ロイター|AFP時事|AFP|AP|CNN|ＣＮＮ|聯合ニュース|新華社"
# Korean outlets say in their name what they are.
_KOREAN_OUTLET = r"[가-힣A-Za-z0-9]{1,10}(?:뉴스\d?|저널|일보|신문|타임[스즈]|투데이|경제|데일리|통신|방송|포스트|헤럴드|미디어|닷컴|프레스|뉴시스|TV)"
_FORMS = (
    re.compile(rf"^(?P<agency>新华社|新華社|中新社|中新网|本报|本報|人民网)(?P<place>[{_HAN}]{{2,8}}?)?(?P<m>\d{{1,2}})月(?P<d>\d{{1,2}})日(?:电|電|讯|訊)(?:\s*[（(](?:记者|記者)?(?P<who>[^）)]{{0,40}})[）)]|记者(?P<who2>[{_HAN}、]{{2,12}}?)报道[:：]|\s*题[:：]|记者(?P<who3>[{_HAN}、]{{2,12}})(?=\s))?\s*"),
    re.compile(rf"^(?P<agency>[{_HAN}]{{2,10}}(?:网|報|报|社))(?P<m>\d{{1,2}})月(?P<d>\d{{1,2}})日(?:报道|報導|讯|訊|电)[:：]?\s*"),
    re.compile(rf"^[（(](?P<agency>中央社|路透社?|法新社|美聯社|共同社|新华社)(?:(?:記者|记者)(?P<who>[{_HAN}]{{3}}))?(?P<place>[{_HAN}]{{2,6}}?)(?:(?P<m>\d{{1,2}})月)?(?P<d>\d{{1,2}})日(?:綜合外電報導|外電報導|專電|綜合報導|电|電)[）)]\s*"),
    re.compile(r"^[(\[（【](?P<place>[가-힣]{2,8}(?:[·,][가-힣]{2,8})*)\s?[=＝]\s?(?P<agency>[가-힣A-Za-z0-9]{2,12})[)\]）】]\s*(?:(?P<who>(?:[가-힣]{2,5}\s+){1,5})(?:특파원|기자|논설위원)\s*=\s*)?"),
    re.compile(rf"^\[(?:(?P<agency>{_KOREAN_OUTLET})|(?P<agency2>[가-힣A-Za-z0-9]{{2,12}}?)(?=\s+[가-힣]{{2,4}}\s*(?:기자|특파원)\]))(?:\s+(?P<who>[가-힣]{{2,4}})\s*(?:기자|특파원))?\]\s*"),
    re.compile(rf"^【(?P<place>[{_KANA}]{{2,16}}?)\s?[=＝]?\s?(?P<agency>{_JAPANESE_WIRES})】\s*"),
    re.compile(rf"^【(?P<m>\d{{1,2}})月(?P<d>\d{{1,2}})日\s+(?P<agency>{_JAPANESE_WIRES})】\s*"),
    re.compile(rf"^[［\[](?:(?P<place>[{_KANA}]{{2,16}})\s+)?(?P<d>[0-9０-９]{{1,2}})日\s+(?P<agency>[{_KANA}]{{2,8}})[］\]]\s*[-－―–—]?\s*"),
    re.compile(rf"^【(?P<place>[{_KANA}]{{2,16}})＝(?P<who>[\u3040-\u30ff{_HAN}]{{2,12}})】\s*"),
    re.compile(rf"^(?P<place>[{_KANA}]{{2,16}})[（(](?P<agency>{_JAPANESE_WIRES})[）)]\s*(?:[-－―–—]\s*)?"),
)  # fmt: skip
_LABELS = re.compile(r"^[【\[（(](?:関連|速報|写真|動画|단독|속보|종합|영상|사진|포토)")

# `تهران - ایرنا:`, `القاهرة (رويترز) -`, `नई दिल्ली, 6 जनवरी (भाषा)`
_PLACE_AND_AGENCY = re.compile(
    r"(?P<place>[^\s\d:()\-–—/,،।][^\d:()\-–—/,،।]{1,30}?)\s*[,،]?\s*(?:(?P<d>\d{1,2})\s+(?P<month>[^\d()،,:\-–—]{2,30}?)\s*)?"
    r"(?:[-–—/]\s*|(?P<bracket>\(\s*))(?P<agency>[^\s\d:()\-–—/][^\d:()\-–—/]{1,20}?)\s*(?(bracket)\)\s*[:：।\-–—]*|[:：\-–—])\s+"
)
# Agencies by the names that they print in their own scripts.
_OWN_NAMES = frozenset({"رويترز", "واس", "وام", "أ ش أ", "أ ف ب", "د ب أ", "سانا", "قنا", "بترا", "وفا", "ایسنا", "ایرنا", "مهر", "فارس", "تسنیم", "یو این آئی", "اے پی پی", "भाषा", "वार्ता", "एएनआई", "পিটিআই", "বাসস", "ইউএনবি", "רויטרס"})  # fmt: skip


def east_asian(head: str) -> Parts | None:
    """The dateline of a Chinese, Japanese or Korean wire at the head of a text."""
    if _LABELS.match(head):
        return None
    for form in _FORMS:
        if found := form.match(head):
            parts = found.groupdict()
            day, month = parts.get("d"), parts.get("m")
            date = f"--{int(month):02}-{int(day):02}" if month and day else f"---{int(day):02}" if day else None
            who = next((parts[name] for name in ("who", "who2", "who3") if parts.get(name)), "").strip()
            agency = parts.get("agency") or parts.get("agency2")
            return Parts(found[0], parts.get("place"), agency, date, who or None)
    return None


def place_and_agency(head: str, language: str | None) -> Parts | None:
    """`تهران - ایرنا:`: a short place and an agency that is known, or a place that is."""
    found = _PLACE_AND_AGENCY.match(head)
    if found is None or len(found["place"].split()) > 3 or len(found["agency"].split()) > 3:
        return None
    place, agency = found["place"].strip(), found["agency"].strip()
    if not (is_agency(agency) or agency in _OWN_NAMES or (found["bracket"] and is_place(place))):
        return None
    date = None
    if found["d"]:
        words = words_of(language or "ar")
        names = found["month"].casefold().split()
        month = next((words.months[name] for name in names if name in words.months), None) if words else None
        if month is None:
            return None
        date = f"--{month:02}-{int(found['d']):02}"
    return Parts(found[0], place, agency, date, None)
