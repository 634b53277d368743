"""Processes for the user's code find what we do; programs that it starts, what the user says."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from sweeps.discovery.discover import recorded_space
from sweeps.errors import SweepError
from sweeps.executors.import_path import USERS, VARIABLE, handing_over, take_over
from sweeps.executors.where import Where
from sweeps.price.calibration import calibrated
from sweeps.reading.sweep import read_sweep
from sweeps.tasks.user_rows import UserRows

PROGRAM = "import json, os; print(json.dumps([os.environ.get(n) for n in {names!r}]))"
ASKING = """
import subprocess, sys

def told():
    return subprocess.check_output([sys.executable, "-c", {program!r}], text=True).strip()
"""
"""A module of the user's that starts a program, which says what it has in its environment."""

SAID = [None, "", "{tmp}/theirs"]
"""What the user may have said of the import path."""


@pytest.fixture
def code(tmp_path: Path) -> Path:
    program = PROGRAM.format(names=[VARIABLE, USERS])
    (tmp_path / "asking.py").write_text(ASKING.format(program=program))
    return tmp_path


@pytest.fixture(params=SAID)
def said(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[str | None]:
    """What programs are to be told then."""
    monkeypatch.delenv(VARIABLE, raising=False)
    if request.param is None:
        return [None, None]
    given = request.param.format(tmp=tmp_path)
    monkeypatch.setenv(VARIABLE, given)
    return [given or None, None]


def test_what_is_handed_over_is_taken_once(
    said: list[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = handing_over(os.environ)
    assert environment[VARIABLE].split(os.pathsep) == [place for place in sys.path if place]
    for name in (VARIABLE, USERS):
        monkeypatch.setenv(name, environment[name])
    for _ in range(2):
        take_over()
        assert [os.environ.get(VARIABLE), os.environ.get(USERS)] == said


def test_who_was_begun_by_others_keeps_what_the_user_said(
    said: list[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = os.environ.get(VARIABLE)
    take_over()
    assert os.environ.get(VARIABLE) == before


def test_programs_of_a_recorded_module_are_the_users(code: Path, said: list[str | None]) -> None:
    (code / "model.py").write_text("import asking\nraise ValueError(asking.told())\n")
    with pytest.raises(SweepError) as caught:
        recorded_space("model:build", str(code), "tensorflow")
    assert caught.value.message.endswith(f"ValueError: {json.dumps(said)}")


def test_programs_of_whoever_loads_rows_are_the_users(code: Path, said: list[str | None]) -> None:
    (code / "rows.py").write_text("import asking\nraise ValueError(asking.told())\n")
    task = UserRows.from_options({"load": "rows:load"}, str(code))
    with pytest.raises(SweepError) as caught:
        _ = task.kept
    assert caught.value.message.endswith(f"ValueError: {json.dumps(said)}")


@pytest.mark.slow
def test_programs_of_what_is_priced_are_the_users(
    code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(code / "theirs"))
    (code / "trial.py").write_text(
        "import asking, pathlib\n"
        "def score(config):\n"
        "    pathlib.Path(__file__).with_name('told').write_text(asking.told())\n"
        "    return config['x']\n"
    )
    document = {
        "name": "asking",
        "folder": str(code),
        "function": "trial:score",
        "objective": {"goal": "maximize"},
        "space": {"x": [1, 2]},
    }
    calibrated(read_sweep(document), Where(workers=1), new_store=True, seconds=1.0)
    assert json.loads((code / "told").read_text()) == [str(code / "theirs"), None]
