"""What readers ask of the million articles: filters, searches and single articles, drawn by seed. Pure."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from million_articles import APART, END, RARE, Newsroom
from million_words import GRAMMAR, Vocabulary

from newscrawl.article import Article
from newscrawl.selection import Selection

Case = tuple[str, list[Selection]]


class Readers:
    """Draws what people ask for from the articles that there are, popular things more often."""

    def __init__(self, room: Newsroom, seed: int) -> None:
        self._room, self._dice = room, random.Random(f"readers {seed}")
        self._words = {language: Vocabulary(language, room.seed).words for language in ("en", "uk", "ru", "de", "ar")}

    def article(self) -> Article:
        """Any article."""
        return self._room.article(self._dice.randrange(self._room.number_of_articles))

    def _of(self, article: Article, name: str) -> dict[str, Any]:
        """What finds an article by one filter; empty: it has no such value."""
        dateline, published = article.dateline, article.published
        found: dict[str, Any] = {
            "sites": article.site,
            "languages": article.language,
            "countries": dateline and dateline.country,
            "places": dateline and dateline.place,
            "agencies": dateline and dateline.agency_code,
            "tags": article.tags[0] if article.tags else None,
            "sections": article.section,
            "authors": article.authors[0].name if article.authors else None,
            "kinds": article.content_type,
            "statuses": "gone" if article.gone else None,
        }
        if name == "dates" and published and published.at:
            day = published.at.replace(hour=0, minute=0, second=0, microsecond=0)
            return {"published_from": day, "published_to": day + timedelta(days=self._dice.choice((1, 7, 30)))}
        if name == "min_views" and article.views and article.views.count:
            return {"min_views": 10 ** (len(str(article.views.count)) - 1)}
        return {name: (found[name],)} if found.get(name) else {}

    def _filter(self, *names: str) -> dict[str, Any]:
        """Values of some filters that some article has."""
        while True:
            article = self.article()
            found = [self._of(article, name) for name in names]
            if all(found):
                return {name: value for one in found for name, value in one.items()}

    def filters(self, number: int) -> Iterator[Case]:
        """Each filter alone, several values of one, and what people combine."""
        alone = "sites languages countries places agencies tags sections authors kinds statuses dates min_views".split()
        yield "newest", [Selection()]
        for name in alone:
            yield name, [Selection(**self._filter(name)) for _ in range(number)]
        several = [[self._filter("sites")["sites"][0] for _ in range(5)] for _ in range(number)]
        yield "five sites", [Selection(sites=tuple(dict.fromkeys(sites))) for sites in several]
        for pair in (
            ("sites", "dates"),
            ("sites", "sections"),
            ("languages", "countries"),
            ("languages", "min_views"),
            ("sites", "languages"),
            ("agencies", "places"),
            ("tags", "dates"),
            ("languages", "sections", "dates"),
            ("sites", "min_views", "kinds"),
        ):
            yield " + ".join(pair), [Selection(**self._filter(*pair)) for _ in range(number)]

    def _word(self, lowest: int, highest: int, language: str | None = None) -> str:
        language = language or self._language()
        return self._words[language][int(lowest * (highest / lowest) ** self._dice.random())]

    def _language(self) -> str:
        return self._dice.choice(list(self._words))

    def _two(self, joint: str) -> str:
        """Two common words of one language."""
        language = self._language()
        return self._word(GRAMMAR, 500, language) + joint + self._word(GRAMMAR, 500, language)

    def _together(self, number: int) -> str:
        """Some words of one article, of which one is rather rare, as people search."""
        while True:
            article = self.article()
            words = [word for word in article.body.casefold().replace(".", "").split() if len(word) > 3]
            if article.language != "ja" and len(set(words)) > 20:
                return " ".join(self._dice.sample(sorted(set(words)), number))

    def _of_site(self) -> dict[str, Any]:
        """A site, and a word that is usual in its language."""
        while True:
            article = self.article()
            if article.language in self._words:
                return {"sites": (article.site,), "text": self._word(GRAMMAR, 2000, article.language)}

    def _phrase(self) -> str:
        while True:
            article = self.article()
            words = (article.lead or "").replace(".", "").split()
            if article.language != "ja" and len(words) > 8:
                at, length = self._dice.randrange(len(words) - 4), self._dice.choice((2, 3, 4))
                return '"' + " ".join(words[at : at + length]) + '"'

    def _japanese(self) -> str:
        while True:
            article = self.article()
            if article.language == "ja" and article.lead and len(article.lead) > 30:
                at = self._dice.randrange(len(article.lead) - 12)
                found = article.lead[at : at + self._dice.choice((2, 3, 4))]
                if not set("。 ") & set(found):
                    return found

    def searches(self, number: int) -> Iterator[Case]:
        """The mix of searches: kind, and so many of it in a hundredth of the whole as people make, about."""
        kinds: list[tuple[str, int, Callable[[], dict[str, Any]]]] = [
            ("a common word", 20, lambda: {"text": self._word(GRAMMAR, 500)}),
            ("a word", 15, lambda: {"text": self._word(500, 10_000)}),
            ("a rare word", 8, lambda: {"text": self._word(10_000, 140_000)}),
            ("two words", 15, lambda: {"text": self._together(2)}),
            ("three words", 8, lambda: {"text": self._together(3)}),
            ("two common words", 6, lambda: {"text": self._two(" ")}),
            ("a phrase", 8, lambda: {"text": self._phrase()}),
            ("a prefix", 4, lambda: {"text": self._word(GRAMMAR, 10_000)[:5] + "*"}),
            ("Japanese", 4, lambda: {"text": self._japanese()}),
            ("without", 3, lambda: {"text": self._two(" -")}),
            ("a word of a site", 4, self._of_site),
            ("a word of some days", 5, lambda: {"text": self._word(GRAMMAR, 2000), **self._filter("dates")}),
        ]
        for name, share, make in kinds:
            yield name, [Selection(**make()) for _ in range(max(1, number * share // 100))]

    def worst(self) -> Iterator[Case]:
        """What nobody should ask and somebody will."""
        first, second = APART
        yield "two common words that never meet", [Selection(text=f"{first} {second}")]
        yield (
            "the same in one week",
            [Selection(text=f"{first} {second}", published_from=END - timedelta(days=7), published_to=END)],
        )
        yield "a rare and a common word", [Selection(text=f"{RARE} the"), Selection(text=f"government {RARE}")]
        yield "a common word of a rare tag", [Selection(text="government", **self._filter("authors"))]
        yield "a common word with a million views", [Selection(text="government", min_views=1_000_000)]
        yield "millions of views", [Selection(min_views=3_000_000), Selection(min_views=50_000_000)]
        yield (
            "a language that the site has not",
            [
                Selection(sites=(site.name,), languages=("ja" if site.languages[0] != "ja" else "de",))
                for site in self._room.sites[:5]
            ],
        )
        yield "a country that the language has not", [Selection(languages=("uk",), countries=("JP",))]
        yield "words of grammar", [Selection(text="the of to and"), Selection(text='"of the"')]
        yield "a prefix of one letter", [Selection(text="a*")]
        yield "a phrase that nobody wrote", [Selection(text='"government president police"')]
        yield "what nobody wrote", [Selection(text="xyzzyplugh"), Selection(tags=("xyzzyplugh",))]
        yield "only without", [Selection(text="government -government")]
