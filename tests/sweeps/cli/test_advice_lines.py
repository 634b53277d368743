from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sweeps.cli import advice_lines
from sweeps.cli.advice_lines import advice_after
from sweeps.cli.store_flags import HERE
from sweeps.findings import space_doctor
from sweeps.findings.advice import Advice
from sweeps.found import Found
from sweeps.watcher import Summary
from tests.sweeps.cli.conftest import Command

TOLD = [Advice("bound", f"width: number {number}\x1b[2J") for number in range(5)]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[Found]:
    """The doctor always says the same; what it was given."""
    given: list[Found] = []

    def doctor(found: Found) -> list[Advice]:
        given.append(found)
        return TOLD

    monkeypatch.setattr(space_doctor, "advice", doctor)
    return given


def test_run_ends_with_three_pieces_at_most(
    sweeps: Command, file: str, trainer: object, said: list[Found]
) -> None:
    assert trainer is not None
    done = sweeps("run", file)
    lines = [line for line in done.output.splitlines() if line.startswith("advice: ")]
    assert lines == [f"advice: width: number {number}\\x1b[2J" for number in range(3)]
    assert [len(found.results) for found in said] == [3]
    before, _, after = done.output.partition("advice: ")
    assert "best: trial " in before
    assert "MLflow: " in after


def test_status_and_resume_say_it_as_well(
    sweeps: Command, file: str, trainer: object, said: list[Found]
) -> None:
    assert trainer is not None
    sweeps("run", file)
    assert sweeps("status").output.count("advice: ") == 3
    assert sweeps("resume").output.count("advice: ") == 3
    assert sweeps("status", "--json").output.count("advice") == 0
    assert len(said) == 3


def test_nothing_is_said_where_nothing_is_known(
    sweeps: Command, file: str, trainer: object
) -> None:
    assert trainer is not None
    assert "advice" not in sweeps("run", file).output


def test_how_a_sweep_ended_is_told_without_the_ledger(here: Path, said: list[Found]) -> None:
    summary = Summary("abc", "small", "finished", 3, 0, None, 1.0, 0, "")
    assert advice_after(summary, HERE) == []
    assert said == []


def test_who_interrupts_is_in_a_hurry(
    sweeps: Command,
    file: str,
    trainer: object,
    said: list[Found],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert trainer is not None
    sweeps("run", file)
    said.clear()
    summary = Summary("abc", "small", "finished", 3, 0, None, 1.0, 0, "")
    monkeypatch.setattr(advice_lines, "reached", lambda _: pytest.fail("the store was opened"))
    assert advice_after(replace(summary, ending="interrupted"), HERE) == []
