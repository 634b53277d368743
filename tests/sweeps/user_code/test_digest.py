"""What counts as the user's code, and what of it cannot be seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.user_code import digest as code_digest
from sweeps.user_code.digest import code_of, own_digest, seen_of

MODEL = "import numpy as np\nfrom shapes import wide\n\ndef build(hp):\n    return wide(np, hp)\n"
SHAPES = "def wide(np, hp):\n    return np.ones(3)\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "model.py").write_text(MODEL)
    (tmp_path / "shapes.py").write_text(SHAPES)
    (tmp_path / "beside.py").write_text("print('nobody imports this')\n")
    return tmp_path


def digest(folder: Path) -> str:
    code = code_of(["model:build"], str(folder))
    assert code is not None
    return code.digest


@pytest.mark.parametrize("name", ["model.py", "shapes.py"])
def test_a_module_and_what_it_imports_count(folder: Path, name: str) -> None:
    before = digest(folder)
    (folder / name).write_text((folder / name).read_text() + "# a word more\n")
    assert digest(folder) != before


def test_what_stands_beside_it_does_not(folder: Path) -> None:
    before = digest(folder)
    (folder / "beside.py").write_text("print('something else')\n")
    assert digest(folder) == before


def test_versions_of_packages_count(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest(folder)
    monkeypatch.setattr(code_digest, "version_of", lambda _: "0.1")
    assert digest(folder) != before


@pytest.mark.parametrize(
    "line",
    [
        "open('weights.bin')",
        "import os; depth = os.environ['DEPTH']",
        "import numpy; w = numpy.load('w.npy')",
        "import pandas; t = pandas.read_csv('t.csv')",
        "from pandas import read_csv as r",
        "import h5py as h; w = h.Dataset",
        "from requests import get",
        "import keras; d = keras.utils.image_dataset_from_directory('d')",
        "import subprocess; subprocess.Popen(['date'])",
        "import importlib; m = importlib.import_module('shapes')",
        "import nowhere_to_be_found",
        "exec('x = 1')",
        "this is no Python",
    ],
)
def test_code_that_may_depend_on_more_is_not_told_apart(folder: Path, line: str) -> None:
    (folder / "shapes.py").write_text(SHAPES + line + "\n")
    assert code_of(["model:build"], str(folder)) is None
    assert seen_of(["model:build"], str(folder)) is not None


def test_an_installed_module_is_its_version(folder: Path) -> None:
    code = code_of(["sklearn.metrics:f1_score"], str(folder))
    assert code is not None
    assert not code.sources
    assert code_of(["__main__:build"], str(folder)) is None


def test_a_package_that_is_worked_on_has_no_version() -> None:
    assert code_of(["keras_sweeps_of_nobody:x"], "") is None


def test_our_own_digest_is_of_all_that_decides_figures() -> None:
    assert len(own_digest()) == 64
    assert own_digest() == own_digest()
