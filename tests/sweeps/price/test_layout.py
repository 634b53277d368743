from __future__ import annotations

from pathlib import Path

import pytest

from sweeps import evaluation
from sweeps.price import layout
from sweeps.price.layout import laid_out
from tests.sweeps.fakes import FakeTrainer
from tests.sweeps.price.rehearsed import parts_of

RANDOM = {"layer_count": 1, "width": {"low": 1, "high": 500}, "epochs": 3}


def test_a_grid_is_laid_out_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    parts = parts_of(monkeypatch, evaluate={"folds": 3, "repeats": 2})
    found = laid_out(parts, tmp_path)
    assert found.complete
    assert (len(found.trials), len(found.fits)) == (6, 36)
    assert found.epochs == 36 * 4
    packed = [fit for batch in found.batches for pack in batch for fit in pack.fits]
    assert {(f.trial.number, f.repeat, f.fold) for f in packed} == {
        (f.trial.number, f.repeat, f.fold) for f in found.fits
    }


def test_packs_are_those_of_the_batches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    search = {"backend": "random", "trials": 10, "batch": 4}
    parts = parts_of(monkeypatch, FakeTrainer(), search=search, space=RANDOM)
    assert [len(batch) for batch in laid_out(parts, tmp_path).batches] == [4, 4, 2]


@pytest.mark.slow  # it imports KerasTuner
def test_promoted_trials_train_what_their_parents_have_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    space = {**RANDOM, "epochs": 9}
    parts = parts_of(monkeypatch, FakeTrainer(), search="hyperband", space=space)
    found = laid_out(parts, tmp_path)
    rungs = [rung for bracket in parts.plan.brackets for rung in bracket]
    assert len(found.trials) == sum(rung.trials for rung in rungs)
    expected = sum(
        rung.trials * (rung.epochs - (bracket[at - 1].epochs if at else 0))
        for bracket in parts.plan.brackets
        for at, rung in enumerate(bracket)
    )
    assert found.epochs == expected
    trained = [fit for batch in found.batches for pack in batch for fit in pack.fits]
    assert sum(fit.budget for fit in trained) == expected
    assert all(fit.resume_from is None for fit in trained)


def test_confirmations_are_laid_out_last(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    evaluate = {"confirm_top": 2, "repeats": 5}
    found = laid_out(parts_of(monkeypatch, FakeTrainer(), evaluate=evaluate), tmp_path)
    confirming = [trial for trial in found.trials if trial.confirms is not None]
    assert len(confirming) == 2
    assert len(found.fits) == 6 + 2 * 5
    assert len(found.batches[-1]) == 2 * 5


def test_a_search_without_an_end_is_laid_out_in_part(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(layout, "MOST_TRIALS", 50)
    search = {"backend": "random", "batch": 20}
    endless = {**RANDOM, "learning_rate": {"low": 0.001, "high": 0.1}}
    parts = parts_of(
        monkeypatch, FakeTrainer(), search=search, space=endless, budget={"minutes": 1}
    )
    found = laid_out(parts, tmp_path)
    assert not found.complete
    assert len(found.trials) == 60


def test_what_cannot_be_trained_has_no_fits(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    space = {"layer_count": 1, "width": [8, 16], "ratio": 0.5, "epochs": 2}
    parts = parts_of(monkeypatch, FakeTrainer(), space=space)
    monkeypatch.setattr(evaluation, "fits_of", lambda *_: (_ for _ in ()).throw(ValueError("no")))
    found = laid_out(parts, tmp_path)
    assert len(found.trials) == 2
    assert found.fits == ()
    assert found.batches == ((),)
