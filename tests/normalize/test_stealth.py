"""Whether a page says that its text was changed."""

from datetime import UTC, datetime, timedelta

import pytest

from newscrawl.article import Precision, Timestamp
from newscrawl.normalize.changes import Text, compare
from newscrawl.normalize.stealth import is_stealth

TEN = datetime(2026, 1, 6, 10, 0, tzinfo=UTC)
SEEN = TEN + timedelta(hours=2)  # the last sight of the earlier text
OLD = Text("Bridge closed", None, "The bridge was closed on Monday.\n\nFerries help.")
NEW = Text("Bridge closed", None, "The bridge was closed on Tuesday.\n\nFerries help.")


def stated(at: datetime | None, precision: Precision = "minute", raw: str = "as printed") -> Timestamp:
    return Timestamp(at=at, raw=raw, precision=precision)


def judge(before: Timestamp | None, after: Timestamp | None, old: Text = OLD, new: Text = NEW) -> bool | None:
    return is_stealth(compare(old, new), published=(None, None), modified=(before, after), last_seen_at=SEEN)


def test_a_change_under_an_old_date_is_a_stealth_edit() -> None:
    assert judge(stated(TEN), stated(TEN)) is True


def test_a_later_date_tells_of_the_change() -> None:
    assert judge(stated(TEN), stated(TEN + timedelta(hours=3))) is False


def test_a_date_that_is_stated_for_the_first_time_tells_of_the_change() -> None:
    assert judge(None, stated(SEEN)) is False


def test_a_date_that_was_withdrawn_hides_the_change() -> None:
    assert judge(stated(TEN), None) is True


def test_a_page_that_never_states_a_date_of_modification_cannot_be_judged() -> None:
    assert judge(None, None) is None


def test_a_later_date_of_publication_tells_of_the_change() -> None:
    published = (stated(TEN), stated(TEN + timedelta(hours=3)))
    got = is_stealth(compare(OLD, NEW), published=published, modified=(None, None), last_seen_at=SEEN)
    assert got is False


def test_a_day_that_holds_both_the_last_sight_and_the_change_tells_nothing() -> None:
    today = stated(datetime(2026, 1, 6, tzinfo=UTC), "day")
    last_week = stated(datetime(2026, 1, 1, tzinfo=UTC), "day")
    assert judge(today, today) is None
    assert judge(last_week, last_week) is True


def test_hours_ago_that_are_counted_anew_are_no_later_date() -> None:
    two_hours_ago, three_hours_ago = stated(TEN, "hour"), stated(TEN + timedelta(minutes=20), "hour")
    assert judge(two_hours_ago, three_hours_ago) is True


def test_dates_that_cannot_be_read_are_compared_as_printed() -> None:
    assert judge(stated(None, raw="on Dungday"), stated(None, raw="on Dungday")) is None
    assert judge(stated(None, raw="on Dungday"), stated(None, raw="on Boomtime")) is False


@pytest.mark.parametrize(
    "notice",
    [
        "Correction: an earlier headline named the wrong day.",
        "UPDATED: The city has named another day.",
        "This article was amended on 7 January 2026.",
        "An earlier version of this article named the wrong day.",
        "Editor's note: the day was corrected.",
        "Korrektur: Wir hatten den falschen Tag genannt.",
        "In einer früheren Version dieses Artikels stand Montag.",
        "Rectificatif : le jour était faux.",
        "Fe de errores: el día era otro.",
        "Оновлено: місто назвало інший день.",
        "УТОЧНЕННЯ. Раніше було названо інший день.",
        "Новину доповнено коментарем мерії.",
        "Исправлено: ранее был назван другой день.",
        "Текст обновлён после публикации.",
        "Sprostowanie: podaliśmy zły dzień.",
    ],
)
def test_a_new_notice_tells_of_the_change(notice: str) -> None:
    assert judge(stated(TEN), stated(TEN), new=NEW._replace(body=f"{NEW.body}\n\n{notice}")) is False


@pytest.mark.parametrize("headline", ["Bridge closed (updated)", "Міст закрито (оновлено)", "UPDATE: Bridge closed"])
def test_a_mark_in_the_headline_tells_of_the_change(headline: str) -> None:
    assert judge(stated(TEN), stated(TEN), new=NEW._replace(headline=headline)) is False


def test_a_notice_of_an_earlier_change_tells_nothing_of_this_one() -> None:
    notice = "\n\nCorrection: an earlier headline named the wrong day."
    old, new = OLD._replace(body=OLD.body + notice), NEW._replace(body=NEW.body + notice)
    assert judge(stated(TEN), stated(TEN), old=old, new=new) is True


@pytest.mark.parametrize(
    "sentence",
    ["Corrections officers said so.", "Updates are on the way.", "Precision counts here.", "He was corrected by her."],
)
def test_a_sentence_that_begins_like_a_notice_is_none(sentence: str) -> None:
    assert judge(stated(TEN), stated(TEN), new=NEW._replace(body=f"{NEW.body}\n\n{sentence}")) is True
