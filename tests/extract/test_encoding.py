"""Bytes to text: declarations that are right, wrong in both directions, unknown and missing."""

import codecs
import time
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newscrawl.article import NotAnArticle
from newscrawl.extract.encoding import decode
from newscrawl.extract.feed import read_feed
from newscrawl.extract.page import Page
from newscrawl.extract.sitemap import read_sitemap

URL = "https://example.com/news/story"
TEXTS = {
    "ru": "Городской совет принял решение закрыть старый мост через реку на ремонт, сообщает пресс-служба мэрии. Движение будет ограничено до конца месяца, автобусы пойдут в объезд. Жители недовольны: их никто не спросил.",
    "uk": "Міська рада ухвалила рішення закрити старий міст через річку на ремонт, повідомляє пресслужба мерії. Рух буде обмежено до кінця місяця, а автобуси поїдуть в об'їзд. Її жителі невдоволені: їх ніхто не питав.",
    "ja": "市議会は火曜日、川にかかる古い橋を修理のために閉鎖することを決定した。バスは月末まで迂回する。住民は「誰も私たちに尋ねなかった」と不満を述べている。",
    "zh-cn": "市议会星期二决定关闭河上的旧桥进行维修，公共汽车将绕行至月底。居民表示不满：“没有人问过我们。”记者从市政府获悉，工程费用约三百万元。",
    "zh-tw": "市議會星期二決定關閉河上的舊橋進行維修，公車將繞行至月底。居民表示不滿：「沒有人問過我們。」記者從市政府獲悉，工程費用約三百萬元。",
    "ko": "시의회는 화요일 강 위의 오래된 다리를 수리하기 위해 폐쇄하기로 결정했다. 버스는 월말까지 우회한다. 주민들은 아무도 우리에게 묻지 않았다고 불만을 토로했다.",
    "ar": "قرر مجلس المدينة يوم الثلاثاء إغلاق الجسر القديم فوق النهر لإصلاحه، وستسلك الحافلات طريقا آخر حتى نهاية الشهر. وقال السكان: لم يسألنا أحد.",
    "he": "מועצת העיר החליטה ביום שלישי לסגור את הגשר הישן מעל הנהר לצורך תיקון, והאוטובוסים יעברו בדרך אחרת עד סוף החודש. התושבים אמרו: איש לא שאל אותנו.",
    "el": "Το δημοτικό συμβούλιο αποφάσισε την Τρίτη να κλείσει την παλιά γέφυρα πάνω από το ποτάμι για επισκευή. Τα λεωφορεία θα παρακάμπτουν ως το τέλος του μήνα. Κανείς δεν μας ρώτησε, λένε οι κάτοικοι.",
    "th": "สภาเมืองมีมติเมื่อวันอังคารให้ปิดสะพานเก่าข้ามแม่น้ำเพื่อซ่อมแซม รถโดยสารจะใช้เส้นทางอื่นจนถึงสิ้นเดือน ชาวบ้านกล่าวว่าไม่มีใครถามเรา",
    "pl": "Rada miasta zdecydowała we wtorek o zamknięciu starego mostu na rzece z powodu naprawy. Autobusy pojadą objazdem do końca miesiąca. Mieszkańcy są źli: nikt nas nie zapytał, czy się zgadzamy, mówią.",
    "tr": "Belediye meclisi salı günü nehrin üzerindeki eski köprüyü onarım için kapatma kararı aldı. Otobüsler ay sonuna kadar başka yoldan gidecek. Halk öfkeli: kimse bize sormadı, diyorlar. Işıklar değişmeyecek, yağış bekleniyor.",
    "vi": "Hội đồng thành phố quyết định đóng cửa cây cầu cũ bắc qua sông để sửa chữa. Xe buýt sẽ đi đường vòng đến cuối tháng.",
    "fr": "Le conseil municipal a décidé mardi de fermer l'ancien pont sur la rivière à cause de réparations. Les autobus feront un détour jusqu'à la fin du mois. « Personne ne nous a demandé », disent les habitants, irrités.",
}  # fmt: skip
LEGACY = [
    ("ru", "windows-1251"), ("ru", "koi8-r"), ("ru", "iso-8859-5"), ("ru", "ibm866"), ("uk", "windows-1251"), ("uk", "koi8-u"),
    ("ja", "shift_jis"), ("ja", "euc-jp"), ("ja", "iso-2022-jp"), ("zh-cn", "gb2312"), ("zh-cn", "gb18030"), ("zh-tw", "big5"),
    ("ko", "euc-kr"), ("ar", "windows-1256"), ("he", "windows-1255"), ("el", "windows-1253"), ("el", "iso-8859-7"),
    ("th", "windows-874"), ("pl", "windows-1250"), ("pl", "iso-8859-2"), ("tr", "windows-1254"), ("fr", "windows-1252"),
]  # fmt: skip
PYTHON = {"windows-874": "cp874", "ibm866": "cp866"}
UTF_8 = [(language, "utf-8") for language in TEXTS]
FALSE = ("utf-8", "iso-8859-1", "windows-1251", "koi8-r", "shift_jis", "gb2312", "euc-kr", "big5", "utf-16")
UNKNOWN = ("x-unknown", "utf-8-foo", "utf-7", "none", "")


