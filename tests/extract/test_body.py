"""What of a page is its text, and what is not: each rule on a page of its own."""

import pytest

import newscrawl
from newscrawl.article import Article
from newscrawl.site import Site

URL = "https://example.com/news/the-bridge"
FIRST = (
    "The bridge over the river was closed on Monday after engineers found cracks in two of its piers, the city said."
)
SECOND = (
    "Repairs will take until the spring, and ferries will carry cars and trucks free of charge until then, it added."
)
THIRD = (
    "Some 40,000 vehicles cross the bridge every day, about a third of them on their way to the port and back again."
)
TEXT = f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>"


def read(body: str, head: str = "", url: str = URL) -> Article:
    page = f"<html><head>{head}</head><body>{body}</body></html>"
    return newscrawl.extract(page, url, site=Site.generic(url))


def story(inside: str, around: str = "") -> Article:
    return read(f"<main><h1>Bridge closed after cracks are found</h1><div class='body'>{inside}</div></main>{around}")


def test_paragraphs_come_in_reading_order_separated_by_blank_lines() -> None:
    assert story(TEXT).body == f"{FIRST}\n\n{SECOND}\n\n{THIRD}"


def test_text_without_paragraph_elements_is_parted_at_empty_lines() -> None:
    assert story(f"{FIRST}<br><br>{SECOND}<br/>\n<br/>{THIRD}").body == f"{FIRST}\n\n{SECOND}\n\n{THIRD}"


def test_headings_open_sections() -> None:
    article = story(f"<p>{FIRST}</p><h2>Repairs</h2><p>{SECOND}</p><h3>Traffic</h3><p>{THIRD}</p>")
    assert [(s.heading, len(s.paragraphs)) for s in article.sections] == [(None, 1), ("Repairs", 1), ("Traffic", 1)]


def test_lists_and_quotes_belong_to_the_text() -> None:
    article = story(
        f"{TEXT}<blockquote>We had no choice but to close it.</blockquote><ul><li>Piers 3 and 4 are cracked.</li></ul>"
    )
    assert "We had no choice" in article.body
    assert "Piers 3 and 4" in article.body


@pytest.mark.parametrize(
    "extra",
    [
        "<div class='related-articles'><h3><a href='/a'>Another long story that is told elsewhere on this site</a></h3></div>",
        "<aside>Sign up for our newsletter and never miss a story from the river again, every morning at six.</aside>",
        "<figure><img src='/a.jpg'><figcaption>The bridge seen from the northern bank of the river in May.</figcaption></figure>",
        "<p class='caption'>The bridge seen from the northern bank of the river in May.</p>",
        "<p><a href='/other'>Read also: Ferry company hires two hundred people for the summer</a></p>",
        "<div class='social-share'>Share this article with your friends on the networks that you like the most.</div>",
        "<div class='author-bio'>Jane Doe is a reporter who has covered the city and its bridges for twenty years now.</div>",
        "<div class='cookie-consent'>We use cookies to make this site better for you. Please accept all of them here.</div>",
        "<div id='comments'><p>I have always said that this bridge would not last, and nobody listened to me then.</p></div>",
        "<p>Subscribe to our newsletter and agree to our Terms of Use and our Privacy Policy before you sign up.</p>",
        "<p>The bridge in the evening light. (Photo: Jane Doe/AP)</p>",
        "<div style='display:none'>This text is hidden from everybody who reads the page in a browser, for whatever reason.</div>",
        "<nav>Home, Politics, Economy, Sports and everything else that you may want to read on this site today.</nav>",
    ],
    ids=lambda extra: extra.split(">")[0].strip("<"),
)
def test_what_is_no_text_is_left_out(extra: str) -> None:
    assert story(f"<p>{FIRST}</p>{extra}<p>{SECOND}</p><p>{THIRD}</p>").body == f"{FIRST}\n\n{SECOND}\n\n{THIRD}"


def test_a_box_that_holds_most_of_the_text_is_the_text_whatever_its_class() -> None:
    assert story(f"<div class='sidebar-left widget'>{TEXT}</div>").body == f"{FIRST}\n\n{SECOND}\n\n{THIRD}"


def test_words_of_a_subject_in_a_class_say_nothing_of_the_part() -> None:
    article = read(f"<article class='post category-popular tag-comments'><h1>Bridge closed</h1>{TEXT}</article>")
    assert article.body.startswith(FIRST)


def test_bylines_and_dates_above_the_text_are_none_of_it() -> None:
    article = story(f"<p>By Jane Doe</p><p>6 January 2025, 10:50</p><p>3 min read</p>{TEXT}")
    assert article.body.startswith(FIRST)


