"""The words of printed dates, language by language: months, weekdays, halves of the day, "ago". Tables, no parsing.

CLDR by way of Babel wherever it has them: names of months and days, day periods, relative times (`{0} години тому`).
By hand only what Babel's copy of CLDR leaves out: yesterday and today, other spellings, months of other calendars.
Nothing is loaded at import: a language at its first use, the languages of a script at the first text that needs them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from babel import Locale, localedata
from babel.core import UnknownLocaleError

from newscrawl.normalize.cldr import cldr

# A word or a number. Words are told by what they are not: Python's \w leaves out the vowel signs of Indic scripts.
TOKEN = re.compile(
    r"\d+|[^\s\d!-&(-/:-@\[-`{-~\u00a0-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u05be\u060c\u061b\u06d4\u2000-\u200b"
    r"\u200e-\u2018\u201a-\u206f\u3000-\u303f\u30fb\uff01-\uff0f\uff1a-\uff20]+"
)
_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "‘": "'", "ʻ": "'", "`": "'"})
_ACCENTS = re.compile("[\u0300-\u036f]")


@lru_cache(maxsize=8192)
def fold(word: str) -> str:
    """A word as it is compared: no case, no accents, one apostrophe, no dotless i. Signs of Indic scripts stay."""
    folded = word.casefold().translate(_APOSTROPHES).strip("'")
    if not folded.isascii():
        folded = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", folded))).replace("ı", "i")
    return folded


def key(text: str) -> str:
    """The folded words of a text, a space between them."""
    return " ".join(fold(word) for word in TOKEN.findall(text))


@dataclass(slots=True)
class Words:
    """What a language, or all of a script, calls the parts of a date. Keys are folded (`key`)."""

    months: dict[str, int] = field(default_factory=dict)
    wide_months: dict[str, int] = field(default_factory=dict)
    """Whole names, for abbreviations that are their beginning."""
    weekdays: dict[str, int] = field(default_factory=dict)
    """0 is Monday."""
    halves: dict[str, str] = field(default_factory=dict)
    """CLDR day periods, written together: `am`, `pm`, `noon`, `evening` … """
    ago: dict[tuple[str, str], str] = field(default_factory=dict)
    """Words before and after the number, to the unit."""
    once: dict[str, tuple[str, int]] = field(default_factory=dict)
    """The same where one or two is not printed: `hour ago`."""
    days_ago: dict[str, int] = field(default_factory=dict)
    month_first: bool = False
    """Short dates as `1/6/2025`."""
    short_year_first: bool = False
    """Short dates as `25. 1. 6.`."""

    def absorb(self, other: Words) -> None:
        """Add the words of another language; the earlier language's reading of a word stays."""
        for name in ("months", "wide_months", "weekdays", "halves", "ago", "once", "days_ago"):
            mine = getattr(self, name)
            for word, value in getattr(other, name).items():
                mine.setdefault(word, value)