def markup(text: str, meta: str = "") -> str:
    head = f'<meta charset="{meta}">' if meta else ""
    return f"<!doctype html><html><head>{head}<title>{text[:30]}</title></head><body><h1>{text[:30]}</h1><p>{text}</p></body></html>"


def read(language: str, encoding: str, *, header: str = "", meta: str = "") -> bool:
    text = TEXTS[language]
    body = markup(text, meta).encode(PYTHON.get(encoding, encoding))
    return text in decode(body, f"text/html; charset={header}" if header else "text/html")


@pytest.mark.parametrize(("language", "encoding"), [*UTF_8, *LEGACY])
def test_what_is_declared_truly_is_read(language: str, encoding: str) -> None:
    assert read(language, encoding, header=encoding)
    assert read(language, encoding, meta=encoding)
    assert read(language, encoding, header=encoding.upper(), meta=encoding)


@pytest.mark.parametrize(("language", "encoding"), [*UTF_8, *LEGACY])
def test_a_true_header_wins_over_a_false_meta_element(language: str, encoding: str) -> None:
    assert [false for false in FALSE if not read(language, encoding, header=encoding, meta=false)] == []


@pytest.mark.parametrize(("language", "encoding"), [*UTF_8, *LEGACY])
def test_a_true_meta_element_wins_over_a_false_header(language: str, encoding: str) -> None:
    assert [false for false in FALSE if not read(language, encoding, header=false, meta=encoding)] == []


@pytest.mark.parametrize(("language", "encoding"), [*UTF_8, *LEGACY])
def test_the_text_wins_over_declarations_that_are_all_false(language: str, encoding: str) -> None:
    wrong = [false for false in FALSE if not read(language, encoding, header=false)]
    wrong += [false for false in FALSE if not read(language, encoding, meta=false)]
    assert wrong == []


@pytest.mark.parametrize(("language", "encoding"), [*UTF_8, *LEGACY])
def test_labels_that_no_standard_knows_declare_nothing(language: str, encoding: str) -> None:
    pairs = product(UNKNOWN, UNKNOWN)
    assert [pair for pair in pairs if not read(language, encoding, header=pair[0], meta=pair[1])] == []


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("content_type", ["", "text/html; charset=utf-8", "text/html; charset=utf-16"])
def test_utf_16_is_read_with_its_mark_and_without(language: str, codec: str, content_type: str) -> None:
    text = TEXTS[language]
    assert text in decode(("\ufeff" + markup(text)).encode(codec), content_type)
    assert text in decode(markup(text).encode(codec), content_type)


def test_a_byte_order_mark_wins_over_everything() -> None:
    body = codecs.BOM_UTF8 + markup(TEXTS["ru"], "koi8-r").encode()
    text = decode(body, "text/html; charset=windows-1251")
    assert TEXTS["ru"] in text
    assert not text.startswith("\ufeff")


def test_a_declaration_behind_the_first_kilobyte_is_found() -> None:
    body = ("<html><head>" + "<!-- comment -->" * 200 + '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">' + TEXTS["ru"]).encode("koi8-r")  # fmt: skip
    assert TEXTS["ru"] in decode(body)


@pytest.mark.parametrize(
    "head",
    [
        '<!-- <meta charset="koi8-r"> -->',
        '<meta name="description" content="All about charset=koi8-r">',
        '<meta property="og:title" content="charset=koi8-r">',
    ],
)
def test_what_only_speaks_of_an_encoding_declares_none(head: str) -> None:
    assert "déjà" in decode((head + "<p>déjà</p>").encode("cp1252"))