def test_a_heading_with_nothing_below_is_left_out() -> None:
    assert story(f"{TEXT}<h3>Related stories</h3>").sections[-1].heading is None


def test_the_standfirst_between_headline_and_text_opens_the_body() -> None:
    lead = "Ferries replace the most used crossing of the river until spring comes."
    article = read(f"<h1>Bridge closed</h1><p class='standfirst'>{lead}</p><div class='article-body'>{TEXT}</div>")
    assert article.body == f"{lead}\n\n{FIRST}\n\n{SECOND}\n\n{THIRD}"


def test_of_several_stories_on_a_page_the_one_with_the_headline_is_read() -> None:
    other = (
        "<article><h1>Harvest was good</h1><p>"
        + "Farmers brought in more wheat than last year. " * 12
        + "</p></article>"
    )
    page = f"<article><h1>Bridge closed after cracks are found</h1>{TEXT}</article>{other}"
    article = read(page, head='<meta property="og:title" content="Bridge closed after cracks are found">')
    assert article.body == f"{FIRST}\n\n{SECOND}\n\n{THIRD}"


def test_a_page_that_shows_no_text_gives_its_article_body() -> None:
    script = f'{{"@type":"NewsArticle","headline":"Bridge closed","articleBody":"{FIRST}\\n{SECOND}\\n{THIRD}"}}'
    article = read("<h1>Bridge closed</h1>", head=f'<script type="application/ld+json">{script}</script>')
    assert article.body == f"{FIRST}\n\n{SECOND}\n\n{THIRD}"
    assert article.provenance["body"] == "jsonld:articleBody"


def test_a_page_that_shows_no_text_gives_what_its_scripts_hold() -> None:
    held = TEXT.replace("<", "\\u003c").replace(">", "\\u003e")
    article = read(f'<h1>Bridge closed</h1><script>window.state = {{"content": "{held}"}}</script>')
    assert article.body == f"{FIRST}\n\n{SECOND}\n\n{THIRD}"
    assert article.provenance["body"] == "script"


def test_a_dateline_is_taken_from_the_text() -> None:
    article = story(f"<p>KYIV, Jan 6 (Reuters) - {FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>")
    assert article.body.startswith(FIRST)
    assert article.dateline is not None
    assert (article.dateline.place or "").casefold() == "kyiv"
    assert article.dateline.agency == "Reuters"


def test_japanese_text_is_weighed_by_what_it_says() -> None:
    text = "市は月曜日、橋脚にひび割れが見つかったため橋を閉鎖したと発表した。修理は春まで続く見通しだ。"
    links = "".join(f"<li><a href='/{n}'>ほかの記事の見出しがここに並ぶ</a></li>" for n in range(20))
    article = read(f"<ul>{links}</ul><h1>橋を閉鎖</h1><div><p>{text}</p><p>なお、{text}</p></div><ul>{links}</ul>")
    assert article.body == f"{text}\n\nなお、{text}"


def test_deep_nesting_does_not_break_the_reading() -> None:
    assert FIRST in read("<h1>Bridge closed</h1>" + "<div>" * 120 + TEXT + "</div>" * 120).body


def test_a_list_without_links_is_kept_though_it_has_no_sentences() -> None:
    winners = "".join(f"<li>{year}: Harbour Town</li>" for year in range(2000, 2020))
    article = story(f"{TEXT}<div><h3>Winners so far</h3><ul>{winners}</ul></div>")
    assert "2019: Harbour Town" in article.body


def test_a_list_of_other_stories_is_left_out_though_it_tells_of_each() -> None:
    entry = "<li><div><a href='/{0}'>Ferry company hires two hundred people {0}</a></div><p>The company said on day {0} that it needs them all, and that it will not be enough.</p></li>"
    article = story(TEXT + "<ul>" + "".join(entry.format(n) for n in range(6)) + "</ul>")
    assert article.body == f"{FIRST}\n\n{SECOND}\n\n{THIRD}"


def test_the_captions_of_a_gallery_are_its_text() -> None:
    pictures = "".join(f"<div class='image'><img src='/{n}.jpg'><p>{text}</p></div>" for n, text in enumerate((FIRST, SECOND, THIRD)))  # fmt: skip
    assert (
        read(f"<main><h1>The bridge in pictures</h1><div class='body'>{pictures}</div></main>").body.count("\n\n") == 2
    )


