"""No Python that a service begins imports from the folder that the service was started in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from sweeps.service.report_pages import Children
from sweeps.service.safe_path import VARIABLE
from tests.sweeps.service.api import Service

SWEEPS = Path(__file__).parents[3] / "sweeps"


def commands(text: str) -> Iterator[list[str]]:
    """The words of each command line in a module's text that begins this Python."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.List | ast.Tuple):
            words = [ast.unparse(word) for word in node.elts]
            if "sys.executable" in words:
                yield words


def unsafe(text: str) -> list[list[str]]:
    return [words for words in commands(text) if words[:2] != ["sys.executable", "'-P'"]]


def test_a_command_without_the_option_is_seen() -> None:
    assert unsafe("import sys\nrun([sys.executable, '-m', 'x'])\nCOMMAND = (sys.executable, '-c')")
    assert not unsafe("import sys\nrun([sys.executable, '-P', '-m', 'x'])\n")


def test_every_command_leaves_out_the_working_folder() -> None:
    """What the command line runs for whoever types it is no service's."""
    texts = {
        str(file.relative_to(SWEEPS)): file.read_text()
        for file in SWEEPS.rglob("*.py")
        if file.relative_to(SWEEPS).parts[0] != "cli"
    }
    begun = {name for name, text in texts.items() if any(commands(text))}
    assert {"service/report_pages.py", "service/beside/mlflow_server.py"} <= begun
    assert "discovery/discover.py" in begun
    assert {name: unsafe(texts[name]) for name in begun if unsafe(texts[name])} == {}


def test_who_draws_a_report_imports_none_of_its_files(
    api: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("random", "selectors", "shutil"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported from there')\n")
    monkeypatch.chdir(tmp_path)
    # A service sets it for all that it begins: here the command is to do without.
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(OSError, match="no sweep 'zzz' in this store"):
        Children(api.store).draw("zzz", tmp_path / "drawn")
