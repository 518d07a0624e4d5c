"""The layout of help: what a command does, then its examples, then the rest."""

from newscrawl.cli.help_text import AS_IT_STANDS, laid_out, summary

DOCSTRING = """Fetch the news. All of them.

    More of it, with `newscrawl fetch` in the text.

    newscrawl fetch

    newscrawl fetch --all
    """


def test_examples_stand_together_behind_the_first_paragraph() -> None:
    first, block, rest = laid_out(DOCSTRING).split("\n\n")
    assert first == "Fetch the news. All of them."
    assert block == AS_IT_STANDS + "  newscrawl fetch\n  newscrawl fetch --all"
    assert rest.strip().startswith("More of it")


def test_a_group_borrows_the_first_examples_of_its_commands() -> None:
    assert laid_out("Things.", ["newscrawl a", "newscrawl b"]).endswith("newscrawl a\n  newscrawl b")


def test_a_command_is_summed_up_by_its_first_sentence() -> None:
    assert summary(DOCSTRING) == "Fetch the news."
    assert summary("Older than 1.5 days, e.g. yesterday's") == "Older than 1.5 days, e.g. yesterday's"
