from __future__ import annotations

import hashlib
from pathlib import Path

import optuna
import pytest

from sweeps.backends.optuna_quiet import quiet
from sweeps.errors import SweepError
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import StudyChoice
from sweeps.warm_start.from_study import earlier_study
from sweeps.warm_start.priors import fitted

SWEEP = read_sweep(
    {
        "task": "penguins",
        "search": {"backend": "optuna", "trials": 3},
        "space": {
            "width": {"low": 8, "high": 64, "log": True},
            "activation": ["relu", "tanh"],
            "epochs": 5,
        },
    }
)
PLACE = ("search", "warm_start", 0)


def objective(trial: optuna.Trial) -> float:
    width = trial.suggest_int("width", 8, 128, log=True)
    activation = trial.suggest_categorical("activation", ["relu", "tanh", None])
    if trial.number == 3:
        raise optuna.TrialPruned
    return width / 128 + (activation == "relu")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("studies") / "my study.db"
    url = f"sqlite:///{made}"
    with quiet():
        sampler = optuna.samplers.RandomSampler(seed=1)
        study = optuna.create_study(
            storage=url, study_name="mine", direction="maximize", sampler=sampler
        )
        study.optimize(objective, n_trials=12)
        optuna.create_study(storage=url, study_name="small", direction="minimize")
        optuna.create_study(storage=url, study_name="two", directions=["maximize", "minimize"])
    return made


def choice(file: Path, name: str | None = "mine") -> StudyChoice:
    return StudyChoice(f"sqlite:///{file}", name)


def test_its_finished_trials_are_told_as_far_as_they_fit(file: Path) -> None:
    earlier = earlier_study(choice(file), SWEEP, PLACE)
    assert earlier.name == "mine"
    assert len(earlier.tried) == 11
    fits = fitted(earlier, SWEEP)
    assert 0 < len(fits.priors) < 11
    assert len(fits.priors) + sum(fits.left_out.values()) == 11
    for prior in fits.priors:
        config = prior.config
        assert config["epochs"] == 5
        assert prior.scores == (
            -(int(config["width"] or 0) / 128 + (config["activation"] == "relu")),
        )


def test_nothing_is_written(file: Path) -> None:
    before = hashlib.sha256(file.read_bytes()).digest()
    earlier_study(choice(file), SWEEP, PLACE)
    assert hashlib.sha256(file.read_bytes()).digest() == before
    assert [one.name for one in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("min", "no study 'min' in .*did you mean 'mine'"),
        (None, "3 studies are in .*: say which, as in `study: mine`"),
        ("small", "study small is to minimize, this sweep to maximize val_accuracy"),
        ("two", "study two is to maximize, minimize, this sweep to maximize val_accuracy"),
    ],
)
def test_a_study_that_is_not_meant_is_refused(file: Path, name: str | None, message: str) -> None:
    with pytest.raises(SweepError, match=message) as caught:
        earlier_study(choice(file, name), SWEEP, PLACE)
    assert caught.value.path[:3] == PLACE


def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(SweepError, match=r"there is no file .*none\.db") as caught:
        earlier_study(choice(tmp_path / "none.db"), SWEEP, PLACE)
    assert caught.value.path == (*PLACE, "optuna")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 100])
def test_what_is_no_study_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd.db").write_bytes(content)
    with pytest.raises(SweepError, match=r"cannot be read as Optuna's: .*(table|database)"):
        earlier_study(choice(tmp_path / "odd.db"), SWEEP, PLACE)
    assert (tmp_path / "odd.db").read_bytes() == content


def test_an_address_that_nobody_knows_is_refused() -> None:
    with pytest.raises(SweepError, match="foo://x cannot be read as Optuna's"):
        earlier_study(StudyChoice("foo://x"), SWEEP, PLACE)
