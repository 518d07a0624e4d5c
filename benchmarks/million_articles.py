"""The million invented articles: number in, typed record out. Any of them can be made alone, each time the same. Pure.

Its length, its day, its site, its words, and what of a record pages leave out, are spread as in real collections. Only
fingerprint and near-duplicate signature are drawn: no reader of the database looks into them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

import numpy
from million_sites import CITIES, SECTIONS, WIRES, Newspaper, agency_of, newspapers
from million_words import TOPICS, Vocabulary

from newscrawl.article import (
    Alternate,
    Article,
    Author,
    Copied,
    Dateline,
    Evidence,
    Fetch,
    Gone,
    Image,
    Section,
    Syndication,
    Timestamp,
    Views,
)
from newscrawl.normalize.similarity import BANDS
from newscrawl.normalize.urls import article_id

END = datetime(2026, 11, 28, tzinfo=UTC)
SPAN = timedelta(days=730)
LENGTH, SPREAD = 270, 0.7  # median of the words of a text, and how far lengths spread (log-normal)
COPIES, TWINS = 4, 10  # percent that are to be one; of the twins most find no edition that lacks the story
APART = ("harvest", "glacier")
"""Two common words of English that never meet in one article: the worst search."""
RARE = "quetzalcoatlus"
"""A word of one article in fifty thousand."""

Role = Literal["own", "copy", "twin"]
Dice = numpy.random.Generator
PROVENANCE = {
    name: f"jsonld:{name}" for name in "headline lead published modified authors section images language".split()
} | {"body": "text", "url": "canonical", "views": "rule", "tags": "rule", "dateline": "text"}


class Text(NamedTuple):
    """What is written: the words of an article without its circumstances."""

    headline: str
    lead: str
    paragraphs: list[str]
    words: int


@dataclass
class Newsroom:
    """Makes article `number` of `number_of_articles`, the oldest first. The same seed makes the same articles."""

    number_of_articles: int
    seed: int

    def __post_init__(self) -> None:
        self.sites = newspapers(self.seed)
        weights = 1 / numpy.arange(1, len(self.sites) + 1)
        self._site_sums = numpy.cumsum(weights) / weights.sum()
        self._vocabularies = {language: Vocabulary(language, self.seed) for language in CITIES}
        self._languages = list(CITIES)

    def article(self, number: int) -> Article:
        """The article as a crawl reads it, or the earlier one that it copies or translates."""
        role, original = self._role(number)
        return self._make(number, role, original)

    def seen_at(self, number: int) -> datetime:
        """When a crawl first fetched it: the order of the numbers, more in later months and by day."""
        days = SPAN / timedelta(days=1) * ((number + 0.5) / self.number_of_articles) ** 0.8
        whole, part = divmod(days, 1)
        part -= 0.11 * numpy.sin(2 * numpy.pi * part)  # few at night
        return END - SPAN + timedelta(days=whole + float(part))

    def site_of(self, number: int) -> tuple[Newspaper, str]:
        """Its site and the language of its edition."""
        dice = self._dice(number)
        site = self.sites[int(numpy.searchsorted(self._site_sums, dice.random()))]
        edition = min(int(dice.random() ** 2 * len(site.languages)), len(site.languages) - 1)
        return site, site.languages[edition]

    def url_of(self, number: int) -> str:
        """Its canonical address."""
        site, language = self.site_of(number)
        return f"https://{site.host}/{language}/news/story-of-the-day-{number}"

    def earlier_bodies(self, number: int) -> int:
        """How many earlier versions of it are kept."""
        return (0, 0, 0, 1, 2)[self._roll(number, 1) % 5] if self._roll(number, 2) % 10 == 0 else 0

    def text(self, number: int, language: str, version: int = 0) -> Text:
        """The words of it. Another version has another paragraph at the end."""
        dice = self._dice(number, 7)
        vocabulary = self._vocabularies[language]
        usual = LENGTH * (0.4 if language == "ja" else 1)  # words there are of two to six characters
        length = int(min(max(usual * numpy.exp(SPREAD * dice.standard_normal()), 30), 4000))
        topic = int(TOPICS * dice.random() ** 2)
        sentences = self._sentences(vocabulary, dice, length + 40, topic)
        if version:
            more = self._sentences(vocabulary, self._dice(number, 20 + version), 45, topic)
            sentences = [*sentences, *more]
        planted = self._planted(number) if language == "en" else []
        headline, lead = " ".join([*sentences[0].rstrip(".。").split()[:9], *planted]), " ".join(sentences[1:3])
        joint = "" if language == "ja" else " "
        paragraphs = [joint.join(sentences[at : at + 3]) for at in range(3, len(sentences), 3)] or [lead]
        return Text(headline[: 60 if language == "ja" else 200], lead, paragraphs, length)

    @staticmethod
    def _planted(number: int) -> list[str]:
        words = [APART[number % 2]] if number % 5 < 2 else []
        return [*words, RARE] if number % 50_000 == 77 else words

    def _sentences(self, vocabulary: Vocabulary, dice: Dice, length: int, topic: int) -> list[str]:
        drawn = vocabulary.draw(dice, length, topic)
        kinds = dice.random(length)
        words = [vocabulary.words[position] for position in drawn.tolist()]
        for position in numpy.flatnonzero(kinds < 0.05).tolist():
            if kinds[position] < 0.02:
                words[position] = str(int(numpy.exp(10 * kinds[position] / 0.02)))
            else:
                words[position] = words[position].capitalize()
        joint, end = ("", "。") if vocabulary.language == "ja" else (" ", ".")
        borders = numpy.cumsum(dice.integers(7, 22, length // 10 + 2)).tolist()
        sentences, start = [], 0
        for border in borders:
            part = words[start:border]
            if not part:
                break
            part[0] = part[0].capitalize()
            sentences.append(joint.join(part) + end)
            start = border
        return sentences

    def _dice(self, number: int, purpose: int = 0) -> Dice:
        return numpy.random.Generator(numpy.random.SFC64([self.seed, number, purpose]))

    def _roll(self, number: int, purpose: int) -> int:
        """A number that depends on nothing but the article's."""
        return int.from_bytes(hashlib.blake2b(f"{self.seed} {number} {purpose}".encode(), digest_size=6).digest())

    def _role(self, number: int) -> tuple[Role, int]:
        """Whether it is a story of its own; else what it is, and of which one."""
        roll = self._roll(number, 3) % 100
        original = number - 1 - self._roll(number, 4) % 500
        if roll >= COPIES + TWINS or original < 0 or self._roll(original, 3) % 100 < COPIES + TWINS:
            return "own", number
        if roll < COPIES:
            return "copy", original
        site, language = self.site_of(original)
        return ("twin", original) if len(site.languages) > 1 and site.languages[-1] != language else ("own", number)

    def _make(self, number: int, role: Role, original: int) -> Article:
        site, language = self.site_of(number)
        dice = self._dice(number, 5)
        dice.random()
        seen_at = self.seen_at(number)
        url = self.url_of(number)
        fields: dict[str, object] = {}
        if role == "copy":
            language = self.site_of(original)[1]
            source, fields["cluster"] = self.url_of(original), article_id(self.url_of(original))
            fields["copied"] = Copied(
                article=article_id(source), url=source, site=self.site_of(original)[0].name, share=0.87
            )
        elif role == "twin":
            site = self.site_of(original)[0]
            language = site.languages[-1]
            url = f"https://{site.host}/{language}/news/story-of-the-day-{number}"
            fields["story"] = min(article_id(self.url_of(original)), article_id(url))
            fields["alternates"] = [
                Alternate(language=self.site_of(original)[1], url=self.url_of(original)),
                Alternate(language=language, url=url),
            ]
        versions = self.earlier_bodies(number)
        text = self.text(original if role == "copy" else number, language, versions)
        published = self._published(dice, seen_at)
        city, country, _ = CITIES[language][int(len(CITIES[language]) * dice.random() ** 2)]
        wire = WIRES[language][int(len(WIRES[language]) * dice.random() ** 2)]
        code, agency = agency_of(wire)
        dateline = None
        if dice.random() < 0.4:
            raw = f"{city}, ({wire}) —"
            dateline = Dateline(raw=raw, place=city, country=country, agency=wire, agency_code=code, agency_name=agency)
        rubrics = SECTIONS[language].split("|")
        words = self._vocabularies[language].words
        tags = dict.fromkeys(words[150 + int(3000 * dice.random() ** 3)] for _ in range(int(dice.integers(0, 7))))
        author = int(400 * dice.random() ** 2)
        kind = dice.random()
        is_gone = dice.random() < 0.015
        drawn = self._dice(original if role == "copy" else number, 6)
        return Article(
            **fields,
            url=url,
            aliases=[f"https://m.{site.host}/{language}/{number}"] if dice.random() < 0.25 else [],
            site=site.name,
            publisher=site.publisher,
            edition=language if len(site.languages) > 1 else None,
            language=language,
            headline=text.headline,
            lead=text.lead,
            body="\n\n".join(text.paragraphs),
            sections=[Section(paragraphs=text.paragraphs)],
            word_count=text.words,
            dateline=dateline,
            syndication=Syndication(agency=agency) if dateline and agency and number % 3 == 0 else None,
            published=published,
            authors=[Author(name=f"{words[2000 + author].title()} {words[5000 + 7 * author].title()}")]
            if dice.random() < 0.6
            else [],
            section=rubrics[int(len(rubrics) * dice.random() ** 1.5)] if dice.random() < 0.9 else None,
            tags=list(tags),
            keywords=list(tags)[:3],
            images=[Image(url=f"{url}/lead.jpg", caption=text.headline, credit=wire, width=1200, height=800)],
            views=self._views(dice, site, seen_at),
            content_type="article"
            if kind < 0.92
            else ("opinion", "video", "gallery", "live", "press_release")[int(kind * 1000) % 5],
            fingerprint=hashlib.sha256(f"{self.seed} {number} {versions}".encode()).hexdigest(),
            similarity=drawn.integers(-(2**63), 2**63 - 1, BANDS).tolist() if text.words >= 40 else None,
            revision=versions + 1,
            status="gone" if is_gone else "active",
            gone=Gone(at=seen_at + timedelta(days=9), status=410, sightings=2) if is_gone else None,
            fetch=Fetch(at=seen_at, status=200, url=url, run=f"{site.name}-{seen_at:%Y%m%d%H}", etag=f'"{number:x}"'),
            provenance=PROVENANCE,
            evidence=_evidence(text, url, seen_at),
        )

    def _published(self, dice: Dice, seen_at: datetime) -> Timestamp | None:
        kind = dice.random()
        if kind < 0.005:
            return None
        before = timedelta(days=365 * dice.random()) if kind < 0.05 else timedelta(minutes=45 * dice.random() ** 2)
        at = seen_at - before
        if kind > 0.95:
            day = at.replace(hour=0, minute=0, second=0, microsecond=0)
            return Timestamp(at=day, raw=day.date().isoformat(), precision="day", zone="assumed", source="meta:date")
        at = at.replace(microsecond=0)
        return Timestamp(
            at=at, raw=at.isoformat(), offset=0, precision="second", zone="stated", source="jsonld:datePublished"
        )

    @staticmethod
    def _views(dice: Dice, site: Newspaper, seen_at: datetime) -> Views | None:
        count = int(numpy.exp(6 + 1.8 * dice.standard_normal()))
        return Views(count=count, raw=f"{count} views", seen_at=seen_at) if site.shows_views else None


def _evidence(text: Text, url: str, at: datetime) -> dict[str, list[Evidence]]:
    headline, lead = text.headline, text.lead[:200]
    return {
        "headline": [
            Evidence(source="jsonld:headline, meta:og:title, h1", text=headline),
            Evidence(source="title", text=f"{headline} | News"),
        ],
        "lead": [
            Evidence(source="jsonld:description", text=lead),
            Evidence(source="meta:description", text=lead),
        ],
        "published": [Evidence(source="jsonld:datePublished", text=at.isoformat())],
        "images": [Evidence(source="jsonld:image", text=f"{url}/lead.jpg")],
    }
