"""What a person sees: a sweep's page in MLflow, opened by its link in a real browser."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from sweeps import coordinator, parts
from sweeps.notebook import define
from sweeps.reports.drawing import BLUE, ORANGE
from sweeps.reports.sweep_report import sweep_report
from sweeps.store import Store
from tests.sweeps.browser import needs_a_browser, photographed, rendered
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
    assert summary.best is not None
    with serving_ui(uri) as address:
        link = find_sweep_link(uri, summary.sweep_id, address)
        assert link is not None
        page = rendered(link, tmp_path / "profile")
        report = link.replace("?", "/artifacts/report.html?")
        photographed(report, tmp_path / "report.png", tmp_path / "profile", (1280, 1400))
    for shown in (f"widths-and-rates {summary.sweep_id}", "best_val_accuracy", "sweeps.backend"):
        assert shown in page, f"{shown} is not on the page"
    assert f"Best: trial {summary.best.trial.number}, val_accuracy" in page
    assert link.partition("#")[2].replace("?", "/artifacts/plots/history.png?") in page
    for colour in (BLUE, ORANGE):
        assert share_of(colour, tmp_path / "report.png") > 0.0005, "the report is not shown"


def share_of(colour: str, photograph: Path) -> float:
    """How much of the photograph has that colour."""
    wanted = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    seen = imread(photograph)[..., :3]
    return float(np.isclose(seen, wanted, atol=0.01).all(axis=-1).mean())
