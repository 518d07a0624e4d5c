"""The 200 invented sites of the million articles: names, languages, places, agencies. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass

from newscrawl.normalize.agencies import AGENCIES

SITES = 200

CITIES: dict[str, list[tuple[str, str, str]]] = {
    "en": [
        ("WASHINGTON", "US", "washington"),
        ("LONDON", "GB", "london"),
        ("NEW YORK", "US", "newyork"),
        ("BRUSSELS", "BE", "brussels"),
        ("KYIV", "UA", "kyiv"),
        ("SYDNEY", "AU", "sydney"),
        ("NAIROBI", "KE", "nairobi"),
        ("MUMBAI", "IN", "mumbai"),
        ("TORONTO", "CA", "toronto"),
        ("DUBLIN", "IE", "dublin"),
        ("LAGOS", "NG", "lagos"),
        ("SINGAPORE", "SG", "singapore"),
    ],
    "uk": [
        ("Київ", "UA", "kyiv"),
        ("Львів", "UA", "lviv"),
        ("Харків", "UA", "kharkiv"),
        ("Одеса", "UA", "odesa"),
        ("Дніпро", "UA", "dnipro"),
        ("Запоріжжя", "UA", "zaporizhzhia"),
        ("Вінниця", "UA", "vinnytsia"),
        ("Брюссель", "BE", "brussels"),
    ],
    "ru": [
        ("Киев", "UA", "kiev"),
        ("Москва", "RU", "moscow"),
        ("Одесса", "UA", "odessa"),
        ("Алматы", "KZ", "almaty"),
        ("Минск", "BY", "minsk"),
        ("Рига", "LV", "riga"),
    ],
    "de": [
        ("Berlin", "DE", "berlin"),
        ("Hamburg", "DE", "hamburg"),
        ("München", "DE", "muenchen"),
        ("Wien", "AT", "wien"),
        ("Zürich", "CH", "zuerich"),
        ("Köln", "DE", "koeln"),
        ("Leipzig", "DE", "leipzig"),
    ],
    "ar": [
        ("القاهرة", "EG", "cairo"),
        ("الرياض", "SA", "riyadh"),
        ("بيروت", "LB", "beirut"),
        ("عمان", "JO", "amman"),
        ("بغداد", "IQ", "baghdad"),
    ],
    "ja": [
        ("東京", "JP", "tokyo"),
        ("大阪", "JP", "osaka"),
        ("名古屋", "JP", "nagoya"),
        ("札幌", "JP", "sapporo"),
        ("福岡", "JP", "fukuoka"),
    ],
}
"""Of each language: place as a dateline prints it, its country, its name in addresses. The most frequent first."""

WIRES = {
    "en": ("Reuters", "AP", "AFP", "Xinhua"),
    "uk": ("УНН", "Укрінформ", "УНІАН"),
    "ru": ("Интерфакс", "Рейтер", "УНИАН", "ТАСС"),
    "de": ("dpa", "AFP", "epd"),
    "ar": ("Reuters", "AFP", "MENA"),
    "ja": ("共同", "時事", "ロイター"),
}
SECTIONS = {
    "en": "Politics|World|Business|Sport|Culture|Science|Technology|Health|Opinion|Local",
    "uk": "Політика|Світ|Економіка|Спорт|Культура|Наука|Технології|Здоров'я|Суспільство|Війна",
    "ru": "Политика|Мир|Экономика|Спорт|Культура|Наука|Технологии|Здоровье|Общество|Происшествия",
    "de": "Politik|Ausland|Wirtschaft|Sport|Kultur|Wissen|Digital|Gesundheit|Meinung|Regional",
    "ar": "سياسة|العالم|اقتصاد|رياضة|ثقافة|علوم|تكنولوجيا|صحة|رأي|محليات",
    "ja": "政治|国際|経済|スポーツ|文化|科学|テクノロジー|健康|社会|地域",
}
SHARES = {"en": 0.30, "uk": 0.27, "ru": 0.15, "de": 0.14, "ar": 0.06, "ja": 0.08}
KINDS = ("today", "herald", "news", "post", "journal", "online", "times", "tribune")
EDITIONS = {"uk": ("uk", "ru", "en"), "ru": ("ru",), "en": ("en",), "de": ("de",), "ar": ("ar", "en"), "ja": ("ja",)}


@dataclass(frozen=True)
class Newspaper:
    """One site. `languages`: those of its editions, the main one first."""

    name: str
    publisher: str
    country: str
    languages: tuple[str, ...]
    shows_views: bool
    has_history: bool

    @property
    def host(self) -> str:
        """Its host, under a name that is nobody's (RFC 2606)."""
        return f"{self.name}.example"


def newspapers(seed: int) -> list[Newspaper]:
    """The sites, the one with the most articles first."""
    dice = random.Random(f"sites {seed}")
    left = {language: [(city, kind) for kind in KINDS for city in CITIES[language]] for language in CITIES}
    missing = dict(SHARES)
    sites: dict[str, Newspaper] = {}
    while len(sites) < SITES:
        language = max((language for language in left if left[language]), key=missing.__getitem__)
        missing[language] -= 0.17 / (len(sites) + 1)  # Zipf: the articles of the site of this rank
        (_, country, place), kind = left[language].pop(0)
        name = f"{place}-{kind}"
        languages = EDITIONS[language] if dice.random() < 0.5 else (language,)
        publisher = f"{place.title()} {kind.title()}"
        shows = dice.random() < 0.45
        sites.setdefault(name, Newspaper(name, publisher, country, languages, shows, dice.random() < 0.5))
    return list(sites.values())


def agency_of(printed: str) -> tuple[str | None, str | None]:
    """Code and name of the agency that a dateline prints."""
    for row in AGENCIES:
        if printed in (row.code, *row.spellings.split("|")):
            return row.code, row.name
    return None, None
