from __future__ import annotations

from search_spaces import nearest
from search_spaces.spelling import character, suggestion, unusual


def test_the_nearest_name_is_found_and_a_far_one_is_not():
    known = ("learning_rate", "layer_count", "width")
    assert nearest("learnig-rate", known) == "learning_rate"
    assert nearest("WIDHT", known) == "width"
    assert nearest("momentum", known) is None


def test_where_nothing_is_near_all_are_named():
    assert suggestion("widht", ["width"]) == "did you mean 'width'?"
    assert suggestion("zzz", ["width", "ratio"]) == "known here: width, ratio"
    assert suggestion("zzz", []) == "nothing is known here"


def test_what_looks_like_something_else_is_named():
    assert suggestion("wіdth", ["width"]) == (
        "it has U+0456, CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I, as character 2; "
        "did you mean 'width'?"
    )
    assert suggestion("\u200b", []) == (
        "it has U+200B, ZERO WIDTH SPACE, as character 1; nothing is known here"
    )
    assert unusual("width <= 3 ~") == ""
    assert unusual("") == ""
    assert (character("\n"), character("\U0001f600")) == ("U+000A", "U+1F600, GRINNING FACE")


def test_what_is_far_too_long_to_be_misspelt_is_compared_with_nothing():
    assert nearest("width" * 100, ["width" * 99]) is None
