from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from sweeps.executors.ray import code
from sweeps.executors.ray.code import TooMuchCodeError


def test_modules_and_packages_are_found_after_all_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sent_model.py").write_text("from sent_package.layers import WIDTH\n")
    (tmp_path / "sent_package").mkdir()
    (tmp_path / "sent_package" / "__init__.py").write_text("")
    (tmp_path / "sent_package" / "layers.py").write_text("WIDTH = 64\n")
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = list(sys.path)
    sent = code.packed(tmp_path)
    for path in tmp_path.rglob("*.py"):
        path.unlink()
    code.unpack(sent)
    code.unpack(sent)
    assert sys.path[:-1] == before, "once, and last"
    assert importlib.import_module("sent_model").WIDTH == 64


def test_only_python_is_sent_and_nothing_hidden_or_installed(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("")
    for name in ("data.csv", ".hidden.py", ".git/hook.py", "site-packages/a.py", "env/b.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "env" / "pyvenv.cfg").write_text("")
    alone = tmp_path.parent / "alone"
    alone.mkdir()
    (alone / "model.py").write_text("")
    assert code.packed(tmp_path) == code.packed(alone)


def test_too_much_is_refused_with_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code, "MOST_BYTES", 2**20)
    (tmp_path / "large.py").write_text("#" * (2**20 + 1))
    with pytest.raises(TooMuchCodeError, match=f"^{tmp_path}: more than 1 MB of Python files"):
        code.packed(tmp_path)
