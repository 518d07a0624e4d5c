"""The language of a text, and whether it contradicts what a page declares."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.normalize.language import contradicts, detect_language

TEXTS = {
    "en": "The council has decided that the bridge, which was closed for repairs, will be opened on Monday with a ceremony for the people of the town.",
    "uk": "Міська рада вирішила, що міст, який було закрито на ремонт, відкриють у понеділок після перевірки, яку проведе комісія під наглядом депутатів.",
    "ru": "Городской совет решил, что мост, который был закрыт на ремонт, откроют в понедельник после проверки, и это произойдёт не позднее полудня по местному времени.",
    "de": "Der Stadtrat hat beschlossen, dass die Brücke, die wegen der Arbeiten gesperrt war, am Montag wieder für den Verkehr geöffnet wird und nicht erst im Mai.",
    "fr": "Le conseil a décidé que le pont, fermé pour des travaux, sera rouvert lundi avec une cérémonie pour les habitants de la ville et du département voisin.",
    "es": "El ayuntamiento ha decidido que el puente, cerrado por las obras, se abrirá el lunes con una ceremonia para los vecinos de la ciudad y de la comarca.",
    "pl": "Rada miasta zdecydowała, że most, który był zamknięty z powodu remontu, zostanie otwarty w poniedziałek po kontroli, a nie jak planowano w maju.",
    "zu": "Umkhandlu unqume ukuthi ibhuloho, okuthiwa belivaliwe ngenxa yomonakalo, lizovulwa ngoMsombuluko kanye nomcimbi wabantu bedolobha, kodwa hhayi ngoMeyi ngoba umsebenzi usuphelile futhi sekuphephile ukuze izimoto zidlule.",
    "ja": "市議会は、修理のために閉鎖されていた橋を月曜日に再開することを決めた。式典には市長や地元の住民らが出席する予定で、夕方には花火も打ち上げられるという。" * 2,
    "ko": "시의회는 보수 공사로 폐쇄됐던 다리를 월요일에 다시 열기로 했다. 기념식에는 시장과 주민들이 참석할 예정이며 저녁에는 불꽃놀이도 열린다고 시는 밝혔다." * 2,
    "el": "Το δημοτικό συμβούλιο αποφάσισε ότι η γέφυρα, που ήταν κλειστή για έργα, θα ανοίξει τη Δευτέρα με τελετή για τους κατοίκους της πόλης.",
}  # fmt: skip


@pytest.mark.parametrize("language", TEXTS)
def test_a_text_does_not_contradict_its_own_language(language: str) -> None:
    assert contradicts(TEXTS[language], language) is None


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("declared", TEXTS)
def test_a_text_contradicts_every_other_language(language: str, declared: str) -> None:
    if declared != language:
        assert contradicts(TEXTS[language], declared) == language


def test_a_short_text_overrules_nothing() -> None:
    assert contradicts("The council has decided.", "de") is None


@pytest.mark.parametrize("language", TEXTS)
def test_the_language_of_a_text_is_told(language: str) -> None:
    assert detect_language(TEXTS[language]) == language


def test_a_region_is_no_other_language() -> None:
    assert contradicts(TEXTS["en"], "en-GB") is None


def test_nothing_is_loaded_to_confirm_what_a_page_declares() -> None:
    program = (
        "import sys; from newscrawl.normalize.language import contradicts;"
        f"contradicts({TEXTS['en']!r}, 'en'); print('py3langid' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "False"


@settings(deadline=None)  # the model is loaded at the first text that needs it
@given(st.text(max_size=300), st.sampled_from(["en", "uk", "zh", "xx", ""]))
def test_any_text_is_answered_for(text: str, declared: str) -> None:
    found = contradicts(text, declared)
    assert found is None or 2 <= len(found) <= 3


UKRAINIAN = (
    "Служба порятунку перевіряє старий міст. Роботи почнуться у понеділок, якщо погода не завадить бригадам. Майстри"
    " разом показали вузьку браму. Інженери гуртом вимили глиняний посуд на Подолі, і повернулися до своїх домівок."
)
RUSSIAN = (
    "Служба спасения проверяет старый мост. Работы начнутся в понедельник, если погода не помешает бригадам. Мастера"
    " сообща покрасили яблони возле Липок. Музейщики медленно нашли старые фонари, вспомнив прежних жителей улицы."
)
KAZAKH = (
    "Құтқару қызметі ескі көпірді тексереді. Ауа райы қолайлы болса, жұмыстар дүйсенбіде басталады. Шеберлер бірге тар"
    " қақпаны көрсетті. Инженерлер балшық ыдыстарды жуып, үйлеріне қайтты, ал мұражай қызметкерлері шамдарды тапты."
)


@pytest.mark.parametrize(("text", "language"), [(UKRAINIAN, "uk"), (RUSSIAN, "ru")])
def test_letters_tell_a_language_where_a_text_has_few_small_words(
    text: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("newscrawl.normalize.language._ranked")  # the model is not asked
    assert detect_language(text) == language
    assert contradicts(text, language) is None


def test_letters_of_another_alphabet_confirm_nothing() -> None:
    assert contradicts(KAZAKH, "ru") == "kk"
    assert contradicts(UKRAINIAN, "ru") == "uk"
    assert contradicts(RUSSIAN, "uk") == "ru"
