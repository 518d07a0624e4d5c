"""The pattern of a site's article addresses, learnt from addresses that are articles and others that are not.

Addresses with the same marks (a number, a date, an extension, a word such as `news` in front) make one pattern. Rubric
and depth are left open, unless addresses that are no articles would match: then words are asked of the slug, or the
first segments are named.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from newscrawl.extract.links import SERVICES
from newscrawl.proposal.shapes import (
    STORY_WORDS,
    Shape,
    digits_of,
    expression_of_kind,
    expression_of_style,
    fewest_digits,
    shape_of,
    slug_of_words,
)

MOST_PATTERNS = 8
FEWEST = 0.04  # share of all articles that a pattern of its own is worth
SURE = 8  # articles that all stand in one folder, so that those to come will, too
MOST_NAMED = 12  # rubrics that are named in a pattern
MOST_IGNORED = 15  # addresses that are named one by one
END = r"/?(?:[?#]|$)"
_LOWEST, _HIGHEST = 2, 4  # words that are asked of a slug where nothing else marks an article


@dataclass(frozen=True, slots=True)
class Learnt:
    """Patterns of article addresses, and how they fare with the addresses that they were learnt from."""

    patterns: tuple[str, ...]
    matched: int
    missed: tuple[str, ...]
    wrong: tuple[str, ...]
    ignore: tuple[str, ...] = ()


def learn_patterns(
    articles: Mapping[str, float],
    others: Collection[str],
    *,
    hosts: Sequence[str],
    prefixes: Collection[str] = (),
) -> Learnt:
    """Patterns that match the articles and not the others.

    `articles`: address to weight, as surely as it is one. `hosts`: of the site, with their ports. `prefixes`: first
    segments that name an edition, such as `ru`.
    """
    shapes = {url: shape_of(url, prefix=_prefix(url, prefixes)) for url in articles}
    wrong = [url for url in others if url not in articles]
    plain = [url for url in wrong if not services_of(url)]
    groups: dict[tuple[str, ...], list[str]] = {}
    for url, shape in shapes.items():
        if shape.segments or shape.parameter:
            groups.setdefault(shape.key, []).append(url)
    before = _beginning(hosts, [p for p in prefixes if any(_prefix(url, prefixes) == p for url in articles)])
    total = sum(articles.values()) or 1.0
    patterns: list[str] = []
    ranked = sorted(groups.values(), key=lambda urls: -sum(articles[url] for url in urls))
    covered: set[str] = set()
    for urls in ranked:
        left = [url for url in urls if url not in covered]
        if len(patterns) >= MOST_PATTERNS or sum(articles[url] for url in left) < FEWEST * total:
            continue
        pattern = _pattern([shapes[url] for url in urls], plain, before)
        if pattern is None:
            continue
        patterns.append(pattern)
        covered.update(url for url in articles if re.search(pattern, url))
    found = _simplified(patterns, articles)

    def matches(url: str) -> bool:
        return any(re.search(pattern, url) for pattern in found)

    matched = [url for url in articles if matches(url)]
    ignore = _ignored([url for url in wrong if matches(url)], matched)
    return Learnt(
        tuple(found),
        len(matched),
        tuple(url for url in articles if not matches(url)),
        tuple(url for url in wrong if matches(url) and not any(re.search(pattern, url) for pattern in ignore)),
        ignore,
    )


def services_of(url: str) -> list[str]:
    """Segments of an address, but for the last, that name a service or a list, such as `tag` and `author`."""
    return [s for s in urlsplit(url).path.lower().split("/")[:-1] if s in SERVICES and s not in STORY_WORDS]


def _ignored(urls: Sequence[str], articles: Sequence[str]) -> tuple[str, ...]:
    """Patterns of addresses that look like articles: those in folders of services, and single pages."""
    folders = {name for url in urls for name in services_of(url)}
    pages = {urlsplit(url).path.rstrip("/").rpartition("/")[2] for url in urls if not services_of(url)}
    ignore = []
    for names, end in ((folders, "/"), (pages, r"/?(?:[?#]|$)")):
        found = [re.escape(name).replace(r"\-", "-") for name in sorted(names - {""})]
        found = [name for name in found if not any(re.search(f"/{name}{end}", url) for url in articles)]
        if found:
            ignore.append("/" + (found[0] if len(found) == 1 else f"(?:{'|'.join(found)})") + end)
    return tuple(ignore)


def _simplified(patterns: list[str], articles: Iterable[str]) -> list[str]:
    """Without those whose articles another one matches as well."""
    kept = list(patterns)
    for pattern in reversed(patterns):
        others = [p for p in kept if p != pattern]
        if others and all(any(re.search(p, url) for p in others) for url in articles if re.search(pattern, url)):
            kept = others
    return kept


def _prefix(url: str, prefixes: Collection[str]) -> str:
    first = urlsplit(url).path.lstrip("/").partition("/")[0]
    return first if first in prefixes else ""


def _beginning(hosts: Sequence[str], prefixes: Sequence[str]) -> str:
    bare = list(dict.fromkeys(host.removeprefix("www.") for host in hosts))
    names = re.escape(bare[0]) if len(bare) == 1 else "(?:" + "|".join(re.escape(host) for host in bare) + ")"
    is_machine = all(re.search(r"^[\d.:]+$|localhost", host) for host in bare)
    start = r"^https?://" + ("" if is_machine else r"(?:www\.)?") + names.replace(r"\-", "-") + "/"
    if prefixes:
        named = "|".join(re.escape(prefix) for prefix in sorted(prefixes))
        start += f"(?:{named}/)?" if len(prefixes) == 1 else f"(?:(?:{named})/)?"
    return start.replace(r"\-", "-")


def _pattern(shapes: Sequence[Shape], wrong: Sequence[str], before: str) -> str | None:
    """One pattern for articles of one kind: the most general one that matches no other address.

    Where all match some, the one that matches the fewest, if these are few enough to be named one by one.
    """
    best: tuple[int, str] | None = None
    for ahead in _ways_ahead(shapes):
        for last in _last_segments(shapes):
            pattern = before + ahead + last
            mistakes = sum(re.search(pattern, url) is not None for url in wrong)
            if mistakes == 0:
                return pattern
            if best is None or mistakes < best[0]:
                best = (mistakes, pattern)
    return best[1] if best is not None and best[0] <= min(MOST_IGNORED, 2 * len(shapes) + 1) else None


def _ways_ahead(shapes: Sequence[Shape]) -> list[str]:
    """Expressions of the segments before the last, the most general first."""
    depths = sorted({len(shape.kinds) for shape in shapes})
    marks = [kind for kind in shapes[0].kinds if kind != "word"]
    literal = _literal(shapes)
    ways: list[str] = []
    if marks:
        ways.append(_marked(shapes, literal))
        return list(dict.fromkeys(ways))
    is_sure = bool(literal) and (literal[0].lower() in STORY_WORDS or len(shapes) >= SURE)
    if is_sure:
        behind = [depth - len(literal) for depth in depths]
        ways.append("".join(f"{re.escape(word)}/" for word in literal) + _open(behind))
    elif depths == [0]:
        ways.append("")
    else:
        ways.append(_open(depths))
        firsts = Counter(shape.segments[0] for shape in shapes if shape.kinds)
        if len(depths) == 1 and len(firsts) <= MOST_NAMED:
            named = "|".join(re.escape(word) for word in sorted(firsts))
            ways.append((f"(?:{named})/" if len(firsts) > 1 else f"{named}/") + _open([depths[0] - 1]))
    return [way.replace(r"\-", "-") for way in ways]


def _open(depths: Sequence[int]) -> str:
    """Any segments, as many as these depths say; a depth between is as good as those that were seen."""
    least, most = min(depths), max(depths)
    if most == 0:
        return ""
    if least == most:
        return r"[^/?#]+/" * most if most <= 2 else rf"(?:[^/?#]+/){{{most}}}"
    return r"(?:[^/?#]+/)*" if least == 0 else r"(?:[^/?#]+/)+"


def _marked(shapes: Sequence[Shape], literal: Sequence[str]) -> str:
    """The marks in their order with open segments around them."""
    digits = [
        len(s) for shape in shapes for s, kind in zip(shape.segments, shape.kinds, strict=False) if kind == "number"
    ]
    least = fewest_digits(digits)
    sample = shapes[0]
    order = [kind for kind in sample.kinds if kind != "word"]
    gaps: list[list[int]] = [[] for _ in range(len(order) + 1)]
    for shape in shapes:
        at, run = 0, 0
        for kind in shape.kinds:
            if kind == "word":
                run += 1
            else:
                gaps[at].append(run)
                at, run = at + 1, 0
        gaps[at].append(run)
    parts: list[str] = []
    for number, gap in enumerate(gaps):
        if number == 0 and literal:
            parts.append("".join(f"{re.escape(word)}/" for word in literal) + _open([n - len(literal) for n in gap]))
        else:
            # Where some stand in a rubric, the others may come to stand in one.
            parts.append(_open(gap))
        if number < len(order):
            parts.append(expression_of_kind(order[number], least) + "/")
    return "".join(parts).replace(r"\-", "-")


def _literal(shapes: Sequence[Shape]) -> list[str]:
    """First segments that all have in common, and that say that an article follows, or stand before three and more."""
    common: list[str] = []
    for position in range(min(len(shape.kinds) for shape in shapes)):
        words = {shape.segments[position] for shape in shapes}
        if len(words) != 1 or shapes[0].kinds[position] != "word":
            break
        word = words.pop()
        if word.lower() not in STORY_WORDS and len(shapes) < 3:
            break
        common.append(word)
    return common


def _last_segments(shapes: Sequence[Shape]) -> list[str]:
    """Expressions of the last segment with its end, the most general first."""
    sample = shapes[0]
    extension = re.escape(sample.extension)
    tail = rf"\?(?:[^#]*&)?{re.escape(sample.parameter)}=[0-9a-fA-F-]{{2,}}" if sample.parameter else ""
    end = tail or (r"(?:[?#]|$)" if extension else END)
    if sample.parameter and not sample.segments:
        return [tail]
    digits = fewest_digits([digits_of(shape) for shape in shapes])
    least = min(shape.words for shape in shapes)
    if sample.parameter:
        literal = {shape.segments[-1] for shape in shapes}
        name = re.escape(literal.pop()) if len(literal) == 1 else r"[^/?#]+"
        return [f"{name}/?{tail}".replace(r"\-", "-")]
    if sample.style != "slug":
        return [expression_of_style(sample.style, sample.lead, 1, digits) + extension + end]
    # A date or a word such as `news` ahead makes an article of any name; a name alone needs words.
    is_told = sample.is_marked or bool(extension) or bool(_literal(shapes))
    lowest = 1 if is_told else min(_LOWEST, least)
    return [slug_of_words(words) + extension + end for words in range(lowest, max(lowest, min(least, _HIGHEST)) + 1)]