def test_one_broken_byte_does_not_turn_a_page_into_another_encoding() -> None:
    body = markup(TEXTS["ru"] * 200).encode()
    broken = body.replace("мост".encode(), "мос".encode() + b"\xe9", 1)
    for content_type in ("", "text/html; charset=windows-1251", "text/html; charset=iso-8859-1"):
        assert decode(broken, content_type) == body.decode().replace("мост", "мос\ufffd", 1)


def test_a_page_that_was_cut_within_a_character_stays_utf_8() -> None:
    assert decode("<p>Café é".encode()[:-1], "text/html; charset=iso-8859-1") == "<p>Café \ufffd"


def test_a_stray_byte_of_an_english_page_that_says_utf_8_is_marked() -> None:
    assert decode(b"<p>a\xffb</p>", "text/html; charset=utf-8") == "<p>a\ufffdb</p>"


def test_overlong_forms_are_no_characters() -> None:
    assert "<script" not in decode(b"<meta charset=utf-8>\xc0\xbcscript")


def test_utf_7_is_never_read() -> None:
    body = b"<meta charset=utf-7>+ADw-script+AD4-alert(1)+ADw-/script+AD4-"
    assert decode(body, "text/html; charset=utf-7") == body.decode()


@pytest.mark.parametrize("label", ["iso-2022-kr", "hz-gb-2312", "iso-2022-cn", "csiso2022kr"])
def test_encodings_that_can_hide_markup_are_not_read(label: str) -> None:
    hidden = {"hz-gb-2312": b"~{VPND~}<p>"}.get(label, b"\x1b$)C\x0eGQ1[\x0f<p>")
    assert decode(hidden, f"text/html; charset={label}") == "\ufffd"


def test_a_page_of_which_nothing_can_be_decoded_is_refused() -> None:
    with pytest.raises(NotAnArticle) as refused:
        Page(b"~{VPND~}<p>", URL, headers={"Content-Type": "text/html; charset=hz-gb-2312"})
    assert refused.value.reason == "undecodable-text"


def test_such_a_label_on_another_page_declares_nothing() -> None:
    assert read("ko", "utf-8", header="iso-2022-kr")
    assert read("ru", "windows-1251", meta="hz-gb-2312")


def test_mojibake_that_was_published_is_left_as_it_is() -> None:
    assert "CafÃ©" in decode("<p>CafÃ©</p>".encode(), "text/html; charset=utf-8")


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-r", "utf-8"])
@pytest.mark.parametrize("declared", ["windows-1251", "koi8-r", "utf-8", ""])
@pytest.mark.parametrize("header", ["windows-1251", "utf-8", "iso-8859-1", ""])
def test_a_feed_and_a_sitemap_are_read_whatever_they_declare(encoding: str, declared: str, header: str) -> None:
    title = TEXTS["ru"][:80]
    prolog = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    content_type = f"text/xml; charset={header}" if header else "text/xml"
    feed = f"{prolog}<rss><channel><item><title>{title}</title><link>{URL}</link></item></channel></rss>"
    assert read_feed(feed.encode(encoding), URL, content_type=content_type).cards[0].headline == title
    news = "http://www.google.com/schemas/sitemap-news/0.9"
    sitemap = f'{prolog}<urlset xmlns:n="{news}"><url><loc>{URL}</loc><n:news><n:title>{title}</n:title></n:news></url></urlset>'
    assert read_sitemap(sitemap.encode(encoding), URL, content_type=content_type).cards[0].headline == title


@given(st.binary(max_size=600), st.sampled_from(["", *FALSE, *UNKNOWN, "replacement", "x-user-defined", "iso-2022-jp"]))
def test_no_bytes_and_no_label_make_it_raise(body: bytes, label: str) -> None:
    decode(body, f"text/html; charset={label}").encode("utf-8")


@pytest.mark.parametrize(
    "body",
    [b"<script" * 70_000, b"<" * 500_000, b"<!--" * 125_000, b"<meta " * 80_000 + b"\xff", b"\xff" * 500_000, bytes(range(256)) * 2000],
    ids=["scripts", "brackets", "comments", "metas", "one byte", "all bytes"],
)  # fmt: skip
def test_half_a_megabyte_of_anything_is_decoded_at_once(body: bytes) -> None:
    began = time.process_time()
    decode(b"\xe9 " + body, "text/html; charset=windows-1251")
    assert time.process_time() - began < 1
