"""The text of alerts."""

from __future__ import annotations

from datetime import UTC, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.runs.alert_message import LONGEST_ADDRESS, Told, address, body, title
from newscrawl.runs.samples import Sample
from newscrawl.verdicts import Alert, Finding, Verdict
from tests.runs.simulation import KYIV, START

HOUR = timedelta(hours=1)
NOW = START + 30 * HOUR
LEAD = Finding(
    what="field", subject="lead", observed=0, expected=0.97, mad=0.01, number=24, since=START, until=START,
    run="20260914T000000-unn-1", good_run="20260913T000000-unn-1",
)  # fmt: skip
SAMPLE = Sample("https://unn.ua/en/news/bad", "https://unn.ua/en/news/good", "A lead")


def told(*findings: Finding, site: str = "unn", sample: Sample = SAMPLE) -> Told:
    known = Alert(channel="desk", site=site, since=START)
    return Told("alarm", known, Verdict(state="ok").with_findings([*findings]), KYIV, {f.key: sample for f in findings})


def recovered(site: str) -> Told:
    return Told("recovered", Alert(channel="desk", site=site, since=START), Verdict(state="ok"), UTC, {})


def test_an_alarm_tells_what_how_much_since_when_where_and_what_to_do() -> None:
    assert title([told(LEAD)]) == "newscrawl: unn is degraded"
    assert body([told(LEAD)], NOW).splitlines() == [
        "unn is degraded since 2026-09-14 03:00 EEST.",
        "- lead: 0 % of 24 articles have it; 97 % is usual (MAD 1 %)",
        "  now: https://unn.ua/en/news/bad",
        "  last good: https://unn.ua/en/news/good",
        "  newscrawl health unn",
        "  newscrawl sites check unn",
        "  newscrawl replay --run 20260914T000000-unn-1 --dry-run",
    ]


def test_a_recovery_tells_how_long_it_lasted() -> None:
    assert title([recovered("unn")]) == "newscrawl: unn is ok again"
    assert body([recovered("unn")], NOW) == "unn is ok again after 1 d 6 h."


def test_several_sites_share_one_message() -> None:
    many = [told(LEAD, site=f"site{number}") for number in range(50)] + [recovered("unn")]
    assert title(many) == "newscrawl: 50 sites need a look, 1 recovered"
    text = body(many, NOW)
    assert "site0 is degraded" in text
    assert "And 31 more: site20" in text
    assert len(text) < 10_000


def test_what_pages_and_servers_say_calls_nobody_and_breaks_no_line() -> None:
    hostile = "https://unn.ua/<!channel>/@everyone\n\nunn is ok again|*`x`\u202e\x1b[31m" + "a" * 3000
    finding = LEAD.model_copy(update={"what": "source", "subject": hostile, "reasons": {"http-500": 1}})
    text = body([told(finding, LEAD, sample=Sample(hostile, hostile))], NOW)
    assert not set("<>|`*@\u202e\x1b") & set(text)
    assert not any(line.startswith("unn is ok") for line in text.splitlines())
    assert max(map(len, text.splitlines())) < 500


def test_passwords_in_addresses_are_not_told() -> None:
    finding = LEAD.model_copy(update={"what": "source", "subject": "https://me:hunter2@unn.ua/rss"})
    assert "hunter2" not in body([told(finding, sample=Sample("https://me:hunter2@unn.ua/a"))], NOW)


def test_an_address_still_leads_to_its_page() -> None:
    assert address("https://unn.ua/en/news/a-b_c?x=1&y=%20#z") == "https://unn.ua/en/news/a-b_c?x=1&y=%20#z"


@settings(max_examples=50)
@given(st.text(max_size=400))
def test_any_address_is_one_short_line_of_plain_characters(url: str) -> None:
    found = address(url)
    assert found.isprintable()
    assert len(found) <= LONGEST_ADDRESS + 1
    assert not set("<>|`*@") & set(found)
