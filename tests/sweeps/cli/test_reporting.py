from __future__ import annotations

import webbrowser
from collections.abc import Callable
from pathlib import Path

import pytest

from sweeps.exporting import predictions
from sweeps.ledger.ledger import Ledger
from sweeps.reports import sweep_report as module
from sweeps.reports.residuals import Residuals
from sweeps.reports.sweep_report import sweep_report
from sweeps.sweep import Sweep
from tests.sweeps.cli.conftest import Command
from tests.sweeps.fakes import FakeTrainer


@pytest.fixture
def ran(
    sweeps: Command,
    file: str,
    trainer: Callable[[FakeTrainer], None],
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """The id of a sweep with three trials, whose report is not drawn yet."""
    said = sweeps("run", file).output
    monkeypatch.setattr(module, "sweep_report", sweep_report)
    return said.split(":")[0].removeprefix("small ")


def test_a_report_is_made_again_from_the_ledger(
    sweeps: Command, ran: str, here: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda link: shown.append(link) or True)
    page = here / ".sweeps" / "reports" / ran / "report.html"
    made = sweeps("report", ran[:4], "--open")
    assert (made.exit_code, made.output) == (0, f"report: {page}\n")
    assert shown == [page.as_uri()]
    assert f"<title>small {ran}</title>" in page.read_text()
    assert (page.parent / "history.png").is_file()
    elsewhere = sweeps("report", "-o", "mine.html")
    assert elsewhere.output == "report: mine.html\n"
    assert (here / "mine.html").read_bytes() == page.read_bytes()


def test_what_cannot_be_reported(
    sweeps: Command, ran: str, file: str, trainer: Callable[[FakeTrainer], None]
) -> None:
    unknown = sweeps("report", "-o", "nowhere/mine.html")
    assert unknown.exit_code == 2
    assert "nowhere to write mine.html into" in unknown.output
    trainer(FakeTrainer(failing=frozenset(range(3))))
    sweeps("run", file, "--no-memo")
    nothing = sweeps("report")
    assert nothing.exit_code == 1
    assert "no trial has a score yet" in nothing.output


def test_where_there_is_no_browser_the_page_is_there_all_the_same(
    sweeps: Command, ran: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda link: False)
    made = sweeps("report", "--open")
    assert made.exit_code == 0
    assert made.output.endswith("no browser could be started here\n")


def test_the_winner_of_a_regression_is_tried(
    sweeps: Command, ran: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[tuple[str, int]] = []

    def residuals(sweep: Sweep, sweep_id: str, trial: int, *_: object) -> Residuals:
        tried.append((sweep_id, trial))
        return Residuals(trial, ((1.0, 2.0), (3.0, 3.5)))

    monkeypatch.setattr(predictions, "residuals", residuals)
    assert sweeps("report", "--residuals").exit_code == 0
    kept = Residuals.read(here / ".sweeps" / "reports" / ran)
    assert kept is not None
    assert tried == [(ran, kept.trial)]


def test_residuals_of_classes_are_refused(sweeps: Command, ran: str) -> None:
    refused = sweeps("report", "--residuals")
    assert refused.exit_code == 2
    assert "its report shows which are confused" in refused.output
