"""Optuna's samplers as a backend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from search_spaces import Space
from sweeps.backends.backend import State, Told
from sweeps.backends.optuna_asking import SamplerSearch
from sweeps.backends.optuna_samplers import SamplerName, SamplerSettings, unfit_setting
from sweeps.backends.prior import Prior
from sweeps.backends.replay import same_trials
from sweeps.trial import Config, Trial


@dataclass(frozen=True)
class OptunaSearch:
    """Optuna 5 with one of its samplers; the study lives in memory.

    What each sampler makes of conditional parameters:

    - `tpe` (default) searches the parameters that are always active together, and each of the
      others by itself, from the trials that had it.
    - `nsgaii` breeds the parameters that are always active from the best trials so far, and draws
      the conditional ones at random.
    - `cmaes` searches the ranges that are always active together; choices, and parameters that
      exist under a condition, are drawn at random each time.
    - `qmc` spreads all parameters that are always active evenly, choices too; conditional ones
      are drawn at random.
    - `random` draws each parameter by itself and loses nothing.

    A finite space is never asked for the same point twice and runs dry; where a sampler keeps
    suggesting what was tried or what constraints refuse, random search takes over for that trial.
    `batch` is also the size of a generation of CMA-ES and NSGA-II. `None` leaves a setting at
    Optuna's own. All samplers but `cmaes` take several `objectives`; `tpe` alone learns from
    `priors`, which count as start-up trials.
    """

    sampler: SamplerName = "tpe"
    n_startup_trials: int | None = None
    multivariate: bool | None = None
    constant_liar: bool | None = None
    seed_trials: tuple[Config, ...] = ()
    batch: int = 16
    objectives: int = 1
    priors: tuple[Prior, ...] = ()

    def check(self, space: Space) -> None:  # noqa: ARG002 - see Backend
        """Every space will do. Raises SpaceError for a setting that the sampler does not have."""
        unfit = unfit_setting(self._settings())
        if unfit is not None:
            raise unfit

    def start(self, space: Space, seed: int) -> SamplerSearch:
        """A new search."""
        self.check(space)
        return SamplerSearch(
            space,
            seed,
            self._settings(),
            seed_trials=self.seed_trials,
            batch=self.batch,
            objectives=self.objectives,
            priors=self.priors,
        )

    def _settings(self) -> SamplerSettings:
        return SamplerSettings(
            self.sampler, self.n_startup_trials, self.multivariate, self.constant_liar
        )

    def restore(
        self,
        space: Space,
        seed: int,
        state: State,
        results: Sequence[Told],
        running: Sequence[Trial],
    ) -> SamplerSearch:
        """The search as it was.

        For `tpe` and `random` the study is filled from the results. The place of `cmaes`, `nsgaii`
        and `qmc` in their sequence is nowhere in them, so everything is asked and told again in the
        old rhythm; raises ValueError when that brings up other trials than were stored.
        """
        search = self.start(space, seed)
        if not self._settings().kind.replayed:
            search.fill(state, results, running)
            return search
        asked = search.replay(state, results)
        same_trials(asked, results, running)
        return search
