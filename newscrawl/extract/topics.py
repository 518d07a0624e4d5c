"""What an article is about, as its page states it: section, tags and keywords."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from newscrawl.article import Card
from newscrawl.extract import structured
from newscrawl.extract.page import Page, text_of
from newscrawl.normalize.text import clean, first_words

MOST = 100  # tags or keywords
LONGEST = 100  # characters of one
LONGEST_SECTION = 6  # words
_META = ("article:section", "section", "parsely-section", "category")
_LINKS: Callable[[Any], Any] = etree.XPath("//a[@rel]")
_HOME = frozenset(
    "home homepage start startseite accueil inicio início portada hjem hem forside etusivu główna domů domov главная головна "
    "αρχική anasayfa ana-sayfa beranda trang-chủ ホーム トップ 홈 首页 首頁 الرئيسية הבית".split()
)
_NO_TAG = re.compile(r"(?:all(?:e|es)?|more|mehr|weitere|toutes?|tous|todos|todas|tutti|alla|wszystkie|все|усі)\b.{0,30}$|#?\W*$", re.I)  # fmt: skip


def sections(page: Page, declared: dict[str, Any], card: Card | None, headline: str) -> Iterator[tuple[str, str]]:
    """Sources and texts of the section, the most believable first."""
    for source, text in (
        ("jsonld:articleSection", structured.first(declared.get("articleSection"))),
        *((f"meta:{name}", text) for name in _META for text in page.meta.get(name, ())[:1]),
        ("microdata:articleSection", next(structured.microdata(page, "articleSection"), None)),
        ("card", card.section if card else None),
        ("jsonld:BreadcrumbList", _crumb(page, headline)),
    ):
        if text := clean(unescape(text or "")):
            # Some print every category of the article in one text.
            yield source, text.split(",")[0].strip() if text.count(",") > 1 else text


def _crumb(page: Page, headline: str) -> str | None:
    """The innermost page on the path to the article that is neither home nor the article itself (schema.org)."""
    trail = next((found for item in page.json_ld if (found := structured.breadcrumbs(item))), [])
    own, slug = first_words(headline), first_words(urlsplit(page.url).path.rstrip("/").rpartition("/")[2])
    site = first_words((page.meta_first("og:site_name") or ("", ""))[1])
    host = first_words((urlsplit(page.url).hostname or "").removeprefix("www."))
    for position, name in reversed(list(enumerate(clean(unescape(name)) for name in trail))):
        key = first_words(name)
        is_home = position == 0 and (name.casefold() in _HOME or key in {site, host})
        is_article = key in {slug, own} or (len(key) > 8 and (own.startswith(key) or key.startswith(own)))
        if key and not is_home and not is_article and not _NO_TAG.match(name) and len(name.split()) <= LONGEST_SECTION:
            return name
    return None


def tags(page: Page) -> Iterator[tuple[str, list[str]]]:
    """Sources of tags and the tags of each, the most believable first."""
    linked = [text_of(link) for link in _LINKS(page.tree) if "tag" in link.get("rel").split()]
    for source, found in (("meta:article:tag", page.meta.get("article:tag", [])), ("rel=tag", linked)):
        if unique := distinct(text for text in found if not _NO_TAG.match(text.strip())):
            yield source, unique


def keywords(page: Page, declared: dict[str, Any]) -> tuple[str, list[str]]:
    """What search engines are told, and where."""
    for source, found in (
        ("jsonld:keywords", structured.strings(declared.get("keywords"))),
        *((f"meta:{name}", page.meta.get(name, [])[:1]) for name in ("news_keywords", "keywords")),
    ):
        if unique := distinct(word for text in found for word in re.split(r"[,;]", text)):
            return source, unique
    return "", []


def distinct(texts: Iterator[str]) -> list[str]:
    """Each text once, cleaned, without what is too short or too long to be a word for a subject."""
    cleaned = (clean(unescape(text)) for text in texts)
    return list(dict.fromkeys(text for text in cleaned if 1 < len(text) <= LONGEST))[:MOST]
