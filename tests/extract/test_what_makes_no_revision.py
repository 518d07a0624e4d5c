"""What changes around and within a text without being a change of it: the fingerprint stays the same."""

from collections.abc import Callable

import pytest

import newscrawl
from newscrawl.article import Article
from newscrawl.site import Site

URL = "https://example.com/news/the-bridge"
HEADLINE = "Bridge closed after cracks are found"
PARAGRAPHS = (
    "The bridge over the river was closed on Monday after engineers found cracks in two of its piers, the city said.",
    "Repairs will take until the spring, and ferries will carry cars and trucks free of charge until then, it added.",
    "Some 40,000 vehicles cross the bridge every day, about a third of them on their way to the port and back again.",
    "The mayor said that the cracks had been known since the autumn, and that nobody had thought them to be dangerous.",
)
JSON_LD = f"""<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{HEADLINE}",
    "datePublished": "2026-01-06T10:00:00Z", "dateModified": "2026-01-06T11:00:00Z"}}</script>"""


def semantic(above: str, within: str, below: str) -> str:
    """An article by its elements, with JSON-LD."""
    text = _paragraphs("p", within)
    story = f"<article><h1>{HEADLINE}</h1>{above}<div class='article-body'>{text}</div>{below}</article>"
    return f"<html lang='en'><head>{JSON_LD}</head><body><header>Site</header><main>{story}</main></body></html>"


def bare(above: str, within: str, below: str) -> str:
    """Everything in one box without a name."""
    story = f"<div class='x1'><h1>{HEADLINE}</h1>{above}{_paragraphs('p', within)}{below}</div>"
    return f"<html><head><title>{HEADLINE} - Site</title></head><body>{story}</body></html>"


def table(above: str, within: str, below: str) -> str:
    """A page of tables whose paragraphs are parted by line breaks."""
    text = f"{PARAGRAPHS[0]}<br><br>{PARAGRAPHS[1]}<br><br>{within}{PARAGRAPHS[2]}<br><br>{PARAGRAPHS[3]}"
    cell = f"<td><h1>{HEADLINE}</h1>{above}<div class='text'>{text}</div>{below}</td>"
    return f"<html><body><table><tr>{cell}<td>side</td></tr></table></body></html>"


def boxes(above: str, within: str, below: str) -> str:
    """A page of boxes without paragraphs."""
    story = f"<h1>{HEADLINE}</h1>{above}<div class='content'>{_paragraphs('div', within)}</div>{below}"
    return f"<html><body><section class='page'>{story}</section></body></html>"


def _paragraphs(tag: str, within: str) -> str:
    marked = [f"<{tag}>{text}</{tag}>" for text in PARAGRAPHS]
    return "".join((*marked[:2], within, *marked[2:]))


LAYOUTS = (semantic, bare, table, boxes)


def read(page: str) -> Article:
    return newscrawl.extract(page, URL, site=Site.generic(URL))


def _link(text: str, path: str = "/news/other") -> str:
    return f"<a href='{path}'>{text}</a>"


FERRIES, HARVEST = "Ferry company hires two hundred people for summer", "Harvest was better than last year's"
PAROM, UROZHAI = "Паромна компанія набирає двісті працівників на літо", "Урожай кращий, ніж торік, кажуть фермери"
LIST = "<div><h3>More news</h3><ul>{}</ul></div>"

