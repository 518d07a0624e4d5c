"""Vocabularies of six languages for invented articles: the commonest words real, the others made of syllables.

How often a word is used follows the law of Zipf and Mandelbrot, and each story uses some words of its topic again and
again, as real texts do. Pure, and the same for the same seed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy

WORDS = 150_000
"""Forms of words of a language. A collection of a million news articles has some hundred thousand."""
EXPONENT, SHIFT = 1.12, 2.7  # of Zipf and Mandelbrot: 400 words of a text have 240 forms
TOPICS, TOPIC_WORDS, TOPIC_SHARE = 500, 80, 0.18
"""Topics of a language, words that are typical of one, and their share of its texts."""


class Alphabet(NamedTuple):
    """What the words of a language are made of, separated by blanks."""

    openings: str
    middles: str
    endings: str


_KEPT = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
ALPHABETS = {language: Alphabet(**parts) for language, parts in _KEPT["alphabets"].items()}
REAL: dict[str, list[str]] = {language: words.split() for language, words in _KEPT["words"].items()}
"""The commonest words first: those of grammar, then those of news."""
GRAMMAR = 50  # of these words belong to no topic


@dataclass
class Vocabulary:
    """The words of one language, the commonest first."""

    language: str
    seed: int

    @cached_property
    def words(self) -> list[str]:
        """The words in the order of their frequency, none twice."""
        dice = numpy.random.default_rng([self.seed, *self.language.encode()])
        alphabet = ALPHABETS[self.language]
        openings, middles, endings = (part.split() or [""] for part in alphabet)
        made = dict.fromkeys(REAL[self.language])
        while len(made) < WORDS:
            shape = dice.integers(1, 4, 20_000)
            first, second, third = (dice.integers(len(openings), size=20_000) for _ in range(3))
            inner = dice.integers(len(middles), size=(20_000, 3))
            last = dice.integers(len(endings), size=20_000)
            for position in range(20_000):
                heads = (first[position], second[position], third[position])[: shape[position]]
                stem = "".join(openings[h] + middles[m] for h, m in zip(heads, inner[position], strict=False))
                made[stem + endings[last[position]]] = None
        return list(made)[:WORDS]

    @cached_property
    def _sums(self) -> numpy.typing.NDArray[numpy.float64]:
        weights = 1.0 / (numpy.arange(WORDS) + SHIFT) ** EXPONENT
        return numpy.cumsum(weights) / weights.sum()

    @cached_property
    def topics(self) -> numpy.typing.NDArray[numpy.int64]:
        """The positions of the words of each topic: a few common ones, and rare ones."""
        dice = numpy.random.default_rng([self.seed, 1, *self.language.encode()])
        rare = numpy.exp(dice.uniform(numpy.log(GRAMMAR), numpy.log(WORDS), (TOPICS, TOPIC_WORDS)))
        return rare.astype(numpy.int64)

    def draw(self, dice: numpy.random.Generator, number: int, topic: int) -> numpy.typing.NDArray[numpy.int64]:
        """Positions of so many words of a text of a topic."""
        drawn = numpy.searchsorted(self._sums, dice.random(number))
        own = dice.random(number) < TOPIC_SHARE
        within = (TOPIC_WORDS * dice.random(int(own.sum())) ** 2).astype(numpy.int64)
        drawn[own] = self.topics[topic][within]
        return drawn
