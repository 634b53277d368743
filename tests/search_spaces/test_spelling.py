from __future__ import annotations

from search_spaces import nearest
from search_spaces.spelling import suggestion


def test_the_nearest_name_is_found_and_a_far_one_is_not():
    known = ("learning_rate", "layer_count", "width")
    assert nearest("learnig-rate", known) == "learning_rate"
    assert nearest("WIDHT", known) == "width"
    assert nearest("momentum", known) is None


def test_where_nothing_is_near_all_are_named():
    assert suggestion("widht", ["width"]) == "did you mean 'width'?"
    assert suggestion("zzz", ["width", "ratio"]) == "known here: width, ratio"
    assert suggestion("zzz", []) == "nothing is known here"
