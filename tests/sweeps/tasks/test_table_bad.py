"""Tables that cannot be trained on: one line each, with the place and the way out."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from sweeps.errors import SweepError
from sweeps.parts import Parts
from sweeps.reading.sweep import read_sweep
from sweeps.tasks import table_content, table_file, table_sheet
from sweeps.tasks.table_options import table_for
from tests.sweeps.tasks.made_up_tables import birds, in_csv, numbered, written

GOOD = numbered("{i},{pq},{uv}")
WIDE = ",".join(f"c{i}" for i in range(100_000))

BAD = {
    "empty": ("", {}, "csv", "t.csv is empty"),
    "blank lines": ("\n \n\n", {}, "csv", "t.csv is empty"),
    "header only": ("a,b,y\n", {}, "csv", "a header and no rows"),
    "no header": ("1,2,3\n4,5,6\n", {}, "csv", "no header: its first line, 1, 2, 3"),
    "one class": ("a,y\n1,u\n2,u\n", {}, "target", "y is 'u' in every row: one class only"),
    "one number": ("a,y\n1,.5\n2,.5\n", {}, "target", "y is 0.5 in every row"),
    "no target": (
        GOOD.replace("y", "yy", 1),
        {},
        "target",
        r"t\.csv has no column 'y'; did you mean 'yy'\?",
    ),
    "too wide": (f"{WIDE},y\n", {}, "csv", "no rows"),
    "mixed": (GOOD + "many,p,u\n", {}, "csv", "line 2 has '0', line 22 has 'many'"),
    "a way out of mixed": (GOOD + "many,p,u\n", {}, "csv", r"`missing: \[many\]`.*`types: {a: "),
    "commas": (
        numbered("{i};{uv}", header="a;y") + "1,5;u\n",
        {},
        "csv",
        "line 22 has '1,5'; set `decimal: \",\"`",
    ),
    "latin": (
        GOOD.replace("p", "é").encode("cp1252"),
        {},
        "csv",
        r"line 2: byte 0xe9 \(number 8 of the file\) is not UTF-8; set `encoding: cp1252`",
    ),
    "utf-16": (GOOD.encode("utf-16"), {}, "csv", "set `encoding: utf-16`"),
    "said to be ASCII": (
        GOOD.replace("p", "é").encode(),
        {"encoding": "ascii"},
        "encoding",
        "byte 0xc3",
    ),
    "a workbook": (b"PK\3\4\0\0", {}, "csv", "byte 0x00 .* is no text: save the table as CSV"),
    "duplicate headers": ("a,b,a,y\n1,2,3,u\n", {}, "csv", "columns 1 and 3 are both called 'a'"),
    "infinite": (GOOD + "-inf,p,u\n", {}, "csv", "column 'a' is infinite in line 22"),
    "beyond all numbers": (GOOD + "1e300,p,u\n", {}, "csv", r"is 1e\+300, beyond .* in line 22"),
    "nothing but gaps": (
        numbered("{i},,{uv}"),
        {},
        "csv",
        r"column 'b' has no value in any row; leave it out with `drop: \[b\]`",
    ),
    "gaps in the target": (GOOD + "1,p,\n2,q,\n", {}, "target", "in 2 rows, first line 22"),
    "ids": (
        numbered("n{i},p,{uv}", 1001),
        {},
        "csv",
        r"'a' has 1,001 different words in 1,001 rows.*`drop: \[a\]`",
    ),
    "short line": (GOOD + "1,p\n", {}, "csv", "line 22: 2 fields where the header has 3"),
    "long line": (GOOD + '\n"1\n2",p,u,\n', {}, "csv", "line 23: 4 fields where the header has 3"),
    "an open quote": (GOOD + '1,"p,u\n', {}, "csv", "line 22: a quote that is never closed"),
    "a lone class": (GOOD + "1,p,w\n", {}, "target", "only one row is of class 'w'"),
    "nothing but a target": ("y\nu\nv\n", {}, "csv", "no column is left to predict 'y' from"),
    "dates to predict": (numbered("1,2,2020-01-1{i}", 9), {}, "target", "y holds dates"),
    "words to predict": (GOOD, {"kind": "regression"}, "kind", "y holds words"),
    "unknown drop": (GOOD, {"drop": ["b", "A"]}, "drop.1", "no column 'A'; did you mean 'a'"),
    "wrong type": (GOOD, {"types": {"b": "numeric"}}, "types.b", "line 2: 'b' is 'p', not numeric"),
    "unknown label": (GOOD, {"class_weights": {"U": 2}}, "class_weights.U", "did you mean 'u'"),
    "weights of numbers": (
        numbered("1,{i},{i}", 30),
        {"class_weights": "balanced"},
        "class_weights",
        "no classes",
    ),
    "no file to test on": (GOOD, {"test_csv": "x.csv"}, "test_csv", "there is no file .*x.csv"),
    "itself to test on": (GOOD, {"test": 0.01}, "test", "the rows cannot be split"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_table_gets_one_clear_line(tmp_path, case):
    text, options, path, words = BAD[case]
    task = written(tmp_path, text, **options)
    with pytest.raises(SweepError, match=words) as said:
        task.rows(0)
    assert ".".join(map(str, said.value.path)) == f"task.{path}"
    assert "\n" not in str(said.value)
    assert len(str(said.value)) < 400


@pytest.mark.parametrize(
    ("column", "words"),
    [("bb", "no column 'bb'; did you mean 'b'"), ("one", "all rows are of one group, 'k'")],
)
def test_bad_groups(tmp_path, column, words):
    task = written(tmp_path, numbered("{i},k,{i},{uv}", header="b,one,a,y"), groups=column)
    with pytest.raises(SweepError, match=words) as said:
        task.rows(0)
    assert said.value.path == ("evaluate", "groups")


def test_a_sweep_of_a_bad_table_ends_before_anything_is_written(tmp_path):
    written(tmp_path, GOOD + "1,p\n")
    document = {"task": {"csv": "t.csv", "target": "y"}, "space": {"width": [8]}}
    with pytest.raises(SweepError, match="line 22: 2 fields") as said:
        Parts.of(read_sweep(document, str(tmp_path)))
    assert said.value.path == ("task", "csv")


def test_a_row_without_a_group(tmp_path):
    task = in_csv(tmp_path, groups="island")
    with pytest.raises(SweepError, match="island has no value in line 4"):
        task.rows(0)


def test_a_table_with_a_hundred_thousand_columns(tmp_path):
    task = written(tmp_path, f"{WIDE},y\n{WIDE},u\n")
    with pytest.raises(SweepError, match=r"100,001 columns, and tables have 10,000 at most: leave"):
        task.rows(0)


def test_files_that_are_no_tables(tmp_path):
    for name, words in (
        ("bird.csv", r"there is no file .*bird\.csv'; did you mean 'birds\.csv'"),
        ("none/birds.csv", "there is no folder"),
        (".", "is a folder, not a file"),
    ):
        birds().to_csv(tmp_path / "birds.csv")
        task = table_for({"csv": name, "target": "species"}, str(tmp_path))
        with pytest.raises(SweepError, match=words) as said:
            task.rows(0)
        assert said.value.path == ("task", "csv")


def test_files_that_are_too_large(tmp_path, monkeypatch):
    task = in_csv(tmp_path)
    monkeypatch.setattr(table_content, "MOST_VALUES", 100)
    with pytest.raises(SweepError, match="column 'id' alone has 40 categories"):
        task.rows(0)
    monkeypatch.setattr(table_sheet, "MOST_COLUMNS", 3)
    with pytest.raises(SweepError, match="has 7 columns, and tables have 3 at most"):
        task.rows(0)
    monkeypatch.setattr(table_file, "MOST_BYTES", 1000)
    with pytest.raises(SweepError, match=r"GiB, and tables are read up to .*load"):
        task.rows(0)


def test_a_test_file_unlike_the_table(tmp_path):
    for text, words in (
        ("a,y\n1,u\n", r"test\.csv: no column 'b', which t\.csv has"),
        ("a,b,y\nx,p,u\n", r"test\.csv: column 'a' holds words, and numbers in t\.csv"),
        ("a,b,y\ninf,p,u\n", r"column 'a' is infinite in line 2 of test\.csv"),
    ):
        (tmp_path / "test.csv").write_text(text)
        task = written(tmp_path, GOOD, test_csv="test.csv")
        with pytest.raises(SweepError, match=words):
            task.rows(0)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (pd.DataFrame({"a": [[1], [2]], "y": ["u", "v"]}), "column 'a' holds values of type"),
        (pd.DataFrame({"a": [b"1", b"2"], "y": ["u", "v"]}), "values of type bytes"),
        (pd.DataFrame({"a": [], "y": []}), "columns and no rows"),
        (pd.DataFrame({"a": [1.0, float("inf")], "y": ["u", "v"]}), "is infinite in row 2"),
    ],
)
def test_bad_parquet(tmp_path, frame, words):
    frame.to_parquet(tmp_path / "t.parquet")
    task = table_for({"parquet": "t.parquet", "target": "y"}, str(tmp_path))
    with pytest.raises(SweepError, match=words) as said:
        task.rows(0)
    assert said.value.path == ("task", "parquet")


def test_what_is_no_parquet(tmp_path):
    (tmp_path / "t.parquet").write_text("a,y\n1,u\n")
    task = table_for({"parquet": "t.parquet", "target": "y"}, str(tmp_path))
    with pytest.raises(SweepError, match=r"t\.parquet cannot be read as Parquet: ") as said:
        task.rows(0)
    assert not re.search(r"\n", str(said.value))
