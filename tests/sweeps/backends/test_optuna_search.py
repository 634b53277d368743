import math
import warnings

import optuna
import pytest

from search_spaces import Choice, Constraint, Float, Int, Param, Space, SpaceError, When
from sweeps.backends.backend import Search, Told
from sweeps.backends.optuna_search import OptunaSearch
from sweeps.backends.random_search import RandomSearch
from sweeps.trial import Failure, Trial

from .contract import CONTINUOUS, BackendContract, run

SMOOTH = Space.of(
    Param("rate", Float(1e-4, 1.0, log=True)),
    Param("momentum", Float(0.0, 1.0)),
    Param("dropout", Float(0.0, 0.9, step=0.01)),
)


class TestTpe(BackendContract):
    backend = OptunaSearch(n_startup_trials=4)


class TestIndependentTpe(BackendContract):
    backend = OptunaSearch(n_startup_trials=4, multivariate=False, constant_liar=False)
    most = 16


class TestCmaEs(BackendContract):
    backend = OptunaSearch(sampler="cmaes", batch=4)


class TestQmc(BackendContract):
    backend = OptunaSearch(sampler="qmc")


class TestOptunasRandom(BackendContract):
    backend = OptunaSearch(sampler="random")


def far_from_best(trial: Trial) -> float:
    """A bowl around rate 0.01, momentum 0.3, dropout 0.2."""
    rate, momentum, dropout = (float(value or 0) for value in trial.config.values())
    return (math.log10(rate) + 2) ** 2 + 4 * (momentum - 0.3) ** 2 + 4 * (dropout - 0.2) ** 2


def best_of(search: Search, most: int) -> float:
    scores: list[float] = []
    while len(scores) < most:
        asked = search.ask(8)
        search.tell([Told(trial, far_from_best(trial)) for trial in asked])
        scores += map(far_from_best, asked)
    return min(scores)


@pytest.mark.parametrize("sampler", ["tpe", "cmaes"])
def test_samplers_that_learn_beat_random_search(sampler: str) -> None:
    learning = OptunaSearch(sampler=sampler, batch=8)  # type: ignore[arg-type]
    for seed in range(2):
        chance = best_of(RandomSearch().start(SMOOTH, seed), 120)
        assert best_of(learning.start(SMOOTH, seed), 120) < chance / 2


def test_quasi_random_points_are_spread_evenly() -> None:
    trials = OptunaSearch(sampler="qmc").start(SMOOTH, seed=1).ask(65)[1:]  # the first is random
    eighths = [0] * 8
    for trial in trials:
        eighths[int(float(trial.config["momentum"] or 0) * 8)] += 1
    assert eighths == [8] * 8


@pytest.mark.parametrize("sampler", ["tpe", "cmaes", "nsgaii", "qmc", "random"])
def test_seeds_give_different_searches(sampler: str) -> None:
    backend = OptunaSearch(sampler=sampler)  # type: ignore[arg-type]
    first, second = (run(backend.start(CONTINUOUS, seed), most=4) for seed in (1, 2))
    assert all(a.config != b.config for a, b in zip(first, second, strict=True))


def test_cma_es_goes_on_learning_when_a_conditional_parameter_goes_away() -> None:
    space = Space.of(
        Param("rate", Float(0.0, 1.0)),
        Param("layers", Int(1, 20)),
        Param("taper", Float(0.0, 1.0), when=(When("layers", low=2),)),
    )

    def score(trial: Trial) -> float:
        rate, layers = (float(trial.config[name] or 0) for name in ("rate", "layers"))
        return (rate - 0.2) ** 2 + (layers / 20) ** 2

    for seed in range(3):
        search = OptunaSearch(sampler="cmaes", batch=8).start(space, seed)
        for _ in range(30):
            late = search.ask(8)
            search.tell([Told(trial, score(trial)) for trial in late])
        assert all(abs(float(trial.config["rate"] or 0) - 0.2) < 0.1 for trial in late)
        assert all("taper" not in trial.config for trial in late)


