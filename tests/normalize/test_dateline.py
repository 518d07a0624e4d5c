"""Datelines: the agencies' forms in their languages, and sentences that only begin like one."""

import datetime
import json
import re
import timeit
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.normalize.dateline import Dateline, parse_dateline

AFTER = " The council decided on Monday to wait."

# Text, language; place, agency and date as printed there.
FORMS = [
    ("KYIV, Ukraine (AP) — The city", "en", "KYIV", "AP", None),
    ("KYIV, Ukraine, Jan. 6 (UPI) -- The city", "en", "KYIV", "UPI", "--01-06"),
    ("WASHINGTON, Jan 6 (Reuters) - The", "en", "WASHINGTON", "Reuters", "--01-06"),
    ("LONDON/PARIS, Jan 6 (Reuters) - The", "en", "LONDON/PARIS", "Reuters", "--01-06"),
    ("Jan 6 (Reuters) - Shares fell", "en", None, "Reuters", "--01-06"),
    ("NEW YORK, Jan 6, 2025 /PRNewswire/ -- Acme", "en", "NEW YORK", "PRNewswire", "2025-01-06"),
    ("NEW YORK--(BUSINESS WIRE)--Acme said", "en", "NEW YORK", "BUSINESS WIRE", None),
    ("SAN FRANCISCO, Jan. 06, 2025 (GLOBE NEWSWIRE) -- Acme", "en", "SAN FRANCISCO", "GLOBE NEWSWIRE", "2025-01-06"),
    ("ST. PETERSBURG, Fla. (AP) — The", "en", "ST. PETERSBURG", "AP", None),
    ("TOKYO, Jan. 6 (Kyodo) -- Japan", "en", "TOKYO", "Kyodo", "--01-06"),
    ("HANOI, Jan. 6 (VNA) - The", "en", "HANOI", "VNA", "--01-06"),
    ("ANKARA (AA) - Türkiye", "tr", "ANKARA", "AA", None),
    ("ANKARA, (AA) - Türkiye", "tr", "ANKARA", "AA", None),
    ("İSTANBUL (AA) - Türkiye", "tr", "İSTANBUL", "AA", None),
    ("İSTANBUL (DHA) - Türkiye", "tr", "İSTANBUL", "DHA", None),
    ("Warszawa, 6.01.2025 (PAP) - Rząd", "pl", "Warszawa", "PAP", "2025-01-06"),
    ("Praha 6. ledna (ČTK) - Vláda", "cs", "Praha", "ČTK", "--01-06"),
    ("Bratislava 6. januára (TASR) - Vláda", "sk", "Bratislava", "TASR", "--01-06"),
    ("Budapest, 2025. január 6., hétfő (MTI) - A kormány", "hu", "Budapest", "MTI", "2025-01-06"),
    ("BEOGRAD, 6. januara (Tanjug) - Vlada", "sr", "BEOGRAD", "Tanjug", "--01-06"),
    ("ZAGREB, 6. siječnja (Hina) - Vlada", "hr", "ZAGREB", "Hina", "--01-06"),
    ("Ljubljana, 06. januarja (STA) - Vlada", "sl", "Ljubljana", "STA", "--01-06"),
    ("София, 6 януари /БТА/ - Правителството", "bg", "София", "БТА", "--01-06"),
    ("Αθήνα, 6 Ιανουαρίου (ΑΠΕ-ΜΠΕ) - Η κυβέρνηση", "el", "Αθήνα", "ΑΠΕ-ΜΠΕ", "--01-06"),
    ("Bucureşti, 6 ian /Agerpres/ - Guvernul", "ro", "Bucureşti", "Agerpres", "--01-06"),
    ("Helsinki (STT) – Hallitus", "fi", "Helsinki", "STT", None),
    ("Oslo (NTB): Regjeringen", "nb", "Oslo", "NTB", None),
    ("STOCKHOLM (TT) – Regeringen", "sv", "STOCKHOLM", "TT", None),
    ("København /ritzau/ - Regeringen", "da", "København", "ritzau", None),
    ("AMSTERDAM (ANP) - Het kabinet", "nl", "AMSTERDAM", "ANP", None),
    ("Brussel (Belga) - De regering", "nl", "Brussel", "Belga", None),
    ("Wien (APA) - Die Regierung", "de", "Wien", "APA", None),
    ("Zürich (awp) - Die Aktien", "de", "Zürich", "awp", None),
    ("Bern (sda) - Der Bundesrat", "de", "Bern", "sda", None),
    ("Frankfurt, 6. Jan (Reuters) - Der Dax", "de", "Frankfurt", "Reuters", "--01-06"),
    ("Berlin (AFP) - Die", "de", "Berlin", "AFP", None),
    ("BERLIN, 06. Januar (dpa) - Die", "de", "BERLIN", "dpa", "--01-06"),
    ("PARIS, 6 janv 2025 (AFP) - Le gouvernement", "fr", "PARIS", "AFP", "2025-01-06"),
    ("Paris (AFP) – Le gouvernement", "fr", "Paris", "AFP", None),
    ("(AFP) - Le gouvernement", "fr", None, "AFP", None),
    ("Madrid, 6 ene (Europa Press) - El Gobierno", "es", "Madrid", "Europa Press", "--01-06"),
    ("MADRID, 6 Ene. (EUROPA PRESS) - El Gobierno", "es", "MADRID", "EUROPA PRESS", "--01-06"),
    ("Ciudad de México, 6 ene (EFE).- El Gobierno", "es", "Ciudad de México", "EFE", "--01-06"),
    ("Buenos Aires, 6 de enero (Télam) - El", "es", "Buenos Aires", "Télam", "--01-06"),
    ("Lisboa, 06 jan 2025 (Lusa) - O Governo", "pt", "Lisboa", "Lusa", "2025-01-06"),
    ("BRASÍLIA (Reuters) - O governo", "pt", "BRASÍLIA", "Reuters", None),
    ("(ANSA) - ROMA, 06 GEN - Il governo", "it", "ROMA", "ANSA", "--01-06"),
    ("Roma, 6 gen. (Adnkronos) - Il governo", "it", "Roma", "Adnkronos", "--01-06"),
    ("Roma, 6 gen. (askanews) - Il governo", "it", "Roma", "askanews", "--01-06"),
    ("ROMA (ITALPRESS) - Il governo", "it", "ROMA", "ITALPRESS", None),
    ("Milano, 6 gen - Il", "it", "Milano", None, "--01-06"),
    ("МОСКВА, 6 января. /ТАСС/. Правительство", "ru", "Москва", "ТАСС", "--01-06"),
    ("МОСКВА, 6 янв - РИА Новости. Правительство", "ru", "Москва", "РИА Новости", "--01-06"),
    ("Москва. 6 января. ИНТЕРФАКС - Правительство", "ru", "Москва", "ИНТЕРФАКС", "--01-06"),
    ("МИНСК, 6 января /БЕЛТА/. Правительство", "ru", "Минск", "БЕЛТА", "--01-06"),
    ("6 января, Минск /Корр. БЕЛТА/. Правительство", "ru", "Минск", "БЕЛТА", "--01-06"),
    ("АСТАНА. КАЗИНФОРМ – Правительство", "ru", "Астана", "КАЗИНФОРМ", None),
    ("Бишкек, 6 января /Кабар/. Правительство", "ru", "Бишкек", "Кабар", "--01-06"),
    ("ЕРЕВАН, 6 ЯНВАРЯ, АРМЕНПРЕСС. Правительство", "ru", "Ереван", "АРМЕНПРЕСС", "--01-06"),
    ("КИЇВ. 6 січня. УНН. Рада", "uk", "Київ", "УНН", "--01-06"),
    ("Київ. 6 січня. Інтерфакс-Україна - Рада", "uk", "Київ", "Інтерфакс-Україна", "--01-06"),
    ("КИЇВ, 6 січня – Укрінформ. Рада", "uk", "Київ", "Укрінформ", "--01-06"),
    ("Київ • УНН", "uk", "Київ", "УНН", None),
    ("Киев • УНН", "ru", "Киев", "УНН", None),
    ("Львів • Укрінформ", "uk", "Львів", "Укрінформ", None),
    ("ОДЕСА. УНН. Рада", "uk", "Одеса", "УНН", None),
    ("Kyiv. January 6. UNN. Parliament", "en", "Kyiv", "UNN", "--01-06"),
    ("KYIV. Jan 6. UNN. Parliament", "en", "KYIV", "UNN", "--01-06"),
    ("新华社北京1月6日电（记者张三）国务院", "zh", "北京", "新华社", "--01-06"),
    ("新华社华盛顿1月6日电 美国", "zh", "华盛顿", "新华社", "--01-06"),
    ("中新社北京1月6日电 国务院", "zh", "北京", "中新社", "--01-06"),
    ("中新网1月6日电 国务院", "zh", None, "中新网", "--01-06"),
    ("（中央社台北6日電）行政院", "zh-Hant", "台北", "中央社", "---06"),
    ("（中央社記者王大明台北6日電）行政院", "zh-Hant", "台北", "中央社", "---06"),
    ("本报北京1月6日讯 国务院", "zh", "北京", "本报", "--01-06"),
    ("(서울=뉴스1) 홍길동 기자 = 정부가", "ko", "서울", "뉴스1", None),
    ("【서울=뉴시스】홍길동 기자 = 정부가", "ko", "서울", "뉴시스", None),
    ("[서울=뉴시스] 홍길동 기자 = 정부가", "ko", "서울", "뉴시스", None),
    ("(워싱턴=연합뉴스) 홍길동 특파원 = 미국이", "ko", "워싱턴", "연합뉴스", None),
    ("【北京共同】中国", "ja", "北京", "共同", None),
    ("【ロンドン時事】英国", "ja", "ロンドン", "時事", None),
    ("［ワシントン　６日　ロイター］ - 米", "ja", "ワシントン", "ロイター", "---06"),
    ("[東京 6日 ロイター] - 日本", "ja", "東京", "ロイター", "---06"),
    ("【1月6日 AFP】フランス", "ja", None, "AFP", "--01-06"),
    ("【ワシントン＝山田太郎】米", "ja", "ワシントン", None, None),
    ("【モスクワ＝共同】ロシア", "ja", "モスクワ", "共同", None),
    ("ニューヨーク（CNN） 米", "ja", "ニューヨーク", "CNN", None),
    ("القاهرة - أ ش أ: قال", "ar", "القاهرة", "أ ش أ", None),
    ("القاهرة (رويترز) - قال", "ar", "القاهرة", "رويترز", None),
    ("دبي 6 يناير كانون الثاني (رويترز) - قال", "ar", "دبي", "رويترز", "--01-06"),
    ("الرياض - واس: قال", "ar", "الرياض", "واس", None),
    ("تهران (ایسنا) - گفت", "fa", "تهران", "ایسنا", None),
    ("نئی دہلی، 6 جنوری (یو این آئی) - کہا", "ur", "نئی دہلی", "یو این آئی", "--01-06"),
    ("नई दिल्ली, 6 जनवरी (भाषा) सरकार", "hi", "नई दिल्ली", "भाषा", "--01-06"),
    ("नई दिल्ली (भाषा)। सरकार", "hi", "नई दिल्ली", "भाषा", None),
    ("New Delhi, Jan 6 (IANS) The government", "en", "New Delhi", "IANS", "--01-06"),
    ("New Delhi [India], January 6 (ANI): The", "en", "New Delhi", "ANI", "--01-06"),
    ("MANILA, Philippines – The", "en", "MANILA", None, None),
    ("MANILA – The", "en", "MANILA", None, None),
    ("DHAKA, Jan 6, 2025 (BSS) - The", "en", "DHAKA", "BSS", "2025-01-06"),
    ("KATHMANDU, Jan 6: The government", "en", "KATHMANDU", None, "--01-06"),
    ("ISLAMABAD: The government", "en", "ISLAMABAD", None, None),
    ("ISLAMABAD, Jan 06 (APP): The", "en", "ISLAMABAD", "APP", "--01-06"),
    ("Jakarta, CNN Indonesia -- Pemerintah", "id", "Jakarta", "CNN Indonesia", None),
    ("TEMPO.CO, Jakarta - Pemerintah", "id", "Jakarta", "TEMPO.CO", None),
    ("Liputan6.com, Jakarta - Pemerintah", "id", "Jakarta", "Liputan6.com", None),
    ("KOMPAS.com - Pemerintah", "id", None, "KOMPAS.com", None),
    ("JAKARTA, iNews.id - Pemerintah", "id", "JAKARTA", "iNews.id", None),
    ("Hà Nội (TTXVN) - Chính phủ", "vi", "Hà Nội", "TTXVN", None),
    ("TEHRAN, Jan. 06 (MNA) – The", "en", "TEHRAN", "MNA", "--01-06"),
    ("Damascus, SANA- The", "en", "Damascus", "SANA", None),
    ("ABU DHABI, 6th January, 2025 (WAM) -- The", "en", "ABU DHABI", "WAM", "2025-01-06"),
    ("Riyadh, January 06, 2025, SPA -- The", "en", "Riyadh", "SPA", "2025-01-06"),
    ("YEREVAN, JANUARY 6, ARMENPRESS. The", "en", "YEREVAN", "ARMENPRESS", "--01-06"),
    ("MOSCOW, January 6. /TASS/. The", "en", "MOSCOW", "TASS", "--01-06"),
    ("PARIS — The", "en", "PARIS", None, None),
    ("OTTAWA - The", "en", "OTTAWA", None, None),
    ("OTTAWA — The", "en", "OTTAWA", None, None),
    ("BRUSSELS, Jan 6 — The", "en", "BRUSSELS", None, "--01-06"),
    ("CHICAGO (WLS) -- The", "en", "CHICAGO", "WLS", None),
    ("GENEVA (6 January 2025) – The", "en", "GENEVA", None, "2025-01-06"),
    ("Baku, January 6, AZERTAC", "en", "Baku", "AZERTAC", "--01-06"),
]  # fmt: skip

