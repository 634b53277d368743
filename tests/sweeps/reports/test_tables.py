from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from sweeps.reports.tables import Table

TABLE = Table("runs", "Runs", ("run", "accuracy"), (("a|b [x]", "0.957"), ("c, d", "0.986")))


def test_markdown_escapes_what_would_end_a_cell():
    assert TABLE.markdown() == (
        "## Runs\n\n| run | accuracy |\n| --- | --- |\n| a\\|b [x] | 0.957 |\n| c, d | 0.986 |\n"
    )


def test_csv_quotes_commas():
    assert TABLE.csv() == 'run,accuracy\na|b [x],0.957\n"c, d",0.986\n'


def test_json_is_a_list_of_objects():
    assert json.loads(TABLE.json())[1] == {"run": "c, d", "accuracy": "0.986"}


def test_a_terminal_shows_brackets_and_numbers_to_the_right():
    text = io.StringIO()
    Console(file=text, width=60).print(TABLE.rich())
    assert "a|b [x]" in text.getvalue()
    assert [column.justify for column in TABLE.rich().columns] == ["left", "right"]


def test_a_row_of_the_wrong_length_is_a_wrong_program():
    with pytest.raises(ValueError, match="2 columns"):
        Table("x", "X", ("a", "b"), (("1",),))
