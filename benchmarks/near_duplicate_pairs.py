"""Pairs of texts made from real pages, some of them copies, and which of them linking would take for copies."""

from __future__ import annotations

import gzip
import json
import random
import re
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from urllib.parse import urlsplit

from rich.table import Table

from newscrawl import extract
from newscrawl.article import Article, NotAnArticle
from newscrawl.normalize.figures import figures
from newscrawl.normalize.similarity import LEAST_SHARE, copied_share, shingled, signature

SETS = ("aed", "fundus_td", "traf")
READ_AT = datetime(2026, 11, 1, tzinfo=UTC)
SHARES = [number / 100 for number in range(20, 85, 5)]
FEWEST_IN_FORM = 8  # numbers in a text that is a form


class Pair:
    """Two texts, and whether one is a copy of the other."""

    def __init__(self, kind: str, first: str, second: str, is_copy: bool) -> None:
        self.kind, self.is_copy = kind, is_copy
        self._texts = first, second

    def is_found(self, least: float = LEAST_SHARE) -> bool:
        """Whether linking takes the pair for a copy and its source, whichever was first.

        A copy has to be found in both orders; other pairs in neither. `least`: share of a text that makes it a copy.
        """
        taken = [share is not None and share >= least for share in self._shares]
        return all(taken) if self.is_copy else any(taken)

    @cached_property
    def _shares(self) -> tuple[float | None, float | None]:
        """In both orders; None where the signatures do not meet, or the texts are no copies whatever their share."""
        signatures = [set(signature(text) or ()) for text in self._texts]
        if not signatures[0] & signatures[1]:
            return None, None
        one, other = map(shingled, self._texts)
        return copied_share(one, other, least=0), copied_share(other, one, least=0)


def read_articles(shared: Path) -> tuple[list[Article], list[Article], float]:
    """The articles with a signature, by halves of the outlets, and the CPU milliseconds that a signature took."""
    halves: tuple[list[Article], list[Article]] = ([], [])
    texts: set[str] = set()
    for name in SETS:
        folder = shared / "data/bench" / name
        for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            page = gzip.decompress((folder / "pages" / f"{row['id']}.html.gz").read_bytes())
            url = row["url"] if str(row.get("url")).startswith("http") else f"https://{row['id']}.example/news/story"
            try:
                article = extract(page, url, fetched_at=READ_AT)
            except NotAnArticle:
                continue
            if article.similarity and article.fingerprint not in texts:
                texts.add(article.fingerprint)
                halves[sha256((urlsplit(url).hostname or url).encode()).digest()[0] % 2].append(article)
    began = time.process_time()
    for article in (*halves[0], *halves[1]):
        signature(article.body)
    return *halves, (time.process_time() - began) / max(1, len(texts)) * 1000


def learn(pairs: list[Pair], precision: float, recall: float) -> list[float]:
    """The shares of a text that, taken for the least of a copy, reach both."""
    good = []
    for least in SHARES:
        reached = precision_and_recall(pairs, least)
        if reached[0] >= precision and reached[1] >= recall:
            good.append(least)
    return good


def precision_and_recall(pairs: list[Pair], least: float = LEAST_SHARE) -> tuple[float, float]:
    """Of all pairs, each kind with the weight of its number."""
    right = sum(pair.is_copy and pair.is_found(least) for pair in pairs)
    wrong = sum(not pair.is_copy and pair.is_found(least) for pair in pairs)
    return right / max(1, right + wrong), right / max(1, sum(pair.is_copy for pair in pairs))


def table_of(pairs: list[Pair]) -> Table:
    """How many of each kind are found."""
    table = Table("pairs", "number", "copies", "found", box=None, header_style="dim", pad_edge=False)
    by_kind: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        by_kind[pair.kind].append(pair)
    for kind, chosen in by_kind.items():
        number = sum(pair.is_found() for pair in chosen)
        table.add_row(kind, str(len(chosen)), "yes" if chosen[0].is_copy else "no", f"{number / len(chosen):.1%}")
    return table