TRAPS = [
    ("София. Правителството", "bg"),
    ("Kyiv • UNN | Jan 6", "en"),
    ("به گزارش ایسنا، گفت", "fa"),
    ("Berlin – das ist", "de"),
    ("London Bridge - a history", "en"),
    ("UPDATE 1-Shares fall", "en"),
    ("WATCH: The council", "en"),
    ("BREAKING: The council", "en"),
    ("ANALYSIS — The council", "en"),
    ("OPINION: The council", "en"),
    ("NATO - The alliance", "en"),
    ("COVID-19 - The", "en"),
    ("CORRECTION: An earlier", "en"),
    ("EU: The commission", "en"),
    ("Trump (R) - The", "en"),
    ("SpaceX (Reuters) reported", "en"),
    ("The White House — in a statement", "en"),
    ("John Smith (AP Photo) - A man", "en"),
    ("(AP Photo/John Smith)", "en"),
    ("PHOTO: REUTERS", "en"),
    ("ФОТО: УНН", "uk"),
    ("ВІДЕО: у Києві", "uk"),
    ("ЗСУ: втрати", "uk"),
    ("Україна - це Європа", "uk"),
    ("Зеленський: ми", "uk"),
    ("МЗС: ми чекаємо", "uk"),
    ("Київ – столиця України", "uk"),
    ("Москва - столица России", "ru"),
    ("Paris, la capitale, attend", "fr"),
    ("France : le gouvernement", "fr"),
    ("PSG - OM : le match", "fr"),
    ("Real Madrid - Barcelona: the", "es"),
    ("Liverpool - Everton 2:1", "en"),
    ("BAYERN - DORTMUND: Das Spiel", "de"),
    ("INTERVIEW: The", "en"),
    ("Q&A: What", "en"),
    ("January 6, 2025, was a day", "en"),
    ("Jan 6 - a day", "en"),
    ("Paris, January 6 was a cold day", "en"),
    ("Washington (the city) was", "en"),
    ("Georgia (AP) said", "en"),
    ("May 5 marks the", "en"),
    ("В Москве 5 января", "ru"),
    ("У Києві 6 січня", "uk"),
    ("[속보] 정부가", "ko"),
    ("[단독] 정부", "ko"),
    ("【速報】政府", "ja"),
    ("【写真】東京", "ja"),
    ("【独自】政府", "ja"),
    ("【解説】政府", "ja"),
    ("[인터뷰] 정부", "ko"),
    ("[사설] 정부", "ko"),
    ("【独家】国务院", "zh"),
    ("ELON MUSK: We", "en"),
    ("JORDAN: The player", "en"),
    ("UKRAINE: The", "en"),
    ("تعرف على - مصر: قال", "ar"),
    ("عاجل - مصر: قال", "ar"),
    ("بالفيديو - القاهرة: قال", "ar"),
    ("ALSO READ: Brace for very bad weather", "en"),
    ("FILE PHOTO: Traders work on the floor", "en"),
    ("Washington said on Monday that it would wait.", "en"),
    ("The Associated Press reported that the bridge was closed.", "en"),
    ("Kyiv is the capital of Ukraine, and its largest city.", "en"),
    ("BREAKING - Bridge closed", "en"),
    ("Update 2 - Bridge closed after cracks are found", "en"),
    ("UNN", "en"),
    ("", "en"),
]  # fmt: skip


