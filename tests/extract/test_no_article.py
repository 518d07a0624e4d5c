"""Pages that are no article, whatever their server says."""

import pytest

import newscrawl
from newscrawl.article import NotAnArticle

URL = "https://example.com/news/one"
TEXT = "<p>The council met on Tuesday and talked at length about the old bridge over the river and its repair.</p>" * 5


def refused(page: str) -> str | None:
    """The reason for which a page is no article; None where it is one."""
    try:
        newscrawl.extract(page, URL)
    except NotAnArticle as error:
        return error.reason
    return None


def page(headline: str, *, title: str = "Example News", head: str = "") -> str:
    return f"<html><head><title>{title}</title>{head}</head><body><article><h1>{headline}</h1>{TEXT}</article></body></html>"


@pytest.mark.parametrize(
    "says",
    [
        "Sorry, this page does not exist",
        "404",
        "Error 404 - Example",
        "The page you requested could not be found",
        "Article no longer available",
        "Seite nicht gefunden",
        "Page introuvable",
        "Página no encontrada",
        "Страница не найдена",
        "Сторінку не знайдено",
        "Strona nie została znaleziona",
        "Sayfa bulunamadı",
        "ページが見つかりません",
        "页面不存在",
        "الصفحة غير موجودة",
    ],
)
def test_a_page_that_says_that_it_does_not_exist_is_no_article(says: str) -> None:
    assert refused(page(says)) == "soft-404"


def test_a_title_that_says_so_is_enough() -> None:
    assert refused(page("Read these stories instead", title="Not found | Example News")) == "soft-404"


@pytest.mark.parametrize(
    "says",
    [
        "Lost ship not found after eleven days at sea",
        "404 people rescued from the old mountain railway",
        "Court: the contract does not exist",
        "Why the famous page of the manuscript was stolen",
    ],
)
def test_an_article_may_be_about_what_is_not_found(says: str) -> None:
    assert refused(page(says)) is None


def test_a_page_that_declares_an_article_is_one_whatever_its_headline_says() -> None:
    stated = '<meta property="article:published_time" content="2025-01-06T10:50:00+02:00">'
    assert refused(page("Page not found: the story of a web error", head=stated)) is None


@pytest.mark.parametrize(
    "start",
    [
        '<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>',
        '\n<!-- made by hand --><feed xmlns="http://www.w3.org/2005/Atom"><title>News</title>',
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
        "<sitemapindex>",
    ],
)
def test_a_feed_or_sitemap_is_no_article(start: str) -> None:
    with pytest.raises(NotAnArticle) as caught:
        newscrawl.extract((start + TEXT).encode(), URL)
    assert caught.value.reason == "not-html"


def test_what_comes_after_the_end_of_the_page_is_part_of_it() -> None:
    html = f"<html><head><title>One</title></head><body><nav>Home</nav></body></html><article><h1>The old bridge</h1>{TEXT}</article>"
    assert "old bridge over the river" in newscrawl.extract(html, URL).body
