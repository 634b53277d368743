from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.peer import Peer
from tests.sweeps.trainers.models.workers import Workers


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    started = Workers()
    yield started
    started.close()


@pytest.fixture
def peer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Peer]:
    """A folder with somebody else's code in it; what this process imported of it is forgotten."""
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    path, modules = list(sys.path), {*sys.modules}
    yield Peer(tmp_path)
    sys.path[:] = path
    for name in {*sys.modules} - modules:
        if str(getattr(sys.modules[name], "__file__", None)).startswith(str(tmp_path)):
            del sys.modules[name]
