"""Our domains as Optuna's distributions, and values there and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from search_spaces import Choice, Float, Int, Param, Space
from sweeps.trial import Value

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.trial import Trial as OptunaTrial


@dataclass(frozen=True)
class Asked:
    """A parameter that a sampler decides.

    Ranges are given as they are; choices and stepped ranges by their grid position, so that
    values stay exact and `true` stays apart from 1.
    """

    name: str
    domain: Float | Int | Choice

    @property
    def categorical(self) -> bool:
        """Whether the values have no order for a sampler to use."""
        return isinstance(self.domain, Choice)

    def distribution(self) -> BaseDistribution:
        """What Optuna is told about the values."""
        from optuna.distributions import (
            CategoricalDistribution,
            FloatDistribution,
            IntDistribution,
        )

        domain = self.domain
        if isinstance(domain, Choice):
            return CategoricalDistribution(range(domain.count))
        if isinstance(domain, Int) and domain.step == 1:
            return IntDistribution(domain.low, domain.high, log=domain.log)
        if domain.count is not None:
            return IntDistribution(0, domain.count - 1)
        return FloatDistribution(domain.low, domain.high, log=domain.log)

    def suggest(self, trial: OptunaTrial) -> Value:
        """A value from Optuna, put back inside the range where its rounding left it."""
        domain = self.domain
        if isinstance(domain, Choice):
            return domain.at(trial.suggest_categorical(self.name, range(domain.count)))
        if isinstance(domain, Int) and domain.step == 1:
            whole = trial.suggest_int(self.name, domain.low, domain.high, log=domain.log)
            return min(max(whole, domain.low), domain.high)
        if domain.count is not None:
            return domain.at(trial.suggest_int(self.name, 0, domain.count - 1))
        drawn = trial.suggest_float(self.name, domain.low, domain.high, log=domain.log)
        return min(max(float(drawn), domain.low), domain.high)

    def suggestion(self, value: Value) -> Value:
        """What Optuna would have suggested for `value`."""
        domain = self.domain
        plain = isinstance(domain, Int) and domain.step == 1
        return value if plain or domain.count is None else domain.index_of(value)


def asked_for(space: Space, *, conditional: bool) -> dict[str, Asked]:
    """The parameters that a sampler decides: all that vary, or those that are always active."""
    always: dict[str, Value] = {}
    for param in space.params:
        if param.fixed and param.active(always):
            always[param.name] = domain_of(param).at(0)
    varying = [param for param in space.varying if conditional or param.active(always)]
    return {param.name: Asked(param.name, domain_of(param)) for param in varying}


def domain_of(param: Param) -> Float | Int | Choice:
    """The domain of a parameter that is not computed. Raises TypeError for one that is."""
    if not isinstance(param.domain, Float | Int | Choice):
        raise TypeError(f"{param.name} is computed; nothing is suggested for it")
    return param.domain
