from __future__ import annotations

from itertools import pairwise

import pytest

from sweeps.errors import SweepFileError
from sweeps.reading.readable_text import LARGEST, LONGEST_LINE, MOST_LINES
from sweeps.reading.strict_yaml import DEEPEST, LONGEST_KEY, LONGEST_TEXT, MOST_VALUES, read_yaml


def error(text: str | bytes) -> str:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(SweepFileError) as caught:
        read_yaml(data, "s.yaml")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_values_and_their_places() -> None:
    document = read_yaml(b"a: 1\nb:\n  - x\n  - {c: [2]}\n", "s.yaml")
    assert document.value == {"a": 1, "b": ["x", {"c": [2]}]}
    assert document.place(("a",)) == "s.yaml:1:4"
    assert document.place(("a",), about_key=True) == "s.yaml:1:1"
    assert document.place(("b",)) == "s.yaml:2:1"
    assert document.place(("b", 1, "c", 0)) == "s.yaml:4:10"


def test_the_place_of_an_unknown_path_is_that_of_its_deepest_known_part() -> None:
    document = read_yaml(b"a:\n  b: 1\n", "s.yaml")
    assert document.place(("a", "b", "c", 3)) == "s.yaml:2:6"
    assert document.place(("z",)) == "s.yaml:1:1"
    assert document.place(()) == "s.yaml:1:1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", "s.yaml:3:1: 'a' stands twice; the first is on line 1"),
        ("{a: 1, 'a': 2}", "s.yaml:1:8: 'a' stands twice; the first is on line 1"),
        ("a: &x 1", "s.yaml:1:4: the anchor &x; write values out instead"),
        ("&x a: 1", "s.yaml:1:1: the anchor &x; write values out instead"),
        ("a: *x", "s.yaml:1:4: the alias *x; write the value out"),
        ("*x : 1", "s.yaml:1:1: the alias *x; write the value out"),
        ("a: !!str 1", "s.yaml:1:4: the tag tag:yaml.org,2002:str; values are read without tags"),
        ("a: !x [1]", "s.yaml:1:4: the tag !x; values are read without tags"),
        ("a: ! 1", "s.yaml:1:4: the tag !; values are read without tags"),
        ("a:\n  <<: {b: 1}", "s.yaml:2:3: a merge key '<<'; write the values out"),
        ("a: 1\n---\nb: 2", "s.yaml:2:1: a second document; a sweep file holds one"),
        ("%YAML 1.1\n---\na: no", "s.yaml:2:1: a %directive; a sweep file has none"),
        ("%TAG ! tag:x,1:\n---\na: 1", "s.yaml:2:1: a %directive; a sweep file has none"),
        ("a:\n\tb: 1", "s.yaml:2:1: a tab; use spaces"),
        ("a: 1  \t# x", "s.yaml:1:7: a tab; use spaces"),
        ("1: 2", "s.yaml:1:1: key '1' is not a name; put it in quotes"),
        ("true: 2", "s.yaml:1:1: key 'true' is not a name; put it in quotes"),
        ("? [a]\n: 1", "s.yaml:1:3: a list or mapping as a key; keys are names"),
        ("a: \x00", "s.yaml:1:4: the control character U+0000; remove it"),
        ("a: \x1b[2J", "s.yaml:1:4: the control character U+001B; remove it"),
        (
            "a: 1\n\ufeffb: 2",
            "s.yaml:2:1: the invisible character U+FEFF, ZERO WIDTH NO-BREAK SPACE; remove it",
        ),
        ('a: "\\0"', "s.yaml:1:4: U+0000 inside a string is not text"),
        ('a: "\\ud800"', "s.yaml:1:4: U+D800 inside a string is not text"),
        ("a: 1e999", "s.yaml:1:4: 1e999 is beyond the range of floating point (about 1.8e308)"),
        ("", "s.yaml:1:1: the file is empty"),
        ("# nothing\n", "s.yaml:1:1: the file is empty"),
    ],
)
def test_refusals(text: str, message: str) -> None:
    assert error(text) == message


def test_not_utf_8() -> None:
    assert error(b"a: 1\nb: \xff") == "s.yaml:2:4: byte 0xff is not UTF-8 text"
    assert error("a: 1".encode("utf-16")) == "s.yaml:1:1: UTF-16 text; save the file as UTF-8"


def test_one_byte_order_mark_at_the_start_is_what_some_editors_write() -> None:
    assert read_yaml(b"\xef\xbb\xbfa: 1", "s.yaml").value == {"a": 1}


def test_syntax_errors_say_where() -> None:
    assert error("a: [1, 2").startswith("s.yaml:1:9: ")
    assert error("a: 1\n  b: 2").startswith("s.yaml:2:4: ")
    assert error("a: 'x").startswith("s.yaml:1:")
    assert error("a: @b").startswith("s.yaml:1:4: ")


BOMB = "a: &a [x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in pairwise("abcdefghi")
)


@pytest.mark.parametrize(
    ("attack", "message"),
    [
        (BOMB, "the anchor &a"),
        ("[" * 9_000, f"nested more than {DEEPEST} levels deep"),
        ("[\n" * 10_000, f"nested more than {DEEPEST} levels deep"),
        ("{a: " * 2_000, f"nested more than {DEEPEST} levels deep"),
        ("- " * 4_000, f"nested more than {DEEPEST} levels deep"),
        ("#\n" * 100_000, f"more than {MOST_LINES:,} lines in one file"),
        ("a: x\n" + "  y\n" * 10_000, f"a value of 20,001 characters; at most {LONGEST_TEXT:,}"),
        (
            "? " + "x" * 3_000 + "\n: 1",
            f"a key of 3,000 characters; at most {LONGEST_KEY:,} are read",
        ),
        ("[" * 100_000, f"a line of 100,000 characters; at most {LONGEST_LINE:,} are read"),
        ("a: !" + "x" * 490_000, "a line of 490,004 characters"),
        ("- 1, 2\n- {a: 1}\n" * 9_000, f"more than {MOST_VALUES:,} values in one file"),
        ("a: " + "x" * 2 * LARGEST, "more than 500,000 bytes; a sweep file is smaller than that"),
        ("%a b\n" * 19_000, "expected '<document start>'"),
        ("--- \n" * 19_000, "a second document"),
    ],
    ids=lambda text: text[:12],
)
def test_attacks_end_soon(attack: str, message: str) -> None:
    assert message in error(attack)
