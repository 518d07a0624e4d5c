"""How sites become jobs."""

from newscrawl.fleet.batches import batches


def test_sites_are_grouped_in_their_order_up_to_the_size() -> None:
    assert batches(["a", "b", "c", "d", "e"], {}, 2) == [["a", "b"], ["c", "d"], ["e"]]


def test_sites_of_one_host_are_in_one_job() -> None:
    hosts = {"a": ["example.com"], "b": ["other.com"], "c": ["example.com"]}
    assert batches(["a", "b", "c"], hosts, 1) == [["a", "c"], ["b"]]


def test_sites_that_share_hosts_over_a_third_one_are_in_one_job() -> None:
    hosts = {"a": ["one.com"], "b": ["two.com"], "c": ["one.com", "two.com"], "d": ["two.com"]}
    assert batches(["a", "b", "c", "d"], hosts, 2) == [["a", "b", "c", "d"]]


def test_a_site_that_is_named_twice_is_crawled_once() -> None:
    assert batches(["a", "b", "a"], {}, 5) == [["a", "b"]]


def test_no_sites_are_no_jobs() -> None:
    assert batches([], {}, 5) == []