# Scripts that put no space between words, so that a name stands inside a longer run.
UNSPACED = {"han", "kana", "thai", "lao", "khmer", "myanmar", "tibetan"}
# Languages of the world's news by script, in the order in which their readings count.
_OF_SCRIPT = {
    "latin": (
        "en de fr es pt it pl nl sv nb nn da fi cs sk hu ro hr sr_Latn bs sl tr az lt lv et id ms vi fil sw ca gl eu is ga cy "
        "sq af zu xh uz ht mt lb fo br ku so"
    ),
    "cyrillic": "uk ru be bg sr mk kk ky mn tg uz_Cyrl tt",
    "greek": "el", "armenian": "hy", "georgian": "ka", "hebrew": "he yi", "arabic": "ar fa ur ps ckb ug sd",
    "devanagari": "hi mr ne", "bengali": "bn as", "gurmukhi": "pa", "gujarati": "gu", "oriya": "or", "tamil": "ta", "telugu": "te",
    "kannada": "kn", "malayalam": "ml", "sinhala": "si", "thai": "th", "lao": "lo", "tibetan": "bo", "myanmar": "my",
    "khmer": "km", "ethiopic": "am ti", "hangul": "ko", "kana": "ja", "han": "zh zh_Hant ja yue",
}  # fmt: skip
_SCRIPT_ENDS = (
    (0x0250, "latin"), (0x0400, "greek"), (0x0530, "cyrillic"), (0x0590, "armenian"), (0x0600, "hebrew"), (0x0900, "arabic"),
    (0x0980, "devanagari"), (0x0A00, "bengali"), (0x0A80, "gurmukhi"), (0x0B00, "gujarati"), (0x0B80, "oriya"), (0x0C00, "tamil"),
    (0x0C80, "telugu"), (0x0D00, "kannada"), (0x0D80, "malayalam"), (0x0E00, "sinhala"), (0x0E80, "thai"), (0x0F00, "lao"),
    (0x1000, "tibetan"), (0x10A0, "myanmar"), (0x1100, "georgian"), (0x1200, "hangul"), (0x1400, "ethiopic"), (0x1780, "latin"),
    (0x1800, "khmer"), (0x1E00, "han"), (0x2000, "latin"), (0x3040, "han"), (0x3100, "kana"), (0xAC00, "han"), (0xD7B0, "hangul"),
)  # fmt: skip
# Regions whose names of months or order of numbers are their own.
_VARIANTS = {"ar": ("ar_SY", "ar_DZ", "ar_MA", "ar_IQ"), "de": ("de_AT",), "es": ("es_PE",), "sr": ("sr_Latn",), "en": ("en_AU", "en_CA"), "uz": ("uz_Cyrl",), "no": ("nb",), "tl": ("fil",)}  # fmt: skip
_PARTS = ("months", "days", "day_periods", "date_fields", "date_formats")
_UNITS = ("second", "minute", "hour", "day", "week", "month", "year")

# Months as printed beside CLDR's names.
_MORE_MONTHS = {
    "en": "sept 9 june 6 july 7", "de": "mrz 3 jan 1 jän 1 jänner 1 feber 2", "es": "set 9 setiembre 9 sep 9 sept 9", "it": "sett 9",
    "fr": "janv 1 fév 2 fev 2 juill 7 aou 8", "pt": "fev 2 mai 5 set 9 out 10 dez 12", "ru": "янв 1 фев 2 мар 3 апр 4 июн 6 июл 7 авг 8 сен 9 сент 9 окт 10 ноя 11 дек 12",
    "uk": "січ 1 лют 2 бер 3 кві 4 тра 5 чер 6 лип 7 сер 8 вер 9 жов 10 лис 11 гру 12", "be": "траўня 5", "bg": "ян 1",
    "hr": "studenog 11 studenom 11 siječnju 1 veljači 2 ožujku 3 travnju 4 svibnju 5 lipnju 6 srpnju 7 kolovozu 8 rujnu 9 listopadu 10 prosincu 12",
    "hi": "दिसम्बर 12 सितम्बर 9 नवम्बर 11 अक्तूबर 10 फ़रवरी 2 फरवरी 2", "bn": "জানুয়ারী 1 জানুয়ারি 1 ফেব্রুয়ারী 2 ফেব্রুয়ারি 2", "ca": "gener 1 febrer 2 març 3 abril 4 maig 5 juny 6 juliol 7 agost 8 setembre 9 octubre 10 novembre 11 desembre 12",
    "vi": "tháng_một 1 tháng_hai 2 tháng_ba 3 tháng_tư 4 tháng_năm 5 tháng_sáu 6 tháng_bảy 7 tháng_tám 8 tháng_chín 9 tháng_mười 10 tháng_mười_một 11 tháng_mười_hai 12",
    "th": "มกรา 1 กุมภา 2 มีนา 3 เมษา 4 พฤษภา 5 มิถุนา 6 กรกฎา 7 สิงหา 8 กันยา 9 ตุลา 10 พฤศจิกา 11 ธันวา 12",
}  # fmt: skip