ABOVE = {
    "a counter": ("<div>1204 views</div>", "<div>22 684 views</div>"),
    "a counter with an eye": ("<p>👁 1204</p>", "<p>👁 1 209</p>"),
    "a date and a counter": (
        "<p>6 січня 2025, 10:50 • 1204 перегляди</p>",
        "<p>6 січня 2025, 10:50 • 9,4 тис. переглядів</p>",
    ),
    "hours ago": ("<p>2 hours ago</p>", "<p>3 hours ago</p>"),
    "hours ago in Ukrainian": ("<p>2 години тому</p>", "<p>5 годин тому</p>"),
    "published hours ago": ("<p>Published 2 hours ago</p>", "<p>Published yesterday, 10:50</p>"),
    "a line of updating": ("<p>Updated: 6 January 2026, 10:50</p>", "<p>Updated: 6 January 2026, 12:50</p>"),
    "a byline with a time": ("<div>By Jane Doe <span>2h ago</span></div>", "<div>By Jane Doe <span>Jan 6</span></div>"),
    "comments": ("<p>12 comments</p>", "<p>157 comments</p>"),
    "comments in Ukrainian": ("<p>Коментарі: 12</p>", "<p>Коментарі: 157</p>"),
    "share buttons": ("<ul><li>Facebook 12</li><li>Tweet 3</li></ul>", "<ul><li>Facebook 157</li></ul>"),
    "readers": ("<p>154 people are reading this now</p>", "<p>87 people are reading this now</p>"),
    "reading time": ("<p>3 min read</p>", "<p>4 min read</p>"),
}
WITHIN = {
    "an advert in a named box": ("<div class='ad-slot'><p>Buy the new car now, it is faster.</p></div>", ""),
    "an advert that is a link": ("", f"<div>{_link('Holidays by the sea for two persons, with breakfast')}</div>"),
    "a labelled advert": (
        f"<div><span>Advertisement</span>{_link('Buy the new car now, it is cheaper than ever')}</div>",
        f"<div><span>Advertisement</span>{_link('Holidays by the sea for two persons')}</div>",
    ),
    "read also with a link": (f"<p>Read also: {_link(FERRIES)}</p>", f"<p>Read also: {_link(HARVEST)}</p>"),
    "read also without a link": (f"<p>Read also: {FERRIES}</p>", f"<p>Read also: {HARVEST}</p>"),
    "read also in Ukrainian": (f"<p>Читайте також: {_link(PAROM)}</p>", f"<p>Читайте також: {UROZHAI}</p>"),
    "read also in Russian": (f"<p><b>Читайте также:</b> {_link(PAROM)}</p>", f"<p>Читайте ещё: {_link(UROZHAI)}</p>"),
    "a teaser without a label": (f"<p>{_link(FERRIES)}</p>", f"<p>{_link(HARVEST)}</p>"),
    "a teaser with a counter": (
        f"<div>{_link(f'{FERRIES}…Asia Jan 6 2025, 10:50 AM • 22684 views')}</div>",
        f"<div>{_link(f'{HARVEST}…Asia Jan 6 2025, 11:50 AM • 784 views')}</div>",
    ),
    "shares": ("<p>157 shares</p>", "<p>212 shares</p>"),
    "a newsletter box": ("", "<div class='newsletter'><p>Sign up and read what matters every morning.</p></div>"),
    "a newsletter box without a name": (
        "",
        "<div><p>Subscribe to our newsletter in your inbox.</p><form></form></div>",
    ),
    "a channel": ("", f"<p>Subscribe to our {_link('Telegram channel')}</p>"),
    "a channel in Ukrainian": ("", f"<p>Підписуйтесь на наш {_link('Telegram-канал')}</p>"),
    "a channel in Russian": ("", f"<p>Подписывайтесь на наш {_link('канал')}, чтобы не пропустить главное</p>"),
    "a caption": (
        "<figure><img src='/a.jpg'><figcaption>The bridge seen from the bank in May.</figcaption></figure>",
        "<figure><img src='/b.jpg'><figcaption>Cars wait before the bridge on Tuesday.</figcaption></figure>",
    ),
    "a caption with a credit": (
        "<p>The bridge in the evening light. (Photo: Jane Doe/AP)</p>",
        "<p>The bridge in the morning light. (Photo: John Doe/AP)</p>",
    ),
    "typography": (
        "<p>The fer\u00adries leave at 10\u00a0a.m. from the “old port” – and don’t stop.</p>",
        '<p>The ferries leave at 10 a.m. from the "old port" - and don\'t  stop.</p>',
    ),
}
BELOW = {
    "comments with a number": ("<p>Comments (12)</p>", "<p>Comments (157)</p>"),
    "a line of updating below": ("<p>Last updated on 6 January 2026</p>", "<p>Last updated on 7 January 2026</p>"),
    "a related box": (
        LIST.format("".join(f"<li>{_link(f'{FERRIES}, {n} more')}</li>" for n in range(3))),
        LIST.format("".join(f"<li>{_link(f'{HARVEST}, {n} farmers say')}</li>" for n in range(4))),
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
@pytest.mark.parametrize("pair", ABOVE.values(), ids=ABOVE)
def test_above_the_text(pair: tuple[str, str], layout: Callable[[str, str, str], str]) -> None:
    first, second = (read(layout(variant, "", "")) for variant in pair)
    assert first.fingerprint == second.fingerprint


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
@pytest.mark.parametrize("pair", WITHIN.values(), ids=WITHIN)
def test_within_the_text(pair: tuple[str, str], layout: Callable[[str, str, str], str]) -> None:
    first, second = (read(layout("", variant, "")) for variant in pair)
    assert first.fingerprint == second.fingerprint


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
@pytest.mark.parametrize("pair", BELOW.values(), ids=BELOW)
def test_below_the_text(pair: tuple[str, str], layout: Callable[[str, str, str], str]) -> None:
    first, second = (read(layout("", "", variant)) for variant in pair)
    assert first.fingerprint == second.fingerprint


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
def test_a_new_paragraph_does_make_one(layout: Callable[[str, str, str], str]) -> None:
    added = "<p>On Tuesday the city said that a third pier was cracked, too.</p>"
    first, second = (read(layout("", variant, "")) for variant in ("", added))
    assert first.fingerprint != second.fingerprint
