"""Packs that end before all their fits are done."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Event

import pytest

from sweeps import cores
from sweeps.trainers import time_limit
from sweeps.trainers.fused_fit import FusedFit
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit
from tests.sweeps.trainers.contract_limits import Clock
from tests.sweeps.trainers.fitting import DEEP, fit_of, problem_on, same
from tests.sweeps.trainers.fused.one_pack import train


def test_of_fits_that_share_a_course_the_short_ones_are_done_when_time_is_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One run of 9 epochs serves them all; its third is told to the two that still want it."""
    clock = Clock()
    monkeypatch.setattr(time_limit, "clock", clock)
    fits = [fit_of(DEEP, budget=budget, seconds=2.5) for budget in (2, 5, 9)]
    short, *cut = FusedFit().train(Pack(tuple(fits)), problem_on(), Progress(clock.epoch))
    assert same(short, train([fits[0]])[0])
    said = [outcome.error.message for outcome in cut if outcome.error is not None]
    together = "3 fits trained together took longer than 7.5 s"
    assert said == [f"{together}; {epochs} epochs were trained" for epochs in ("3 of 5", "3 of 9")]


def test_what_ends_a_pack_ends_its_other_lanes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in a notebook, say: lanes under way end after their epoch, others do not begin."""
    short = fit_of({**DEEP, "width": 9}, budget=1)
    long = fit_of({**DEEP, "width": 99, "epochs": 20_000})
    begun = Event()
    told: list[int] = []

    def progress(fit: Fit, epoch: int, values: Mapping[str, float]) -> None:
        if fit == short:
            begun.wait()
            raise KeyboardInterrupt
        told.append(epoch)
        begun.set()

    monkeypatch.setenv(cores.THREADS, "2")
    with pytest.raises(KeyboardInterrupt):
        FusedFit().train(Pack((short, long)), problem_on(), Progress(progress))
    assert 1 <= len(told) < 20_000
