from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from search_spaces import Choice, Derived, Int, Param, Space, SpaceError, When
from sweeps.backends.backend import Told
from sweeps.backends.hyperband import Hyperband
from sweeps.backends.random_search import RandomSearch
from sweeps.trial import Failure, Trial

from .contract import BackendContract, run, told

WIDTHS = tuple(Param("width" if i == 0 else f"width_{i}", Int(1, 100)) for i in range(2))


def space_of(epochs: int) -> Space:
    return Space.of(*WIDTHS, Param("epochs", Choice((epochs,))))


class TestHyperband(BackendContract):
    backend = Hyperband(factor=2, hyperband_iterations=3)
    never_repeats = False


@pytest.mark.slow
class TestHyperbandInTurn(BackendContract):
    backend = Hyperband(factor=2, hyperband_iterations=3, in_turn=True)
    never_repeats = False


def test_iterations_in_turn_are_those_of_one_after_the_other() -> None:
    space = space_of(8)
    once = waves(Hyperband(2), space, lambda trial: float(trial.number))
    twice = waves(Hyperband(2, 2, in_turn=True), space, lambda trial: float(trial.number))
    assert twice[: len(once)] == once
    assert [[trial.budget for trial in wave] for wave in twice[len(once) :]] == [
        [trial.budget for trial in wave] for wave in once
    ]
    parents = {trial.parent for wave in twice[len(once) :] for trial in wave}
    assert min(parent for parent in parents if parent is not None) >= sum(map(len, once))


def waves(
    backend: Hyperband, space: Space, score: Callable[[Trial], float | None]
) -> list[list[Trial]]:
    """Trials in the rounds in which they become available, with everything told in between."""
    search = backend.start(space, seed=1)
    rounds: list[list[Trial]] = []
    while asked := search.ask(10_000):
        rounds.append(asked)
        failure = Failure("diverged", "")
        search.tell(
            [Told(t, s, None if s is not None else failure) for t in asked for s in [score(t)]]
        )
    return rounds


@pytest.mark.parametrize(
    ("max_epochs", "factor", "iterations"),
    [(1, 3, 1), (2, 2, 1), (2, 3, 1), (8, 2, 1), (10, 3, 1), (10, 3, 2), (27, 3, 1), (25, 5, 1)],
)
def test_the_oracle_asks_for_exactly_what_is_planned(
    max_epochs: int, factor: int, iterations: int
) -> None:
    backend = Hyperband(factor, iterations)
    space = space_of(max_epochs)
    rounds = waves(backend, space, lambda trial: float(trial.number))
    brackets = backend.plan(space)
    for number in range(max(map(len, brackets))):
        planned: Counter[int | None] = Counter()
        for bracket in brackets:
            if number < len(bracket):
                planned[bracket[number].epochs] += bracket[number].trials
        assert Counter(trial.budget for trial in rounds[number]) == planned
    assert len(rounds) == max(map(len, brackets))


def test_the_best_of_each_rung_go_on_from_where_they_stopped() -> None:
    rounds = waves(Hyperband(), space_of(27), lambda trial: -float(trial.config["width"] or 0))
    by_number = {trial.number: trial for wave in rounds for trial in wave}
    first = [trial for trial in rounds[0] if trial.budget == 1]
    best = sorted(first, key=lambda trial: -float(trial.config["width"] or 0))[:9]
    promoted = [trial for trial in rounds[1] if trial.parent in {t.number for t in first}]
    assert sorted(float(t.config["width"] or 0) for t in promoted) == sorted(
        float(t.config["width"] or 0) for t in best
    )
    for trial in (trial for wave in rounds[1:] for trial in wave):
        assert trial.parent is not None
        parent = by_number[trial.parent]
        assert parent.config == trial.config
        assert (parent.budget or 0) < (trial.budget or 0)


def test_new_trials_are_those_of_random_search() -> None:
    first = waves(Hyperband(), space_of(9), lambda trial: 0.0)[0]
    drawn = RandomSearch().start(space_of(9), seed=1).ask(len(first))
    assert [trial.config for trial in first] == [trial.config for trial in drawn]


def test_nothing_is_promoted_before_everything_offered_is_told() -> None:
    search = Hyperband().start(space_of(9), seed=1)
    wave = search.ask(1000)
    search.tell([told(trial) for trial in wave[:-1]])
    assert search.ask(1000) == []
    search.tell([told(wave[-1])])
    assert all(trial.parent is not None for trial in search.ask(1000))


