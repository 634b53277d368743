"""The studies on the real data with the real trainers, each network once."""

from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.executors.where import Where
from sweeps.reproduce.reproduction import Reproduction
from sweeps.reproduce.study import study
from sweeps.reproduce.study_run import Asked, reproduce
from sweeps.store import Store
from tests.sweeps.fakes import MemoryTracker, RecordingWatcher
from tests.sweeps.real_data import keras_home as keras_home
from tests.sweeps.real_data import real_data as real_data
from tests.sweeps.reproduce.bench import rows_of

pytestmark = pytest.mark.slow

PARTS = {
    "imdb": (),
    "reuters": (),
    "boston_housing": (),
    "fashion_mnist": ("sgd_classifier", "networks", "early_stopping"),
    "breast_cancer": (),
}
"""What is run of each study; nothing named: all of it."""

NEAR = {
    "epoch of the": 12.0,
    "number of epochs": 12.0,
    "epochs trained": 12.0,
    "mean absolute error": 2.0,
    "accuracy": 0.03,
}
"""How far a single training may be from the published one, by the first words that its label has.
"""


def run(name: str, folder: Path) -> Reproduction:
    return reproduce(
        study(name),
        Asked(PARTS[name], repeats=1),
        store=Store.at(folder),
        where=Where(1),
        watcher=RecordingWatcher(),
        tracker=MemoryTracker,
        say=lambda line: None,
    )


@pytest.mark.parametrize("name", PARTS)
def test_a_study_is_measured_and_comes_near(name: str, keras_home: Path, tmp_path: Path) -> None:
    done = run(name, tmp_path)
    assert not done.without_score
    rows = rows_of(done, "figures")
    whole = {figure.label for figure in study(name).figures}
    assert {row[0] for row in rows} == whole if not PARTS[name] else len(rows) > 5
    for label, published, ours, _, repeats, *_ in rows:
        assert repeats == "1", label
        far = [most for word, most in NEAR.items() if word in label]
        if far and published.replace(".", "").isdigit():
            assert abs(float(ours) - float(published)) < far[0], label