def test_a_condition_that_always_holds_leaves_a_parameter_to_the_joint_search() -> None:
    space = Space.of(
        Param("optimizer", Choice(("adam",))),
        Param("beta", Float(0.0, 1.0), when=(When("optimizer", choices=("adam",)),)),
    )
    trials = OptunaSearch(sampler="qmc").start(space, seed=1).ask(9)[1:]
    assert sorted(int(float(trial.config["beta"] or 0) * 8) for trial in trials) == list(range(8))


def test_refused_suggestions_are_left_to_random_search_in_the_end() -> None:
    space = Space.of(
        Param("x", Float(0.0, 1.0)),
        Param("y", Float(0.0, 1.0)),
        Constraint("a corner", "x + y >= 1.95"),
    )
    search = OptunaSearch().start(space, seed=0)
    assert all(space.allows(trial.config) for trial in run(search, most=12))
    assert search.refused > 12


def test_constraints_that_refuse_everything_are_an_error() -> None:
    space = Space.of(Param("rate", Float(0.0, 1.0)), Constraint("none", "rate > 2"))
    with pytest.raises(SpaceError, match=r"refused 10,000 draws in a row"):
        OptunaSearch(sampler="random").start(space, seed=0).ask(1)


def test_very_long_ranges_of_whole_numbers_are_searched() -> None:
    space = Space.of(Param("n", Int(0, 2**40)), Param("m", Int(1, 2**31, log=True)))
    run(OptunaSearch(n_startup_trials=2).start(space, seed=0), most=10)


def test_optuna_is_quiet_and_its_settings_are_put_back(
    capfd: pytest.CaptureFixture[str],
) -> None:
    verbosity = optuna.logging.get_verbosity()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(OptunaSearch(sampler="qmc").start(CONTINUOUS, seed=0), most=6)
    assert capfd.readouterr() == ("", "")
    assert optuna.logging.get_verbosity() == verbosity


def test_a_trial_told_out_of_turn_is_refused() -> None:
    search = OptunaSearch().start(SMOOTH, seed=0)
    trials = search.ask(2)
    with pytest.raises(ValueError, match="trial 1 is told, but 0 is next"):
        search.tell([Told(trials[1], 0.5)])


def test_a_replay_that_gives_other_trials_is_refused() -> None:
    backend = OptunaSearch(sampler="qmc")
    search = backend.start(SMOOTH, seed=0)
    running = search.ask(3)
    changed = [running[0], Trial(1, {**running[1].config, "rate": 0.5}), running[2]]
    with pytest.raises(ValueError, match=r"trial 1 is .* is stored: the sweep or a library"):
        backend.restore(SMOOTH, 0, search.state(), [], changed)


def test_a_setting_of_another_sampler_is_refused() -> None:
    with pytest.raises(SpaceError, match="'qmc' has no such setting") as info:
        OptunaSearch(sampler="qmc", n_startup_trials=5).start(SMOOTH, seed=0)
    assert info.value.path == ("search", "n_startup_trials")


def test_tpe_learns_from_what_was_pruned() -> None:
    """Which is no failure: what a trial had reported by then is what Optuna's own sampler sees."""
    backend = OptunaSearch(n_startup_trials=4)

    def asked_after(failure: Failure) -> list[Trial]:
        search = backend.start(SMOOTH, 3)
        for _ in range(4):
            asked = search.ask(4)
            reported = [((2, far_from_best(trial)),) for trial in asked]
            pairs = zip(asked, reported, strict=True)
            search.tell([Told(trial, None, failure, reported=had) for trial, had in pairs])
        return search.ask(4)

    crashed, pruned = asked_after(Failure("crashed", "")), asked_after(Failure("pruned", ""))
    assert all(a.config != b.config for a, b in zip(crashed, pruned, strict=True))


def test_a_pruned_trial_stands_in_the_study_with_all_that_it_reported() -> None:
    search = OptunaSearch().start(SMOOTH, 3)
    (trial, *_) = search.ask(2)
    reported = ((2, 0.5), (4, 0.25))
    search.tell([Told(trial, None, Failure("pruned", ""), reported=reported)])
    states = optuna.trial.TrialState
    kept, other = search._study._study.get_trials(states=(states.PRUNED, states.RUNNING))
    assert kept.state == states.PRUNED
    assert kept.intermediate_values == dict(reported)
    assert kept.value == 0.25
    assert other.state == states.RUNNING