# Today and yesterday, with the number of days ago. CLDR has them (fields, relative), Babel does not carry them.
_DAYS_AGO = {
    "en": "today 0 yesterday 1", "uk": "сьогодні 0 вчора 1 учора 1 позавчора 2", "ru": "сегодня 0 вчера 1 позавчера 2",
    "de": "heute 0 gestern 1 vorgestern 2", "fr": "aujourd'hui 0 hier 1 avant-hier 2", "es": "hoy 0 ayer 1 anteayer 2",
    "pt": "hoje 0 ontem 1 anteontem 2", "it": "oggi 0 ieri 1 l'altro_ieri 2", "pl": "dzisiaj 0 dziś 0 wczoraj 1 przedwczoraj 2",
    "nl": "vandaag 0 gisteren 1 eergisteren 2", "sv": "idag 0 i_dag 0 igår 1 i_går 1 i_förrgår 2", "nb": "i_dag 0 i_går 1 i_forgårs 2",
    "nn": "i_dag 0 i_går 1", "da": "i_dag 0 i_går 1 i_forgårs 2", "fi": "tänään 0 eilen 1 toissapäivänä 2",
    "cs": "dnes 0 včera 1 předevčírem 2", "sk": "dnes 0 včera 1 predvčerom 2", "hu": "ma 0 tegnap 1 tegnapelőtt 2",
    "ro": "azi 0 astăzi 0 ieri 1 alaltăieri 2", "bg": "днес 0 вчера 1 завчера 2", "sr": "данас 0 јуче 1 прекјуче 2",
    "sr_Latn": "danas 0 juče 1 prekjuče 2", "hr": "danas 0 jučer 1 prekjučer 2", "bs": "danas 0 jučer 1 juče 1", "sl": "danes 0 včeraj 1 predvčerajšnjim 2",
    "mk": "денес 0 вчера 1", "be": "сёння 0 учора 1 пазаўчора 2", "el": "σήμερα 0 χθες 1 χτες 1 προχθές 2", "tr": "bugün 0 dün 1 evvelsi_gün 2",
    "az": "bu_gün 0 dünən 1", "kk": "бүгін 0 кеше 1", "ky": "бүгүн 0 кечээ 1", "uz": "bugun 0 kecha 1", "tg": "имрӯз 0 дирӯз 1",
    "lt": "šiandien 0 vakar 1 užvakar 2", "lv": "šodien 0 vakar 1 aizvakar 2", "et": "täna 0 eile 1 üleeile 2", "sq": "sot 0 dje 1",
    "is": "í_dag 0 í_gær 1", "ga": "inniu 0 inné 1", "ca": "avui 0 ahir 1", "gl": "hoxe 0 onte 1", "eu": "gaur 0 atzo 1", "mt": "illum 0 ilbieraħ 1",
    "id": "hari_ini 0 kemarin 1", "ms": "hari_ini 0 semalam 1", "vi": "hôm_nay 0 hôm_qua 1", "fil": "ngayong_araw 0 kahapon 1",
    "sw": "leo 0 jana 1", "af": "vandag 0 gister 1", "hy": "այսօր 0 երեկ 1", "ka": "დღეს 0 გუშინ 1", "mn": "өнөөдөр 0 өчигдөр 1",
    "ar": "اليوم 0 أمس 1 امس 1", "fa": "امروز 0 دیروز 1 پریروز 2", "ur": "آج 0", "he": "היום 0 אתמול 1 שלשום 2",
    "hi": "आज 0", "mr": "आज 0 काल 1", "ne": "आज 0 हिजो 1", "bn": "আজ 0 গতকাল 1", "pa": "ਅੱਜ 0", "gu": "આજે 0 ગઈકાલે 1",
    "ta": "இன்று 0 நேற்று 1", "te": "ఈరోజు 0 ఈ_రోజు 0 నిన్న 1", "kn": "ಇಂದು 0 ನಿನ್ನೆ 1", "ml": "ഇന്ന് 0 ഇന്നലെ 1", "si": "අද 0 ඊයේ 1",
    "th": "วันนี้ 0 เมื่อวาน 1 เมื่อวานนี้ 1", "lo": "ມື້ນີ້ 0 ມື້ວານ 1", "km": "ថ្ងៃនេះ 0 ម្សិលមិញ 1", "my": "ယနေ့ 0 မနေ့က 1", "am": "ዛሬ 0 ትናንት 1",
    "ja": "今日 0 本日 0 きょう 0 昨日 1 きのう 1 一昨日 2", "zh": "今天 0 今日 0 昨天 1 昨日 1 前天 2", "zh_Hant": "今天 0 今日 0 昨天 1 昨日 1 前天 2", "ko": "오늘 0 어제 1 그제 2",
}  # fmt: skip

