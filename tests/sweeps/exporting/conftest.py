from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sweeps.executors.inline import Inline
from sweeps.exporting import export
from tests.sweeps.exporting.shop import Shop
from tests.sweeps.tasks.small_datasets import small_datasets as small_datasets
from tests.sweeps.trainers.own.code import MODULE


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """Refits run in this process, which forgets the user's module afterwards."""
    monkeypatch.setattr(export, "executor_for", lambda _, environment: Inline(environment))
    path = list(sys.path)
    yield Shop(tmp_path)
    sys.path[:] = path
    sys.modules.pop(MODULE, None)
