"""Days and instants by their distance from a reference: `yesterday`, `Friday`, `2 години тому`.

Works on text whose digits are ASCII. The forms are those of CLDR and the few beside them in `date_words.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from newscrawl.normalize.calendar_dates import Day
from newscrawl.normalize.date_words import (
    NUMBER_WORDS,
    TOKEN,
    UNSPACED,
    Words,
    fold,
    key,
    lexicons,
    scripts,
    weekday_in,
    words_of,
)
from newscrawl.normalize.times_of_day import Clock

MOST_WORDS, MOST_WORDS_WITH_TIME = 3, 10  # beside a word such as `yesterday`
MOST_WORDS_WITH_AGO, MOST_WORDS_WITH_YEARS = 14, 6
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_WORD = re.compile(r"[^\W\d_]{3}|[^\W\d_a-zA-Z]")


def _lexicons(text: str, languages: tuple[str, ...]) -> Iterator[tuple[Words, bool]]:
    """Words to try in turn: beside a year, or in two letters, another language's words for a distance are chance."""
    others = not languages or (_YEAR.search(text) is None and _WORD.search(text) is not None)
    return lexicons(text, languages, others=others)


def find_day_word(text: str, languages: tuple[str, ...], local: datetime, *, timed: bool) -> Day | None:
    """`yesterday`, `вчора`, `昨日`, nearly alone or with a time of day (`timed`): no sentence that says today."""
    words_in_text = key(text)
    if words_in_text.count(" ") >= (MOST_WORDS_WITH_TIME if timed else MOST_WORDS):
        return None
    padded = f" {words_in_text} "
    for words, asked in _lexicons(text, languages):
        for word, days in words.days_ago.items():
            if len(word) < 3 and word.isascii() and not asked:
                continue
            unspaced = scripts(word)[:1] and scripts(word)[0] in UNSPACED | {"hangul"}
            if f" {word} " in padded or (unspaced and word in words_in_text):
                return _from(local - timedelta(days=days))
    return None


def find_weekday(text: str, languages: tuple[str, ...], local: datetime, clock: Clock | None) -> Day | None:
    """`Friday`, `вів о 14:04`: the last such day, today among them unless its time is still to come."""
    # A label before a colon, and words as short as `on` or `um`, may stand beside.
    tokens = [m for m in TOKEN.finditer(text.rpartition(":")[2]) if not m[0].isdigit()]
    if not 0 < len(tokens) <= 4 or any(c.isdigit() for c in text):
        return None
    for words, asked in _lexicons(text, languages):
        # `Thứ` is no Thursday: the abbreviations of English are in ASCII letters.
        if not asked and words is words_of("en") and not all(m[0].isascii() for m in tokens):
            continue
        weekday = weekday_in(tokens, words)
        if weekday is None and asked:
            weekday = _cut_short(fold(tokens[0][0]), words)
        if weekday is not None:
            if not _only_a_weekday(tokens, words):
                return None
            back = (local.weekday() - weekday) % 7
            if back == 0 and clock and (local.hour, local.minute) < (clock.hour, clock.minute):
                back = 7
            return _from(local - timedelta(days=back))
    return None


def _only_a_weekday(tokens: list[re.Match[str]], words: Words) -> bool:
    """Whether nothing but short words stands beside a weekday: `on Friday at`, not `Sun Vouchers`."""
    folded = [fold(m[0]) for m in tokens]
    if " ".join(folded) in words.weekdays or len(folded) == 1:
        return True
    return all(len(word) <= 3 or word in words.weekdays for word in folded)


def _cut_short(folded: str, words: Words) -> int | None:
    """The weekday whose name begins so: `вів`."""
    of = {weekday for name, weekday in words.weekdays.items() if name.startswith(folded)}
    return of.pop() if len(of) == 1 and len(folded) >= 3 else None


def _from(moment: datetime) -> Day:
    return Day(moment.year, moment.month, moment.day)


def find_ago(text: str, languages: tuple[str, ...]) -> list[tuple[str, int]]:
    """`1 hour 20 minutes ago` to [("hour", 1), ("minute", 20)]; empty where nothing of the kind is said."""
    tokens = ["#" if m[0].isdigit() else fold(m[0]) for m in TOKEN.finditer(text)]
    if len(tokens) > MOST_WORDS_WITH_AGO:
        return []
    numbers = {i: int(m[0][:9]) for i, m in enumerate(TOKEN.finditer(text)) if m[0].isdigit() and len(m[0]) <= 4}
    numbers.update({i: 1 for i, word in enumerate(tokens) if word in NUMBER_WORDS})
    for words, _asked in _lexicons(text, languages):
        for i, number in numbers.items():
            if found := _template(tokens, i, words):
                unit, before, after = found
                if unit == "year" and len(tokens) > MOST_WORDS_WITH_YEARS:
                    return []
                return [*_further(tokens, numbers, i, before, after, words), (unit, number)]
        for count in range(min(5, len(tokens)), 0, -1):
            for i in range(len(tokens) - count + 1):
                once = words.once.get(" ".join(tokens[i : i + count]))
                if once and (once[1] or len(tokens) <= MOST_WORDS):
                    return [once]
    return []


def _template(tokens: list[str], i: int, words: Words) -> tuple[str, str, str] | None:
    """The unit of the number at `i` and the words of CLDR's form around it."""
    for ahead in range(3, -1, -1):
        before = " ".join(tokens[max(0, i - ahead) : i]) if i >= ahead else "#"
        if "#" in before:
            continue
        for behind in range(4, -1, -1):
            after = " ".join(tokens[i + 1 : i + 1 + behind])
            if "#" in after or ahead + behind == 0:
                continue
            if unit := words.ago.get((before, after)):
                return unit, before, after
    # `2小时前发布`: what follows is not set apart by a space.
    after = tokens[i + 1] if i + 1 < len(tokens) else ""
    if after and ord(after[0]) > 0x0E00:
        for (ahead_words, behind_words), unit in words.ago.items():
            if not ahead_words and after.startswith(behind_words.replace(" ", "")) and len(behind_words) > 1:
                return unit, "", behind_words
    return None


def _further(
    tokens: list[str], numbers: dict[int, int], last: int, before: str, after: str, words: Words
) -> Iterator[tuple[str, int]]:
    """The other numbers of a compound, whose units share the words around: `1 hour, 20 minutes ago`."""
    tail = after.split()[1:]
    for i, number in numbers.items():
        if i == last or tokens[i] != "#" or i + 1 == len(tokens):
            continue
        # The case of the unit may be another one: `1 година 20 хвилин тому`, but `годину тому`.
        for (ahead, behind), unit in words.ago.items():
            name, *rest = behind.split() or [""]
            if ahead == before and rest == tail and name[:4] == tokens[i + 1][:4]:
                yield unit, number
                break
