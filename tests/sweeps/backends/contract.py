"""What every backend must do. A backend's tests subclass this and name its settings."""

import dataclasses
import json
import random
from collections.abc import Mapping, Sequence

import pytest

from search_spaces import Choice, Constraint, Float, Int, Param, Space, When
from sweeps.backends.backend import Backend, Search, Told
from sweeps.trial import Failure, Trial, Value

EPOCHS = Param("epochs", Choice((4,)))
BATCH = 5

FINITE = Space.of(
    Param("layers", Int(1, 3)),
    Param("activation", Choice(("relu", "tanh", True, 1))),
    Param("rate", Float(0.1, 0.3, step=0.1), when=(When("layers", choices=(2, 3)),)),
    EPOCHS,
)
REFUSING = Space.of(
    Param("layers", Int(1, 4)),
    Param("width", Int(1, 8)),
    EPOCHS,
    Constraint("small enough", "layers * width <= 10"),
)
IF_STEP = (When("decay", choices=("step",)),)
REST = (
    Param("width", Int(4, 64, log=True)),
    Param("decay", Choice(("constant", "step", "cosine"))),
    Param("decay.step.every", Int(1, 5), when=IF_STEP),
    Param("dropout", Float(0.0, 0.6, step=0.2)),
    EPOCHS,
    Constraint("not too steep", "learning_rate * width <= 1"),
)
CONTINUOUS = Space.of(
    Param("learning_rate", Float(1e-4, 1e-1, log=True)),
    Param("momentum", Float(0.0, 0.9)),
    Param("decay.step.drop", Float(0.1, 0.9), when=IF_STEP),
    *REST,
)
STEPPED = Space.of(
    Param("learning_rate", Choice((1e-4, 1e-3, 1e-2, 1e-1))),
    Param("momentum", Float(0.0, 0.9, step=0.1)),
    Param("decay.step.drop", Float(0.1, 0.9, step=0.2), when=IF_STEP),
    *REST,
)
SPACES = {"finite": FINITE, "refusing": REFUSING, "rich": CONTINUOUS}


def score_of(trial: Trial) -> float | None:
    """A made-up score: smooth in what is continuous, and every seventh trial fails."""
    if trial.number % 7 == 3:
        return None
    score = sum(_figure(value) for value in trial.config.values())
    return score / (1 + (trial.budget or 0))


def _figure(value: Value) -> float:
    if isinstance(value, str):
        return float(len(value))
    return (float(value or 0) - 0.05) ** 2


def told(trial: Trial) -> Told:
    score = score_of(trial)
    failure = Failure("diverged", "nan") if score is None else None
    return Told(trial, score, failure)


def run(search: Search, *, most: int = 1000, batch: int = BATCH) -> list[Trial]:
    """Ask and tell to the end, as the loop does; at most about `most` trials."""
    trials: list[Trial] = []
    while len(trials) < most and (asked := search.ask(min(batch, most - len(trials)))):
        search.tell([told(trial) for trial in asked])
        trials += asked
    return trials


def is_meant(space: Space, trial: Trial) -> bool:
    """Whether the space itself would accept the configuration, unchanged."""
    return space.check(trial.config) == trial.config


