"""Where the code of a submitted sweep runs, from its submission to its end."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from multiprocessing import forkserver
from pathlib import Path

import pytest

from sweeps.executors.executor import WORKER_NAME
from sweeps.ledger import jobs as ledger_jobs
from sweeps.ledger.jobs import Job, Order
from sweeps.ledger.ledger import Ledger
from sweeps.service.admission.admit import admit
from sweeps.service.running.launching_here import HereLauncher, LaunchedHere
from sweeps.service.safe_path import safe_path
from sweeps.service.settings import Allowed, Settings
from sweeps.store import Store

ROOT = Path(__file__).parents[4]
NOISY = '''\
import json, multiprocessing, os, sys

NOTES = {notes!r}
with open(NOTES, "a") as file:
    who = {{
        "pid": os.getpid(),
        "name": multiprocessing.current_process().name,
        "words": open("/proc/self/cmdline").read().split("\\0"),
        "environment": dict(os.environ),
    }}
    file.write(json.dumps(who) + "\\n")


class Odd(float):
    """A number of a class that only this module has."""


class Name(str):
    """A name of a metric."""


class OddError(Exception):
    """So is this."""


def score(config):
    if config["x"] == 2:
        raise OddError("as it happens")
    return {{Name("value"): Odd(config["x"])}}


def objective(trial):
    trial.suggest_categorical("y", [Odd(1.5), Name("two")])
    trial.report(Odd(0.5), 1)
    return Odd(trial.suggest_int("x", 1, 9))


def rows():
    import numpy as np
    rng = np.random.default_rng(0)
    return rng.normal(size=(60, 3)), np.arange(60) % 2


def make(C=1.0):
    from sklearn.linear_model import LogisticRegression

    class Own(LogisticRegression):
        pass

    return Own(C=C)


def agreement(y_true, y_pred):
    return Odd((y_true == y_pred).mean())


def build(hp):
    import keras
    units = hp.Choice("units", [2, 3])
    model = keras.Sequential([keras.layers.Dense(units), keras.layers.Dense(2)])
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model
'''
FUNCTION = "function: noisy:score\nobjective: {goal: maximize}\nspace: {x: [1, 2, 3]}\n"
OBJECTIVE = (
    "function: noisy:objective\nobjective: {goal: maximize}\n"
    "search: {backend: optuna, trials: 3, pruner: median}\n"
)
ESTIMATOR = (
    "estimator: noisy:make\ntask: {load: 'noisy:rows'}\nspace: {C: [0.1, 1.0]}\n"
    "evaluate: {metrics: ['noisy:agreement'], confirm_top: 1, repeats: 2}\n"
)
INSTALLED = "estimator: sklearn.svm:SVC\ntask: penguins\nspace: {C: [0.1, 1.0]}\n"
MODEL = (
    "model: {path: 'noisy:build', keras: jax}\ntask: {load: 'noisy:rows'}\nspace: {epochs: 1}\n"
    "objective: {metric: val_loss}\nevaluate: {metrics: ['noisy:agreement']}\n"
)
SECRETS = {
    "SWEEPS_TOKEN": "swp_a_b",
    "PGPASSWORD": "hunter2",
    "MLFLOW_TRACKING_PASSWORD": "hunter2",
    "TEAM_HOOK": "https://bot:hunter2@hooks.example.org/x",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """One for all: MLflow takes seconds to make its database."""
    return Store.at(tmp_path_factory.mktemp("kept"))


@pytest.fixture
def settings(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    code = tmp_path / "code"
    code.mkdir()
    (code / "noisy.py").write_text(NOISY.format(notes=str(tmp_path / "notes")))
    for name, value in {**SECRETS, "PYTHONPATH": str(ROOT), "USUAL": "yes"}.items():
        monkeypatch.setenv(name, value)
    names = ("score", "objective", "make", "rows", "agreement", "build")
    listed = tuple(f"noisy:{name}" for name in names)
    allowed = Allowed((tmp_path,), (code,), listed)
    return Settings(store, slots=1, allowed=allowed)


@pytest.fixture
def launcher(settings: Settings) -> Iterator[HereLauncher]:
    # One that another test of this process has left has the variables of then.
    forkserver._forkserver._stop()
    made = HereLauncher(settings)
    yield made
    made.close()


def submitted(text: str, settings: Settings) -> Job:
    """A sweep that the runner is about to launch."""
    sweep = admit(text.encode(), "s.yaml", (), settings.allowed)
    with closing(Ledger.open(settings.store.ledger_url)) as ledger:
        job, _ = ledger_jobs.enqueue(ledger, sweep, Order("ada", "", workers=1))
        assert ledger_jobs.change(ledger, job, state="running", launched_ms=1, runner="here")
        found = ledger_jobs.job_of(ledger, job.sweep_id)
    assert found is not None
    return found


def waited_for(launched: LaunchedHere) -> int:
    launched._process.join(100)
    assert not launched.alive, "it goes on"
    assert launched._process.pid is not None
    return launched._process.pid


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("text", "done", "failed"),
    [
        pytest.param(FUNCTION, 2, 1, id="function", marks=pytest.mark.slow),
        pytest.param(OBJECTIVE, 3, 0, id="objective", marks=pytest.mark.slow),
        pytest.param(ESTIMATOR, 2, 0, id="estimator", marks=pytest.mark.slow),
        # Keras is imported four times for it: by hand.
        pytest.param(MODEL, 2, 0, id="model", marks=pytest.mark.soak),
    ],
)
def test_the_users_code_runs_in_trial_processes_alone(
    text: str, done: int, failed: int, settings: Settings, launcher: HereLauncher, tmp_path: Path
) -> None:
    """And they know no secret of the service."""
    job = submitted(text, settings)
    coordinator = waited_for(launcher.launch(job, ()))
    with closing(Ledger.open(settings.store.ledger_url)) as ledger:
        row = ledger.sweep(job.sweep_id)
    log = (settings.folder / "logs" / f"{job.sweep_id}.log").read_text()
    assert (row.state, row.done, row.failed) == ("finished", done, failed), log
    notes = [json.loads(line) for line in (tmp_path / "notes").read_text().splitlines()]
    assert not {os.getpid(), coordinator} & {note["pid"] for note in notes}
    for note in notes:
        words = " ".join(note["words"])
        child = "sweeps.tasks.user_rows_child" in words or "sweeps.discovery.child" in words
        assert child or note["name"] == WORKER_NAME, note
        assert not set(SECRETS) & set(note["environment"])
        assert "hunter2" not in json.dumps(note["environment"])
        assert note["environment"]["USUAL"] == "yes"
    assert any(note["name"] == WORKER_NAME for note in notes)


@pytest.mark.slow
@pytest.mark.timeout(60)
def test_a_sweep_is_not_begun_with_code_that_is_allowed_no_longer(
    settings: Settings, tmp_path: Path
) -> None:
    job = submitted(FUNCTION, settings)
    launcher = HereLauncher(replace(settings, allowed=Allowed()))
    waited_for(launcher.launch(job, ()))
    launcher.close()
    with closing(Ledger.open(settings.store.ledger_url)) as ledger:
        row = ledger.sweep(job.sweep_id)
    assert row.state == "failed"
    assert "is not among the code that this service runs" in str(row.cause)
    assert not (tmp_path / "notes").exists()


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_code_of_a_package_runs_without_a_folder_of_code_or_the_working_folder(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hiding in ("sklearn", "helping"):
        (tmp_path / "cwd" / hiding).mkdir(parents=True)
        text = f"raise SystemExit({hiding!r} + ' of the working folder was imported')\n"
        (tmp_path / "cwd" / hiding / "__init__.py").write_text(text)
    monkeypatch.chdir(tmp_path / "cwd")
    forkserver._forkserver._stop()
    named = replace(settings, allowed=Allowed(code=("sklearn.svm:SVC",)))
    job = submitted(INSTALLED, named)
    launcher = HereLauncher(named)
    with safe_path():
        waited_for(launcher.launch(job, ()))
    launcher.close()
    with closing(Ledger.open(settings.store.ledger_url)) as ledger:
        row = ledger.sweep(job.sweep_id)
    log = (settings.folder / "logs" / f"{job.sweep_id}.log").read_text()
    assert (row.state, row.done, row.failed) == ("finished", 2, 0), log
