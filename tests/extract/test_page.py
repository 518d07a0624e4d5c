"""Reading bytes into one tree: encodings, JSON-LD as it is found on real pages, addresses."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.article import NotAnArticle
from newscrawl.extract.page import Page, text_of

URL = "https://example.com/news/story"


def page(html: str | bytes, content_type: str = "") -> Page:
    return Page(html, URL, headers={"Content-Type": content_type})


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<p>Київ — «новини»</p>".encode(), ""),
        ("<meta charset=windows-1251><p>Київ — «новини»</p>".encode("cp1251"), ""),
        ("<p>Київ — «новини»</p>".encode("cp1251"), "text/html; charset=windows-1251"),
        (b"\xef\xbb\xbf" + "<p>Київ — «новини»</p>".encode(), "text/html; charset=windows-1251"),
        ("\ufeff<p>Київ — «новини»</p>".encode("utf-16-le"), ""),
    ],
    ids=["utf-8", "meta", "header", "byte order mark before header", "utf-16"],
)
def test_the_encoding_is_found(body: bytes, content_type: str) -> None:
    assert "Київ — «новини»" in text_of(page(body, content_type).tree)


def test_latin_1_is_read_as_browsers_read_it() -> None:
    assert "“smart”" in text_of(page(b"<meta charset=iso-8859-1><p>\x93smart\x94</p>").tree)


def test_utf_8_wins_over_a_meta_element_that_is_wrong() -> None:
    assert "Київ" in text_of(page("<meta charset=iso-8859-1><p>Київ</p>".encode()).tree)


def test_invalid_bytes_become_replacement_characters() -> None:
    assert "a\ufffdb" in text_of(page(b"<p>a\xffb</p>", "text/html; charset=utf-8").tree)


@pytest.mark.parametrize("body", [b"", b"   \n", b"\x00\x00"])
def test_an_empty_page_is_refused_with_its_reason(body: bytes) -> None:
    with pytest.raises(NotAnArticle) as refused:
        page(body)
    assert refused.value.reason == "empty-body"


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_make_a_page_raise_anything_else(body: bytes) -> None:
    with contextlib.suppress(NotAnArticle):
        opened = page(body)
        opened.tree, opened.meta, opened.json_ld, opened.boxes  # noqa: B018


@pytest.mark.parametrize(
    "script",
    [
        '{"@type":"NewsArticle","headline":"A"}',
        '[{"@type":"WebSite"},{"@type":"NewsArticle","headline":"A"}]',
        '{"@graph":[{"@type":"WebPage"},{"@type":"NewsArticle","headline":"A"}]}',
        '{"@type":"WebPage","mainEntity":{"@type":"NewsArticle","headline":"A"}}',
        '{"@type":"NewsArticle","headline":"A",}',
        '<!-- {"@type":"NewsArticle","headline":"A"} -->',
        '{"@type":"NewsArticle","headline":"A","description":"two\nlines"}',
        '{"@type":"NewsArticle","headline":"A"} {"@type":"Person"}',
        '/*<![CDATA[*/{"@type":"NewsArticle","headline":"A"}/*]]>*/',
    ],
    ids=["plain", "list", "graph", "nested", "comma", "comment", "line end", "two in a row", "cdata"],
)
def test_json_ld_is_read_however_it_is_printed(script: str) -> None:
    found = page(f'<script type="application/ld+json">{script}</script><p>x</p>').json_ld
    assert any(item.get("headline") == "A" for item in found)


def test_json_ld_that_is_nested_endlessly_is_cut() -> None:
    script = '{"@graph":[' * 5000
    assert page(f'<script type="application/ld+json">{script}</script><p>x</p>').json_ld == []


def test_several_json_ld_blocks_are_all_read() -> None:
    block = '<script type="application/ld+json">{{"@type":"{}"}}</script>'
    found = page(block.format("WebSite") + block.format("NewsArticle") + "<p>x</p>").json_ld
    assert [item["@type"] for item in found] == ["WebSite", "NewsArticle"]


def test_relative_links_are_resolved_against_the_base_element() -> None:
    assert page('<base href="/en/"><p>x</p>').absolute("story") == "https://example.com/en/story"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "mailto:a@b.c", "data:text/html,x", "http://[broken"])
def test_what_is_no_web_address_is_no_link(address: str) -> None:
    assert page("<p>x</p>").absolute(address) is None


@pytest.mark.parametrize(
    ("html", "language"),
    [
        ('<html lang="uk-UA"><p>x</p>', "uk-UA"),
        ('<html lang="zh_hant_tw"><p>x</p>', "zh-Hant-TW"),
        ('<meta property="og:locale" content="de_AT"><p>x</p>', "de-AT"),
        ("<p>x</p>", None),
    ],
)
def test_the_declared_language_is_a_bcp_47_tag(html: str, language: str | None) -> None:
    assert page(html).language == language


def test_plain_text_is_a_headline_and_paragraphs() -> None:
    tree = page("The headline\n\nFirst paragraph.\n\nSecond.").tree
    assert [text_of(e) for e in tree.iter("h1", "p")] == ["The headline", "First paragraph.", "Second."]
