"""A robots.txt to what it allows one crawler (RFC 9309)."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newscrawl.normalize.robots_rules import MOST_BYTES, decode_rules, parse_rules, product_token

SITE = "https://example.com"


def allows(robots: str | bytes, path: str, agent: str = "newscrawl") -> bool:
    text = robots if isinstance(robots, str) else decode_rules(robots)[0]
    return parse_rules(text, agent).allows(SITE + path)


@pytest.mark.parametrize(
    ("rules", "path", "is_allowed"),
    [
        # No rules
        ("", "/a", True),
        ("Disallow:", "/a", True),
        ("Allow:", "/a", True),
        ("Disallow: /\nAllow:", "/a", False),
        # Prefixes, case, queries
        ("Disallow: /private", "/private", False),
        ("Disallow: /private", "/private/a", False),
        ("Disallow: /private", "/privateer", False),
        ("Disallow: /private/", "/private", True),
        ("Disallow: /private", "/Private", True),
        ("Disallow: /a?b=1", "/a?b=12", False),
        ("Disallow: /a?b=1", "/a?c=1", True),
        ("Disallow: /*?", "/a?b", False),
        ("Disallow: /*?", "/a", True),
        ("Disallow: /a", "/a#b", False),
        # The longest match wins, Allow where both are as long (2.2.2)
        ("Disallow: /private/\nAllow: /private/*.html$\nDisallow: /private/secret.html", "/private/ok.html", True),
        ("Disallow: /private/\nAllow: /private/*.html$\nDisallow: /private/secret.html", "/private/x", False),
        ("Disallow: /private/\nAllow: /private/*.html$\nDisallow: /private/secret.html", "/private/secret.html", False),
        ("Allow: /p\nDisallow: /", "/page", True),
        ("Allow: /page\nDisallow: /page", "/page", True),
        ("Disallow: /folder\nAllow: /folder/", "/folder/page", True),
        # `*` and `$` (2.2.3)
        ("Disallow: /*.php$", "/a.php", False),
        ("Disallow: /*.php$", "/a.php?x", True),
        ("Disallow: /a$", "/ab", True),
        ("Disallow: /a*b*c", "/a-b-c-d", False),
        ("Disallow: *", "/a", False),
        ("Disallow: /$", "/", False),
        ("Disallow: /$", "/a", True),
        ("Disallow: /a$b", "/a$b", False),
        ("Disallow: /path/file-with-a-%2A.html", "/path/file-with-a-*.html", False),
        ("Disallow: /path/foo-%24", "/path/foo-$", False),
        # Percent-encoding (2.2.2)
        ("Disallow: /private", "/%70rivate/a", False),
        ("Disallow: /foo/bar/%62%61%7A", "/foo/bar/baz", False),
        ("Disallow: /ü", "/%C3%BC", False),
        ("Disallow: /%c3%bc", "/%C3%BC", False),
        ("Disallow: /a%2Fb", "/a/b", True),
        ("Disallow: /a/b", "/a%2Fb", True),
        ("Disallow: /новини", "/%D0%BD%D0%BE%D0%B2%D0%B8%D0%BD%D0%B8/a", False),
        ("Disallow: /a b", "/a%20b", False),
        # What people write
        ("disallow : /private", "/private", False),
        ("DISALLOW:/private", "/private", False),
        ("Dissallow: /private", "/private", False),
        ("Disallow /private", "/private", False),
        ("Disallow: private/", "/private/a", False),
        ("  Disallow: /private   # not this", "/private", False),
        ("Disallow: /private\t", "/private", False),
        ("Disallow: /a\u2028Allow: /", "/b", True),
        ("#Disallow: /", "/a", True),
        ("Foo: bar\nDisallow: /private", "/private", False),
        ("Noindex: /private", "/private", True),
        # robots.txt itself is always allowed (2.2.2)
        ("Disallow: /", "/robots.txt", True),
    ],
)
def test_a_rule_allows_or_forbids(rules: str, path: str, is_allowed: bool) -> None:
    assert allows(f"User-agent: *\n{rules}\n", path) is is_allowed


@pytest.mark.parametrize(
    ("robots", "path", "is_allowed"),
    [
        # The own group holds alone (2.2.1)
        ("User-agent: *\nDisallow: /\n\nUser-agent: newscrawl\nDisallow: /a", "/b", True),
        ("User-agent: newscrawl\nDisallow: /a\n\nUser-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /\nUser-agent: newscrawl\nDisallow:", "/b", True),
        ("User-agent: newscrawl\nUser-agent: *\nDisallow: /a", "/a", False),
        # Groups of one token are one group
        ("User-agent: *\nDisallow: /a\n\nUser-agent: b\nDisallow: /\n\nUser-agent: *\nDisallow: /c", "/a", False),
        ("User-agent: *\nDisallow: /a\n\nUser-agent: b\nDisallow: /\n\nUser-agent: *\nDisallow: /c", "/c", False),
        (
            "User-agent: newscrawl\nDisallow: /a\nUser-agent: b\nDisallow: /\nUser-agent: newscrawl\nDisallow: /c",
            "/c",
            False,
        ),
        # Tokens are whole, in any case, and may have a version
        ("User-agent: NewsCrawl\nDisallow: /a", "/a", False),
        ("User-agent: newscrawl/2.0\nDisallow: /a", "/a", False),
        ("User-agent: newscrawl*\nDisallow: /a", "/a", False),
        ("User-agent: news\nDisallow: /a", "/a", True),
        ("User-agent: newscrawler\nDisallow: /a", "/a", True),
        ("User-agent: mynewscrawl\nDisallow: /a", "/a", True),
        ("User-agent: otherbot\nDisallow: /", "/a", True),
        # A blank line, a comment, a sitemap or an unknown line ends no group (2.2.4)
        ("User-agent: *\n\n\nDisallow: /a", "/a", False),
        ("User-agent: newscrawl\nSitemap: https://example.com/s.xml\nUser-agent: b\nDisallow: /a", "/a", False),
        ("User-agent: newscrawl\nFoo: bar\nUser-agent: b\nDisallow: /a", "/a", False),
        # A delay is a rule of its group and begins no list of agents that the next group would join
        ("User-agent: *\nCrawl-delay: 5\n\nUser-agent: badbot\nDisallow: /", "/a", True),
        # Rules before any group hold for nobody
        ("Disallow: /a\nUser-agent: *\nDisallow: /b", "/a", True),
        ("useragent *\nDisallow: /a", "/a", False),
        ("User-agent:\nDisallow: /a", "/a", True),
    ],
)
def test_the_groups_of_the_crawler_hold(robots: str, path: str, is_allowed: bool) -> None:
    assert allows(robots, path) is is_allowed


@pytest.mark.parametrize(
    "body",
    [
        b"User-agent: *\r\nDisallow: /private\r\n",
        b"\xef\xbb\xbfUSER-AGENT : *\rDISALLOW : /private\r",
        b"\xef\xbb\xbf\xef\xbb\xbfUser-agent: *\nDisallow: /private",
        "User-agent: *\nDisallow: /private\n".encode("utf-16"),
        "User-agent: *\nDisallow: /private\n".encode("utf-16-le"),
        "User-agent: *\nDisallow: /private\n".encode("utf-16-be"),
        b"\0User-agent: *\0\nDisallow: /pri\0vate\n",
        b"\xff\xffgarbage\xfe\nUser-agent: *\nDisallow: /private\n",
    ],
)
def test_any_encoding_and_line_end_is_read(body: bytes) -> None:
    assert not allows(body, "/private/a")
    assert allows(body, "/news")


def test_bytes_that_are_no_utf8_still_match_themselves() -> None:
    assert not allows(b"User-agent: *\nDisallow: /caf\xe9\n", "/caf%E9/a")


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html><html><body>Disallow: / is not a rule here</body></html>",
        "\n <html>\nUser-agent: *\nDisallow: /\n</html>",
        "<?xml version='1.0'?>\n<!doctype HTML>\nUser-agent: *\nDisallow: /",
    ],
)
def test_a_page_in_place_of_the_file_has_no_rules(page: str) -> None:
    assert allows(page, "/news")


def test_a_file_of_500_kib_is_read_to_its_end_and_a_larger_one_to_there() -> None:
    lines = b"User-agent: *\n" + b"# filler line\n" * 29_000 + b"Disallow: /private\n"
    body = lines + b"#" * (MOST_BYTES - len(lines) - 1) + b"\nDisallow: /later\n"
    text, is_cut = decode_rules(body)
    assert is_cut
    assert not allows(text, "/private")
    assert allows(text, "/later")
    assert not decode_rules(lines)[1]


def test_half_a_rule_at_the_cut_forbids_nothing() -> None:
    start = b"User-agent: *\n" + b"#" * (MOST_BYTES - 14 - 12) + b"\nDisallow: /private/folder\n"
    assert start[:MOST_BYTES].endswith(b"Disallow: /")
    assert allows(start, "/news")
    assert allows(b"User-agent: *\nDisallow: /" + b"a" * 2 * MOST_BYTES, "/aaa")


def test_the_rule_that_forbids_is_named() -> None:
    rules = parse_rules("User-agent: *\nDisallow: /a\nDisallow: /a/b\nAllow: /a/c\n", "newscrawl")
    assert rules.forbidding(f"{SITE}/a/b/c") == "Disallow: /a/b"
    assert rules.forbidding(f"{SITE}/a") == "Disallow: /a"
    assert rules.forbidding(f"{SITE}/a/c") is None
    assert rules.group == "*"


@pytest.mark.parametrize(
    ("lines", "delay"),
    [
        ("Crawl-delay: 2", 2.0),
        ("crawl-delay:0.5", 0.5),
        ("Crawl-delay: 2 # seconds", 2.0),
        ("Crawl-delay: 0", None),
        ("Crawl-delay: -3", None),
        ("Crawl-delay: nan", None),
        ("Crawl-delay: inf", None),
        ("Crawl-delay: 1e999", None),
        ("Crawl-delay: soon", None),
        ("Crawl-delay:", None),
        ("Request-rate: 1/10", 10.0),
        ("Request-rate: 1/10s", 10.0),
        ("Request-rate: 30/1m", 2.0),
        ("Request-rate: 1/5 0900-1700", 5.0),
        ("Request-rate: 1/0", None),
        ("Request-rate: 0/1", None),
        (f"Request-rate: 1/{'9' * 400}", None),
        ("Crawl-delay: 1\nRequest-rate: 1/10", 10.0),
        ("", None),
    ],
)
def test_the_delay_between_requests_is_read(lines: str, delay: float | None) -> None:
    assert parse_rules(f"User-agent: *\n{lines}\n", "newscrawl").delay == delay


def test_the_delay_for_another_crawler_is_not_ours() -> None:
    assert parse_rules("User-agent: b\nCrawl-delay: 9\n\nUser-agent: *\nDisallow: /a\n", "newscrawl").delay is None


@pytest.mark.parametrize(
    ("user_agent", "token"),
    [
        ("newscrawl/0.1 (https://example.com/bot)", "newscrawl"),
        ("NewsCrawl", "newscrawl"),
        ("my_bot (contact)", "my_bot"),
        ("", ""),
    ],
)
def test_the_product_token_is_the_name_before_the_version(user_agent: str, token: str) -> None:
    assert product_token(user_agent) == token


HOSTILE = {
    "wildcards in one rule": "Disallow: /*a*a*a*a*a*a*a*a*a*a*a*b$",
    "a rule of 500 kB": "Disallow: /" + "*a" * 250_000 + "b$",
    "many wildcards": "".join(f"Allow: /*a{i:x}\n" for i in range(35_000)),
    "many rules": "".join(f"Disallow: /{i:x}\n" for i in range(30_000)),
    "many groups": "".join(f"User-agent: {i:x}\n" for i in range(15_000))
    + "User-agent: *\n"
    + "".join(f"Allow: /{i}\n" for i in range(15_000)),
    "one group named again and again": "User-agent: *\n" * 18_000 + "".join(f"Allow: /{i}\n" for i in range(15_000)),
    "nothing but line ends": "\n" * 500_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_file_takes_long(name: str) -> None:
    started = time.process_time()
    rules = parse_rules(decode_rules(b"User-agent: *\n" + HOSTILE[name].encode())[0], "newscrawl")
    read = time.process_time()
    for number in range(10):
        rules.allows(f"{SITE}/{'a' * 2000}{number}")
    assert read - started < 3  # some 0.3 s
    assert time.process_time() - read < 1  # some 6 ms for one address


def test_of_too_many_wildcards_more_is_forbidden_and_never_less() -> None:
    rules = parse_rules("User-agent: *\n" + "".join(f"Disallow: /{i}/*/x\n" for i in range(2000)), "newscrawl")
    assert rules.allows(f"{SITE}/999/a/b")
    assert not rules.allows(f"{SITE}/999/a/x")
    assert not rules.allows(f"{SITE}/1999/a/x")
    assert not rules.allows(f"{SITE}/1999/a/b")


@given(st.binary(max_size=400), st.text(max_size=40))
def test_any_bytes_are_read(body: bytes, agent: str) -> None:
    rules = parse_rules(decode_rules(body)[0], product_token(agent))
    rules.allows(f"{SITE}/news/a?b=c")
    rules.forbidding(f"{SITE}/news/a?b=c")
    assert rules.delay is None or rules.delay > 0


_PATHS = st.text(alphabet="ab/%2Fé*$?", min_size=1, max_size=8).map(lambda path: f"/{path}")


@given(st.lists(_PATHS, max_size=6), _PATHS)
def test_a_file_without_allow_forbids_no_less_with_each_further_rule(patterns: list[str], path: str) -> None:
    verdicts = [
        allows("User-agent: *\n" + "".join(f"Disallow: {p}\n" for p in patterns[:n]), path)
        for n in range(len(patterns) + 1)
    ]
    assert verdicts == sorted(verdicts, reverse=True)


@given(_PATHS, st.sampled_from(["# ", "Foo: ", "Sitemap: ", "\n", "Host: "]))
def test_lines_that_are_no_rules_change_nothing(path: str, noise: str) -> None:
    plain = "User-agent: newscrawl\nUser-agent: b\nDisallow: /a\nAllow: /a/b\n"
    noisy = "".join(f"{noise}x\n{line}\n" for line in plain.splitlines())
    assert allows(plain, path) is allows(noisy, path)
