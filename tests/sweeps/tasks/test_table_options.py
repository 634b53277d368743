from __future__ import annotations

import pytest

from sweeps.errors import SweepError
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import SubjectChoice, TaskChoice
from sweeps.tasks.table_options import pinned, refuse_unfit, table_for
from tests.sweeps.tasks.made_up_tables import in_csv

GOOD = {"csv": "t.csv", "target": "y"}


@pytest.mark.parametrize(
    ("options", "path", "words"),
    [
        ({"target": "y"}, (), "'csv' is missing"),
        ({"csv": "t.csv"}, (), "'target' is missing"),
        ({**GOOD, "traget": 1}, ("traget",), "did you mean 'target'"),
        ({**GOOD, "target": 3}, ("target",), "put it in quotes"),
        ({**GOOD, "csv": ""}, ("csv",), "not a name"),
        ({**GOOD, "csv": "a\0"}, ("csv",), "is not a path"),
        ({**GOOD, "parquet": "t.parquet"}, ("csv",), "does not go with `parquet`"),
        ({**GOOD, "test_parquet": "t.parquet"}, ("test_parquet",), "does not go with `csv`"),
        ({**GOOD, "test": 1}, ("test",), "above 0 and below 1"),
        ({**GOOD, "test": 0.5, "test_csv": "t.csv"}, ("test",), "has no effect"),
        ({**GOOD, "kind": "classes"}, ("kind",), "known here: classification"),
        ({**GOOD, "drop": [3]}, ("drop", 0), "put it in quotes"),
        ({**GOOD, "drop": ["y"]}, ("drop", 0), "y is the target"),
        ({**GOOD, "groups": "y"}, None, "y is the target already"),
        ({**GOOD, "types": {"a": "number"}}, ("types", "a"), "did you mean 'numeric'"),
        ({**GOOD, "class_weights": "equal"}, ("class_weights",), "neither `balanced` nor"),
        ({**GOOD, "class_weights": {"u": 0}}, ("class_weights", "u"), "above 0"),
        ({**GOOD, "preprocessing": "some"}, ("preprocessing",), "known here: auto, none"),
        ({**GOOD, "separator": ",,"}, ("separator",), "single character"),
        ({**GOOD, "decimal": '"'}, ("decimal",), "single character"),
        ({**GOOD, "encoding": "utf-99"}, ("encoding",), "is not an encoding"),
        ({**GOOD, "encoding": "base64"}, ("encoding",), "not an encoding of text"),
    ],
)
def test_bad_options(options, path, words):
    with pytest.raises(SweepError, match=words) as said:
        table_for(options, "")
    assert said.value.path == (("evaluate", "groups") if path is None else ("task", *path))


def test_files_are_looked_for_in_the_sweeps_folder(tmp_path):
    assert table_for(GOOD, str(tmp_path)).source.path == str(tmp_path / "t.csv")
    elsewhere = table_for({**GOOD, "csv": "/data/t.csv"}, str(tmp_path))
    assert elsewhere.source.path == "/data/t.csv"


def test_no_file_is_needed_to_look_at_a_sweep():
    assert table_for({**GOOD, "csv": "gone.csv"}, "/nowhere").name == "gone"


@pytest.mark.parametrize(
    ("file", "name"),
    [("a b.csv", "a-b"), ("..csv", "table"), ("x" * 99 + ".csv", "x" * 60), ("é.csv", "table")],
)
def test_the_experiment_is_named_after_the_file(file, name):
    assert table_for({**GOOD, "csv": file}, "").name == name


def test_a_sweep_keeps_the_digest_of_its_file(tmp_path):
    task = in_csv(tmp_path)
    document = {
        "task": {"csv": "birds.csv", "target": "species"},
        "evaluate": {"folds": 2, "groups": "nest"},
        "space": {"width": [8, 16]},
    }
    sweep = read_sweep(document, str(tmp_path))
    assert sweep.name == "birds-grid"
    assert sweep.document["task"] == {**document["task"], "digest": task.digest()}
    assert sweep.task.options["groups"] == "nest"
    assert read_sweep(sweep.document) == sweep
    (tmp_path / "birds.csv").unlink()
    assert read_sweep(sweep.document) == sweep


def test_only_tables_that_can_be_read_are_pinned(tmp_path):
    for choice in (TaskChoice("penguins"), TaskChoice("table", {**GOOD, "csv": "none.csv"})):
        assert pinned(choice, str(tmp_path)) == choice
    in_csv(tmp_path)
    said = TaskChoice("table", {**GOOD, "csv": "birds.csv", "digest": "abc"})
    assert pinned(said, str(tmp_path)) == said


def test_networks_need_rows_and_numbers():
    unprepared = TaskChoice("table", {**GOOD, "preprocessing": "none"})
    for kind in ("network", "model"):
        with pytest.raises(SweepError, match="a network needs numbers"):
            refuse_unfit(unprepared, SubjectChoice(kind, "a:b"))
    for kind in ("network", "model", "estimator"):
        with pytest.raises(SweepError, match="needs rows to train on"):
            refuse_unfit(TaskChoice("none"), SubjectChoice(kind, "a:b"))
    refuse_unfit(unprepared, SubjectChoice("estimator", "a:b"))
    refuse_unfit(TaskChoice("none"), SubjectChoice("function", "a:b"))
