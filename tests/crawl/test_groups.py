"""Which sites of a crawl have to be crawled by one process, and in which order they begin."""

from __future__ import annotations

from newscrawl.crawl.groups import groups_of
from newscrawl.site import Site


def site(name: str, home: str, *hosts: str) -> Site:
    return Site(name=name, publisher=name, home=home, hosts=hosts)


def names(groups: list[list[Site]]) -> list[list[str]]:
    return [[member.name for member in group] for group in groups]


def test_sites_of_one_domain_stay_together() -> None:
    sites = [
        site("a", "https://news.example.com/"),
        site("b", "https://example.org/"),
        site("c", "https://example.com/"),
    ]
    assert names(groups_of(sites, {})) == [["a", "c"], ["b"]]


def test_a_site_that_shares_a_host_with_two_others_brings_them_together() -> None:
    sites = [
        site("a", "https://a.com/"),
        site("b", "https://b.com/"),
        site("c", "https://c.com/", "m.a.com", "m.b.com"),
    ]
    assert names(groups_of(sites, {})) == [["a", "b", "c"]]


def test_a_machine_that_is_named_by_its_number_is_told_apart_by_the_port() -> None:
    sites = [
        site("a", "http://127.0.0.1:8001/"),
        site("b", "http://127.0.0.1:8002/"),
        site("c", "http://127.0.0.1:8001/c"),
    ]
    assert names(groups_of(sites, {})) == [["a", "c"], ["b"]]


def test_what_cost_most_last_time_begins_first_and_before_it_what_nobody_knows() -> None:
    sites = [site(name, f"https://{name}.com/") for name in ("small", "large", "unknown", "middle")]
    costs = {"small": 2.0, "large": 500.0, "middle": 40.0}
    assert names(groups_of(sites, costs)) == [["unknown"], ["large"], ["middle"], ["small"]]


def test_of_equal_costs_the_order_stays_as_it_was_asked_for() -> None:
    sites = [site(name, f"https://{name}.com/") for name in ("z", "a", "m")]
    assert names(groups_of(sites, dict.fromkeys("zam", 5.0))) == [["z"], ["a"], ["m"]]
