"""The default trainer: what can be fused is, the rest is Keras's."""

from __future__ import annotations

import pytest

from sweeps.problem import Problem
from sweeps.trainers.auto import Auto
from sweeps.trainers.fused import packing
from sweeps.trainers.fused_fit import FusedFit
from sweeps.trainers.keras_fit import KerasFit
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, Outcome
from tests.sweeps.trainers.fitting import DEEP, fit_of, problem_on

SMALL, LARGE = fit_of(DEEP), fit_of({**DEEP, "width": 900})
UNREADABLE = fit_of({"width": -1})


@pytest.fixture(autouse=True)
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "MEMORY", 1_000_000)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Fit]]:
    """Who was asked to train what."""
    asked: list[tuple[str, Fit]] = []

    def note(name: str, pack: Pack) -> list[Outcome]:
        asked.extend((name, fit) for fit in pack.fits)
        return [Outcome(fit, {}, {}, 0.0) for fit in pack.fits]

    def fused(
        _: FusedFit, pack: Pack, problem: Problem, progress: Progress | None
    ) -> list[Outcome]:
        return note("fused", pack)

    def keras(
        _: KerasFit, pack: Pack, problem: Problem, progress: Progress | None
    ) -> list[Outcome]:
        return note("keras", pack)

    monkeypatch.setattr(FusedFit, "train", fused)
    monkeypatch.setattr(KerasFit, "train", keras)
    return asked


def test_what_is_too_large_to_fuse_goes_to_keras(asked: list[tuple[str, Fit]]) -> None:
    trainer, problem = Auto(), problem_on()
    packs = trainer.pack([LARGE, SMALL], problem)
    assert packs == [Pack((SMALL,)), Pack((LARGE,))]
    outcomes = [outcome for pack in packs for outcome in trainer.train(pack, problem, None)]
    assert asked == [("fused", SMALL), ("keras", LARGE)]
    assert [(outcome.trainer, outcome.fit) for outcome in outcomes] == asked


def test_what_nobody_can_train_is_left_to_the_fused_trainer(asked: list[tuple[str, Fit]]) -> None:
    trainer, problem = Auto(), problem_on()
    (pack,) = trainer.pack([UNREADABLE], problem)
    trainer.train(pack, problem, None)
    assert asked == [("fused", UNREADABLE)]


def test_the_fused_trainer_alone_refuses_by_name() -> None:
    small, large = FusedFit().train(Pack((SMALL, LARGE)), problem_on(), None)
    assert small.error is None
    assert large.error is not None
    assert large.error.reason == "bad_configuration"
    assert "trainer: fused cannot train this: one network needs" in large.error.message


def test_both_environments_stand() -> None:
    environment = Auto().environment
    for trainer in (FusedFit(), KerasFit()):
        assert trainer.environment.items() <= environment.items()
