"""Existing Optuna objectives, whole sweeps of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from search_spaces import SpaceError
from sweeps import coordinator
from sweeps.discovery.discover import completed
from sweeps.ledger.ledger import Ledger
from sweeps.reading.sweep import read_sweep
from sweeps.store import Store
from sweeps.sweep import Sweep
from sweeps.trial import Pruned, Result
from tests.sweeps.fakes import MemoryTracker

OBJECTIVES = """
    import random
    import optuna

    def conditional(trial):
        x = trial.suggest_float("x", -10, 10)
        kind = trial.suggest_categorical("kind", ["a", None, True])
        y = trial.suggest_int("y", 0, 5) if kind is None else 3
        trial.set_user_attr("seen", x)
        return (x - 2) ** 2 + y

    def pruned(trial):
        x = trial.suggest_float("x", 0, 1, log=False)
        for step in range(4):
            trial.report(x + 4 - step, step)
            if trial.should_prune():
                raise optuna.TrialPruned()
        return {"value": x, "other": trial.number}

    def raising(trial):
        if trial.suggest_float("x", 0, 1) > 0.0:
            raise KeyError("mine")

    def mended(trial):
        from pathlib import Path

        x, epochs = trial.suggest_float("x", 0, 1), trial.suggest_float("epochs", 0, 1)
        if x > 0.5 and not Path(__file__).with_name("is_mended").exists():
            raise KeyError("mine")
        return x + epochs + random.random()

    def by_chance(trial):
        import random

        trial.suggest_float("x", 0, 1)
        return random.random()

    def texts(trial):
        return "good"
    """


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "own_objectives.py").write_text(dedent(OBJECTIVES))
    path = list(sys.path)
    yield tmp_path
    sys.path[:] = path
    sys.modules.pop("own_objectives", None)


def sweep_of(name: str, folder: Path, trials: int = 8, **values: Any) -> Sweep:
    search = {"backend": "optuna", "trials": trials, **values.pop("search", {})}
    document = {
        "function": f"own_objectives:{name}",
        "search": search,
        "objective": {"metric": "value", "goal": "minimize"},
        **values,
    }
    return read_sweep(completed(document, str(folder)), str(folder))


class Place:
    """A store and a tracker."""

    def __init__(self, folder: Path, name: str = "store") -> None:
        self.store = Store.at(folder / name)
        self.tracker = MemoryTracker()

    def run(self, sweep: Sweep, **options: Any) -> list[Result]:
        self.id = coordinator.run(
            sweep, store=self.store, tracker=lambda: self.tracker, **options
        ).sweep_id
        return self.results()

    def results(self) -> list[Result]:
        ledger = Ledger.open(self.store.ledger_url)
        try:
            return ledger.results(self.id)
        finally:
            ledger.close()


def told(results: list[Result]) -> list[tuple[Any, ...]]:
    return [(dict(one.trial.config), one.score, one.error, one.defined) for one in results]


def test_what_each_trial_asked_for_is_its_configuration(folder: Path) -> None:
    place = Place(folder)
    results = place.run(sweep_of("conditional", folder, trials=16))
    assert all(one.error is None for one in results)
    for one in results:
        config = one.trial.config
        assert ("y" in config) is (config["kind"] is None)
        assert one.score == (config["x"] - 2) ** 2 + config.get("y", 3)  # type: ignore[operator]
    assert len({str(dict(one.trial.config)) for one in results}) == 16
    params = [record.params for record in place.tracker.trials]
    assert {str(one.trial.config["x"]) for one in results} == {one["x"] for one in params}


def test_an_extended_sweep_goes_on_as_an_unbroken_one(folder: Path) -> None:
    unbroken = Place(folder, "one").run(sweep_of("conditional", folder, trials=12))
    place = Place(folder, "two")
    place.run(sweep_of("conditional", folder, trials=4))
    coordinator.extend(place.id, 8, store=place.store, tracker=lambda: place.tracker)
    assert told(place.results()) == told(unbroken)


def test_a_retried_trial_is_as_if_it_had_never_failed(folder: Path) -> None:
    """Its configuration is found anew: what the last attempt asked for decides no seed."""
    sweep = sweep_of("mended", folder, trials=4)
    place = Place(folder, "one")
    failed = [one for one in place.run(sweep) if one.error is not None]
    assert failed
    (folder / "is_mended").touch()
    coordinator.retry(place.id, store=place.store, tracker=lambda: place.tracker)
    assert told(place.results()) == told(Place(folder, "two").run(sweep))


def test_a_trial_that_was_pruned_can_be_retried_by_its_reason(folder: Path) -> None:
    place = Place(folder)
    before = place.run(sweep_of("pruned", folder, trials=24))
    tracker = {"store": place.store, "tracker": lambda: place.tracker}
    with pytest.raises(ValueError, match="has failed"):
        coordinator.retry(place.id, **tracker)  # type: ignore[arg-type]
    coordinator.retry(place.id, ["pruned"], **tracker)  # type: ignore[arg-type]
    after = place.results()
    scored = [one for one in before if one.score is not None]
    assert [one for one in after if one.trial.number in {s.trial.number for s in scored}] == scored
    assert all(one.error is None or one.error.reason == "pruned" for one in after)


def test_worker_processes_come_to_the_same(folder: Path) -> None:
    sweep = sweep_of("pruned", folder, trials=12)
    inline = Place(folder, "one").run(sweep)
    assert told(Place(folder, "two").run(sweep, workers=2)) == told(inline)


def test_the_sampler_learns_from_what_came_before(folder: Path) -> None:
    sweep = sweep_of("conditional", folder, trials=40, search={"batch": 1})
    scores = [one.score for one in Place(folder).run(sweep)]
    assert min(scores[20:]) < 1.0  # type: ignore[type-var,operator]
    late, early = sorted(scores[20:])[10], sorted(scores[:20])[10]  # type: ignore[type-var]
    assert late < early  # type: ignore[operator]


def test_pruned_trials_have_a_reason_a_history_and_no_score(folder: Path) -> None:
    results = Place(folder).run(sweep_of("pruned", folder, trials=24))
    pruned = [one for one in results if one.error is not None]
    assert pruned
    assert {one.error.reason for one in pruned if one.error} == {"pruned"}
    for one in pruned:
        assert one.score is None
        assert 1 <= len(one.history["reported"]) < 4
        assert one.defined is not None
        assert one.trial.config == one.defined.params
        assert one.pruned == Pruned(*one.defined.reported[-1])
        assert one.state == "pruned"
    done = [one for one in results if one.error is None]
    assert all(one.metrics["other"] == one.trial.number for one in done)


def test_seed_trials_come_first(folder: Path) -> None:
    seeds = [{"x": 0.25}, {"x": 0.75}]
    results = Place(folder).run(sweep_of("pruned", folder, trials=4, search={"seed_trials": seeds}))
    assert [one.trial.config["x"] for one in results[:2]] == [0.25, 0.75]


@pytest.mark.parametrize(
    ("name", "message"), [("raising", "KeyError: 'mine'"), ("texts", "which is no number")]
)
def test_mistakes_of_the_objective_are_its_own(name: str, message: str, folder: Path) -> None:
    (first, *_) = Place(folder).run(sweep_of(name, folder, trials=1))
    assert first.error is not None
    assert first.error.reason == "user_error"
    assert message in first.error.message


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"search": {"backend": "random"}}, "which Optuna alone can search"),
        ({"space": {"x": [1]}}, "leave `space` out"),
        ({"constraints": {"small": "x < 1"}}, "constraints"),
        ({"search": {"pruner": "medium"}}, "did you mean 'median'"),
        ({"search": {"sampler": "qmc", "multivariate": True}}, "no such setting"),
        ({"search": {"trials": None}}, "trials"),
        ({"evaluate": {"repeats": 2}}, "evaluate.repeats: an Optuna objective"),
    ],
)
def test_what_cannot_be_searched_is_refused(
    values: dict[str, Any], message: str, folder: Path
) -> None:
    with pytest.raises(SpaceError, match=message):
        sweep_of("pruned", folder, **values)


def test_each_trial_has_chance_of_its_own(folder: Path) -> None:
    scores = [one.score for one in Place(folder).run(sweep_of("by_chance", folder, trials=4))]
    assert len({*scores}) == 4
    again = [
        one.score for one in Place(folder, "again").run(sweep_of("by_chance", folder, trials=4))
    ]
    assert again == scores
