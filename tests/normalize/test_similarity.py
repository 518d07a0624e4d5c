"""Signatures and shares, on pages written here: what is a copy of what."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newscrawl.normalize.figures import figures, tell_the_same
from newscrawl.normalize.origin import named_agency
from newscrawl.normalize.similarity import BANDS, copied_share, share, shingled, signature
from newscrawl.replica import Replica

STORIES = ["\n\n".join(one.paragraphs) for one in Replica(articles=120, seed=3).articles if not one.is_old_layout]
CHINESE = (
    "市政府星期一宣布，旧桥的修复工程将在下个月开始，预计需要十八个月才能完成。工程师说，桥墩在去年的洪水中受到严重损坏。"
    "附近的居民希望施工期间渡船能够增加班次，因为学校和医院都在河的另一边。渡船公司表示，早晨和傍晚将各增加三班。"
)
JAPANESE = (
    "市は月曜日、古い橋の修復工事を来月から始めると発表した。完成までには十八か月かかる見込みだという。"
    "技術者によると、橋脚は昨年の洪水で大きく傷んでいた。近くの住民は、学校と病院が川の向こう側にあるため、"
    "工事のあいだ渡し船の便を増やすよう求めている。"
)
THAI = (
    "เทศบาลประกาศเมื่อวันจันทร์ว่าการซ่อมแซมสะพานเก่าจะเริ่มขึ้นในเดือนหน้าและคาดว่าจะใช้เวลาสิบแปดเดือน"
    "วิศวกรกล่าวว่าเสาสะพานได้รับความเสียหายอย่างหนักจากน้ำท่วมเมื่อปีที่แล้ว"
    "ชาวบ้านในละแวกนั้นหวังว่าจะมีเรือข้ามฟากเพิ่มขึ้นในระหว่างการก่อสร้างเพราะโรงเรียนและโรงพยาบาลอยู่อีกฝั่งของแม่น้ำ"
)


def meet(first: str, second: str) -> bool:
    """Whether the database would find one text by the other."""
    return bool(set(signature(first) or ()) & set(signature(second) or ()))


def is_copy(text: str, source: str) -> bool:
    """Whether a text is found by its source and confirmed as its copy."""
    return meet(text, source) and copied_share(shingled(text), shingled(source)) is not None


def cut_at_the_end(text: str) -> str:
    words = text.split(" ")
    return " ".join(words[: int(0.6 * len(words))])


def cut_at_the_beginning(text: str) -> str:
    words = text.split(" ")
    return " ".join(words[int(0.4 * len(words)) :])


def reordered(text: str) -> str:
    paragraphs = text.split("\n\n")
    random.Random(1).shuffle(paragraphs)
    return "\n\n".join(paragraphs)


def edited(text: str) -> str:
    dice = random.Random(1)
    return " ".join(f"edited{dice.randrange(900)}" if dice.random() < 0.08 else word for word in text.split(" "))


def with_other_boilerplate(text: str) -> str:
    return (
        text + "\n\n" + "\n\n".join(f"Subscribe to our letter number {n} and read it over breakfast." for n in range(8))
    )


@pytest.mark.parametrize(
    "change", [str, str.upper, cut_at_the_end, cut_at_the_beginning, reordered, edited, with_other_boilerplate]
)
@pytest.mark.parametrize("story", STORIES[:12])
def test_a_text_that_was_changed_like_this_is_a_copy_either_way(story: str, change: object) -> None:
    other = change(story)  # type: ignore[operator]
    assert is_copy(other, story)
    assert is_copy(story, other)


def test_different_stories_of_one_site_are_no_copies() -> None:
    texts = [shingled(story) for story in STORIES]
    assert not [1 for i, text in enumerate(texts) for source in texts[:i] if copied_share(text, source) is not None]


def test_different_stories_with_the_same_boilerplate_are_no_copies() -> None:
    boilerplate = " ".join(STORIES[0].split(" ")[:80])
    pages = [" ".join(story.split(" ")[:150]) + "\n\n" + boilerplate for story in STORIES[3:33]]
    assert share(shingled(pages[0]), shingled(pages[3])) > 0.3
    assert not [1 for i, page in enumerate(pages) for other in pages[:i] if is_copy(page, other)]


def test_a_form_that_is_filled_with_other_numbers_is_no_copy() -> None:
    form = (
        "Over the past day the fire service of the region was called {} times. It put out {} fires, {} of them in flats,"
        " and pumped water out of {} cellars. Ambulances took {} people to hospital, {} of them children. The service"
        " reminds all residents to check the wiring of their homes before they switch on heaters, and to call 101."
    )
    monday, tuesday = form.format(145, 38, 12, 7, 22, 4), form.format(171, 51, 19, 3, 30, 6)
    assert share(shingled(tuesday), shingled(monday)) > 0.5
    assert not is_copy(tuesday, monday)
    assert is_copy(monday + " The telephone is free.", monday)


@pytest.mark.parametrize("text", [CHINESE, JAPANESE, THAI], ids=["Chinese", "Japanese", "Thai"])
def test_texts_without_spaces_are_compared_too(text: str) -> None:
    assert is_copy(text[: int(0.65 * len(text))] * 2, text)
    assert not any(is_copy(text, other) for other in {CHINESE, JAPANESE, THAI} - {text})


def test_a_text_of_a_few_words_has_no_signature() -> None:
    assert signature("word " * 39) is None
    assert signature("") is None
    assert len(signature(" ".join(f"word{n}" for n in range(40))) or ()) == BANDS


def test_a_signature_stays_what_it_was() -> None:
    """Signatures are stored: this fails where a library would make others, which would find nothing that is stored."""
    text = " ".join(f"word{n}" for n in range(60))
    assert (signature(text) or ())[:3] == [-1672358635448430126, 7153945429336639807, -6928614388631092424]


@given(st.text(max_size=400), st.text(max_size=400))
def test_every_text_has_a_share_and_its_signature_fits_the_database(text: str, other: str) -> None:
    assert 0 <= share(shingled(text), shingled(other)) <= 1
    assert all(-(2**63) <= number < 2**63 for number in signature(text) or ())


@given(st.lists(st.text(alphabet="abcdefgh", min_size=1, max_size=6), min_size=45, max_size=90))
def test_a_text_is_whole_in_itself_whatever_stands_around_it(words: list[str]) -> None:
    text = " ".join(words)
    assert share(shingled(text), shingled(f"before it {text} after it")) == 1
    assert signature(text) == signature(f"  {text.upper()} \n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 200 houses and 1,200 barns and 1.200 mills", {"1200"}),
        ("12,5 % or 12.5 %", {"12.5"}),
        ("at 10:50 on 06.01.2026", set()),
        ("١٢٣ houses", {"123"}),
        ("the 2,500,000.75 of it", {"2500000.75"}),
        ("room B52", set()),
    ],
)
def test_numbers_are_the_same_in_every_writing(text: str, expected: set[str]) -> None:
    assert figures(text) == expected


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("37 215 48.5", "37 215 48,5", True),
        ("37 215 48.5", "37 215 49.5", False),
        ("1 2 3 2024 2025 2026", "1 2 3 2024 2025 2026", False),
        ("37 215", "37 215", False),
    ],
)
def test_a_story_is_told_by_numbers_that_say_something(first: str, second: str, same: bool) -> None:
    assert tell_the_same(*(figures(text.replace(" ", " and ")) for text in (first, second))) is same


@pytest.mark.parametrize(
    ("text", "dateline", "authors", "expected"),
    [
        ("Text.", "Reuters", [], "Reuters"),
        ("Text.", "УНН", [], "Ukrainian National News"),
        ("Text.", None, ["Agence France-Presse"], "Agence France-Presse"),
        ("The market rose (Reuters).", None, [], "Reuters"),
        ("Text /dpa/.", None, ["Jane Doe"], "Deutsche Presse-Agentur"),
        ("The trend of the market was Prime Minister Reuters.", None, ["Jane Doe"], None),
    ],
)
def test_the_agency_of_a_text_is_the_one_it_names(
    text: str, dateline: str | None, authors: list[str], expected: str | None
) -> None:
    assert named_agency(text, dateline=dateline, authors=authors) == expected


def test_a_mention_names_an_agency_only_where_it_had_the_text_first() -> None:
    text = "As Ukrinform writes, the bridge is open."
    assert named_agency(text, dateline=None, authors=[], sources=["Укрінформ"]) == "Ukrinform"
    assert named_agency(text, dateline=None, authors=[], sources=["Replica News", None]) is None
