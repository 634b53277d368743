"""What a person sees: a sweep's page in MLflow, opened by its link in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from sweeps import coordinator, parts
from sweeps.notebook import define
from sweeps.reports.sweep_report import sweep_report
from sweeps.store import Store
from tests.sweeps.browser import needs_a_browser, rendered
from tests.sweeps.fakes import FakeTrainer
from tracking.ui import find_sweep_link, serving_ui

pytestmark = pytest.mark.slow


@needs_a_browser
def test_the_link_opens_the_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "trainer_for", lambda *_: FakeTrainer())
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    sweep = define(
        task="penguins",
        name="widths-and-rates",
        space={"width": {"low": 2, "high": 30}, "learning_rate": {"low": 0.001, "high": 0.1}},
        search={"backend": "random", "trials": 12},
    )
    summary = coordinator.run(
        sweep, store=Store.at(tmp_path / "store"), tracking_uri=uri, report=sweep_report
    )
    assert (summary.done, summary.unsent) == (12, 0)
    with serving_ui(uri) as address:
        link = find_sweep_link(uri, summary.sweep_id, address)
        assert link is not None
        page = rendered(link, tmp_path / "profile")
    for shown in (f"widths-and-rates {summary.sweep_id}", "best_val_accuracy", "sweeps.backend"):
        assert shown in page, f"{shown} is not on the page"
