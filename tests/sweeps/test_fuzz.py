from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from search_spaces import SpaceError
from sweeps.reading.sweep_file import load_sweep
from tests.sweeps import fuzz
from tests.sweeps.mutations import Mutator, shipped

ROOT = Path(__file__).parents[2]


def test_equal_seeds_damage_equally() -> None:
    one, other, third = Mutator(7), Mutator(7), Mutator(8)
    files = [one.file() for _ in range(30)]
    assert files == [other.file() for _ in range(30)]
    assert files != [third.file() for _ in range(30)]
    assert len(set(files)) == 30


def test_what_is_damaged_was_good(tmp_path: Path) -> None:
    assert len(shipped()) > 10
    for data in shipped():
        (tmp_path / "s.yaml").write_bytes(data)
        load_sweep(tmp_path / "s.yaml")


def test_some_damaged_files_are_still_sweeps_and_nothing_is_found(tmp_path: Path) -> None:
    found = fuzz.fuzz(2.0, 1, tmp_path)
    assert found.found == {}
    assert found.tried > found.sweeps > 0
    assert found.plans > 0


@pytest.mark.parametrize(
    ("error", "what"),
    [(KeyError("x"), "KeyError at test_fuzz.py"), (SpaceError("a" * 9_000), None)],
)
def test_what_comes_out_wrong_is_found(
    error: Exception, what: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(document: Any) -> None:
        raise error

    monkeypatch.setattr(fuzz, "read_sweep", broken)
    found = fuzz.fuzz(1.0, 2, tmp_path).found
    assert len(found) == (0 if what is None else 1)
    assert what is None or next(iter(found)).startswith(what)


def test_a_call_that_does_not_end_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(document: Any) -> None:
        while True:
            pass

    monkeypatch.setattr(fuzz, "read_sweep", endless)
    monkeypatch.setattr(fuzz, "READ_SECONDS", 0.1)
    assert [what.split()[0] for what in fuzz.fuzz(0.5, 3, tmp_path).found] == ["TooLongError"]


def _run(seconds: int, seed: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.sweeps.fuzz", "--seconds", str(seconds), "--seed", str(seed)],
        cwd=ROOT,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds + 300,
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_half_a_minute_of_damaged_files() -> None:
    _run(30, 20)


@pytest.mark.soak
@pytest.mark.timeout(5_000)
def test_an_hour_of_damaged_files() -> None:
    _run(3_600, 21)
