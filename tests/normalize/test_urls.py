"""Identity of addresses: 300 pairs that are one page or two, and what stays true of every address."""

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.normalize.urls import believable_canonical, canonical_url

PAGE = "https://example.com/news/bridge-closed-4711"

TRACKING = [
    f"{name}={value}"
    for name in (
        "utm_source utm_medium utm_campaign utm_content utm_term utm_id fbclid gclid dclid yclid msclkid twclid ttclid igshid mc_cid mc_eid "
        "_ga _gl at_medium at_campaign xtor ref ref_src smid ocid cmpid ncid spm wprov mkt_tok s_cid icid ito ftag pk_campaign matomo_source "
        "hsa_acc oly_enc_id vero_id guccounter guce_referrer _openstat gbraid wbraid"
    ).split()
    for value in ("x", "rss-feed", "1")
]  # fmt: skip

SAME_FORMS = [
    # RFC 3986, 6.2.2: case of scheme, host and escapes; escapes of unreserved characters; dot segments
    ("HTTPS://EXAMPLE.COM/News", "https://example.com/News"),
    ("https://example.com/%7Ejane/", "https://example.com/~jane/"),
    ("https://example.com/a%2db", "https://example.com/a-b"),
    ("https://example.com/%d0%ba", "https://example.com/%D0%BA"),
    ("https://example.com/новини", "https://example.com/%D0%BD%D0%BE%D0%B2%D0%B8%D0%BD%D0%B8"),
    ("https://example.com/a/./b/../c", "https://example.com/a/c"),
    ("https://example.com/../a", "https://example.com/a"),
    # RFC 3986, 6.2.3: default port, empty path
    ("https://example.com:443/a", "https://example.com/a"),
    ("http://example.com:80/a", "http://example.com/a"),
    ("https://example.com", "https://example.com/"),
    # WHATWG URL: white space around, tabs and line ends inside, backslash-free international names
    (" https://example.com/a\n", "https://example.com/a"),
    ("https://exam\tple.com/a", "https://example.com/a"),
    ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
    # the news web
    ("http://example.com/a", "https://example.com/a"),
    ("https://www.example.com/a", "https://example.com/a"),
    ("https://m.example.com/a", "https://www.example.com/a"),
    ("https://example.com/a/", "https://example.com/a"),
    ("https://example.com/a#comments", "https://example.com/a"),
    ("https://example.com/a?", "https://example.com/a"),
    ("https://example.com/a?b=1&a=2", "https://example.com/a?a=2&b=1"),
    ("https://example.com/amp/a", "https://example.com/amp/a/"),
    ("https://example.com/a/amp", "https://example.com/a"),
    ("https://example.com/a/amp/", "https://example.com/a"),
    ("https://example.com/a?amp=1", "https://example.com/a"),
    ("https://example.com/a.amp.html", "https://example.com/a.html"),
    ("https://example.com/a?print=1", "https://example.com/a"),
    ("https://example.com/a/print/", "https://example.com/a"),
    ("https://example.com/a;jsessionid=0A1B", "https://example.com/a"),
    ("https://example.com/a?PHPSESSID=0a1b2c", "https://example.com/a"),
    ("https://example.com/news/index.html", "https://example.com/news/"),
    ("https://example.com/news/index.php", "https://example.com/news"),
    ("https://example.com./a", "https://example.com/a"),
]

DIFFERENT_FORMS = [
    ("https://example.com/index.php?id=1", "https://example.com/index.php?id=2"),
    ("https://example.com/?eid=778", "https://example.com/?eid=779"),
    ("https://example.com/?p=1", "https://example.com/?p=2"),
    ("https://example.com/News", "https://example.com/news"),
    ("https://example.com/a?page=1", "https://example.com/a?page=2"),
    ("https://example.com/a%2Fb", "https://example.com/a/b"),
    ("https://example.com/a%20b", "https://example.com/ab"),
    ("https://example.com/a--2", "https://example.com/a"),
    ("https://example.com/uk/a", "https://example.com/ru/a"),
    ("https://uk.example.com/a", "https://ru.example.com/a"),
    ("https://example.com/a", "https://example.org/a"),
    ("https://example.com:8080/a", "https://example.com:8081/a"),
    ("http://127.0.0.1:8000/a", "http://127.0.0.1:8001/a"),
    ("https://example.com/a?id=", "https://example.com/a?id=0"),
    ("https://example.com/a?x=1&x=2", "https://example.com/a?x=1"),
    ("https://example.com/#!/a", "https://example.com/#!/b"),
    ("https://example.com/amplifier", "https://example.com/lifier"),
    ("https://example.com/print-is-dead", "https://example.com/is-dead"),
    ("https://example.com/a.html", "https://example.com/a.htm"),
    ("https://example.com/2025/01/06/a", "https://example.com/2025/01/07/a"),
]

