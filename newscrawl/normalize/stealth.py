"""Whether a page says that its text was changed: by its date of modification or by a notice. Pure.

News codes ask for both where more than spelling changes (IPSO Editors' Code 1 ii, Press Council guidelines, the style
books of Reuters and AP on corrections); a change that neither tells of is a stealth edit.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from newscrawl.article import Timestamp
from newscrawl.normalize.changes import Difference
from newscrawl.normalize.text import fold

LONGEST_NOTICE = 500  # characters of a paragraph that is a notice; a longer one is text
_WIDTH = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(hours=23),  # one day of the year has no more
    "month": timedelta(days=28),
    "year": timedelta(days=365),
}

# How notices of a change begin, in the languages of large press markets.
_NOTICE = re.compile(
    r"^\W*(?:corrections?|corrected|clarifications?|clarified|update|updates|updated|amend(?:ed|ment)|editor'?s'? note|erratum|"
    r"korrektur|berichtigung|richtigstellung|aktualisiert|aktualisierung|anmerkung der redaktion|anm\. d\. red|"
    r"correctif|rectificatif|rectification|mise? à jour|précision|note de la rédaction|erratum|"
    r"corrección|fe de errores|rectificación|actualización|actualizado|nota de la redacción|"
    r"rettifica|errata corrige|correzione|aggiornamento|aggiornato|correção|errata|atualização|atualizado|"
    r"sprostowanie|korekta|aktualizacja|correctie|rectificatie|rättelse|rettelse|oikaisu|oprava|aktualizováno|"
    r"виправлення|виправлено|уточнення|уточнено|спростування|оновлення|оновлено|доповнено|від редакції|"
    r"исправление|исправлено|уточнение|уточнено|опровержение|обновление|обновлено|дополнено|от редакции)\b(?!-)\s*(?:[:.,;(\[|/\d-]|$)|"
    r"\b(?:(?:article|story|report|headline|version|post) (?:has been|was) (?:since )?(?:updated|corrected|amended|clarified|revised|changed)|"
    r"(?:an )?earlier version of this|in einer früheren (?:version|fassung)|une version précédente|una versión anterior|una versione precedente|"
    r"(?:новину|матеріал|текст|заголовок|статтю) (?:було )?(?:оновлено|виправлено|уточнено|доповнено)|у попередній версії|"
    r"(?:новость|материал|текст|заголовок|статья) (?:был[аио]? )?(?:обновл[её]н[ао]?|исправл[её]н[ао]?|уточн[её]н[ао]?|дополнен[ао]?)|в предыдущей версии)\b",
    re.I,
)
# What a headline carries behind or before it: `… (updated)`, `[CORRECTED] …`.
_MARK = re.compile(
    r"[(\[]\s*(?:updated?|corrected|correction|amended|aktualisiert|korrigiert|mis à jour|actualizado|aggiornato|atualizado|aktualizacja|"
    r"оновлено|оновлюється|доповнено|виправлено|уточнено|обновлено|обновляется|дополнено|исправлено|уточнено)\b[^)\]]{0,40}[)\]]",
    re.I,
)


def is_stealth(
    difference: Difference,
    *,
    published: tuple[Timestamp | None, Timestamp | None],
    modified: tuple[Timestamp | None, Timestamp | None],
    last_seen_at: datetime | None,
) -> bool | None:
    """Whether a text was changed and its page does not say so. `published`, `modified`: before and after.

    False where a notice came with the change or the page states a later date than before. True where the date of
    modification that it states is from before the earlier text was last seen, or it has withdrawn that date. None where
    that cannot be told: the page never stated such a date, the date could not be read, or it names only a day or an
    hour in which both the last sight of the earlier text and the change may be.
    """
    before, after = modified
    if _has_new_notice(difference) or _is_later(*published) or _is_later(before, after):
        return False
    if after is None:
        return True if before is not None else None
    if before is None:
        return False  # it states a date since
    if after.at is None or before.at is None:
        return None if after.raw == before.raw else False
    if last_seen_at is not None and last_seen_at - after.at < _WIDTH[after.precision]:
        return None
    return True


def _is_later(before: Timestamp | None, after: Timestamp | None) -> bool:
    """Whether a date has moved on by more than its own precision, as `2 hours ago` does not between two sights."""
    if before is None or after is None or before.at is None or after.at is None:
        return False
    return after.at - before.at >= max(_WIDTH[before.precision], _WIDTH[after.precision])


def _has_new_notice(difference: Difference) -> bool:
    for old, new in (pair for pair in (difference.headline, difference.lead) if pair):
        if _is_marked(new) and not _is_marked(old):
            return True
    return any(
        paragraph.new is not None and _is_notice(paragraph.new) and not _is_notice(paragraph.old or "")
        for paragraph in difference.paragraphs
        if paragraph.kind in ("added", "changed")
    )


def _is_notice(text: str) -> bool:
    return len(text) <= LONGEST_NOTICE and _NOTICE.search(fold(text)) is not None


def _is_marked(text: str | None) -> bool:
    return bool(text) and (_is_notice(text or "") or _MARK.search(fold(text or "")) is not None)
