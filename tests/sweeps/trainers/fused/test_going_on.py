"""Fits that share a course, which was broken off after some of them had ended."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from sweeps.trainers import under_way
from sweeps.trainers.fused_fit import FusedFit
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, Keeping, Outcome
from tests.sweeps.trainers.contract_keeping import Killed, kept_epoch
from tests.sweeps.trainers.contract_limits import Clock
from tests.sweeps.trainers.fitting import DEEP, EVERYTHING, fit_of, problem_on, same
from tests.sweeps.trainers.fused.one_pack import train

BUDGETS = (1, 4, 5, 9)


def fits_kept_in(folder: Path) -> list[Fit]:
    return [
        fit_of(DEEP, budget=budget, keeping=Keeping(str(folder / f"{budget}.npz"), 2))
        for budget in BUDGETS
    ]


def told(fits: list[Fit], kill_at: int = 0) -> tuple[list[Outcome], list[int]]:
    """The outcomes, and the epochs that each fit was told of."""
    counts = [0] * len(fits)

    def tell(fit: Fit, epoch: int, _: Mapping[str, float]) -> None:
        if epoch == kill_at:
            raise Killed
        counts[fits.index(fit)] += 1

    return FusedFit().train(Pack(tuple(fits)), problem_on(), Progress(tell)), counts


def test_each_goes_on_from_its_own_last_epoch_that_was_kept(tmp_path: Path) -> None:
    """Kept after 2 and 4 epochs for who ends next, after 6 and 8 for the last.

    The one of 4 epochs finds its end in what was kept for the one of 5.
    """
    fits = fits_kept_in(tmp_path)
    with pytest.raises(Killed):
        told(fits, kill_at=9)
    kept = [kept_epoch(tmp_path / f"{budget}.npz") for budget in BUDGETS]
    assert kept == [None, 2, 4, 8]
    outcomes, counts = told(fits)
    assert counts == [1, 0, 1, 1]
    for outcome, expected in zip(outcomes, train(fits_kept_in(tmp_path / "new")), strict=True):
        assert same(outcome, expected)


def test_the_end_of_a_long_fit_is_kept_until_its_pack_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of a lane, when the lane ends; they are then judged, and not trained again."""
    clock = Clock()
    paths = [tmp_path / f"{seed}.npz" for seed in range(2)]
    fits = [
        fit_of(EVERYTHING, seed=seed, keeping=Keeping(str(path), None, 300.0))
        for seed, path in enumerate(paths)
    ]

    def tell(*_: object) -> None:
        clock.now += 2.0

    with monkeypatch.context() as patch:
        patch.setattr(under_way, "clock", clock)
        outcomes = FusedFit().train(Pack(tuple(fits)), problem_on(), Progress(tell))
    epochs = [int(outcome.metrics["epochs"]) for outcome in outcomes]
    assert [kept_epoch(path) for path in paths] == epochs
    again, counts = told(fits)
    assert counts == [0, 0]
    assert all(same(*pair) for pair in zip(again, outcomes, strict=True))


def test_more_ways_than_a_lane_has_room_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They get a lane more, of the same size: the same program, and the same results."""
    monkeypatch.setattr("sweeps.trainers.fused.packing.COMPILING", 0.0)
    fits = fits_kept_in(tmp_path)
    expected = train(fits_kept_in(tmp_path / "new"))
    with pytest.raises(Killed):
        told(fits, kill_at=9)
    outcomes, _ = told(fits)
    assert all(same(*pair) for pair in zip(outcomes, expected, strict=True))
