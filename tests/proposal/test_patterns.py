"""The pattern of article addresses is learnt from addresses that are articles and others that are not."""

from __future__ import annotations

import re

import pytest

from newscrawl.proposal.patterns import Learnt, learn_patterns

HOME = "https://www.example.com"
SERVICES = [
    "/",
    "/about-us",
    "/contact",
    "/privacy-policy",
    "/politics",
    "/sport",
    "/author/jane-doe",
    "/tag/local-elections",
]


def learn(articles: list[str], others: list[str] = SERVICES, prefixes: tuple[str, ...] = ()) -> Learnt:
    return learn_patterns(
        {HOME + path: 1.0 for path in articles},
        {HOME + path for path in others},
        hosts=["www.example.com"],
        prefixes=prefixes,
    )


def takes(learnt: Learnt, path: str, host: str = HOME) -> bool:
    url = host + path
    ignored = any(re.search(pattern, url) for pattern in learnt.ignore)
    return not ignored and any(re.search(pattern, url) for pattern in learnt.patterns)


@pytest.mark.parametrize(
    ("articles", "unseen"),
    [
        (["/story/3000000218734/nach-kalifat-rufen", "/story/3000000218735/sind-wir"], "/story/3000000299999/anderes"),
        (["/2024/05/03/council-opens-bridge/", "/2023/12/19/mayor-resigns/"], "/2025/1/9/rain/"),
        (["/leaders/2023/12/19/the-navy", "/christmas-specials/2023/12/20/millions"], "/asia/2024/01/02/a-vote"),
        (["/politik/article408587681/job-gehalt.html", "/hamburg/article242192802/Marathon-1.html"], "/sport/article410396303/sieg.html"),
        (["/politik/geld/epi-system-33420056.html", "/capital/donald-trump-35200132.html"], "/sport/fussball/tor-35999999.html"),
        (["/news/mayor-opens-a-bridge", "/news/rain-tomorrow"], "/news/school-closed"),
        (["/mayor-opens-the-new-bridge/", "/rain-is-expected-in-the-north/"], "/schools-stay-closed-on-monday/"),
        (["/world/mayor-opens-new-bridge", "/economy/rain-is-expected-soon"], "/culture/festival-opens-its-doors"),
        (["/read.php?id=4711", "/read.php?id=4712"], "/read.php?id=5000"),
        (["/News/Read/A2025051516330004328", "/news/article/A2026012914320005196"], "/news/article/A2026071220290000630"),
        (["/g/couples-in-love/2", "/g/stars-and-moons/3"], "/g/birds-and-bees/4"),
        (["/entry/lindsey-graham_n_6586b2cee4b0fe4ffe337b95", "/entry/sheen-assault_n_658650dee4b03e698a136de7"], "/entry/a-debate_n_654c6382e4b0ea0b7f95ad93"),
    ],
)  # fmt: skip
def test_it_matches_articles_that_were_not_seen_and_no_service(articles: list[str], unseen: str) -> None:
    learnt = learn(articles)
    assert all(takes(learnt, path) for path in [*articles, unseen])
    assert not any(takes(learnt, path) for path in SERVICES)


def test_tracking_parameters_and_the_bare_host_change_nothing() -> None:
    learnt = learn(["/news/mayor-opens-a-bridge", "/news/rain-tomorrow"])
    assert takes(learnt, "/news/school-closed?utm_source=rss")
    assert takes(learnt, "/news/school-closed/", host="http://example.com")
    assert not takes(learnt, "/news/school-closed", host="https://another.com")


def test_editions_in_front_are_optional() -> None:
    learnt = learn(["/news/one-story-here", "/ru/news/two-story-here", "/en/news/three-here"], prefixes=("ru", "en"))
    assert len(learnt.patterns) == 1
    assert all(takes(learnt, path) for path in ("/news/new-one", "/ru/news/new-two", "/en/news/new-three"))
    assert not takes(learnt, "/de/news/new-four")


def test_more_words_are_asked_of_a_slug_where_sections_would_match_else() -> None:
    articles = ["/world/mayor-opens-the-new-bridge", "/economy/rain-is-expected-in-the-north"]
    learnt = learn(articles, [*SERVICES, "/world/middle-east", "/economy/real-estate"])
    assert takes(learnt, "/culture/festival-opens-its-old-doors")
    assert not takes(learnt, "/world/middle-east")


def test_a_few_pages_that_look_like_articles_are_ignored_by_name() -> None:
    learnt = learn(["/mayor-opens-the-new-bridge", "/rain-is-expected-soon"], ["/terms-and-conditions-of-use"])
    assert takes(learnt, "/schools-stay-closed-on-monday")
    assert not takes(learnt, "/terms-and-conditions-of-use")


def test_two_kinds_of_addresses_make_two_patterns() -> None:
    learnt = learn(["/2024/05/03/bridge", "/2024/05/04/rain", "/news/story-4711", "/news/story-4712"])
    assert len(learnt.patterns) == 2
    assert not learnt.missed


def test_addresses_without_anything_in_common_with_articles_make_no_pattern() -> None:
    assert learn([]).patterns == ()