def _with_text(head: str) -> str:
    """A head with the text of the article after it, but for lines of their own."""
    return head if "•" in head or head.endswith("AZERTAC") else head + AFTER


@pytest.mark.parametrize(("text", "language", "place", "agency", "date"), FORMS, ids=[row[0] for row in FORMS])
def test_a_form_is_taken_apart(
    text: str, language: str, place: str | None, agency: str | None, date: str | None
) -> None:
    whole = _with_text(text)
    found = parse_dateline(whole, language=language)
    assert found is not None
    assert (found.place, found.agency, found.date) == (place, agency, date)
    assert whole.endswith(found.rest)
    assert found.rest == "" or text.rstrip().endswith(found.rest.removesuffix(AFTER))


@pytest.mark.parametrize(("text", "language"), TRAPS)
def test_what_only_begins_like_one_is_refused(text: str, language: str) -> None:
    assert parse_dateline(text, language=language) is None
    assert parse_dateline(text + AFTER, language=language) is None


def test_labelled_datelines_are_read(shared: Path) -> None:
    rows = [json.loads(line) for line in (shared / "data/datelines/positive.jsonl").read_text().splitlines()]
    wrong = []
    for row in rows:
        found = parse_dateline(row["text"], language=row.get("lang"))
        if found is None or (found.place, found.agency, found.date) != (row["place"], row["agency"], row["date"]):
            wrong.append(row["text"])
    assert len(wrong) <= 0.05 * len(rows), wrong


