"""Models under way are kept as often as they ask, and go on from there when broken off."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweeps import checkpoints
from sweeps.executors.raised import RemoteError, raised_by
from sweeps.problem import Problem
from sweeps.subjects.own_code import OwnCode
from sweeps.trainers import under_way
from sweeps.trainers.model_fit import ModelFit
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, Keeping, Outcome
from tests.sweeps.trainers.contract_keeping import Killed, kept_epoch
from tests.sweeps.trainers.contract_limits import Clock
from tests.sweeps.trainers.models.problems import WRITTEN, fit_of, problem_for
from tests.sweeps.trainers.models.workers import Workers

CONFIG = {"units": 7, "rate": 0.02, "batch_size": 8, "epochs": 9}
SINGLE = ModelFit("jax", "never")
FUSED = ModelFit("jax", "always")
TENSORFLOW = ModelFit("tensorflow", "never")


@dataclass
class Course:
    """What was seen of fits that were broken off, of the same gone on with, and never broken."""

    kept: list[int | None]
    told: list[list[int]]
    continued: list[Outcome]
    unbroken: list[Outcome]
    unequal: list[str]


def told(trainer: ModelFit, fits: list[Fit], problem: Problem, kill_at: int = 0) -> Any:
    """The outcomes, and the epochs that each fit was told of."""
    epochs: list[list[int]] = [[] for _ in fits]

    def tell(fit: Fit, epoch: int, _: Mapping[str, float]) -> None:
        if epoch == kill_at:
            raise Killed
        epochs[fits.index(fit)].append(epoch)

    return trainer.train(Pack(tuple(fits)), problem, Progress(tell)), epochs


def broken_off(trainer: ModelFit, problem: Problem, folder: str, rates: tuple[float, ...]) -> Any:
    """Runs in a worker."""
    places = [Path(folder, f"{number}-kept.npz") for number in range(len(rates))]
    ends = [[Path(folder, f"{n}-{what}.npz") for n in range(len(rates))] for what in "ab"]
    plain = [fit_of({**CONFIG, "rate": rate}) for rate in rates]
    whole = [replace(fit, save_to=str(end)) for fit, end in zip(plain, ends[1], strict=True)]
    fits = [
        replace(fit, keeping=Keeping(str(place), 2), save_to=str(end))
        for fit, place, end in zip(plain, places, ends[0], strict=True)
    ]
    try:
        told(trainer, fits, problem, kill_at=7)
    except Killed:
        kept = [kept_epoch(place) for place in places]
    continued, epochs = told(trainer, fits, problem)
    unbroken, _ = told(trainer, whole, problem)
    unequal = [name for pair in zip(*ends, strict=True) for name in differences(*pair)]
    return Course(kept, epochs, continued, unbroken, unequal)


def differences(first: Path, second: Path) -> list[str]:
    one, other = checkpoints.load(first), checkpoints.load(second)
    assert one is not None
    assert other is not None
    assert one.state == other.state
    pairs = ((name, one.arrays[name], array) for name, array in other.arrays.items())
    return [name for name, *pair in pairs if not np.array_equal(pair[0], pair[1])]


@pytest.mark.parametrize(
    ("trainer", "path", "rates"),
    [
        pytest.param(SINGLE, "plain:normalised_at", (0.02,), id="single", marks=pytest.mark.slow),
        pytest.param(
            FUSED, "plain:normalised_at", (0.02, 0.05, 0.01), id="fused", marks=pytest.mark.slow
        ),
        pytest.param(
            TENSORFLOW, "plain:normalised_at", (0.02,), id="tensorflow", marks=pytest.mark.slow
        ),
    ],
)
def test_what_was_broken_off_ends_as_if_it_had_not_been(
    workers: Workers, tmp_path: Path, trainer: ModelFit, path: str, rates: tuple[float, ...]
) -> None:
    course = workers.call(
        trainer.keras, broken_off, trainer, problem_for(path), str(tmp_path), rates
    )
    assert course.kept == [6] * len(rates)
    assert course.told == [[7, 8, 9]] * len(rates)
    for continued, unbroken in zip(course.continued, course.unbroken, strict=True):
        assert continued.error is None
        assert continued.metrics == unbroken.metrics
        assert continued.history == unbroken.history
        assert not continued.notes
    assert course.unequal == []


def long_ones(trainer: ModelFit, problem: Problem, folder: str, kill: Sequence[int]) -> Any:
    """What is kept of two fits that are trained for 18 seconds, and what is trained again.

    They are broken off in this epoch of this fit. Runs in a worker.
    """
    clock = Clock()
    paths = [Path(folder, f"{number}.npz") for number in range(2)]
    fits = [
        fit_of({**CONFIG, "rate": rate}, keeping=Keeping(str(path), None, 300.0))
        for rate, path in zip((0.01, 0.02), paths, strict=True)
    ]

    def tell(fit: Fit, epoch: int, _: Mapping[str, float]) -> None:
        clock.now += 2.0
        if [fits.index(fit), epoch] == list(kill):
            raise Killed

    with pytest.MonkeyPatch.context() as patch, suppress(Killed):
        patch.setattr(under_way, "clock", clock)
        trainer.train(Pack(tuple(fits)), problem, Progress(tell))
    return [kept_epoch(path) for path in paths], told(trainer, fits, problem)[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("trainer", "kill", "kept"),
    [
        pytest.param(SINGLE, (1, 4), [9, None], id="single"),
        pytest.param(FUSED, (1, 10), [9, 9], id="fused"),
    ],
)
def test_the_end_of_a_long_fit_is_kept_until_its_pack_has_ended(
    workers: Workers, tmp_path: Path, trainer: ModelFit, kill: Sequence[int], kept: list[int]
) -> None:
    problem = problem_for("plain:build")
    found, again = workers.call("jax", long_ones, trainer, problem, str(tmp_path), kill)
    assert found == kept
    assert again == [[] if epoch == 9 else list(range(1, 10)) for epoch in kept]


@pytest.mark.slow
def test_what_is_no_past_of_it_is_left_and_said(workers: Workers, tmp_path: Path) -> None:
    path = tmp_path / "kept.npz"
    module = Path(shutil.copy(Path(WRITTEN, "plain.py"), tmp_path / "plain_too.py"))
    problem = problem_for("plain_too:build")
    assert isinstance(problem.subject, OwnCode)
    here = OwnCode(problem.subject.choice, str(tmp_path))
    problem = replace(problem, folder=str(tmp_path), subject=here)

    def trained(**changes: Any) -> Outcome:
        return workers.train(fit_of(CONFIG, **changes), problem)

    def note(**changes: Any) -> str:
        outcome = trained(keeping=Keeping(str(path), 9), budget=2, **changes)
        assert outcome.error is None
        return outcome.notes.get("not_continued", "")

    trained(budget=1, save_to=str(path))
    assert note() == ""
    assert note(seed=6) == f"{path}: kept of another network, seed, rows or code than this"
    neighbour = tmp_path / "neighbour.py"
    for changed, line in ((module, "import neighbour\n"), (neighbour, ""), (neighbour, "\n")):
        with changed.open("a") as file:
            file.write(line)
        assert "code" in note()
        trained(budget=1, save_to=str(path))
        assert note() == ""
    path.write_bytes(path.read_bytes()[:-100])
    assert "a torn one" in note()


@pytest.mark.slow
def test_a_checkpoint_that_cannot_be_written_is_no_fault_of_the_model(
    workers: Workers, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    fit = fit_of(CONFIG, keeping=Keeping(str(tmp_path / "file" / "kept.npz"), 2))
    for fusing in ("never", "always"):
        with pytest.raises(RemoteError, match=r"kept\.npz") as caught:
            workers.train(fit, problem_for("plain:build"), fusing=fusing)
        assert raised_by(caught.value).is_os_error


@pytest.mark.slow
def test_averaged_weights_are_put_in_place_at_the_very_end_alone(
    workers: Workers, tmp_path: Path
) -> None:
    """Keras's `fit` does so whenever it returns; training goes on from those before."""
    rung, problem = str(tmp_path / "rung.npz"), problem_for("plain:averaged")
    workers.train(fit_of(CONFIG, budget=3, save_to=rung), problem)
    continued = workers.train(fit_of(CONFIG, budget=5, resume_from=rung), problem)
    unbroken = workers.train(fit_of(CONFIG, budget=5), problem)
    assert continued.history == unbroken.history
    assert continued.metrics == unbroken.metrics
    again = workers.train(fit_of(CONFIG, budget=3, resume_from=rung), problem)
    assert again.metrics == workers.train(fit_of(CONFIG, budget=3), problem).metrics
