"""Which samplers of Optuna there are, what they are told, and what they can search jointly."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

from search_spaces import SpaceError

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

SamplerName = Literal["tpe", "cmaes", "nsgaii", "qmc", "random"]


@dataclass(frozen=True)
class SamplerKind:
    """What sets a sampler apart.

    `options` are the settings it takes. With `conditional`, it is asked for every active
    parameter, otherwise only for those that are always active. With `replayed`, its position is
    not in the results, and a search is restored by asking again.
    """

    options: frozenset[str]
    conditional: bool
    replayed: bool


SAMPLERS: dict[SamplerName, SamplerKind] = {
    "tpe": SamplerKind(
        options=frozenset({"n_startup_trials", "multivariate", "constant_liar"}),
        conditional=True,
        replayed=False,
    ),
    "cmaes": SamplerKind(frozenset({"n_startup_trials"}), conditional=False, replayed=True),
    "nsgaii": SamplerKind(frozenset(), conditional=False, replayed=True),
    "qmc": SamplerKind(frozenset(), conditional=False, replayed=True),
    "random": SamplerKind(frozenset(), conditional=True, replayed=False),
}


@dataclass(frozen=True)
class SamplerSettings:
    """A sampler and its settings; None leaves Optuna's own default."""

    name: SamplerName = "tpe"
    n_startup_trials: int | None = None
    multivariate: bool | None = None
    constant_liar: bool | None = None

    @property
    def kind(self) -> SamplerKind:
        """What sets this sampler apart."""
        return SAMPLERS[self.name]

    def make(self, seed: int, occasion: str, population: int) -> BaseSampler:
        """A sampler for one ask; `occasion` names the ask among all asks of the sweep.

        `population` is the size of a generation of CMA-ES and NSGA-II. Optuna warns that QMC is
        experimental; the caller silences that.
        """
        from optuna.samplers import (
            CmaEsSampler,
            NSGAIISampler,
            QMCSampler,
            RandomSampler,
            TPESampler,
        )

        fresh = random.Random(f"optuna:{seed}:{occasion}").randrange(2**32)
        given = {name: value for name, value in self._given() if value is not None}
        if self.name == "tpe":
            return TPESampler(seed=fresh, **given)  # type: ignore[arg-type]
        if self.name == "cmaes":
            return CmaEsSampler(
                seed=fresh,
                popsize=population,
                warn_independent_sampling=False,
                **given,  # type: ignore[arg-type]
            )
        if self.name == "nsgaii":
            return NSGAIISampler(population_size=population, seed=fresh)
        if self.name == "qmc":
            return QMCSampler(
                scramble=True,  # the scrambled sequence is one per sweep, so not from `fresh`
                seed=random.Random(f"qmc:{seed}").randrange(2**32),
                independent_sampler=RandomSampler(seed=fresh),
                warn_independent_sampling=False,
            )
        return RandomSampler(seed=fresh)

    def _given(self) -> list[tuple[str, int | bool | None]]:
        return [(name, getattr(self, name)) for name in sorted(self.kind.options)]


def unfit_setting(settings: SamplerSettings) -> SpaceError | None:
    """The error for a setting that is given, but that the sampler does not have."""
    for name in sorted({field.name for field in fields(settings)} - {"name"}):
        if getattr(settings, name) is not None and name not in settings.kind.options:
            message = f"the sampler {settings.name!r} has no such setting; leave it out"
            return SpaceError(message, ("search", name))
    return None


def population_of(batch: int, dimensions: int) -> int:
    """A generation as large as a batch, and at least what CMA-ES wants for so many dimensions.

    The least is 4 + 3 ln(dimensions): Hansen, "The CMA evolution strategy: a tutorial", 2016.
    """
    return max(batch, 4 + int(3 * math.log(max(dimensions, 1))))