def test_labelled_traps_are_refused(shared: Path) -> None:
    rows = [json.loads(line) for line in (shared / "data/datelines/negative.jsonl").read_text().splitlines()]
    assert [row["text"] for row in rows if parse_dateline(row["text"], language=row.get("lang"))] == []


def _as_printed(found: Dateline) -> str | None:
    """The place with the country or state printed beside it, as the scorer of real articles has it."""
    if not found.place or not found.region:
        return found.place
    both = re.search(re.escape(found.place) + r".*?" + re.escape(found.region) + r"[.)]*", found.raw, re.I)
    return both[0] if both else found.place


def _folded(text: str | None) -> str:
    return re.sub(r"[\s.,:;–—-]+$", "", (text or "").casefold())


def test_datelines_of_real_articles_are_read(shared: Path) -> None:
    path = shared / "data/bench/views_datelines/datelines.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    wrong = []
    for row in rows:
        found = parse_dateline(row["text"], language=row["lang"])
        if not row["prefix"]:
            assert found is None, row["text"]
        elif (
            found is None
            or (_folded(_as_printed(found)), _folded(found.agency))
            != (
                _folded(row["place"]),
                _folded(row["agency"]),
            )
            or (found.date is None) != (row["date"] is None)
        ):
            wrong.append(row["text"][:60])
    assert len(wrong) <= 0.05 * sum(bool(row["prefix"]) for row in rows), wrong


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=120), st.sampled_from([None, "en", "uk", "ja"]))
def test_what_is_left_is_the_end_of_the_text(text: str, language: str | None) -> None:
    found = parse_dateline(text, language=language)
    assert found is None or " ".join(text.split()).endswith(found.rest)


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(FORMS))
def test_a_dateline_is_read_once(row: tuple[str, str, str | None, str | None, str | None]) -> None:
    found = parse_dateline(_with_text(row[0]), language=row[1])
    assert found is not None
    assert parse_dateline(found.rest, language=row[1]) is None


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["KYIV", "Paris", "NEW YORK", "Buenos Aires", "Львів"]),
    st.sampled_from(["AP", "Reuters", "dpa", "EFE", "Xinhua", "УНН"]),
    st.sampled_from(["-", "–", "—", "--"]),
    st.dates(),
)
def test_place_date_and_agency_come_back(place: str, agency: str, dash: str, day: datetime.date) -> None:
    found = parse_dateline(f"{place}, {day:%B} {day.day} ({agency}) {dash} The text.", language="en")
    assert found is not None
    assert (found.place or "").casefold() == place.casefold()
    assert (found.agency, found.date, found.rest) == (agency, f"--{day:%m-%d}", "The text.")


@pytest.mark.parametrize(
    "text", ["KYIV, " * 170_000, "A " * 500_000, "A-" * 500_000, "(" * 10**6, "КИЇВ. " * 170_000, "【" * 10**6, "א - " * 250_000, "- " * 500_000]
)  # fmt: skip
def test_a_long_hostile_text_is_answered_at_once(text: str) -> None:
    parse_dateline("NARNIA - The text.", language="en")  # loads the names of places
    assert min(timeit.repeat(lambda: parse_dateline(text, language="en"), number=1, repeat=3)) < 0.05
