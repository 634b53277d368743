"""Whole sweeps that begin with what others have found."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from textwrap import dedent
from typing import Any

import optuna
import pytest

from sweeps import coordinator
from sweeps.backends.optuna_quiet import quiet
from sweeps.doctor.ledger_side import look_at_ledger
from sweeps.errors import SweepError
from sweeps.executors.inline import Inline
from sweeps.ledger.ledger import Ledger
from sweeps.reading.sweep import read_sweep
from sweeps.store import Store
from sweeps.sweep import Sweep
from sweeps.trial import Result
from tests.sweeps.bench import DOCUMENT, RANDOM, Bench
from tests.sweeps.fakes import MemoryTracker, RecordingWatcher

NARROW = {"width": {"low": 1, "high": 300}, "learning_rate": {"low": 0.001, "high": 0.1}}


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path, monkeypatch)


def warm(*entries: Any, trials: int = 8, **values: Any) -> Sweep:
    search = {"backend": "optuna", "trials": trials, "batch": 4, "warm_start": list(entries)}
    return read_sweep({**DOCUMENT, **values, "search": search})


def refused(bench: Bench, sweep: Sweep) -> SweepError:
    with pytest.raises(SweepError) as caught:
        bench.run(sweep)
    return caught.value


def test_what_was_told_is_said_and_kept(bench: Bench) -> None:
    earlier, watcher = bench.run().sweep_id, RecordingWatcher()
    sweep_id = bench.run(warm("latest", space=NARROW), watcher=watcher).sweep_id
    fitting = [one for one in bench.results(earlier) if int(one.trial.config["width"] or 0) <= 300]
    left = 10 - len(fitting)
    assert 0 < left < 10
    (line,) = watcher.lines
    assert line.startswith(f"told of {len(fitting)} trials of {earlier}, {left} left out: width: ")
    with closing(bench.ledger()) as ledger:
        assert ledger.document(sweep_id)["search"]["warm_start"] == [earlier]
        kept = json.loads(ledger.priors(sweep_id) or "")
    assert [one["config"] for one in kept["priors"]] == [one.trial.config for one in fitting]
    assert [-one["scores"][0] for one in kept["priors"]] == [one.score for one in fitting]


def test_priors_change_what_is_searched_and_are_no_trials(bench: Bench) -> None:
    earlier = bench.run().sweep_id
    told = bench.run(warm(earlier)).sweep_id
    untold = bench.run(warm()).sweep_id
    assert len(bench.results(told)) == 8
    assert configs(bench, told) != configs(bench, untold)


def configs(bench: Bench, sweep_id: str) -> list[Any]:
    return [one.trial.config for one in bench.results(sweep_id)]


def test_a_resumed_sweep_knows_the_same_though_the_earlier_one_is_gone(bench: Bench) -> None:
    earlier = bench.run().sweep_id
    unbroken = bench.run(warm(earlier, trials=16)).sweep_id
    broken = bench.run(warm(earlier, trials=8)).sweep_id
    with closing(bench.ledger()) as ledger:
        ledger.remove(earlier)
    coordinator.extend(broken, 8, store=bench.store, tracker=lambda: bench.tracker)
    assert configs(bench, broken) == configs(bench, unbroken)


def test_a_finite_space_is_not_tried_twice(bench: Bench) -> None:
    space = {"width": [1, 2, 3, 4, 5, 6]}
    first = read_sweep({**DOCUMENT, "space": space, "search": {"backend": "random", "trials": 4}})
    earlier = bench.run(first).sweep_id
    later = bench.run(warm(earlier, space=space)).sweep_id
    both = [*configs(bench, earlier), *configs(bench, later)]
    assert sorted(config["width"] for config in both) == [1, 2, 3, 4, 5, 6]
    assert look_at_ledger(bench.store, later).faults == []


def test_what_was_judged_otherwise_may_be_tried_again(bench: Bench) -> None:
    space = {"width": [1, 2, 3, 4, 5, 6]}
    first = read_sweep({**DOCUMENT, "space": space, "search": {"backend": "random", "trials": 4}})
    earlier = bench.run(first).sweep_id
    later = bench.run(warm(earlier, trials=4, space=space, seed=5, evaluate={"repeats": 2}))
    coordinator.extend(later.sweep_id, 4, store=bench.store, tracker=lambda: bench.tracker)
    widths = sorted(int(config["width"]) for config in configs(bench, later.sweep_id))
    assert widths == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"objective": "val_loss"}, "judged by val_accuracy and has not measured val_loss"),
        ({"objective": "test_accuracy"}, "has not measured test_accuracy"),
    ],
)
def test_a_sweep_that_was_judged_by_something_else_is_refused(
    bench: Bench, change: dict[str, Any], message: str
) -> None:
    earlier = bench.run().sweep_id
    error = refused(bench, warm(earlier, **change))
    assert error.path == ("search", "warm_start", 0)
    assert message in str(error)


def test_sweeps_are_found_by_id_beginning_and_name(bench: Bench) -> None:
    error = refused(bench, warm("latest"))
    assert "no sweeps in" in str(error)
    assert not Path(bench.store.ledger_file or "").exists()
    earlier = bench.run().sweep_id
    for name in (earlier, earlier[:4], RANDOM.name):
        watcher = RecordingWatcher()
        sweep = read_sweep({**dict(warm(name).document), "name": "later"})
        bench.run(sweep, watcher=watcher)
        assert watcher.lines == [f"told of 10 trials of {earlier}"]
    assert "no sweep 'zzzz'" in str(refused(bench, warm("zzzz")))


def test_a_sweep_under_two_names_is_refused(bench: Bench) -> None:
    earlier = bench.run().sweep_id
    error = refused(bench, warm(earlier, "latest"))
    assert error.path == ("search", "warm_start", 1)
    assert f"{earlier} is given twice" in str(error)


def test_other_rows_and_another_evaluation_are_said(bench: Bench) -> None:
    earlier, watcher = bench.run().sweep_id, RecordingWatcher()
    bench.run(warm(earlier, evaluate={"repeats": 2}), watcher=watcher)
    assert watcher.lines == [f"told of 10 trials of {earlier}, found on another evaluation"]


OBJECTIVE = """
    def bowl(trial):
        return trial.suggest_float("x", -10, 10) ** 2 + trial.suggest_float("y", -1, 1) ** 2
    """


@pytest.fixture
def bowl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Sweep]:
    """A sweep of an Optuna objective that defines its space as it runs."""
    (tmp_path / "own_bowl.py").write_text(dedent(OBJECTIVE))
    monkeypatch.syspath_prepend(str(tmp_path))

    def sweep(**search: Any) -> Sweep:
        document = {
            "function": {"path": "own_bowl:bowl", "takes": "trial"},
            "search": {"backend": "optuna", **search},
            "objective": {"metric": "value", "goal": "minimize"},
        }
        return read_sweep(document, str(tmp_path))

    return sweep


def test_an_objective_that_defines_its_space_as_it_runs_knows_what_was_found(
    tmp_path: Path, bowl: Callable[..., Sweep]
) -> None:
    store, watcher = Store.at(tmp_path / "store"), RecordingWatcher()
    here: Any = {"store": store, "tracker": MemoryTracker, "executor": Inline({})}
    earlier = coordinator.run(bowl(trials=30), **here).sweep_id
    later = coordinator.run(bowl(trials=6, warm_start=[earlier]), watcher=watcher, **here)
    untold = coordinator.run(bowl(trials=6), **here)
    assert watcher.lines == [f"told of 30 trials of {earlier}"]
    with closing(Ledger.open(store.ledger_url)) as ledger:
        ledger.remove(earlier)
        coordinator.extend(later.sweep_id, 2, **here)
        after, cold = ledger.results(later.sweep_id), ledger.results(untold.sweep_id)
    assert len(after) == 8
    assert mean_score(after) < mean_score(cold) / 3


def test_so_it_does_of_a_study(tmp_path: Path, bowl: Callable[..., Sweep]) -> None:
    url = f"sqlite:///{tmp_path}/study.db"
    with quiet():
        study = optuna.create_study(storage=url, study_name="mine")
        for x in range(-10, 11):
            params = {"x": float(x), "y": 0.1 * x}
            trial = optuna.create_trial(params=params, distributions=BOUNDS, value=x * x * 1.01)
            study.add_trial(trial)
    store, watcher = Store.at(tmp_path / "store"), RecordingWatcher()
    sweep = bowl(trials=6, warm_start=[{"optuna": url}])
    here: Any = {"store": store, "tracker": MemoryTracker, "executor": Inline({})}
    sweep_id = coordinator.run(sweep, watcher=watcher, **here).sweep_id
    assert watcher.lines == ["told of 21 trials of mine"]
    with closing(Ledger.open(store.ledger_url)) as ledger:
        assert mean_score(ledger.results(sweep_id)) < 10


BOUNDS: dict[str, optuna.distributions.BaseDistribution] = {
    "x": optuna.distributions.FloatDistribution(-10.0, 10.0),
    "y": optuna.distributions.FloatDistribution(-1.0, 1.0),
}


def mean_score(results: list[Result]) -> float:
    return sum(one.score or 0.0 for one in results) / len(results)