SAME = [
    *SAME_FORMS,
    *((PAGE, f"{PAGE}?{parameter}") for parameter in TRACKING),
    *((f"{PAGE}?id=7", f"{PAGE}?{parameter}&id=7") for parameter in TRACKING[::2]),
]
IDENTIFIERS = (
    "id p a n nid aid eid sid_article artid articleid story storyid newsid doc docid item post key v idn art".split()
)
DIFFERENT = [
    *DIFFERENT_FORMS,
    *(
        (f"{PAGE}?{name}={first}", f"{PAGE}?{name}={second}")
        for name in IDENTIFIERS
        for first, second in ((1, 2), (10, 100), ("a", "b"))
    ),
]


def test_there_are_three_hundred_pairs() -> None:
    assert len(SAME) + len(DIFFERENT) >= 300


@pytest.mark.parametrize(("first", "second"), SAME)
def test_forms_of_one_page_are_one(first: str, second: str) -> None:
    assert canonical_url(first) == canonical_url(second)


@pytest.mark.parametrize(("first", "second"), DIFFERENT)
def test_addresses_of_two_pages_stay_two(first: str, second: str) -> None:
    assert canonical_url(first) != canonical_url(second)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "news",
        "ftp://example.com/a",
        "javascript:alert(1)",
        "https://",
        "https://[::1",
        "mailto:a@b.c",
        "https:///a",
    ],
)
def test_what_is_no_web_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        canonical_url(address)


def test_a_relative_address_is_resolved() -> None:
    assert canonical_url("../b?utm_source=x", base="https://example.com/news/a") == "https://example.com/b"


addresses = st.builds(
    lambda host, path, query: f"https://{host}.example.com/{path}?{query}",
    st.from_regex(r"[a-z]{1,8}", fullmatch=True),
    st.lists(st.from_regex(r"[A-Za-z0-9._~%20-]{0,8}", fullmatch=True), max_size=4).map("/".join),
    st.lists(st.tuples(st.from_regex(r"[a-z]{1,6}", fullmatch=True), st.from_regex(r"[A-Za-z0-9]{0,6}", fullmatch=True)), max_size=4).map(
        lambda pairs: "&".join("=".join(pair) for pair in pairs)
    ),
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(addresses)
def test_the_canonical_form_is_its_own(address: str) -> None:
    assert canonical_url(canonical_url(address)) == canonical_url(address)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, 99)), max_size=4, unique_by=lambda pair: pair[0]))
def test_the_order_of_parameters_says_nothing(pairs: list[tuple[str, int]]) -> None:
    forms = {
        canonical_url(f"{PAGE}?{'&'.join(f'{name}={value}' for name, value in order)}")
        for order in itertools.permutations(pairs)
    }
    assert len(forms) == 1


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 10**9), st.sampled_from(IDENTIFIERS))
def test_different_identifiers_are_never_merged(first: int, second: int, name: str) -> None:
    one, other = canonical_url(f"{PAGE}?{name}={first}"), canonical_url(f"{PAGE}?{name}={second}")
    assert (one == other) == (first == second)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_an_address_or_a_value_error(text: str) -> None:
    try:
        assert canonical_url(text).startswith(("http://", "https://"))
    except ValueError:
        return


@pytest.mark.parametrize(
    "declared", ["https://example.com/", "https://other.example.net/news/a", "javascript:alert(1)"]
)
def test_a_canonical_link_that_names_no_article_of_the_site_is_not_believed(declared: str) -> None:
    assert believable_canonical(declared, PAGE) is not None


def test_a_canonical_link_to_another_form_of_the_page_is_believed() -> None:
    assert believable_canonical("https://www.example.com/news/bridge-closed-4711", PAGE + "?utm_source=x") is None


def test_pairs_of_seven_projects_are_judged_alike(shared: Path) -> None:
    rows = [
        json.loads(line)
        for path in sorted((shared / "data/bench/urlnorm").glob("*.jsonl"))
        for line in path.read_text().splitlines()
    ]
    merged = missed = false = 0
    for row in rows:
        try:
            same = canonical_url(row["a"]) == canonical_url(row["b"])
        except ValueError:
            same = False
        merged += row["same"] and same
        missed += row["same"] and not same
        false += same and not row["same"]
    assert merged >= 0.8 * (merged + missed), (merged, missed)
    assert false <= 0.03 * sum(not row["same"] for row in rows), false
