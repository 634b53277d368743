"""The real data sets, where somebody has them: for the slow tests."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

VARIABLE = "SWEEPS_TEST_DATA"
"""Names a folder that is laid out as Keras's own: `datasets/imdb.npz` and so on."""


@pytest.fixture(scope="session")
def real_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of that folder, since Keras writes into the one that it is given."""
    named = os.environ.get(VARIABLE)
    if not named:
        pytest.skip(f"{VARIABLE} names no folder with the data sets of Keras")
    copied = tmp_path_factory.mktemp("data") / "keras"
    shutil.copytree(named, copied, copy_function=shutil.copyfile)
    for folder in (copied, *copied.rglob("*/")):
        folder.chmod(0o755)
    return copied


@pytest.fixture
def keras_home(real_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The real data sets, for this process and those that it starts."""
    monkeypatch.setenv("KERAS_HOME", str(real_data))
    return real_data
