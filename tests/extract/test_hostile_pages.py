"""No page makes its reader hang: what takes longer takes longer in proportion to its length."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from newscrawl.crawl.pages import prepare, read_article_page
from newscrawl.site import Site
from newscrawl.spiders.discovery import read_discovery

URL = "https://example.com/news/bridge-closed-4711"
SITE = Site.generic(URL)
NOW = datetime(2026, 1, 6, 12, tzinfo=UTC)

Shape = Callable[[int], str]
"""A page of about so many bytes."""
TEXT = (
    "<p>The council of the town met on Tuesday and talked about the bridge over the river, for hours and hours.</p>" * 4
)


def article(head: str = "", body: str = "", h1: str = "The bridge is closed") -> str:
    """A sound article page with something in its head or its body."""
    return f"<html><head>{head}</head><body><article><h1>{h1}</h1>{TEXT}{body}</article></body></html>"


def json_ld(text: str) -> str:
    return article(f'<script type="application/ld+json">{text}</script>')


def dated(text: str) -> str:
    return article(body=f'<time class="date">{text}</time><span class="published-date">{text}</span>')


def field(name: str, text: str) -> str:
    """A JSON-LD article with one long field."""
    return json_ld(f'{{"@type":"NewsArticle","headline":"The bridge is closed","{name}":"{text}"}}')


def times(text: str) -> Shape:
    return lambda n: text * (n // len(text))


def inside(wrap: Callable[[str], str], text: str) -> Shape:
    return lambda n: wrap(text * (n // len(text)))


def numbered(wrap: Callable[[str], str], text: str) -> Shape:
    return lambda n: wrap("".join(text.replace("%d", str(i)) for i in range(n // (len(text) + 4))))


def in_body(text: str) -> str:
    return article(body=text)


def in_headline(text: str) -> str:
    return article(h1=text)


def in_paragraph(text: str) -> str:
    return article(body=f"<p>{text}</p>")


def in_byline(text: str) -> str:
    return article(body=f'<span class="byline author">By {text}</span>', head=f'<meta name="author" content="{text}">')


def first_paragraph(text: str) -> str:
    return f"<html><body><article><h1>The bridge is closed</h1><p>{text}</p>{TEXT}</article></body></html>"


def below_headline(text: str) -> str:
    return f"<html><body><article><h1>The bridge is closed</h1><div>{text}</div>{TEXT}</article></body></html>"


def attribute(text: str) -> str:
    return article(body=f'<div class="{text}" id="{text}" itemprop="{text}" data-x="{text}">x</div>')


PAGES: dict[str, Shape] = {
    "spaces": inside(in_paragraph, " "),
    "spaces in the headline": inside(in_headline, " "),
    "no-break spaces": inside(in_paragraph, "\u00a0"),
    "line ends": inside(in_paragraph, "\n"),
    "line ends in pre": inside(lambda text: in_body(f"<pre>{text}</pre>"), "\n \n x"),
    "breaks": inside(in_paragraph, "<br>"),
    "breaks and text": inside(in_paragraph, "a<br> <br>"),
    "numbers and hyphens": inside(first_paragraph, "1-"),
    "numbers and dots": inside(first_paragraph, "1."),
    "numbers and spaces": inside(first_paragraph, "1 "),
    "digits": inside(first_paragraph, "1"),
    "dates": inside(first_paragraph, "6 January 2026, 10:50 "),
    "month names": inside(below_headline, "January "),
    "clock times": inside(below_headline, "10:50 "),
    "views": inside(below_headline, "12 345 views "),
    "bullets": inside(below_headline, "• "),
    "bullets and numbers": inside(below_headline, "• 1 234 567 "),
    "capitals": inside(first_paragraph, "KYIV "),
    "dateline after dateline": inside(first_paragraph, "KYIV, Jan 6 (Reuters) - "),
    "commas in capitals": inside(first_paragraph, "KYIV, "),
    "hyphens": inside(first_paragraph, "-"),
    "dashes and spaces": inside(first_paragraph, " - "),
    "parentheses": inside(first_paragraph, "("),
    "pairs of parentheses": inside(first_paragraph, "()"),
    "brackets": inside(first_paragraph, "["),
    "quotation marks": inside(first_paragraph, '"'),
    "one long word": inside(first_paragraph, "a"),
    "one long word of capitals": inside(first_paragraph, "A"),
    "words of one letter": inside(first_paragraph, "a "),
    "combining accents": inside(in_paragraph, "\u0301"),
    "Han": inside(in_paragraph, "\u4e00"),
    "ampersands": inside(in_paragraph, "&amp;amp;"),
    "character references": inside(in_paragraph, "&#65;"),
    "broken references": inside(in_paragraph, "&#"),
    "references without end": inside(in_paragraph, "&aaaaaaaaaa"),
    "less-than signs": times("<"),
    "comments that begin": times("-<!"),
    "comments without end": inside(in_body, "<!--"),
    "declarations without end": inside(in_body, "<!["),
    "processing instructions": inside(in_body, "<?x "),
    "end tags": inside(in_body, "</div>"),
    "end tags of what is not open": inside(in_body, "</p>"),
    "paragraphs": inside(in_body, "<p>a"),
    "links": inside(in_body, "<a href='/news/x'>a</a> "),
    "links elsewhere": numbered(in_body, "<a href='/news/story-%d'>The headline of story %d</a> "),
    "empty links": inside(in_body, "<a href=''></a>"),
    "links with counters": numbered(in_body, "<a href='/n/%d'>Headline Jan 6 2025, 10:50 AM • 22684 views</a> "),
    "headings": inside(in_body, "<h2>More</h2>"),
    "headlines": inside(in_body, "<h1>The bridge is closed</h1>"),
    "different headlines": numbered(in_body, "<h1>The bridge number %d is closed</h1>"),
    "titles": inside(lambda text: article(head=text), "<title>The bridge is closed - Post</title>"),
    "a long title": inside(lambda text: article(head=f"<title>{text}</title>"), "The bridge | "),
    "title of hyphens": inside(lambda text: article(head=f"<title>{text}</title>"), " - "),
    "a long headline": inside(in_headline, "The bridge is closed "),
    "headline of letters": inside(in_headline, "x"),
    "meta elements": inside(lambda text: article(head=text), "<meta name='author' content='Jane Doe'>"),
    "meta tags": numbered(lambda text: article(head=text), "<meta property='article:tag' content='tag %d'>"),
    "meta dates": numbered(lambda text: article(head=text), "<meta name='date' content='2026-01-0%d'>"),
    "link elements": numbered(lambda text: article(head=text), "<link rel='alternate' hreflang='x%d' href='/a/%d'>"),
    "base elements": inside(lambda text: article(head=text), "<base href='http://[x'>"),
    "scripts": inside(in_body, "<script>a<b</script>"),
    "JSON-LD blocks": inside(in_body, '<script type="application/ld+json">{"@type":"NewsArticle"}</script>'),
    "JSON-LD opens lists": inside(json_ld, "["),
    "JSON-LD opens objects": inside(json_ld, '{"a":'),
    "JSON-LD opens strings": inside(json_ld, '{"'),
    "JSON-LD of commas": inside(json_ld, ",  "),
    "JSON-LD of comment ends": inside(json_ld, "-->   ;"),
    "JSON-LD of spaces": inside(lambda text: json_ld("{" + text + "x"), " "),
    "JSON-LD of escapes": inside(lambda text: json_ld('{"headline":"' + text), "\\"),
    "JSON-LD of values": inside(json_ld, '{"@type":"Person"} '),
    "JSON-LD of graphs": numbered(lambda text: json_ld("[" + text + "1]"), '{"@type":"NewsArticle","@id":"%d"},'),
    "JSON-LD authors": numbered(
        lambda text: json_ld('{"@type":"NewsArticle","headline":"x","author":[' + text + '"x"]}'), '{"@id":"%d"},'
    ),
    "JSON-LD images": numbered(
        lambda text: json_ld('{"@type":"NewsArticle","headline":"x","image":[' + text + '"x"]}'), '"/image/%d.jpg",'
    ),
    "JSON-LD keywords": inside(lambda text: field("keywords", text), "key, word; "),
    "JSON-LD headline": inside(lambda text: field("headline", text), "a "),
    "JSON-LD date": inside(lambda text: field("datePublished", text), "2026-"),
    "JSON-LD author": inside(lambda text: field("author", text), "Jane Doe, "),
    "JSON-LD description": inside(lambda text: field("description", text), "KYIV ("),
    "JSON-LD article body": inside(lambda text: field("articleBody", text), "The bridge is closed. "),
    "JSON-LD views": inside(lambda text: field("interactionCount", text), "1"),
    "script of strings": inside(lambda text: article(body=f'<script>"{text}"</script>'), "u003c\\\\"),
    "script of quotation marks": inside(lambda text: article(body=f"<script>u003c{text}</script>"), '"'),
    "script text": inside(lambda text: f"<html><body><h1>Title</h1><script>u003c{text}</script></body></html>", '\\"a'),
    "byline of names": inside(in_byline, "Jane Doe and "),
    "byline of commas": inside(in_byline, ","),
    "byline of letters": inside(in_byline, "Aa"),
    "byline of spaces": inside(in_byline, "A "),
    "bylines": numbered(in_body, "<span class='author'>By Jane Doe%d</span>"),
    "tags": numbered(in_body, "<a rel='tag' href='/tag/%d'>tag %d</a>"),
    "dates of digits": inside(dated, "1"),
    "dates of zeros and colons": inside(dated, "0:"),
    "dates of slashes": inside(dated, "1/"),
    "dates of words": inside(dated, "ago "),
    "dates of plus signs": inside(dated, "2026-01-06T10:50:00+"),
    "times": inside(in_body, "<time datetime='2026-01-06T10:50:00Z'>6 January</time>"),
    "classes": numbered(in_body, "<i class='author date-%d views'>x</i>"),
    "a long class": inside(attribute, "author "),
    "a class of hyphens": inside(attribute, "a-"),
    "a class of capitals": inside(attribute, "aB"),
    "a long attribute": inside(attribute, "x"),
    "attributes": numbered(lambda text: in_body(f"<div {text}>x</div>"), "a%d=1 "),
    "quoted attributes": numbered(lambda text: in_body(f"<div {text}>x</div>"), "a%d='>' "),
    "attributes without end": inside(in_body, "<div a='"),
    "figures": numbered(in_body, "<figure><img src='/%d.jpg' alt='The bridge, seen from the river in spring'></figure>"),
    "images": numbered(in_body, "<img src='/%d.jpg' class='lead' width=600 height=400>"),
    "source sets": inside(lambda text: in_body(f"<img src='/a.jpg' srcset='{text}'>"), "/a.jpg 1x, "),
    "lists": inside(in_body, "<ul><li>a</ul>"),
    "tables": inside(in_body, "<table><tr><td>a</table>"),
    "forms": inside(in_body, "<form><input>"),
    "noscripts": inside(in_body, "<noscript>a</noscript>"),
    "navigations": inside(in_body, "<nav>a</nav>"),
    "nested navigations": inside(in_body, "<nav><ul>"),
    "unclosed divisions": inside(in_body, "<div>"),
    "unclosed divisions with text": inside(in_body, "<div>text in a division "),
    "unclosed bold text": inside(in_body, "<b>a "),
    "unclosed links": inside(in_body, "<a href='/x'>a "),
    "nested noscripts": inside(in_body, "<noscript><div>"),
    "nested rubies": inside(in_body, "<ruby><rt>a"),
    "nested items": inside(in_body, "<div itemscope itemtype='Article' itemprop='x'>"),
    "items": inside(in_body, "<div itemscope itemtype='NewsArticle'><i itemprop='name'>a</i></div>"),
    "items of many names": inside(lambda text: in_body(f"<div itemscope itemtype='Article'><i itemprop='{text}'>"), "a b "),
    "articles": inside(in_body, "<article><h2>Title</h2><p>Text of a story, with some words.</p></article>"),
    "nested articles": inside(in_body, "<article><p>Text of a story, with some words.</p>"),
    "plain text": times("The bridge is closed. "),
    "plain text of paragraphs": times("The bridge.\n\n"),
    "plain text of line ends": inside(lambda text: f"a{text}b", "\n "),
    "control characters": inside(in_paragraph, "\x01"),
    "directional marks": inside(in_paragraph, "\u202e"),
    "live entries": inside(in_body, "<div class='live-blog-entry'><p>a</p></div>"),
    "paywall notices": inside(in_body, "<p>subscribe now to continue</p>"),
    "breadcrumbs": inside(in_body, "<ol class='breadcrumb'><li><a href='/a'>a</a></li></ol>"),
    "language": inside(lambda text: article().replace("<html>", f"<html lang='{text}'>"), "en-"),
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def tables() -> None:
    """What is loaded once is no page's time."""
    prepare(["en", "de", "uk"])
    read_article(article(body=f"<p>SPRINGFIELD, Jan 6 (Reuters) - {TEXT}</p>").encode())


def read_article(body: bytes) -> None:
    """Read an article page. Raises NotAnArticle."""
    read_article_page(body, URL, {}, SITE, None, (), NOW)


@pytest.mark.parametrize("name", PAGES)
def test_an_article_page_is_read_in_time_that_grows_with_its_length(name: str, is_linear: Callable[..., bool]) -> None:
    assert is_linear(read_article, PAGES[name])


@pytest.mark.parametrize("name", PAGES)
def test_a_listing_page_is_read_in_time_that_grows_with_its_length(name: str, is_linear: Callable[..., bool]) -> None:
    assert is_linear(lambda body: read_discovery("listing", body, URL, {}, SITE), PAGES[name])


def test_a_text_is_kept_whole_whatever_is_cut_before_it_is_searched() -> None:
    text = "The bridge over the river is closed, and the ferries run. " * 4000
    read = read_article_page(article(body=f"<p>{text}</p>").encode(), URL, {}, SITE, None, (), NOW)
    assert text.strip() in read.article.body
