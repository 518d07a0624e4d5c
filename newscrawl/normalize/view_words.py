"""The words around a view counter: those that say views, those that say times, and those of other counters. Patterns only."""

from __future__ import annotations

import re
from functools import lru_cache

from babel import Locale
from babel.core import UnknownLocaleError
from babel.units import format_unit

# What says "views", by stem, in the languages of the web's counters.
_WORDS = (
    r"views?|viewed|viewers|hits|reads?|pageviews?|page\s+views|post\s+views|total\s+views|pv|"
    r"перегляд\w*|переглян\w*|просмотр\w*|прочит\w*|прочтен\w*|прагл[яе]д\w*|преглед\w*|преглеждан\w*|прегледа|виђено|прочетен\w*|"
    r"vues?|consultations?|lectures?|lecturas?|visitas?|visualizaç\w*|visualizac\w*|visualizz\w*|vistas?|leituras?|"
    r"letture|leitores|lettori|aufrufe?n?|gelesen|zugriffe|klicks|ansichten|weergaven|bekeken|gelezen|visningar|visninger|"
    r"læst|lest|katselu\w*|näyttök\w*|lukukert\w*|wyświetl\w*|odsłon\w*|zobrazen\w*|přečten\w*|zhlédnut\w*|čítan\w*|pregled\w*|"
    r"ogled\w*|prikaz\w*|megtekint\w*|olvas\w*|vizualiz\w*|afişări|afișări|citiri|görüntüle\w*|okunma\w*|okundu|izlenme\w*|baxış\w*|baxılıb|oxunub|oxunma\w*|"
    r"προβολ\w*|αναγνώσ\w*|dibaca|dilihat|tayangan|kali\s+dibaca|tontonan|lượt\s+xem|lượt\s+đọc|vaatamis\w*|"
    r"skatījum\w*|peržiūr\w*|көрілім\w*|көрсетілім\w*|қаралды|қаралым\w*|көрүү\w*|ko['ʻ‘’]rildi|ko['ʻ‘’]rishlar|ნახვა|ნახვები|դիտում\w*|դիտվել\s+է|үзсэн|"
    r"مشاهدات|مشاهدة|مشاهده|قراءة|قراءات|زيارة|بازدید|بازديد|ملاحظات|צפיות|צפייה|נצפה|"
    r"बार\s+देखा|व्यूज़?|पढ़ा\s+गया|বার\s+পঠিত|বার\s+পড়া|পঠিত|ভিউ|பார்வை[^\s\d]*|వీక్షణ[^\s\d]*|ครั้ง|เข้าชม|ผู้ชม|อ่าน|"
    r"次阅读|次閱讀|阅读量?|閱讀|浏览量?|瀏覽|人已围观|人氣|人气|点击|點擊|次浏览|次观看|观看|觀看|围观|回視聴|回閲覧|閲覧数?|アクセス|ビュー|"
    r"조회수?|읽음"
)
# East Asian words are glued to what stands around.
_GLUED = r"次阅读|次閱讀|阅读[量数]?|閱讀[量數]?|浏览[量次]?数?|瀏覽[量次]?數?|點閱[數率]?|人已围观|人氣|人气|点击[量数]?|點擊[量數]?|观看|觀看|回閲覧|閲覧数?|回視聴|조회수?"
LABEL = re.compile(rf"(?<!\w)(?:{_WORDS})(?!\w)|{_GLUED}|👁\ufe0f?|👀", re.I)

# `Letto 1.234 volte`: words that say views only of a number of times.
_TIMES = r"times|fois|volte|veces|vezes|раз[иауів]*|пут\w*|пъти|razy|krát|kez|kere|kertaa|ganger|gånger|gange|keer|ori|lần|[-\s]?mal|kali|x|回|次|회|人|बार|বার|ครั้ง|مرة|مرات|بار"
COUNTED = re.compile(
    r"(?<!\w)(?:viewed|read|seen|lu|vu|lue|vue|consulté|letto|letta|visto|vista|leído|leída|lido|lida|gelesen|aufgerufen|bekeken|gelezen|læst|lest|läst|visad|"
    r"прочитан\w*|просмотрен\w*|переглянут\w*|переглянули|прочетен\w*|przeczytano|wyświetlono|přečteno|zobrazeno|citit|okundu|dibaca|dilihat|đọc)"
    rf"\s*[:：]?\s*(?P<number>\d.{{0,30}}?)\s*(?:{_TIMES})(?!\w)",
    re.I,
)
# Between a number and its label, and between a label and its number.
BEFORE_LABEL = re.compile(
    rf"[\s\u200e\u200f.x×(:\-–)]*(?:(?:{_TIMES}|de|di|d['’]|people\s+(?:have\s+)?|have|lượt)[\s\-]*){{0,2}}", re.I
)
AFTER_LABEL = re.compile(r"\s*[:：=՝\-–(（.]*[\s\u200e\u200f]*(?:[:：]\s*)?")

# What is counted or measured instead, anywhere beside the number.
TRAP = re.compile(
    r"\b(?:min(?:ute)?s?\.?\s*(?:read|to\s+read)|(?:minute|min)\s+read|most\s+(?:read|viewed|popular)|view\s+(?:all|more|\d+)|"
    r"comments?|ratings?|reviews?|interview|likeaction|commentaction|shareaction|read\d{1,2}:\d{2}|claps?)",
    re.I,
)
# Reading time, where the language's own words are not known.
_TIME_UNITS = re.compile(
    r"(?:min(?:ut\w*)?|sec\w*|hours?|days?|weeks?|мин(?:ут\w*)?|хв(?:илин\w*)?|сек\w*|час\w{0,2}|годин\w*|дн\w*|дз?ён|Minuten?|Stunden?|分钟|分鐘|分|秒|小时|小時|時間|분|dk|dakika|phút|λεπτ\w*|דקות|דקה|دقائق|دقيقة|دقیقه|मिनट|মিনিট|นาที)",
    re.I,
)
NO_COUNT_BEFORE = re.compile(r"(?:\b(?:top|best|past|last|first|page|vol|no|nr|part|tel)\b\.?|[#№$€£¥₴₽₹+])\s*$", re.I)
NO_COUNT_AFTER = re.compile(r"\s*[%°€£$₴₽₹]|\s*-?(?:st|nd|rd|th)\b", re.I)


@lru_cache(maxsize=256)
def time_units(language: str | None) -> frozenset[str]:
    """Words for seconds to days in a language (CLDR), folded: a number of them is no count of views."""
    words: set[str] = set()
    try:
        locale = Locale.parse((language or "en").replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        return frozenset()
    for unit in ("second", "minute", "hour", "day"):
        for width in ("long", "short", "narrow"):
            for number in (1, 2, 5, 21):
                printed = str(format_unit(number, f"duration-{unit}", length=width, locale=locale))
                words.update(word.casefold() for word in re.findall(r"[^\s\d.,]+", printed))
    return frozenset(word for word in words if len(word) > 1)


def is_time_unit(word: str, language: str | None) -> bool:
    """Whether a word after a number makes it a span of time."""
    return word.casefold() in time_units(language) or _TIME_UNITS.fullmatch(word) is not None
