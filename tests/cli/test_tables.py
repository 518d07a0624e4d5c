"""Rows as lines: columns in line by what a terminal shows, cut where there is no room, addresses whole."""

from newscrawl.cli.tables import aligned, ends_with_addresses, fits, on_two_lines

ADDRESS = "https://example.com/news/" + "long-" * 20
ROWS = [["site", "headline", "url"], ["unn", "x" * 100, ADDRESS], ["mainichi", "毎日新聞", "https://example.com/"]]


def test_columns_stand_in_line_also_with_wide_letters() -> None:
    assert list(aligned([["毎日", "a"], ["b", "c"]])) == ["毎日  a", "b     c"]


def test_a_row_that_is_too_wide_is_cut_and_its_address_follows_whole() -> None:
    lines = list(on_two_lines(ROWS, 40))
    assert lines[2] == "unn       " + "x" * 29 + "…"
    assert lines[3].strip() == ADDRESS
    assert lines[4:] == ["mainichi  毎日新聞", "  https://example.com/"]
    assert all(len(line) <= 40 for line in lines[::2])


def test_it_is_told_whether_rows_fit_and_end_with_addresses() -> None:
    assert not fits(ROWS, 80)
    assert fits(ROWS, 300)
    assert ends_with_addresses(ROWS)
    assert not ends_with_addresses([["site", "url"], ["unn", "none"]])
    assert not ends_with_addresses([["url"]])