def test_trials_do_not_depend_on_how_many_are_asked_for_at_once() -> None:
    backend = Hyperband(factor=2)
    whole = run(backend.start(space_of(8), seed=2), batch=1000)
    assert run(backend.start(space_of(8), seed=2), batch=3) == whole


def test_a_failed_trial_is_never_promoted_and_the_search_ends() -> None:
    def mostly_fails(trial: Trial) -> float | None:
        return 1.0 if trial.number % 5 == 0 or trial.parent is not None else None

    rounds = waves(Hyperband(), space_of(27), mostly_fails)
    failed = {t.number for wave in rounds for t in wave if mostly_fails(t) is None}
    assert not failed & {trial.parent for wave in rounds for trial in wave}
    survivors = [trial for trial in rounds[0] if trial.number not in failed and trial.budget == 1]
    gone_on = {trial.parent for trial in rounds[1]}
    assert len(survivors) < 9
    assert {trial.number for trial in survivors} <= gone_on


def test_a_finite_space_smaller_than_a_rung_comes_round_again() -> None:
    space = Space.of(Param("width", Int(1, 4)), Param("epochs", Choice((9,))))
    rounds = waves(Hyperband(), space, lambda trial: float(trial.config["width"] or 0))
    widths = [trial.config["width"] for trial in rounds[0]]
    assert sorted(widths[:4]) == [1, 2, 3, 4]  # type: ignore[type-var]
    assert widths[4:8] == widths[:4]
    assert [trial.config["width"] for trial in rounds[2]] == [1]


def test_only_trials_that_can_be_promoted_are_kept() -> None:
    search = Hyperband().start(space_of(9), seed=1)
    first = search.ask(1000)
    below_top = {trial.number for trial in first if trial.budget != 9}
    assert search.continuable() == below_top
    search.tell([Told(first[0], None, Failure("crashed", "")), *map(told_zero, first[1:])])
    assert search.continuable() == below_top - {0}
    second = search.ask(2)
    waiting = search.continuable()
    rest = search.ask(1000)
    parents = {trial.parent for trial in rest}
    not_top = {trial.number for trial in [*second, *rest] if trial.budget != 9}
    assert waiting == parents | not_top
    assert search.continuable() == not_top


def told_zero(trial: Trial) -> Told:
    return Told(trial, 0.0)


def test_after_the_end_nothing_is_kept() -> None:
    search = Hyperband().start(space_of(3), seed=1)
    run(search)
    assert search.continuable() == frozenset()


@pytest.mark.parametrize(
    ("space", "message", "path"),
    [
        (Space.of(*WIDTHS), "add `epochs: N`", ("space",)),
        (Space.of(Param("epochs", Int(1, 9))), "fix `epochs`", ("space", "epochs")),
        (Space.of(Param("epochs", Choice((5, 9)))), "fix `epochs`", ("space", "epochs")),
        (
            Space.of(Param("n", Int(1, 3)), Param("epochs", Derived("n * 2"))),
            "fix `epochs`",
            ("space", "epochs"),
        ),
        (
            Space.of(
                Param("n", Int(1, 3)),
                Param("epochs", Choice((9,)), when=(When("n", choices=(2,)),)),
            ),
            "fix `epochs`",
            ("space", "epochs"),
        ),
    ],
)
def test_epochs_must_be_fixed(space: Space, message: str, path: tuple[str, ...]) -> None:
    with pytest.raises(SpaceError, match=message) as info:
        Hyperband().start(space, seed=0)
    assert info.value.path == path


def test_more_seed_trials_than_new_trials_are_refused() -> None:
    space = space_of(1)
    seeds = tuple({"width": width, "width_1": 1, "epochs": 1} for width in (1, 2))
    with pytest.raises(SpaceError, match="2 are given, but Hyperband starts 1 trials") as info:
        Hyperband(seed_trials=seeds).start(space, seed=0)
    assert info.value.path == ("search", "seed_trials")


def test_seeds_differ_and_zero_is_a_seed_like_any_other() -> None:
    runs = [run(Hyperband().start(space_of(9), seed), most=10) for seed in (0, 0, 1)]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_it_prints_nothing_and_leaves_no_files(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    run(Hyperband().start(space_of(9), seed=0))
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_a_restore_that_gives_other_trials_is_refused() -> None:
    search = Hyperband().start(space_of(9), seed=0)
    running = search.ask(2)
    with pytest.raises(ValueError, match=r"trial 0 is .* is stored: the sweep or a library"):
        Hyperband().restore(space_of(9), 1, search.state(), [], running)
