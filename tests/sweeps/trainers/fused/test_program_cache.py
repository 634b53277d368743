from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sweeps.trainers.fused import program_cache
from sweeps.trainers.fused.program_cache import VARIABLE


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    return tmp_path / "programs"


def test_the_folder_is_the_one_that_is_named(cache: Path) -> None:
    assert program_cache.folder() == cache


def test_or_else_in_the_users_cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert program_cache.folder() == tmp_path / "keras-sweeps" / "programs"
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("HOME", str(tmp_path))
    for system, parts in (("linux", ".cache"), ("darwin", "Library/Caches")):
        monkeypatch.setattr(sys, "platform", system)
        assert program_cache.folder() == tmp_path / parts / "keras-sweeps" / "programs"


def test_nothing_is_kept_where_nothing_is(cache: Path) -> None:
    for _ in range(2):
        assert (program_cache.kept().programs, program_cache.kept().bytes) == (0, 0)
        assert program_cache.clear().programs == 0


def test_programs_are_counted_and_cleared(cache: Path) -> None:
    for name, size in (("a/jit_a-1-cache", 100), ("b/jit_a-1-cache", 50), ("a/jit_a-1-atime", 8)):
        (cache / name).parent.mkdir(parents=True, exist_ok=True)
        (cache / name).write_bytes(b"x" * size)
    assert program_cache.kept() == program_cache.Kept(cache, programs=2, bytes=158)
    assert program_cache.clear() == program_cache.Kept(cache, programs=2, bytes=158)
    assert program_cache.kept().bytes == 0


def test_each_kind_of_processor_has_programs_of_its_own(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = program_cache.folder_of_this_processor()
    assert here.parent == cache
    assert here == program_cache.folder_of_this_processor()
    monkeypatch.setattr(program_cache, "_processor", lambda: "flags: another")
    assert program_cache.folder_of_this_processor() != here


TRAIN = """
import sys
from sweeps.trainers.fused.program_cache import kept
from sweeps.trainers.fused_fit import FusedFit
from sweeps.trainers.trainer import Pack
from tests.sweeps.trainers.fitting import DEEP, fit_of, problem_on

(outcome,) = FusedFit().train(Pack((fit_of(DEEP),)), problem_on(), None)
assert outcome.error is None, outcome.error
loaded = {name.partition(".")[0] for name in sys.modules}
print(kept().programs, sorted(loaded & {"tensorflow", "keras", "jax"}))
"""


def run(cache: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", TRAIN],
        env={**os.environ, VARIABLE: str(cache)},
        capture_output=True,
        text=True,
        check=True,
    )
    count, _, loaded = done.stdout.strip().partition(" ")
    return int(count), loaded


@pytest.mark.slow
def test_programs_are_kept_between_runs_and_neither_tensorflow_nor_keras_is_loaded(
    tmp_path: Path,
) -> None:
    first, loaded = run(tmp_path)
    assert first >= 2
    assert loaded == "['jax']"
    before = {path.name for path in (tmp_path / "programs").glob("*-cache")}
    assert run(tmp_path) == (first, loaded)
    assert {path.name for path in (tmp_path / "programs").glob("*-cache")} == before
