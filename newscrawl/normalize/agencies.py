"""News agencies: one code and name for every way in which a dateline prints them.

Names and home countries: the members of the News Agencies World Congress, EANA, OANA and FAAPA, as they name themselves.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple


class Agency(NamedTuple):
    """A news agency. `country`: ISO 3166-1 alpha-2. `spellings`: as printed in datelines, by `|`, besides its code."""

    code: str
    name: str
    country: str
    spellings: str = ""


AGENCIES = (
    Agency("AA", "Anadolu Agency", "TR"),
    Agency("ABI", "Agencia Boliviana de Información", "BO"),
    Agency("ADNKRONOS", "Adnkronos", "IT", "Adnkronos|AdnKronos"),
    Agency("AFP", "Agence France-Presse", "FR", "法新社|АФП"),
    Agency("AGERPRES", "Agerpres", "RO", "Agerpres"),
    Agency("ANI", "Asian News International", "IN"),
    Agency("ANP", "Algemeen Nederlands Persbureau", "NL"),
    Agency("ANSA", "Agenzia Nazionale Stampa Associata", "IT"),
    Agency("ANTARA", "Antara", "ID", "Antara"),
    Agency("AP", "Associated Press", "US", "美聯社|美联社|АП"),
    Agency("APA", "Austria Presse Agentur", "AT"),
    Agency("APP", "Associated Press of Pakistan", "PK"),
    Agency("ARMENPRESS", "Armenpress", "AM", "АРМЕНПРЕСС|Арменпресс|Armenpress"),
    Agency("AZERTAC", "Azertac", "AZ", "АЗЕРТАДЖ|AZƏRTAC"),
    Agency("BBC", "BBC", "GB"),
    Agency("BELGA", "Belga", "BE", "Belga"),
    Agency("BELTA", "BelTA", "BY", "БЕЛТА|БелТА|BelTA"),
    Agency("BERNAMA", "Bernama", "MY", "Bernama"),
    Agency("BETA", "Beta", "RS", "Beta"),
    Agency("BLOOMBERG", "Bloomberg", "US", "Bloomberg"),
    Agency("BSS", "Bangladesh Sangbad Sangstha", "BD"),
    Agency("BTA", "Bulgarian News Agency", "BG", "БТА"),
    Agency("CNA", "Central News Agency", "TW", "中央社"),
    Agency("CNN", "CNN", "US"),
    Agency("CNS", "China News Service", "CN", "中新社|中新网"),
    Agency("CTK", "Czech News Agency", "CZ", "ČTK"),
    Agency("DPA", "Deutsche Presse-Agentur", "DE", "dpa"),
    Agency("EFE", "Agencia EFE", "ES", "Efe"),
    Agency("EPD", "Evangelischer Pressedienst", "DE", "epd"),
    Agency("FONET", "FoNet", "RS", "FoNet"),
    Agency("HINA", "Hina", "HR", "Hina"),
    Agency("IANS", "Indo-Asian News Service", "IN"),
    Agency("INTERFAX", "Interfax", "RU", r"INTERFAX\.RU|Interfax|ИНТЕРФАКС|Интерфакс"),
    Agency("INTERFAX-UKRAINE", "Interfax-Ukraine", "UA", "ІНТЕРФАКС-УКРАЇНА|Інтерфакс-Україна|ИНТЕРФАКС-УКРАИНА|Интерфакс-Украина|Interfax-Ukraine"),
    Agency("IRNA", "Islamic Republic News Agency", "IR", "ایرنا"),
    Agency("ISNA", "Iranian Students' News Agency", "IR", "ایسنا"),
    Agency("JIJI", "Jiji Press", "JP", "Jiji|時事"),
    Agency("KABAR", "Kabar", "KG", "КАБАР|Кабар"),
    Agency("KAZINFORM", "Kazinform", "KZ", "КАЗИНФОРМ|Казинформ|Kazinform"),
    Agency("KNA", "Katholische Nachrichten-Agentur", "DE"),
    Agency("KYODO", "Kyodo News", "JP", "Kyodo|共同社|共同"),
    Agency("LAPRESSE", "LaPresse", "IT", "LaPresse"),
    Agency("LUSA", "Lusa", "PT", "Lusa"),
    Agency("MEDIAFAX", "Mediafax", "RO", "Mediafax"),
    Agency("MENA", "Middle East News Agency", "EG"),
    Agency("MIA", "Media Information Agency", "MK", "МИА"),
    Agency("MTI", "Magyar Távirati Iroda", "HU"),
    Agency("NNA", "National News Agency", "LB"),
    Agency("NOTIMEX", "Notimex", "MX", "Notimex"),
    Agency("NTB", "Norsk Telegrambyrå", "NO"),
    Agency("OTS", "Originaltextservice", "DE", "ots"),
    Agency("PAP", "Polish Press Agency", "PL"),
    Agency("PETRA", "Jordan News Agency", "JO", "Petra"),
    Agency("PRIME", "Prime", "RU", "ПРАЙМ"),
    Agency("PTI", "Press Trust of India", "IN"),
    Agency("REGNUM", "Regnum", "RU", "Регнум"),
    Agency("REUTERS", "Reuters", "GB", "Reuters|路透社|路透|ロイター|Рейтер|РЕЙТЕР"),
    Agency("RIA", "RIA Novosti", "RU", r"РИА\s+Новости|РИА"),
    Agency("RITZAU", "Ritzaus Bureau", "DK", "Ritzau"),
    Agency("RNS", "Religion News Service", "US"),
    Agency("SANA", "Syrian Arab News Agency", "SY"),
    Agency("SDA", "Keystone-SDA", "CH", "Keystone-SDA|sda"),
    Agency("SID", "Sport-Informations-Dienst", "DE"),
    Agency("SPA", "Saudi Press Agency", "SA"),
    Agency("SRNA", "Srna", "BA"),
    Agency("STT", "Suomen Tietotoimisto", "FI"),
    Agency("TANJUG", "Tanjug", "RS", "Tanjug"),
    Agency("TASS", "TASS", "RU", "ТАСС|ИТАР-ТАСС|ИТАР - ТАСС"),
    Agency("TELAM", "Télam", "AR", "Télam|Telam"),
    Agency("TNA", "Thai News Agency", "TH"),
    Agency("TREND", "Trend", "AZ", "ТРЕНД|Тренд"),
    Agency("TT", "Tidningarnas Telegrambyrå", "SE"),
    Agency("UKRINFORM", "Ukrinform", "UA", "УКРІНФОРМ|Укрінформ|УКРИНФОРМ|Укринформ|Ukrinform"),
    Agency("UNI", "United News of India", "IN"),
    Agency("UNIAN", "UNIAN", "UA", "УНІАН|УНИАН"),
    Agency("UNN", "Ukrainian National News", "UA", "УНН"),
    Agency("UPI", "United Press International", "US"),
    Agency("VNA", "Vietnam News Agency", "VN", "TTXVN"),
    Agency("WAM", "Emirates News Agency", "AE"),
    Agency("XINHUA", "Xinhua", "CN", "Xinhua|新华社|新華社"),
    Agency("YONHAP", "Yonhap", "KR", "Yonhap|연합뉴스|聯合ニュース"),
)  # fmt: skip

# Desks and partners that agencies add to their name: `dpa/lno`, `epdÖ`, `AFP-JIJI`.
WIRES = "|".join(sorted({name for row in AGENCIES for name in (row.code, *row.spellings.split("|")) if name}, key=len, reverse=True))  # fmt: skip
_WIRE = re.compile(rf"({WIRES})(?:[/-][\w.]+|[A-ZÖ])?")


def is_agency(text: str) -> bool:
    """Whether a text is the name of a known agency as a dateline prints it, perhaps with a desk: `dpa/lno`."""
    return _WIRE.fullmatch(text) is not None


_NAMED = re.compile(
    rf"(?:the )?(?:{'|'.join([WIRES, *(re.escape(row.name) for row in AGENCIES)])}|news agency.*|.*\b(?:press agency|news agency|news service|newswire|wire service)|agence france[- ]presse)(?:[/-]\w+)?(?: staff| report)?",
    re.I,
)


@lru_cache(maxsize=1024)
def names_agency(text: str) -> bool:
    """Whether a byline is that of an agency, in any case and by code or full name: `The Associated Press`, `afp`."""
    return _NAMED.fullmatch(text) is not None


def agency_of(text: str | None) -> Agency | None:
    """The agency that a dateline names; None for an outlet that is no agency."""
    found = _WIRE.fullmatch(text.strip()) if text else None
    return _by_spelling().get(re.sub(r"\s+", " ", found[1])) if found else None


@lru_cache(maxsize=1)
def _by_spelling() -> dict[str, Agency]:
    return {
        spelling.replace(r"\s+", " ").replace("\\", ""): row
        for row in AGENCIES
        for spelling in (row.code, *row.spellings.split("|"))
    }