def test_of_nested_stories_the_one_with_the_headline_is_read() -> None:
    other = "".join(
        f"<article><h1>Other story {n}</h1><p>{THIRD} {n}</p><p>{SECOND} {n}</p></article>" for n in range(4)
    )
    article = read(
        f"<article class='feed'><article><h1>Bridge closed … for now</h1>{TEXT}</article>{other}</article>",
        '<meta property="og:title" content="Bridge closed ... for now">',
    )
    assert article.body == f"{FIRST}\n\n{SECOND}\n\n{THIRD}"


def test_a_paragraph_that_is_printed_twice_is_told_once() -> None:
    assert story(f"{TEXT}<p>{FIRST}</p>{TEXT}").body == f"{FIRST}\n\n{SECOND}\n\n{THIRD}"


def test_a_line_that_stands_between_all_paragraphs_is_none_of_the_text() -> None:
    between = "<p>Don't want to see this?</p>"
    assert (
        "want to see"
        not in story(between.join(f"<p>{text}</p>" for text in (FIRST, SECOND, THIRD, "Fin.", "Fin!"))).body
    )


@pytest.mark.parametrize(
    "extra",
    [
        "<p>FUNDA OLUNYE UDABA | <a href='/other'>Uphenyo kutholwa abangani belahlwe emhosheni</a></p>",
        "<p>>> <a href='/other'>Hier finden Sie alle Termine im Überblick</a></p>",
        "<p>3 Min Lesezeit</p>",
        "<p>$$ARTICLEAD$$</p>",
        "<ul><li>Teilen</li><li>Drucken</li></ul>",
        "<div><p>Lesen Sie uns auch unterwegs!</p><ul><li>E-Paper und News in einer App</li><li>Push-Nachrichten über den Tag</li></ul></div>",
        "<p>This entry was posted on Monday, 6 January 2025 and was filed under City, Traffic, Bridges and the river.</p>",
        "<p>Der Beitrag wurde am Montag, den 6. Januar 2025 veröffentlicht und wurde unter Stadt, Verkehr, Brücken einsortiert.</p>",
        "<p>Warning: Creating default object from empty value in /www/classes.php on line 407</p>",
        "<p>War der Artikel nützlich? (95 Stimmen: 4,73 von 5)</p>",
        "<p>This post contains affiliate links. We may earn something when you click on them and buy.</p>",
        "<p>The views expressed here are those of the author and not of the paper.</p>",
    ],
)
def test_labels_and_appeals_within_the_text_are_left_out(extra: str) -> None:
    assert story(f"<p>{FIRST}</p>{extra}<p>{SECOND}</p><p>{THIRD}</p>").body == f"{FIRST}\n\n{SECOND}\n\n{THIRD}"


def test_the_entries_of_a_live_blog_are_its_text_whatever_their_class() -> None:
    entries = "".join(f"<div class='live-match-comment'><div class='live-comment-body'>{text} {n}.</div></div>" for n in range(4) for text in (FIRST, SECOND, THIRD))  # fmt: skip
    article = read(f"<main><h1>Harbour Town against the river</h1><div class='live'>{entries}</div></main>")
    assert article.body.count("engineers found cracks") == 4


def test_captions_are_the_text_where_a_page_holds_little_else() -> None:
    figures = "".join(f"<figure><img src='/{n}.jpg'><figcaption>{text} {n}.</figcaption></figure>" for n in range(3) for text in (FIRST, SECOND))  # fmt: skip
    assert read(f"<main><h1>The bridge in pictures</h1><p>{THIRD}</p>{figures}</main>").body.count("engineers") == 3


def test_the_first_paragraph_is_kept_though_the_rest_stands_in_a_box_of_its_own() -> None:
    rest = "".join(f"<p>{text} Part {n} of the report says so.</p>" for n, text in enumerate([SECOND, THIRD] * 8))
    assert story(f"<p>{FIRST}</p><div class='rest'>{rest}</div>").body.startswith(FIRST)


def test_text_in_a_component_that_is_named_like_a_consent_platform_is_read() -> None:
    more = "<div class='cmp-text'><p>Ferries run every ten minutes from six o'clock.</p></div>"
    assert story(f"<div class='cmp-text'>{TEXT}</div>{more}").body.endswith("six o'clock.")


def test_readings_above_characters_are_no_text_unless_they_have_parentheses() -> None:
    plain = "<ruby>市<rt>し</rt></ruby>は<ruby>橋<rt>はし</rt></ruby>を閉じたと<ruby>尹<rp>（</rp><rt>ユン</rt><rp>）</rp></ruby>市長が発表した。"
    more = "<p>修理は春まで続く見通しだ。</p>" * 3
    assert story(f"<p>{plain}</p>{more}").body.startswith("市は橋を閉じたと尹（ユン）市長が発表した。")
