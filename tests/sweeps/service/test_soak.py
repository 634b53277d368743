"""By hand: `SWEEPS_SOAK_MINUTES=60 pytest -m soak -s tests/sweeps/service/test_soak.py`."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.sweeps.service.soak import soak
from tests.sweeps.service.soak_samples import Life, Sample

MINUTES = "SWEEPS_SOAK_MINUTES"
SEED = "SWEEPS_SOAK_SEED"


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_nothing_leaks_and_no_sweep_is_harmed(tmp_path: Path) -> None:
    seed = int(os.environ.get(SEED) or random.SystemRandom().randrange(10**6))
    print(f"seed {seed}", flush=True)
    found = soak(tmp_path, 60 * float(os.environ.get(MINUTES, "60")), seed)
    print("\n".join(found.lines))
    assert found.wrong == []


def test_what_grows_is_found() -> None:
    steady = Life(1, [Sample(second, 100.0, 7, 20) for second in range(0, 3600, 2)])
    leaking = Life(2, [Sample(second, 100 + second / 36, 7, 20) for second in range(0, 3600, 2)])
    assert steady.slope("megabytes") == 0.0
    assert leaking.slope("megabytes") == pytest.approx(100.0)
    assert Life(3, steady.samples[:20]).slope("megabytes") is None