class BackendContract:
    backend: Backend
    spaces: Mapping[str, Space] = SPACES
    most = 32
    never_repeats = True

    @pytest.fixture(params=["finite", "refusing", "rich"])
    def space(self, request: pytest.FixtureRequest) -> Space:
        return self.spaces[request.param]

    def seeded(self, configs: Sequence[Mapping[str, Value]]) -> Backend:
        return dataclasses.replace(self.backend, seed_trials=tuple(configs))  # type: ignore[type-var]

    def test_every_trial_is_a_configuration_that_the_space_allows(self, space: Space) -> None:
        trials = run(self.backend.start(space, seed=1), most=self.most)
        assert trials
        assert all(is_meant(space, trial) for trial in trials)

    def test_trials_are_numbered_in_the_order_in_which_they_are_asked(self, space: Space) -> None:
        trials = run(self.backend.start(space, seed=1), most=self.most)
        assert [trial.number for trial in trials] == list(range(len(trials)))

    def test_values_are_plain_and_survive_json(self, space: Space) -> None:
        for trial in run(self.backend.start(space, seed=1), most=self.most):
            assert json.loads(json.dumps(dict(trial.config))) == trial.config
            assert all(type(v) in (bool, int, float, str) for v in trial.config.values())

    def test_equal_seeds_give_equal_searches(self, space: Space) -> None:
        first = run(self.backend.start(space, seed=3), most=self.most)
        assert run(self.backend.start(space, seed=3), most=self.most) == first

    def test_a_finite_space_is_tried_whole_and_runs_dry(self) -> None:
        search = self.backend.start(FINITE, seed=1)
        trials = run(search, most=10 * (FINITE.count or 0))
        assert {FINITE.index_of(t.config) for t in trials} == set(range(FINITE.count or 0))
        assert search.ask(5) == []
        if self.never_repeats:
            assert len(trials) == FINITE.count

    def test_only_what_constraints_allow_is_tried_and_the_rest_is_counted(self) -> None:
        search = self.backend.start(REFUSING, seed=1)
        trials = run(search, most=200)
        allowed = [i for i in range(REFUSING.count or 0) if REFUSING.allows(REFUSING.at(i))]
        assert {REFUSING.index_of(trial.config) for trial in trials} <= set(allowed)
        assert search.refused > 0  # type: ignore[attr-defined]
        if self.never_repeats:
            assert sorted(REFUSING.index_of(trial.config) for trial in trials) == allowed

    def test_seed_trials_come_first_and_never_again(self, space: Space) -> None:
        seeds = [trial.config for trial in run(self.backend.start(space, seed=9), most=3)]
        trials = run(self.seeded(seeds).start(space, seed=1), most=self.most)
        assert [trial.config for trial in trials[:3]] == seeds
        new = [repr(trial.config) for trial in trials[3:] if trial.parent is None]
        assert not self.never_repeats or all(repr(config) not in new for config in seeds)

    def test_a_sweep_in_which_every_trial_fails_still_ends(self) -> None:
        search = self.backend.start(FINITE, seed=1)
        trials: list[Trial] = []
        while asked := search.ask(BATCH):
            search.tell([Told(trial, None, Failure("crashed", "")) for trial in asked])
            trials += asked
            assert len(trials) <= 200
        assert trials
        assert all(trial.parent is None for trial in trials)

    def test_a_score_that_is_not_finite_stops_nothing(self) -> None:
        search = self.backend.start(FINITE, seed=1)
        for score in (float("nan"), float("inf"), -float("inf"), 0.5):
            search.tell([Told(trial, score) for trial in search.ask(3)])

    def test_nothing_is_offered_only_when_it_is_over_or_results_are_awaited(self) -> None:
        search = self.backend.start(FINITE, seed=1)
        running: list[Trial] = []
        for _ in range(300):
            asked = search.ask(BATCH)
            running += asked
            if not asked and not running:
                break
            if not asked:
                search.tell([told(trial) for trial in running])
                running = []
        else:
            pytest.fail("the search never ended")

    def test_the_state_is_small_and_made_of_json_types(self, space: Space) -> None:
        search = self.backend.start(space, seed=1)
        run(search, most=self.most)
        search.ask(BATCH)
        text = json.dumps(search.state())
        assert json.loads(text) == search.state()
        assert len(text) < 4000

    def test_it_goes_on_after_a_break_as_if_there_had_been_none(self, space: Space) -> None:
        for seed, breaks in enumerate([(0.0, 0.3), (0.3, 0.2)]):
            unbroken = run(self.backend.start(space, seed), most=self.most)
            assert self.broken(space, seed, breaks) == unbroken

    def broken(self, space: Space, seed: int, breaks: tuple[float, float]) -> list[Trial]:
        """`run`, but restored from JSON after an ask or in the middle of a batch, by chance."""
        after_ask, after_tell = breaks
        chance = random.Random(f"{seed}:{after_ask}")
        search = self.backend.start(space, seed)
        results: list[Told] = []
        trials: list[Trial] = []
        while len(trials) < self.most:
            running = search.ask(min(BATCH, self.most - len(trials)))
            if not running:
                break
            trials += running
            while running:
                if chance.random() < after_ask:
                    search = self.restored(search, space, seed, results, running)
                some = chance.randint(1, len(running))
                fresh, running = [told(trial) for trial in running[:some]], running[some:]
                search.tell(fresh)
                results += fresh
                if chance.random() < after_tell:
                    search = self.restored(search, space, seed, results, running)
        return trials

    def restored(
        self,
        search: Search,
        space: Space,
        seed: int,
        results: Sequence[Told],
        running: Sequence[Trial],
    ) -> Search:
        state = json.loads(json.dumps(search.state()))
        restored = self.backend.restore(space, seed, state, results, running)
        assert restored.state() == state
        assert restored.continuable() == search.continuable()
        assert restored.refused == search.refused  # type: ignore[attr-defined]
        return restored

    def test_one_that_learns_nothing_may_be_asked_before_its_turn(self, space: Space) -> None:
        search, early = self.backend.start(space, 3), self.backend.start(space, 3)
        if search.learns:
            pytest.skip("results change what comes next")
        trials = run(search, most=30)
        assert [early.ask(1)[0] for _ in trials] == trials
        before = early.state()
        early.tell([told(trial) for trial in trials])
        assert early.state() == before

    def test_the_number_asked_for_at_once_has_a_default(self) -> None:
        assert self.backend.batch >= 1
