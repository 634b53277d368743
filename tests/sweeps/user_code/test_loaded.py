"""Whether what this process has imported is what stands in the file."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from sweeps.user_code.loaded import is_what_runs
from sweeps.user_code.user_code import load


def test_a_module_that_is_not_imported_yet_will_be_read(tmp_path: Path) -> None:
    (tmp_path / "unread.py").write_text("x = 1\n")
    assert is_what_runs("unread", tmp_path / "unread.py")


def test_a_module_of_ours_that_was_changed_since_is_not_what_runs(tmp_path: Path) -> None:
    (tmp_path / "neighbour_7.py").write_text("y = 1\n")
    (tmp_path / "loaded_7.py").write_text("import neighbour_7\nx = 1\n")
    assert load("loaded_7:x", str(tmp_path)) == 1
    for name in ("loaded_7", "neighbour_7"):
        file = tmp_path / f"{name}.py"
        assert is_what_runs(name, file)
        file.write_text("x = y = 22\n")
        assert not is_what_runs(name, file)


def test_of_what_somebody_else_imported_only_the_age_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "young_7.py").write_text("x = 1\n")
    importlib.import_module("young_7")
    assert not is_what_runs("young_7", tmp_path / "young_7.py")
    del sys.modules["young_7"]
    assert is_what_runs("json", Path(importlib.import_module("json").__file__ or ""))