# "Ago" as printed beside CLDR's word for it.
_AGO_SYNONYMS = {
    "uk": ("тому", "назад"), "be": ("таму", "назад"), "ar": ("قبل", "منذ"), "fa": ("پیش", "قبل"), "zh": ("前", "之前"), "en": ("ago", "earlier"),
    "th": ("ที่ผ่านมา", "ที่แล้ว"), "id": ("yang lalu", "lalu"), "ms": ("yang lalu", "lalu"), "nb": ("for", ""), "sv": ("för", ""), "da": ("for", ""),
    "el": ("πριν από", "πριν"),
}  # fmt: skip
# Further forms; `#` is the number.
_MORE_AGO = {
    "en": "# mins ago:minute # hrs ago:hour # secs ago:second # m ago:minute # h ago:hour # d ago:day",
    "uk": "# доби тому:day # діб тому:day", "hu": "# órája:hour # perce:minute # napja:day", "nb": "# timer siden:hour # minutter siden:minute",
    "it": "# min fa:minute", "tr": "# dk önce:minute # sa önce:hour", "pl": "# godz temu:hour", "es": "hace # min:minute hace # h:hour",
}  # fmt: skip
# The instant itself (CLDR: second, relative 0), without which nothing else is said.
_JUST_NOW = {
    "en": "just now|moments ago", "uk": "щойно|тільки що", "ru": "только что", "be": "толькі што", "de": "gerade eben|soeben", "fr": "à l'instant",
    "es": "ahora mismo|hace un momento", "pt": "agora mesmo|agora há pouco", "it": "proprio ora|poco fa", "pl": "przed chwilą", "cs": "právě teď", "nl": "zojuist",
    "tr": "az önce|şimdi", "zh": "刚刚", "zh_Hant": "剛剛|刚刚", "ja": "たった今", "ko": "방금", "ar": "الآن", "fa": "هم اکنون", "he": "ממש עכשיו", "hi": "अभी",
    "id": "baru saja", "vi": "vừa xong", "el": "μόλις τώρα", "ro": "chiar acum", "sv": "nyss|just nu", "nb": "akkurat nå",
}  # fmt: skip
NUMBER_WORDS = frozenset("a an one un une una uno ein eine einer einem einen uma um одну один одна jeden jedna jednu egy en ett et één een bir ένα μία μια".split())  # fmt: skip


def words_of(language: str) -> Words | None:
    """The words of a language by its BCP 47 code, of its region where CLDR has one; None where CLDR has neither."""
    return _words(language.replace("_", "-"))


@lru_cache(maxsize=256)
def _words(language: str) -> Words | None:
    locale = _locale(language)
    if locale is None:
        return None
    words = _from_cldr(locale)
    base = language.partition("-")[0].lower()
    for variant in _VARIANTS.get(base, ()):
        words.absorb(_from_cldr(Locale.parse(variant)))
    return words


def _locale(language: str) -> Locale | None:
    for code in (language, language.partition("-")[0]):
        try:
            return Locale.parse(code.replace("-", "_"))
        except (UnknownLocaleError, ValueError, TypeError):
            continue
    return None


@lru_cache(maxsize=32)
def words_of_script(script: str) -> Words:
    """The words of every language of a script, the most read first."""
    merged = Words()
    for language in _OF_SCRIPT[script].split():
        if words := words_of(language):
            merged.absorb(words)
    merged.months = {name: month for name, month in merged.months.items() if len(name) > 2 or not name.isascii()}
    merged.weekdays = {name: day for name, day in merged.weekdays.items() if len(name) > 2 or not name.isascii()}
    return merged


def lexicons(text: str, languages: tuple[str, ...], *, others: bool = True) -> Iterator[tuple[Words, bool]]:
    """Words to try in turn: those of the languages asked for (True), of English, of every language of the text's scripts.

    `others`: whether those that were not asked for follow.
    """
    for language in languages:
        if words := words_of(language):
            yield words, True
    if not others:
        return
    if "en" not in languages and (english := words_of("en")):
        yield english, False
    for script in scripts(text):
        yield words_of_script(script), False


def weekday_in(tokens: list[re.Match[str]], words: Words) -> int | None:
    """The weekday that a text names, 0 for Monday."""
    folded = [fold(m[0]) for m in tokens]
    for i in range(len(folded)):
        for count in (2, 1):
            if (weekday := words.weekdays.get(" ".join(folded[i : i + count]))) is not None:
                return weekday
    return None


