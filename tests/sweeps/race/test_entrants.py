from typing import Any

import pytest

from search_spaces import SpaceError
from sweeps.race.beginning import RaceError, race_of, usual_epochs
from sweeps.race.entrants import epochs_of_hyperband, sweep_for
from sweeps.race.race import Place, entry_from_json, entry_to_json
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Evaluate

from .races import ALL, SPACE, document, race


@pytest.mark.parametrize("backend", ALL)
def test_sweeps_of_a_repeat_differ_in_the_search_alone(backend: str) -> None:
    found = sweep_for(race(seed=7), Place(backend, 1))
    random = sweep_for(race(seed=7), Place("random", 1))
    assert found.seed == random.seed == 8
    assert found.budget == random.budget
    assert found.budget.epochs == 108
    assert (found.task, found.objective, found.evaluate) == (
        random.task,
        random.objective,
        random.evaluate,
    )
    assert found.search.backend == backend
    assert found.search.trials is None
    assert backend == "grid" or found.space == random.space


def test_every_sweep_is_what_its_document_says() -> None:
    for place in race().places:
        sweep = sweep_for(race(), place)
        assert read_sweep(sweep.document) == sweep


def test_a_grid_is_as_fine_as_the_epochs_pay_for_and_shuffled() -> None:
    sweep = sweep_for(race(epochs=900), Place("grid", 0))
    assert sweep.space.count == 90  # of 100 trials
    assert sweep.search.options == {"shuffle": True}
    whole = sweep_for(race(), Place("random", 0)).space
    assert all(whole.allows(whole.check(sweep.space.at(at))) for at in range(90))


def test_hyperband_has_iterations_enough_to_spend_the_epochs() -> None:
    sweep = sweep_for(race(epochs=900), Place("hyperband", 0))
    once = epochs_of_hyperband(sweep, 3)
    assert once == 75  # 9x1, 3x2, 1x6; 5x3, 2x6; 3x9: rounded up, as KerasTuner does
    assert sweep.search.options == {"in_turn": True, "hyperband_iterations": -(-900 // once)}


def test_settings_in_the_file_are_those_of_the_backend_that_it_names() -> None:
    search = {"backend": "optuna", "sampler": "qmc", "trials": 12, "seed_trials": []}
    for backend in ALL:
        options = sweep_for(race(search=search), Place(backend, 0)).search.options
        assert ("sampler" in options) == (backend == "optuna")


def test_what_would_favour_or_end_one_entrant_is_left_out() -> None:
    given: dict[str, Any] = {
        "evaluate": {"folds": 3, "confirm_top": 4, "repeats": 9, "search_repeats": 2},
        "budget": {"minutes": 3, "trial_seconds": 20},
    }
    sweep = sweep_for(race(**given), Place("random", 0))
    assert sweep.evaluate == Evaluate(folds=3, repeats=2)
    assert (sweep.budget.minutes, sweep.budget.trial_seconds) == (None, 20.0)


def test_a_place_survives_json() -> None:
    given = race()
    assert entry_from_json(entry_to_json(given, Place("grid", 1))) == (given, Place("grid", 1))


@pytest.mark.parametrize(
    ("given", "epochs"),
    [
        ({}, 108),
        ({"evaluate": {"folds": 5, "repeats": 2}}, 1080),
        ({"budget": {"epochs": 77}}, 77),
        ({"search": {"backend": "hyperband"}}, 75),
        ({"search": "grid", "space": {"width": [4, 8], "epochs": 3}}, 6),
    ],
)
def test_each_may_spend_what_the_files_own_search_would(given: Any, epochs: int) -> None:
    assert usual_epochs(read_sweep(document(**given))) == epochs


def test_without_an_end_the_epochs_must_be_said() -> None:
    endless = read_sweep(document(search="random", budget={"minutes": 2}))
    with pytest.raises(RaceError, match=r"--epochs N"):
        race_of(endless, ALL, 5, None)
    assert race_of(endless, ALL, 5, 500).epochs == 500


@pytest.mark.parametrize(
    ("backends", "repeats", "said"),
    [
        (["random", "opptuna"], 5, "no backend is called 'opptuna'; did you mean 'optuna'"),
        (["random"], 5, "two backends or more, each once: random"),
        (["random", "random"], 5, "two backends or more, each once: random, random"),
        (["random", "grid"], 1, "1 repeats: from 2 to 100"),
    ],
)
def test_what_makes_no_race_is_refused(backends: list[str], repeats: int, said: str) -> None:
    with pytest.raises(RaceError, match=said):
        race_of(read_sweep(document()), backends, repeats, None)


def test_an_entrant_that_cannot_search_the_space_is_refused_before_anything_runs() -> None:
    varying = read_sweep(document(space={**SPACE, "epochs": [3, 9]}))
    with pytest.raises(SpaceError, match="Hyperband decides itself how long"):
        race_of(varying, ALL, 5, 500)
    assert race_of(varying, ["random", "optuna"], 5, 500)


def test_several_objectives_are_refused() -> None:
    both = [{"metric": "val_loss", "goal": "minimize"}, {"metric": "val_accuracy"}]
    with pytest.raises(SpaceError, match="one objective"):
        race_of(read_sweep(document(objective=both)), ALL, 5, 500)
