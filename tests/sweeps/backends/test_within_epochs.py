import pytest

from sweeps.backends.backend import Backend, Told
from sweeps.backends.grid_search import GridSearch
from sweeps.backends.hyperband import Hyperband
from sweeps.backends.optuna_search import OptunaSearch
from sweeps.backends.random_search import RandomSearch
from sweeps.backends.within_epochs import WithinEpochs
from sweeps.trial import Failure, Trial

from .contract import CONTINUOUS, STEPPED, run, told

EPOCHS = 4
"""Of a trial in the contract's spaces."""
BACKENDS: dict[str, Backend] = {
    "random": RandomSearch(),
    "optuna": OptunaSearch(batch=5),
    "hyperband": Hyperband(factor=2, hyperband_iterations=2, in_turn=True),
}


def planned(trial: Trial) -> int:
    return trial.budget or EPOCHS


def newly(trials: list[Trial]) -> list[int]:
    before = {trial.number: planned(trial) for trial in trials}
    return [
        planned(trial) - (0 if trial.parent is None else before[trial.parent]) for trial in trials
    ]


@pytest.mark.parametrize("name", BACKENDS)
def test_it_ends_with_the_trial_that_spends_the_last_epoch(name: str) -> None:
    trials = run(WithinEpochs(BACKENDS[name], 50, planned).start(CONTINUOUS, seed=1))
    spent = newly(trials)
    assert sum(spent[:-1]) < 50 <= sum(spent)


@pytest.mark.parametrize("name", ["random", "optuna"])
def test_its_trials_are_the_first_of_the_inner_search(name: str) -> None:
    trials = run(WithinEpochs(BACKENDS[name], 50, planned).start(CONTINUOUS, seed=1))
    assert trials == run(BACKENDS[name].start(CONTINUOUS, seed=1), most=13)


def test_the_order_of_a_grid_is_kept() -> None:
    trials = run(WithinEpochs(GridSearch(), 40, planned).start(STEPPED, seed=1))
    assert [trial.config for trial in trials] == [
        trial.config for trial in GridSearch().start(STEPPED, seed=1).ask(10)
    ]


@pytest.mark.parametrize("cut", [3, 11])
@pytest.mark.parametrize("name", BACKENDS)
def test_after_a_break_in_a_batch_it_goes_on_as_if_there_had_been_none(name: str, cut: int) -> None:
    within: Backend = WithinEpochs(BACKENDS[name], 70, planned)
    unbroken = run(within.start(CONTINUOUS, seed=2))
    search = within.start(CONTINUOUS, seed=2)
    results: list[Told] = []
    trials: list[Trial] = []
    while asked := search.ask(5):
        trials += asked
        for trial in asked:
            results.append(told(trial))
            search.tell(results[-1:])
            if len(results) == cut:
                running = [one for one in trials if one.number >= cut]
                search = within.restore(CONTINUOUS, 2, search.state(), results, running)
    assert trials == unbroken


def test_what_ended_early_leaves_room_for_others() -> None:
    search = WithinEpochs(RandomSearch(), 20, planned).start(CONTINUOUS, seed=1)
    first = search.ask(100)
    assert len(first) == 5
    search.tell([Told(trial, 0.5, epochs=1) for trial in first])
    assert len(search.ask(100)) == 4  # 15 are left


def test_a_failed_trial_costs_what_was_planned_for_it() -> None:
    search = WithinEpochs(RandomSearch(), 20, planned).start(CONTINUOUS, seed=1)
    search.tell([Told(trial, None, Failure("crashed", "")) for trial in search.ask(100)])
    assert search.ask(100) == []


def test_a_promoted_trial_costs_only_its_own_epochs() -> None:
    search = WithinEpochs(Hyperband(factor=2), 1000, planned).start(CONTINUOUS, seed=1)
    trials = run(search)
    assert any(trial.parent is not None for trial in trials)
    behind = {trial.number: trial.budget or 0 for trial in trials}
    total = sum(newly(trials))
    assert total < sum(behind.values())
    exactly = run(WithinEpochs(Hyperband(factor=2), total, planned).start(CONTINUOUS, seed=1))
    assert exactly == trials


def test_nothing_is_kept_for_trials_that_will_not_come() -> None:
    search = WithinEpochs(Hyperband(factor=2), 3, planned).start(CONTINUOUS, seed=1)
    trials = search.ask(100)
    assert search.continuable()
    search.tell([Told(trial, 0.5, epochs=planned(trial)) for trial in trials])
    assert search.continuable() == frozenset()