def share_of_units(text: str, start: float, end: float) -> str:
    """A part of a text, cut at words, or at characters where it has no spaces."""
    words = text.split(" ")
    if len(words) < 40:
        return text[int(start * len(text)) : int(end * len(text))]
    return " ".join(words[int(start * len(words)) : int(end * len(words))])


def reordered(text: str, dice: random.Random) -> str:
    """A text whose paragraphs stand in another order."""
    paragraphs = text.split("\n\n")
    dice.shuffle(paragraphs)
    return "\n\n".join(paragraphs)


def edited(text: str, vocabulary: list[str], dice: random.Random) -> str:
    """A twentieth to a tenth of the words are others."""
    share = dice.uniform(0.05, 0.1)
    return "\n\n".join(
        " ".join(dice.choice(vocabulary) if dice.random() < share else word for word in paragraph.split(" "))
        for paragraph in text.split("\n\n")
    )


def with_boilerplate(text: str, boilerplate: list[str], share: float) -> str:
    """A text with passages below it, until they are this share of the whole."""
    wanted = share / (1 - share) * len(text)
    added: list[str] = []
    for passage in boilerplate:
        left = wanted - sum(map(len, added))
        if left <= 0:
            break
        added.append(passage[: int(left)].rpartition(" ")[0] or passage[: int(left)])
    return "\n\n".join((text, *added))


def filled_in_anew(text: str, dice: random.Random) -> str:
    """The words of a text with other numbers, as a daily report of rates or losses has them."""
    return re.sub(r"\d+", lambda found: str(dice.randrange(10 ** (len(found[0]) - 1), 10 ** len(found[0]))), text)


def positives(articles: list[Article], dice: random.Random) -> Iterator[Pair]:
    """Copies of every kind."""
    vocabulary = [word for one in articles for word in one.body.split()[:50]]
    for article in articles:
        text = article.body
        other = dice.choice(articles)
        yield Pair("cut at the end", text, share_of_units(text, 0, 0.6), True)
        yield Pair("cut at the beginning", text, share_of_units(text, 0.4, 1), True)
        yield Pair("reordered", text, reordered(text, dice), True)
        yield Pair("re-headlined", text, f"{other.headline}\n\n{text}", True)
        yield Pair("headline translated", f"{article.headline}\n\n{text}", f"{other.headline[::-1]}\n\n{text}", True)
        yield Pair("lightly edited", text, edited(text, vocabulary, dice), True)
        yield Pair("boilerplate added", text, with_boilerplate(text, other.body.split("\n\n"), 0.35), True)


def negatives(articles: list[Article], dice: random.Random) -> Iterator[Pair]:
    """Texts that have something in common and are no copies."""
    by_language: dict[str, list[Article]] = defaultdict(list)
    for article in articles:
        by_language[article.language or ""].append(article)
    for position, article in enumerate(articles):
        alike = [one for one in by_language[article.language or ""] if one is not article]
        if not alike:
            continue
        other = dice.choice(alike)
        boilerplate = articles[(position + 7) % len(articles)].body.split("\n\n")
        share = dice.uniform(0.1, 0.4)
        length = 2 * min(len(article.body), len(other.body))
        first, second = article.body[:length], other.body[:length]
        common = with_boilerplate(first, boilerplate, share)[len(first) :]
        yield Pair("same boilerplate", first + common, second + common[: int(share / (1 - share) * len(second))], False)
        yield Pair("same language", article.body, other.body, False)
        words = set(article.body.casefold().split())
        nearest = max(alike, key=lambda one: len(words & set(one.body.casefold().split()[:600])))
        yield Pair("nearest of all in its words", article.body, nearest.body, False)
        quoted = [share_of_units(other.body, 0.2, 0.5)]
        yield Pair("long quotation", with_boilerplate(article.body, quoted, 0.4), other.body, False)
        if len(figures(article.body)) >= FEWEST_IN_FORM:
            yield Pair("a form filled in anew", article.body, filled_in_anew(article.body, dice), False)
    by_site: dict[str, list[Article]] = defaultdict(list)
    for article in articles:
        by_site[urlsplit(article.url).netloc].append(article)
    for near in by_site.values():
        yield from (Pair("same site", one.body, other.body, False) for one, other in combinations(near[:10], 2))
