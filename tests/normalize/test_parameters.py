"""Query parameters that say nothing about the article, learnt from addresses."""

from hypothesis import given
from hypothesis import strategies as st

from newscrawl.normalize.parameters import empty_parameters, parameters, without

NEWS = "https://example.com/news"


def test_a_parameter_that_differs_where_the_article_is_the_same_says_nothing() -> None:
    visits = {name: [f"{NEWS}/{name}?v=1{name}", f"{NEWS}/{name}?v=2{name}"] for name in "abc"}
    assert empty_parameters(visits) == {"v"}


def test_a_parameter_that_the_canonical_address_leaves_out_says_nothing() -> None:
    assert empty_parameters({name: [f"{NEWS}/{name}?v=1{name}", f"{NEWS}/{name}"] for name in "abc"}) == {"v"}


def test_a_parameter_that_names_the_article_is_kept() -> None:
    visits = {name: [f"{NEWS}?id={name}&v=1{name}", f"{NEWS}?id={name}&v=2{name}"] for name in "abc"}
    assert empty_parameters(visits) == {"v"}


def test_a_parameter_that_tells_any_two_articles_apart_is_kept() -> None:
    visits = {name: [f"{NEWS}/{name}?part=1", f"{NEWS}/{name}"] for name in "abc"}
    assert empty_parameters(visits | {"other": [f"{NEWS}/a?part=2"]}) == set()


def test_too_few_articles_prove_nothing() -> None:
    assert empty_parameters({name: [f"{NEWS}/{name}?v=1", f"{NEWS}/{name}?v=2"] for name in "ab"}) == set()


def test_two_parameters_that_differ_at_once_prove_nothing_of_either() -> None:
    visits = {name: [f"{NEWS}/{name}?v=1&w=1", f"{NEWS}/{name}?v=2&w=2"] for name in "abc"}
    assert empty_parameters(visits) == set()


@given(st.dictionaries(st.text("abcxyz", min_size=1, max_size=3), st.integers(0, 99), max_size=5), st.text("abc"))
def test_what_is_left_out_is_all_that_is_left_out(query: dict[str, int], name: str) -> None:
    url = NEWS + ("?" if query else "") + "&".join(f"{key}={value}" for key, value in query.items())
    left = parameters(without(url, {name}))
    assert left == {key: str(value) for key, value in query.items() if key != name}
