from __future__ import annotations

import json

from sweeps.reading.sweep_file import load_sweep
from sweeps.tasks.table_described import described, facts, lines_of
from tests.sweeps.cli.conftest import (  # noqa: F401
    Command,
    here,
    sweeps,
    trainer,
)
from tests.sweeps.tasks.made_up_tables import birds, in_csv, numbered, written

SWEEP = """\
name: mine
task: {csv: birds.csv, target: species, drop: [id], class_weights: {Adelie: 2}}
evaluate: {folds: 2, groups: nest}
space: {width: [4, 8], epochs: 1}
"""


def test_what_is_found_in_a_table_is_said(tmp_path):
    task = in_csv(tmp_path, drop=["id"], groups="nest", class_weights={"Adelie": 2})
    assert lines_of(task) == [
        f"table: birds.csv, 40 rows, 7 columns, digest {task.digest()}",
        "target: species, 3 classes (Adelie 14, Chinstrap 13, Gentoo 13): it holds words",
        "test: 7 rows, 33 to train on; groups of nest stay whole",
        "class weights: Adelie 2, Chinstrap 1, Gentoo 1",
        "columns:",
        "  id                                                          dropped",
        "  mass     numeric      4 missing   7.172 to 13.323           input",
        "  island   categorical  13 missing  2 values                  input",
        "  ringed   boolean                  10 true                   input",
        "  seen     date                     2020-01-01 to 2020-01-28  input",
        "  nest     categorical              13 values                 groups",
        "  species  categorical              3 values                  target",
        "inputs: 7 a row; filling and scaling are learned from each fit's own training rows",
    ]


def test_numbers_to_predict_and_many_columns(tmp_path):
    header = [*(f"c{i}" for i in range(40)), "y"]
    text = numbered(",".join(["{i}"] * 41), 30, ",".join(header))
    lines = lines_of(written(tmp_path, text))
    why = "it holds 30 different whole numbers, more than 20"
    assert lines[1] == f"target: y, a number from 0 to 29 (regression): {why}"
    assert lines[2] == "test: 6 rows, 24 to train on; drawn at random"
    assert lines[-2] == "  and 11 more"
    assert len(lines) == 4 + 30 + 2


def test_other_tasks_have_nothing_to_say(tmp_path):
    (tmp_path / "s.yaml").write_text("task: penguins\nspace: {width: [8]}\n")
    sweep = load_sweep(tmp_path / "s.yaml")
    assert (described(sweep), facts(sweep)) == ([], {})


def test_plan_shows_the_table(sweeps: Command, here):  # noqa: F811
    birds().to_csv(here / "birds.csv", index=False)
    (here / "s.yaml").write_text(SWEEP)
    done = sweeps("plan", "--no-price", "s.yaml")
    assert done.exit_code == 0
    assert "mine: grid, 2 trials, 4 fits" in done.output
    assert "target: species, 3 classes" in done.output
    data = json.loads(sweeps("plan", "--no-price", "s.yaml", "--json").output)
    assert data["trials"] == 2
    assert data["table"]["kind"] == "classification"
    assert [column["name"] for column in data["table"]["columns"]][:2] == ["id", "mass"]


def test_validate_reads_the_table(sweeps: Command, here):  # noqa: F811
    birds().assign(mass=float("inf")).to_csv(here / "birds.csv", index=False)
    (here / "s.yaml").write_text(SWEEP)
    for command in ("validate", "plan", "run"):
        done = sweeps(command, "s.yaml")
        assert done.exit_code == 2
        where = "s.yaml:2:13: task.csv: birds.csv: column 'mass' is infinite in line 2"
        assert done.output.startswith(where)
        assert len(done.output.splitlines()) == 1
    assert not (here / ".sweeps").exists()


def test_the_place_of_what_is_wrong_is_that_in_the_file(sweeps: Command, here):  # noqa: F811
    birds().to_csv(here / "birds.csv", index=False)
    text = SWEEP.replace("target: species", "target: specie").replace("nest", "net")
    (here / "s.yaml").write_text(text)
    target = sweeps("validate", "s.yaml")
    assert target.output.startswith(
        "s.yaml:2:32: task.target: birds.csv has no column 'specie'; did you mean 'species'?"
    )
    groups = sweeps("validate", "s.yaml", "--set", "task.target=species")
    assert groups.output.startswith(
        "s.yaml:3:30: evaluate.groups: birds.csv has no column 'net'; did you mean 'nest'?"
    )


def test_run_shows_the_table_and_trains_on_it(sweeps: Command, here, monkeypatch):  # noqa: F811
    from sweeps.reports import sweep_report
    from tests.sweeps.fakes import MemoryTracker

    monkeypatch.setattr("tracking.mlflow_tracker.MlflowTracker", lambda uri: MemoryTracker())
    monkeypatch.setattr(sweep_report, "sweep_report", lambda *_: [])
    birds().to_csv(here / "birds.csv", index=False)
    (here / "s.yaml").write_text(SWEEP)
    done = sweeps("run", "s.yaml")
    assert done.exit_code == 0, done.output
    assert done.output.startswith("table: birds.csv, 40 rows")
    assert "finished, 2 trials" in done.output
    birds().assign(mass=1.0).to_csv(here / "birds.csv", index=False)
    again = sweeps("resume")
    assert again.exit_code == 2
    assert "birds.csv has changed since this sweep began" in again.output
    assert len(again.output.splitlines()) == 1
