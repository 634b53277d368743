"""Optuna for an objective that defines its space as it runs: values are chosen while it does.

The study cannot live where the search does, since what an objective asks for is known only where it
runs. So the search hands on what it was told, as of the last ask, and each trial fills a study with
that: the same trials come of it wherever and however often they run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from search_spaces import Space, SpaceError
from sweeps.backends.backend import State, Told
from sweeps.backends.optuna_samplers import SamplerName, SamplerSettings, unfit_setting
from sweeps.backends.prior import Prior, telling
from sweeps.pruning.choice import NONE, PrunerChoice
from sweeps.trial import Config, Trial

MEDIAN = PrunerChoice("median")


@dataclass(frozen=True)
class OptunaObjective:
    """Optuna 5 with one of its samplers and pruners, as `optuna.create_study` has them.

    `trial.report` and `trial.should_prune` work against what earlier trials reported, those of the
    same ask left out. `batch` trials are asked for at once. `None` leaves a setting at Optuna's
    own; the pruner is its median rule, and None never prunes. `priors` are in the study before the
    first trial.
    """

    sampler: SamplerName = "tpe"
    n_startup_trials: int | None = None
    multivariate: bool | None = None
    constant_liar: bool | None = None
    pruner: PrunerChoice | None = MEDIAN
    seed_trials: tuple[Config, ...] = ()
    batch: int = 4
    priors: tuple[Prior, ...] = ()

    def check(self, space: Space) -> None:
        """Raise SpaceError for a space that is known beforehand, or a setting without use."""
        if space.params:
            raise SpaceError("the objective defines its space as it runs", ("space",))
        unfit = unfit_setting(self.settings)
        if unfit is not None:
            raise unfit

    @property
    def settings(self) -> SamplerSettings:
        """The sampler's."""
        return SamplerSettings(
            self.sampler, self.n_startup_trials, self.multivariate, self.constant_liar
        )

    def start(self, space: Space, seed: int) -> ObjectiveSearch:
        """A new search. Raises SpaceError as `check` does."""
        self.check(space)
        return ObjectiveSearch(self, seed)

    def restore(
        self,
        space: Space,
        seed: int,
        state: State,
        results: Sequence[Told],
        running: Sequence[Trial],  # noqa: ARG002 - see Backend
    ) -> ObjectiveSearch:
        """The search as it was: what was told is all there is to it."""
        search = self.start(space, seed)
        search.tell(results)
        search.go_on_from(state)
        return search


class ObjectiveSearch:
    """Trials without a configuration, and what they must know to find one."""

    learns = True

    def __init__(self, settings: OptunaObjective, seed: int) -> None:
        self._settings = settings
        self._seed = seed
        self._told: list[Told] = []
        self._asked = 0
        self._known = 0

    def ask(self, limit: int) -> list[Trial]:
        """So many new trials, which know what was told by now."""
        self._known = len(self._told)
        first, self._asked = self._asked, self._asked + limit
        return [Trial(number, {}) for number in range(first, self._asked)]

    def tell(self, results: Sequence[Told]) -> None:
        """Take in results."""
        self._told += results

    def state(self) -> State:
        """How many trials were asked for, and how many results the last of them know."""
        return {"asked": self._asked, "known": self._known}

    def go_on_from(self, state: State) -> None:
        """Take the place of a search in that state."""
        self._asked, self._known = state["asked"], state["known"]

    def continuable(self) -> frozenset[int]:
        """No trial continues another."""
        return frozenset()

    def knowledge(self) -> State:
        """Seed, sampler and pruner, the seed trials, and what earlier trials and priors came to."""
        pruner = self._settings.pruner
        return {
            "seed": self._seed,
            "sampler": asdict(self._settings.settings),
            "batch": self._settings.batch,
            "pruner": NONE if pruner is None else pruner.document,
            "seed_trials": [dict(config) for config in self._settings.seed_trials],
            "priors": [_known_before(prior) for prior in telling(self._settings.priors)],
            "told": [_known(told) for told in self._told[: self._known]],
        }


def _known_before(prior: Prior) -> Mapping[str, Any]:
    return {"reason": None, "defined": None if prior.defined is None else asdict(prior.defined)}


def _known(told: Told) -> Mapping[str, Any]:
    defined = None if told.defined is None else asdict(told.defined)
    reason = None if told.failure is None else told.failure.reason
    return {"number": told.trial.number, "reason": reason, "defined": defined}
