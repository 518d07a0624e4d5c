"""View counts: `12,3 тыс. просмотров` to 12300. Pure and total: what is no counter gives None.

Magnitudes come from CLDR's compact decimal formats (Unicode TR 35, part 3) through Babel, digits of every script from
Unicode. A number counts as views only beside a word or an icon that says so, or with a magnitude and nothing else.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.core import UnknownLocaleError

from newscrawl.article import INT64_MAX

LONGEST = 2000  # characters of text that are looked at

# What says "views", by stem, in the languages of the web's counters.
_VIEW_WORDS = (
    r"views?|viewed|viewers|hits|reads?|pageviews|post\s+views|total\s+views|"
    r"перегляд\w*|переглянут\w*|просмотр\w*|прочит\w*|прочтен\w*|прагляд\w*|преглед\w*|преглеждан\w*|прегледа|виђено|"
    r"vues?|consultations?|lectures?|lecturas?|visitas?|visualizaç\w*|visualizac\w*|visualizz\w*|vistas?|leituras?|"
    r"letture|leitores|lettori|aufrufe?n?|gelesen|zugriffe|klicks|ansichten|weergaven|bekeken|gelezen|visningar|visninger|"
    r"læst|lest|katselu\w*|näyttök\w*|lukukert\w*|wyświetl\w*|odsłon\w*|zobrazen\w*|přečten\w*|zhlédnut\w*|čítan\w*|pregled\w*|"
    r"ogled\w*|prikaz\w*|megtekint\w*|olvas\w*|vizualiz\w*|afişări|citiri|görüntülen\w*|okunma\w*|okundu|baxış\w*|oxunub|"
    r"προβολ\w*|αναγνώσ\w*|dibaca|dilihat|tayangan|kali\s+dibaca|tontonan|lượt\s+xem|lượt\s+đọc|vaatamis\w*|"
    r"skatījum\w*|peržiūr\w*|көрілім\w*|қаралды|көрүү|ko['ʻ]rildi|ნახვა|դիտում\w*|"
    r"مشاهدات|مشاهدة|مشاهده|قراءة|قراءات|زيارة|بازدید|بازديد|ملاحظات|צפיות|צפייה|נצפה|"
    r"बार\s+देखा|व्यूज़?|पढ़ा\s+गया|বার\s+পঠিত|বার\s+পড়া|ভিউ|பார்வை\w*|వీక్షణ\w*|ครั้ง|เข้าชม|ผู้ชม|อ่าน|"
    r"次阅读|次閱讀|阅读量?|閱讀|浏览量?|瀏覽|人已围观|人氣|人气|点击|點擊|次浏览|次观看|观看|觀看|围观|回視聴|回閲覧|閲覧数?|アクセス|ビュー|"
    r"조회수?|읽음|회"
)
_LABEL = re.compile(
    rf"(?<!\w)(?:{_VIEW_WORDS})(?!\w)|(?:次阅读|次閱讀|阅读|閱讀|浏览|瀏覽|人已围观|人氣|人气|点击|조회수?|閲覧)", re.I
)
_GLUED_LABEL = re.compile(
    r"(?:次阅读|次閱讀|阅读量?|閱讀|浏览量?|瀏覽|人已围观|人氣|人气|点击|點擊|回閲覧|閲覧数?|回視聴|조회수?|회(?!\w))"
)
_MARKUP = re.compile(
    r"<[^<>]{0,300}\b(?:class|id)\s*=\s*[\"'][^\"'<>]{0,200}"
    r"(?:\bviews?\b|[-_]views?\b|views?[-_]|\beye\b|[-_]eye\d?\b|eye[-_]|countview|postviews?|\bhits\b|read-?count|pageview)"
    r"[^\"'<>]{0,200}[\"'][^<>]{0,200}>",
    re.I,
)
_TAG = re.compile(r"<[^<>]{0,1000}>")
_NUMBER = r"\d{1,3}(?:[.,'’٬\u00a0\u202f\u2009 ]\d{3})+(?!\d)(?:[.,]\d{1,2}(?!\d))?|\d+(?:[.,٫]\d{1,2}(?!\d))?|\d+"
_MAGNITUDE_EXTRA = {
    "k": 10**3, "к": 10**3, "тыс": 10**3, "тис": 10**3, "т": 10**3, "mil": 10**3, "tys": 10**3, "tis": 10**3, "tsd": 10**3,
    "rb": 10**3, "ribu": 10**3, "bin": 10**3, "mille": 10**3, "хил": 10**3, "хиљ": 10**3, "χιλ": 10**3, "ألف": 10**3,
    "هزار": 10**3, "אלף": 10**3, "हज़ार": 10**3, "천": 10**3, "千": 10**3, "thousand": 10**3,
    "万": 10**4, "萬": 10**4, "만": 10**4, "lakh": 10**5, "लाख": 10**5,
    "m": 10**6, "mn": 10**6, "mln": 10**6, "mio": 10**6, "млн": 10**6, "mi": 10**6, "jt": 10**6, "juta": 10**6,
    "million": 10**6, "مليون": 10**6, "میلیون": 10**6, "crore": 10**7, "करोड़": 10**7, "억": 10**8, "亿": 10**8, "億": 10**8,
    "mrd": 10**9, "млрд": 10**9, "billion": 10**9,
}  # fmt: skip
# One-letter signs that mean a magnitude only in their language.
_OF_LANGUAGE = {("b", "tr"), ("e", "hu"), ("n", "vi"), ("t", "fi"), ("tr", "vi"), ("tn", "sv"), ("mn", "sv")}
_TRAP = re.compile(
    r"\b(?:min(?:ute)?s?\.?\s*(?:read|to\s+read)|(?:minute|min)\s+read|most\s+(?:read|viewed|popular)|view\s+(?:all|more|\d+)|"
    r"comments?|ratings?|reviews?|interview|likeaction|commentaction|shareaction|read\d{1,2}:\d{2}|claps?)",
    re.I,
)
_CLOCK = re.compile(r"(?<![\d.,:])\d{1,2}[:h]\d{2}(?::\d{2})?(?!\d)\s*(?:[ap]\.?m\.?)?", re.I)


def parse_views(text: str, *, language: str | None = None, labelled: bool = False) -> int | None:
    """The number of views that a printed counter states; markup around a counter may be given as it is.

    `labelled`: a number counts only where a word beside it says views. `language`: BCP 47 code, for magnitudes of one letter such as Turkish `B`. None: no counter, or beyond 2^63-1.
    """
    folded = _ascii_digits(text[:LONGEST])
    if labelled and not (_LABEL.search(folded) or _GLUED_LABEL.search(folded)):
        return None
    if "<" in folded:
        marked = _MARKUP.search(folded)
        plain = " ".join(_TAG.sub(" ", folded).split())
        if marked:
            rest = " ".join(_TAG.sub(" ", folded[marked.end() :]).split())
            found = re.match(rf"({_NUMBER})", rest)
            return _value(found[1], "", language) if found else _of_text(plain, language)
        return _of_text(plain, language)
    lines = folded.split("\n")
    if len(lines) == 2 and re.fullmatch(rf"\s*(?:{_NUMBER})\s*", lines[1]) and re.search(r"[^\W\d]", lines[0]):
        return _value(lines[1].strip(), "", language)  # the counter below a date or a byline, its icon lost
    return _of_text(" ".join(folded.split()), language)


def is_beyond_range(text: str) -> bool:
    """True where a counter has more digits than 2^63 and so cannot be true, nor be stored."""
    return sum(map(str.isdigit, text)) >= len(str(INT64_MAX))


def _of_text(text: str, language: str | None) -> int | None:
    quoted = text.startswith(('"', "“", "«")) or text.count(" ") > 25
    if quoted:
        return None
    for piece in re.split(r"[|｜•·]", text):
        if (count := _of_piece(piece.strip(" ()[]（）"), language)) is not None:
            return count
    return None


def _of_piece(text: str, language: str | None) -> int | None:
    without_clock = _CLOCK.sub(" ", text) if ":" in text else text
    label = _LABEL.search(without_clock) or _GLUED_LABEL.search(without_clock)
    if label is None:
        return _bare(text, language)
    before = without_clock[: label.start()]
    after = without_clock[label.end() :]
    if _TRAP.search(without_clock) and not re.match(rf"\s*({_NUMBER})\s*views\b", without_clock, re.I):
        return None
    sign = _signs(language)
    number_before = (
        None
        if re.match(r"\s*[:：]\s*\d", after)
        else re.search(rf"({_NUMBER})\s*({sign})?\.?\u200f?\s*(?:x|mal|kali|de|раз|人|次|回|\(|:)?\s*$", before, re.I)
    )
    if number_before and not re.search(r"[A-Za-z]\d*$", before[: number_before.start(1)]):
        return _value(number_before[1], number_before[2] or "", language)
    number_after = re.match(rf"\s*[:：=\-–(（]?\s*({_NUMBER})\s*({sign})?(?![\w:/]|[.,]\d)", after, re.I)
    if number_after is None:
        number_after = re.match(
            rf"\s*[:：=\-–(（]?\s*({_NUMBER})\s*({sign})?\s*(?:회|次|回|kali|раз)?(?![\d:/]|[.,]\d)", after, re.I
        )
    if number_after is None or re.match(r"\s*\d{1,2}[./]\d{1,2}[./]\d{2,4}", after):
        return None
    if (
        label[0].lower().startswith(("read", "view"))
        and not re.match(r"\s*[:：(]", after)
        and not label[0].lower().endswith("s")
    ):
        return None  # `Most read 1`, `View 6 Images`
    return _value(number_after[1], number_after[2] or "", language)


def _bare(text: str, language: str | None) -> int | None:
    """`3.4万`, `12,3 тыс.`: a number with a magnitude and nothing else."""
    found = re.fullmatch(rf"({_NUMBER})\s*({_signs(language)})\.?", text, re.I)
    return _value(found[1], found[2], language) if found else None


def _ascii_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.digit(c)) if not c.isascii() and unicodedata.category(c) == "Nd" else c for c in text
    )


def _value(number: str, sign: str, language: str | None) -> int | None:
    factor = _magnitudes(language).get(sign.strip(". ").casefold(), 1) if sign else 1
    text = re.sub(r"[\u00a0\u202f\u2009 '’٬]", "", number).replace("٫", ".")
    marks = [c for c in text if c in ".,"]
    if len(set(marks)) == 2:
        text = text.replace(marks[0], "").replace(marks[-1], ".")
    elif marks:
        grouped = re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", text) is not None and factor == 1
        text = text.replace(marks[0], "") if grouped or len(marks) > 1 else text.replace(",", ".")
    if factor == 1 and "." in text:
        return None
    if len(text) > 25:
        return None
    count = int(Decimal(text) * factor)
    return count if count <= INT64_MAX else None


@lru_cache(maxsize=256)
def _magnitudes(language: str | None) -> dict[str, int]:
    table = dict(_MAGNITUDE_EXTRA)
    code = (language or "").partition("-")[0].lower()
    table.update({sign: 10**6 if sign in ("tr", "mn") else 10**3 for sign, of in _OF_LANGUAGE if of == code})
    if code:
        try:
            formats = Locale.parse(code).compact_decimal_formats["short"]
        except (UnknownLocaleError, ValueError, KeyError):
            return table
        for plural in formats.values():
            for power, pattern in plural.items():
                sign = re.sub(r"[0¤.\u00a0\u200f\u200e'\s]+", " ", str(pattern.pattern)).strip().casefold()
                zeros = str(pattern.pattern).count("0")
                if sign and not sign[0].isdigit():
                    table[sign] = int(power) // 10 ** (zeros - 1)
    return table


@lru_cache(maxsize=256)
def _signs(language: str | None) -> str:
    """A pattern of every magnitude that the language may print, the longest first."""
    known = sorted(_magnitudes(language), key=len, reverse=True)
    return "|".join(
        re.escape(sign) + (r"(?![^\W\d_])" if sign[-1].isalpha() and ord(sign[-1]) < 0x2E80 else "") for sign in known
    )
