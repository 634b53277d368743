"""What holds for every test: programs are compiled into a folder that goes with the session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sweeps.trainers.fused.program_cache import VARIABLE


@pytest.fixture(scope="session", autouse=True)
def own_program_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The user's own compiled programs are neither used nor added to."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(tmp_path_factory.mktemp("cache")))
        yield
