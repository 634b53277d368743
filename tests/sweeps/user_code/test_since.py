"""Going on with a sweep whose code was changed, or is gone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sweeps.errors import SweepError
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Sweep
from sweeps.user_code.since import look_again

BEGAN_MS = 1_700_000_000_000


def sweep(folder: Path) -> Sweep:
    return read_sweep(
        {
            "function": "their_loop:train",
            "folder": str(folder),
            "objective": {"metric": "loss", "goal": "minimize"},
            "space": {"x": [1, 2]},
        }
    )


@pytest.fixture
def module(tmp_path: Path) -> Path:
    file = tmp_path / "their_loop.py"
    file.write_text("def train(config): return 1.0\n")
    return file


def changed(file: Path, milliseconds: int) -> None:
    """Give the file a time so long after the sweep began."""
    seconds = (BEGAN_MS + milliseconds) / 1000
    os.utime(file, (seconds, seconds))


def test_a_change_is_said(module: Path) -> None:
    said: list[str] = []
    changed(module, -1000)
    look_again(sweep(module.parent), BEGAN_MS, said.append)
    assert said == []
    changed(module, 1000)
    look_again(sweep(module.parent), BEGAN_MS, said.append)
    (line,) = said
    assert line.startswith("their_loop.py was changed after this sweep had begun")


@pytest.mark.parametrize("text", [None, "def other(config): return 1.0\n"])
def test_nobody_goes_on_without_the_code(module: Path, text: str | None) -> None:
    module.unlink() if text is None else module.write_text(text)
    with pytest.raises(SweepError, match=r"no module of that name|no 'train'") as caught:
        look_again(sweep(module.parent), BEGAN_MS, lambda _: None)
    assert caught.value.path == ("function",)


def test_networks_of_ours_have_no_code(tmp_path: Path) -> None:
    look_again(read_sweep({"task": "penguins", "space": {"width": 8}}), 0, pytest.fail)
