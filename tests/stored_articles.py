"""Some tens of varied articles, and how tests store them through the writer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from newscrawl.article import Alternate, Article, Author, Dateline, Fetch, Image, Section, Timestamp, Views
from newscrawl.normalize.similarity import signature
from newscrawl.normalize.text import count_words, fingerprint
from newscrawl.records import ViewObservation
from newscrawl.store.articles import ArticleWriter
from newscrawl.store.connect import Connection
from newscrawl.store.spool import Spool

START = datetime(2025, 1, 6, 8, 0, tzinfo=UTC)

_SITES = (
    ("unn", "UNN", "uk", "UA", "Київ", "UNN"),
    ("unn", "UNN", "en", "UA", "Kyiv", "UNN"),
    ("reuters", "Reuters", "en-GB", "GB", "London", "Reuters"),
    ("asahi", "The Asahi Shimbun", "ja", "JP", "東京", None),
    ("aljazeera", "Al Jazeera", "ar", "QA", "الدوحة", None),
)
_TOPICS = {
    "uk": ("Уряд схвалив бюджет", "Засідання тривало вісім годин. Президент України підписав закон про бюджет."),
    "en": ("Government approves the budget", "The session took eight hours. The president signed the budget law."),
    "en-GB": ("Markets rise after the vote", "Shares gained two per cent. Analysts expect further policies."),
    "ja": ("政府は予算を承認した", "会議は東京都で八時間続いた。首相が署名した。"),
    "ar": ("الحكومة توافق على الميزانية", "استمرت الجلسة ثماني ساعات. وقع الرئيس القانون."),
}
_TAGS = (("Politics", "Budget"), ("Economy",), ("Politics", "War"), ("Culture", "Café"))


def article(number: int, **changes: Any) -> Article:
    """The article of a number: another site, language, place, tag and time with each; `changes` override its fields."""
    site, publisher, language, country, place, agency = _SITES[number % len(_SITES)]
    topic, text = _TOPICS[language]
    headline = changes.pop("headline", f"{topic} {number}")
    paragraphs = changes.pop("paragraphs", [f"{text} Number{number} of the series.", f"Marker{number % 7} follows."])
    body = "\n\n".join(paragraphs)
    lead = changes.pop("lead", None if number % 6 == 5 else f"{topic}: what is known so far")
    at = START + timedelta(minutes=17 * number)
    url = f"https://{site}.example/{language.lower()}/news/{number}"
    values: dict[str, Any] = {
        "url": url,
        "site": site,
        "publisher": publisher,
        "edition": language if site == "unn" else None,
        "language": language,
        "headline": headline,
        "lead": lead,
        "body": body,
        "sections": [Section(paragraphs=paragraphs)],
        "word_count": count_words(body),
        "dateline": Dateline(
            raw=f"{place} • {agency or publisher}", place=place, country=country, agency=agency, agency_code=agency
        ),
        "published": None
        if number % 13 == 12
        else Timestamp(at=at, raw=at.isoformat(), offset=0, precision="second", zone="stated", source="jsonld:date"),
        "authors": [Author(name="Ivan Franko" if number % 2 else "Lesya Ukrainka")] if number % 3 else [],
        "section": "Economy" if number % 2 else "Politics",
        "tags": list(_TAGS[number % len(_TAGS)]),
        "images": [Image(url=f"https://{site}.example/{number}.jpg", caption="Parliament", width=1200, height=800)],
        "views": Views(count=100 * number, seen_at=at + timedelta(hours=1), raw=f"{100 * number} views")
        if number % 2
        else None,
        "content_type": "opinion" if number % 11 == 10 else "article",
        "fetch": Fetch(at=at + timedelta(hours=1), status=200, url=url),
        "provenance": {"headline": "jsonld:headline", "published": "jsonld:datePublished"},
        "fingerprint": fingerprint(headline, lead, body),
        "similarity": signature(body),
    }
    return Article(**(values | changes))


def twins(number: int) -> tuple[Article, Article]:
    """One story in two editions that name each other."""
    first = article(5 * number)
    second = article(5 * number + 1)
    return (
        first.model_copy(update={"alternates": [Alternate(language="en", url=second.url)]}),
        second.model_copy(update={"alternates": [Alternate(language="uk", url=first.url)]}),
    )


async def store(connection: Connection, folder: Path, articles: Sequence[Article], *, now: datetime) -> None:
    """Store articles as a crawl does, each with its counter; numbered and linked at the end."""
    writer = ArticleWriter(connection, Spool(folder / "spool"), batch=1)  # each at once: the next one waits for it
    for one in articles:
        seen = one.views
        views = (
            [
                ViewObservation(
                    article=one.id, url=one.url, at=now - timedelta(hours=hours), count=count, source="own page"
                )
                for hours, count in ((3, (seen.count or 0) // 4), (2, (seen.count or 0) // 2), (0, seen.count or 0))
            ]
            if seen
            else []
        )
        task = writer.save(one, now=now, views=views)
        await task
    await writer.flush()
    await writer.close()


async def store_articles(connection: Connection, folder: Path, number: int = 30) -> list[Article]:
    """So many articles: among them twins, one whose text has changed twice, and a copy at another site."""
    articles = [article(each) for each in range(number)]
    articles[:2] = twins(0)
    long = [
        f"{sentence} {place} reported it on the day."
        for place in ("Kyiv", "Lviv", "Odesa", "Dnipro")
        for sentence in _LONG
    ]
    articles[6] = article(6, paragraphs=long)
    articles[7] = article(7, paragraphs=long, dateline=None)
    now = START + timedelta(days=1)
    await store(connection, folder, articles, now=now)
    for step, word in enumerate(("nine", "ten"), start=1):
        changed = article(11, paragraphs=[f"The session took {word} hours. The president signed the budget law."])
        await store(connection, folder, [changed], now=now + timedelta(hours=step))
    return articles


_LONG = (
    "The committee on finance met behind closed doors to discuss the second reading of the draft.",
    "Deputies from four factions asked for more time to study the amendments to the pension chapter.",
    "The minister answered that delay would cost the treasury two billion before the end of the quarter.",
)
