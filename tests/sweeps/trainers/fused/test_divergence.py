"""A member of a pack that diverges, and its neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sweeps import checkpoints
from tests.sweeps.trainers.fitting import fit_of, same
from tests.sweeps.trainers.fused.one_pack import ASTRAY, astray


@pytest.mark.parametrize("depth", [2, 5])
@pytest.mark.parametrize("more", [{}, {"early_stopping.patience": 50}], ids=["late", "followed"])
def test_a_member_diverges_alone_with_its_epoch(depth: int, more: Mapping[str, Any]) -> None:
    """Its neighbours stay as they are to the last bit, early or late as it may be found out."""
    late = {**ASTRAY, "layer_count": depth, **more}
    plain = {**late, "decay.exponential.rate": 0.9}
    soon = {**plain, "learning_rate": 1e30}
    fits = [fit_of(one, seed=seed) for seed, one in enumerate((plain, soon, plain, late, plain))]
    outcomes = astray(fits)
    for place in (0, 2, 4):
        assert outcomes[place].error is None
        assert same(outcomes[place], astray([fits[place]])[0])
    for place in (1, 3):
        outcome = outcomes[place]
        assert outcome.error is not None
        assert outcome.error.reason == "diverged"
        epochs = int(outcome.metrics["epochs"])
        assert all(len(values) == epochs for values in outcome.history.values())
        assert outcome.error.message.endswith(f"in epoch {epochs + 1}")
        assert outcome.metrics.keys() == {"parameters", "epochs"}
    assert outcomes[1].metrics["epochs"] < outcomes[3].metrics["epochs"]
    assert outcomes[3].metrics["epochs"] > 0


def test_what_ended_before_the_divergence_is_well() -> None:
    """Fits that share a course: the short one is done when the long one goes astray."""
    long = astray([fit_of(ASTRAY)])[0]
    well = int(long.metrics["epochs"])
    assert 0 < well < 9
    short, whole = astray([fit_of(ASTRAY, budget=well), fit_of(ASTRAY)])
    assert short.error is None
    assert same(whole, long)


def test_a_neighbours_checkpoint_may_reveal_a_divergence(tmp_path: Path) -> None:
    """Results are fetched for the one that ends, and tell that the other went astray before."""
    plain = {**ASTRAY, "decay.exponential.rate": 0.9}
    short = fit_of(plain, seed=1, budget=3, save_to=str(tmp_path / "short.npz"))
    astray_soon = fit_of({**plain, "learning_rate": 1e30}, seed=2)
    kept, failed = astray([short, astray_soon])
    assert kept.error is None
    assert checkpoints.load(tmp_path / "short.npz") is not None
    assert same(failed, astray([astray_soon])[0])
    assert failed.error is not None
