"""`sweeps export` and `sweeps predict`, as they are typed."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sweeps.cli import exporting
from sweeps.store import Store
from tests.sweeps.cli.conftest import Command
from tests.sweeps.exporting.conftest import shop as shop
from tests.sweeps.exporting.shop import PIPELINE, TRANSFORMS, Shop
from tests.sweeps.tasks.made_up_tables import birds
from tracking.tracker import TrackingError

TABLE = {
    **PIPELINE,
    "task": {"csv": "birds.csv", "target": "species", "drop": ["id", "nest"]},
}
LABELS = ["Adelie", "Chinstrap", "Gentoo"]


@pytest.fixture
def ran(shop: Shop, here: Path) -> str:
    """The id of a sweep of estimators on the table, in the store of the working folder."""
    shop.write()
    birds().to_csv("birds.csv", index=False)
    shop.store = Store.at()
    return shop.ran(TABLE, {"clf__C": 0.1})


@pytest.fixture
def exported(sweeps: Command, ran: str) -> str:
    assert sweeps("export", "-o", "best").exit_code == 0
    return "best"


def test_export_says_what_it_made(sweeps: Command, ran: str) -> None:
    done = sweeps("export", ran, "-o", "made/best")
    assert done.exit_code == 0, done.output
    first, second, *rest = done.output.splitlines()
    assert first == "training trial 0 again, on all 32 training rows"
    assert second == f"made/best: trial 0 of sweep {ran}"
    assert rest[0] == "  clf__C  0.1"
    assert rest[-1] == "predict: sweeps predict made/best rows.csv"
    assert any(line.startswith("  test_accuracy ") for line in rest)
    assert {path.name for path in Path("made").iterdir()} == {"best"}


def test_predict_prints_a_table(sweeps: Command, exported: str) -> None:
    rows = birds().drop(columns="species").assign(more=1)
    rows.loc[3, "island"] = "Atlantis"
    rows.to_csv("rows.csv", index=False)
    done = sweeps("predict", exported, "rows.csv")
    assert done.exit_code == 0, done.output
    heading, *lines = done.stdout.splitlines()
    assert heading == ",".join(["prediction", *(f"probability of {label}" for label in LABELS)])
    assert len(lines) == len(rows)
    found = json.loads(sweeps("predict", exported, "rows.csv", "--json").stdout)
    assert [row["prediction"] for row in found] == [line.split(",")[0] for line in lines]
    assert all(sum(list(row.values())[1:]) == pytest.approx(1) for row in found)
    rows.to_parquet("rows.parquet")
    assert sweeps("predict", exported, "rows.parquet").stdout == done.stdout
    written = sweeps("predict", exported, "rows.csv", "-o", "out.csv")
    assert written.stdout == f"wrote out.csv: {len(rows)} rows\n"
    assert Path("out.csv").read_text() == done.stdout


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows.drop(columns="mass"), "rows.csv: no column 'mass'"),
        (lambda rows: rows.assign(mass="heavy"), "rows.csv: column 'mass': Unable to parse"),
        (lambda rows: rows.assign(seen="never"), "rows.csv: column 'seen': Time data never"),
        (lambda rows: rows[:0], "rows.csv has a header and no rows"),
    ],
)
def test_rows_that_do_not_fit(
    sweeps: Command, exported: str, change: Callable[[pd.DataFrame], pd.DataFrame], said: str
) -> None:
    change(birds()).to_csv("rows.csv", index=False)
    refused(sweeps, said, "predict", exported, "rows.csv")


def refused(sweeps: Command, said: str, *arguments: str) -> None:
    done = sweeps(*arguments)
    assert done.exit_code == 2, done.output
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_files_that_are_no_rows(sweeps: Command, exported: str) -> None:
    np.save("rows.npy", np.zeros((2, 3)))
    refused(sweeps, "takes a table, in CSV or Parquet", "predict", exported, "rows.npy")
    refused(sweeps, "there is no file", "predict", exported, "nowhere.csv")
    birds().to_csv("rows.csv", index=False)
    for place in ("nowhere/out.csv", "."):
        refused(sweeps, f"{place} cannot be written", "predict", exported, "rows.csv", "-o", place)


def test_folders_that_are_no_exports(sweeps: Command, exported: str) -> None:
    refused(sweeps, "nowhere is no export", "predict", "nowhere", "birds.csv")
    Path(exported, "estimator.skops").write_bytes(b"other")
    refused(sweeps, "is not as it was exported", "predict", exported, "birds.csv")


def test_exports_that_cannot_be(sweeps: Command, exported: str, ran: str) -> None:
    refused(sweeps, "best exists and is left as it is", "export", "-o", "best")
    refused(sweeps, "no sweep", "export", "nosuch", "-o", "other")
    refused(sweeps, "'a/b' is no name for a model", "export", "-o", "c", "--register", "a/b")
    birds().iloc[1:].to_csv("birds.csv", index=False)
    done = sweeps("export", "-o", "other")
    assert done.exit_code == 2
    assert "birds.csv has changed since this sweep began" in done.stderr
    assert not Path("other").exists()


def test_mistakes_of_theirs_are_shown_with_their_lines(
    sweeps: Command, ran: str, shop: Shop
) -> None:
    shop.write(TRANSFORMS.replace("return 2 * x", "raise KeyError('what')"))
    done = sweeps("export", "-o", "best")
    assert done.exit_code == 1
    first, *lines = done.stderr.splitlines()
    assert first.startswith("own_code:make: KeyError: 'what'")
    assert any("raise KeyError('what')" in line for line in lines)
    assert not Path("best").exists()


def test_a_function_leaves_a_configuration(sweeps: Command, shop: Shop, here: Path) -> None:
    shop.write()
    shop.store = Store.at()
    objective = {"metric": "score", "goal": "maximize"}
    function = {"function": "own_code:objective", "objective": objective, "space": {"x": [1, 2]}}
    shop.ran(function, {"x": 2})
    done = sweeps("export", "-o", "best")
    assert done.exit_code == 0, done.output
    assert done.output.endswith("the configuration alone: a function leaves no model\n")
    assert Path("best/configuration.yaml").read_text() == "x: 2\n"
    np.save("rows.npy", np.zeros((2, 3)))
    refused(sweeps, "a function leaves no model", "predict", "best", "rows.npy")
    refused(sweeps, "--register: a function", "export", "-o", "other", "--register", "best")


def test_what_mlflow_does_not_know_is_said_before_anything_is_trained(
    sweeps: Command, ran: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(sweep_id: str, uri: str | None) -> str:
        raise TrackingError(f"MLflow knows no run of sweep {sweep_id}")

    monkeypatch.setattr("tracking.registry.known_run", unknown)
    done = sweeps("export", "-o", "best", "--register", "birds")
    assert done.exit_code == 1
    assert done.stderr == f"MLflow knows no run of sweep {ran}\n"
    assert not Path("best").exists()


def test_sigterm_ends_it_as_an_exception_does() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as left, exporting._ended_by_sigterm():
        os.kill(os.getpid(), signal.SIGTERM)
        signal.pause()
    assert left.value.code == 143
    assert signal.getsignal(signal.SIGTERM) == before
