from __future__ import annotations

import os
from collections.abc import Iterator
from tempfile import TemporaryDirectory

import pytest

from tests.sweeps.executors.ray.simulated import NoClusterError, Simulated


@pytest.fixture(scope="package", autouse=True)
def own_ray() -> Iterator[None]:
    """Neither the user's settings and clusters matter, nor what earlier tests left behind."""
    with (
        # A short name: Ray's sockets lie in it, and theirs may have a hundred letters.
        TemporaryDirectory(prefix="ray-", dir="/tmp", ignore_cleanup_errors=True) as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name in [name for name in os.environ if name.startswith("RAY_")]:
            patch.delenv(name)
        patch.setenv("RAY_TMPDIR", folder)
        yield


@pytest.fixture(scope="package")
def cluster(own_ray: None) -> Iterator[Simulated]:
    """Two nodes of two cores and a GPU each; whoever takes one away puts one back."""
    pytest.importorskip("ray")
    try:
        started = Simulated()
    except NoClusterError as error:
        pytest.skip(str(error))
    for _ in range(2):
        started.add(cpus=2, gpus=1)
    yield started
    started.close()
