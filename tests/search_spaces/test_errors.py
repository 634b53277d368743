from __future__ import annotations

from search_spaces import SpaceError
from search_spaces.errors import one_line, printable


def test_the_text_is_one_line_that_no_terminal_obeys():
    error = SpaceError("a\nb\x1b[2J\u202e\ud800", ("space", "wi\ndth", 3))
    assert str(error) == "space.wi\\ndth.3: a\\nb\\x1b[2J\\u202e\\ud800"
    assert error.message == "a\nb\x1b[2J\u202e\ud800"
    assert error.path == ("space", "wi\ndth", 3)
    assert printable("größe, 5 %") == "größe, 5 %"


def test_what_is_too_long_to_be_read_loses_its_middle():
    line = one_line("begin " + "x" * 5_000 + " end")
    assert len(line) < 610
    assert line.startswith("begin x")
    assert line.endswith("x end")
    assert one_line("x" * 600) == "x" * 600