def scripts(text: str) -> tuple[str, ...]:
    """The scripts of a text's letters, in order; Kanji count as `han` and with Kana as both."""
    found: dict[str, None] = {}
    for char in text:
        if char.isalpha() or unicodedata.category(char)[0] == "M":
            found[_script(ord(char))] = None
    return tuple(found)


def _script(code: int) -> str:
    for end, script in _SCRIPT_ENDS:
        if code < end:
            return script
    return "han" if 0xF900 <= code < 0xFB00 else "arabic" if 0xFB50 <= code < 0xFF00 else "latin"


def _from_cldr(locale: Locale) -> Words:
    name, base = str(locale), locale.language
    data = cldr(name, _PARTS)
    short = str(data["date_formats"]["short"].pattern)
    words = Words(month_first=_month_first(short), short_year_first=re.match(r"yy(?!y)", short) is not None)
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, month in data["months"][context][width].items():
                folded = key(month)
                if not any(c.isdigit() for c in folded) and len(folded) > 1:
                    words.months.setdefault(folded, number)
                    if width == "wide":
                        words.wide_months.setdefault(folded, number)
            for number, day in data["days"][context][width].items():
                words.weekdays.setdefault(key(day), number)
    for month, number in _pairs(_MORE_MONTHS.get(name) or _MORE_MONTHS.get(base, "")):
        words.months.setdefault(month, number)
    words.days_ago.update(_pairs(_DAYS_AGO.get(name) or _DAYS_AGO.get(base, "")))
    _add_halves(words, data)
    _add_ago(words, data, _MORE_AGO.get(base, ""))
    for printed in (_JUST_NOW.get(name) or _JUST_NOW.get(base, "")).split("|"):
        words.once[key(printed)] = ("minute", 0)
    if base in _AGO_SYNONYMS:
        _add_synonym(words, *_AGO_SYNONYMS[base])
    return words


def _pairs(row: str) -> Iterator[tuple[str, int]]:
    cells = row.split()
    for word, number in zip(cells[::2], cells[1::2], strict=True):
        yield key(word.replace("_", " ")), int(number)


def _month_first(pattern: str) -> bool:
    return "M" in pattern and "d" in pattern and pattern.index("M") < pattern.index("d") and not pattern.startswith("y")


def _add_halves(words: Words, data: localedata.LocaleDataDict) -> None:
    for context in data["day_periods"].values():
        for width in ("abbreviated", "wide", "narrow"):
            for period, printed in (context.get(width) or {}).items():
                folded = key(printed).replace(" ", "")
                if len(folded) > 1 or period in ("am", "pm"):
                    words.halves.setdefault(folded, period.rstrip("0123456789"))


def _add_ago(words: Words, data: localedata.LocaleDataDict, more: str) -> None:
    fields = data["date_fields"]
    for unit in _UNITS:
        for width in (unit, f"{unit}-short", f"{unit}-narrow"):
            for plural, template in (fields.get(width, {}).get("past") or {}).items():
                before, number, after = str(template).partition("{0}")
                if before.strip("\u200e\u200f ")[:1] in ("-", "−", "\u2011", "+"):
                    continue  # `-2 h` of the narrow forms is nothing that news prints
                ends = (key(before), key(after))
                if not number:
                    words.once.setdefault(ends[0], (unit, 2 if plural == "two" else 1))
                elif ends[0] or len(ends[1].split()) > 1 or not ends[1].isascii():
                    words.ago.setdefault(ends, unit)
                    if plural == "one" and len(" ".join(ends).split()) > 1:
                        words.once.setdefault(" ".join(ends).strip(), (unit, 1))
    for form in re.findall(r"\S[^:]*:\w+", more):
        before, _, rest = form.partition("#")
        after, _, unit = rest.partition(":")
        words.ago.setdefault((key(before), key(after)), unit)


def _add_synonym(words: Words, word: str, synonym: str) -> None:
    for ends, unit in list(words.ago.items()):
        before, after = (key(end.replace(key(word), key(synonym))) for end in ends)
        if before or len(after.split()) > 1 or not after.isascii():
            words.ago.setdefault((before, after), unit)
    for form, counted in list(words.once.items()):
        words.once.setdefault(key(form.replace(key(word), key(synonym))), counted)
