from __future__ import annotations

import pytest

from tests.benchmarks.figures import Section, Table, Target
from tests.benchmarks.table import lines_of, number, table_lines, target_line


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    table = Table("Title", ("peer", "s"), [("plain loop", "1.44"), ("b", "12.1")], ["a note"])
    assert list(table_lines(table)) == [
        "Title",
        "  peer           s",
        "  ----------  ----",
        "  plain loop  1.44",
        "  b           12.1",
        "  a note",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12060.4, "12,060"),
        (186.2, "186"),
        (35.04, "35.0"),
        (1.444, "1.44"),
        (0.00341, "0.00341"),
        (0.00001, "1.0e-05"),
        (-3.21, "-3.21"),
        (0.0, "0"),
    ],
)
def test_numbers_keep_what_matters(value: float, text: str) -> None:
    assert number(value) == text


def test_a_target_says_whether_it_was_reached() -> None:
    assert target_line(Target("fits/s", 211.0, 200.0, "times")) == (
        "reached      fits/s: 211 times (at least 200 times)"
    )
    assert target_line(Target("wall time", 61.0, 60.0, "s", most=True)) == (
        "NOT REACHED  wall time: 61.0 s (at most 60 s)"
    )


def test_a_section_that_was_skipped_says_why() -> None:
    lines = list(lines_of(Section("peers", "skipped", reason="no TensorFlow")))
    assert lines == ["peers: skipped: no TensorFlow", ""]
