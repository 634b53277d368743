"""Hyperband: many configurations for a few epochs, and the best of them for more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from search_spaces import Derived, Param, Space, SpaceError
from sweeps.backends.backend import State, Told
from sweeps.backends.halving import HalvingSearch, Oracle
from sweeps.backends.hyperband_oracle import HyperbandOracle
from sweeps.backends.hyperband_plan import Rung, rungs
from sweeps.backends.oracles_in_turn import OraclesInTurn
from sweeps.backends.replay import same_trials
from sweeps.trial import Config, Trial

MOST_TRIALS = 100_000


@dataclass(frozen=True)
class Hyperband:
    """Hyperband (Li et al., JMLR 18, 2018) as KerasTuner's oracle runs it.

    The space's fixed `epochs` is the most that a trial is trained; the lower rungs are `factor`
    times shorter each. New trials take the seed trials and then the configurations of random
    search, in order; when a finite space has fewer than there are places, they come round again.
    The oracle begins all iterations at once; `in_turn` begins each when the one before has ended,
    so that something is promoted soon however many there are.
    """

    factor: int = 3
    hyperband_iterations: int = 1
    in_turn: bool = False
    seed_trials: tuple[Config, ...] = ()
    batch: int = 1000

    def check(self, space: Space) -> None:
        """Raise SpaceError unless `epochs` is fixed and there is room for the seed trials.

        All places of a rung are laid out at once, so a search of over 100,000 trials is refused.
        """
        trials = sum(rung.trials for bracket in self.plan(space) for rung in bracket)
        if trials > MOST_TRIALS:
            message = (
                f"Hyperband would need {trials:,} trials, and {MOST_TRIALS:,} are the most: lower "
                "`epochs` or `hyperband_iterations`, or raise `factor`"
            )
            raise SpaceError(message, ("search",))
        room = sum(bracket[0].trials for bracket in self.plan(space))
        if len(self.seed_trials) > room:
            message = f"{len(self.seed_trials)} are given, but Hyperband starts {room} trials"
            raise SpaceError(message, ("search", "seed_trials"))

    def plan(self, space: Space) -> list[tuple[Rung, ...]]:
        """The rungs of every bracket, by arithmetic. Raises SpaceError unless `epochs` is fixed."""
        return rungs(most_epochs(space), self.factor, self.hyperband_iterations)

    def start(self, space: Space, seed: int) -> HalvingSearch:
        """A new search; this imports KerasTuner. Raises SpaceError as `check` does."""
        self.check(space)
        most, iterations = most_epochs(space), self.hyperband_iterations
        oracle: Oracle = (
            OraclesInTurn(most, self.factor, iterations)
            if self.in_turn
            else HyperbandOracle(most, self.factor, iterations)
        )
        return HalvingSearch(
            space, seed, seed_trials=self.seed_trials, max_epochs=most, oracle=oracle
        )

    def restore(
        self,
        space: Space,
        seed: int,
        state: State,
        results: Sequence[Told],
        running: Sequence[Trial],
    ) -> HalvingSearch:
        """The search as it was, by asking and telling again: a few milliseconds a trial.

        Raises ValueError when that brings up other trials than were stored.
        """
        search = self.start(space, seed)
        known = {told.trial.number: told for told in results}
        asked: list[Trial] = []
        while len(asked) < state["asked"] and (trials := search.ask(state["asked"] - len(asked))):
            search.tell([known[trial.number] for trial in trials if trial.number in known])
            asked += trials
        same_trials(asked, results, running)
        return search


def most_epochs(space: Space) -> int:
    """The space's fixed `epochs`. Raises SpaceError when it varies or is missing."""
    epochs = next((param for param in space.params if param.name == "epochs"), None)
    if epochs is None:
        message = "Hyperband needs to know the most epochs that a trial may have: add `epochs: N`"
        raise SpaceError(message, ("space",))
    value = _fixed_value(epochs)
    if value is None:
        message = (
            "Hyperband decides itself how long each trial is trained: fix `epochs` at the most "
            "it may give one"
        )
        raise SpaceError(message, ("space", *(epochs.path or ("epochs",))))
    return value


def _fixed_value(param: Param) -> int | None:
    if isinstance(param.domain, Derived) or not param.fixed or param.when:
        return None
    value = param.domain.at(0)
    return value if isinstance(value, int) and value >= 1 else None
