from __future__ import annotations

from pathlib import Path

from tests.tracking.records_for_tests import STARTED, sweep, trial
from tracking.records import Metric, SweepFigures
from tracking.trying import Rows, opened, rows_in


def test_rows_of_trials_and_of_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "mlflow.db"
    found = opened(file)
    assert min(found.importing, found.making, found.opening) >= 0
    assert found.making > 0
    none, _ = rows_in(file)
    assert none == Rows(0, 0, 0, 0)
    found.tracker.begin(sweep())
    found.tracker.log([trial(0, epochs=3), trial(1, epochs=5)])
    figures = SweepFigures("3f9a2c", (Metric("system/cpu", 50.0, 0, STARTED),))
    found.tracker.add_figures([figures])
    found.tracker.close()
    trials, others = rows_in(file)
    assert (trials.runs, trials.metrics, trials.params) == (2, 3 + 5 + 2, 2)
    assert (others.runs, others.metrics, others.params) == (1, 0, 2)
    assert trials.tags > 0
    assert others.tags > 0
