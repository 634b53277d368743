"""An Optuna study in memory, asked with define-by-run and told by our own trial numbers."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from search_spaces import Param, Space
from sweeps.backends.optuna_domains import asked_for, domain_of
from sweeps.backends.optuna_quiet import quiet
from sweeps.backends.optuna_samplers import SamplerSettings, population_of
from sweeps.backends.prior import Prior
from sweeps.trial import Config, Value

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial
    from optuna.trial import Trial as OptunaTrial

Attributes = dict[str, str]
"""What a sampler notes on a trial that runs: TPE the values it suggested together."""


class OptunaStudy:
    """Holds exactly the trials that were recorded, so it can be recorded again after a restart.

    What a sampler suggests is copied into a record: the trial that Optuna made for it is closed
    as failed, which samplers overlook. Each suggestion comes from a sampler of its own, seeded
    with the sweep's seed, the trial's number and the attempt. Priors stand before all trials.
    """

    def __init__(
        self,
        space: Space,
        seed: int,
        sampler: SamplerSettings,
        batch: int,
        objectives: int = 1,
        priors: Sequence[Prior] = (),
    ) -> None:
        import optuna

        self._space = space
        self._seed = seed
        self._sampler = sampler
        self._asked = asked_for(space, conditional=sampler.kind.conditional)
        ranges = [asked for asked in self._asked.values() if not asked.categorical]
        self._population = population_of(batch, len(ranges))
        self._numbers: dict[int, int] = {}
        self._length = len(priors)
        with quiet():
            self._study = optuna.create_study(directions=["minimize"] * objectives)
            self._study.add_trials([self._known(prior) for prior in priors])

    def _known(self, prior: Prior) -> FrozenTrial:
        from optuna.trial import create_trial

        return create_trial(values=list(prior.scores), **self._values_of(prior.config))

    def suggest(self, number: int, attempt: int) -> tuple[Config, Attributes]:
        """A configuration for trial `number`, and what the sampler noted about it."""
        from optuna.trial import TrialState

        occasion = f"{number}:{attempt}"
        with quiet():
            self._study.sampler = self._sampler.make(self._seed, occasion, self._population)
            trial = self._study.ask()
            config = self._space.choose(lambda param: self._pick(trial, param, occasion))
            closed = self._study.tell(trial, state=TrialState.FAIL)
        self._length += 1
        return config, dict(closed.system_attrs)

    def _pick(self, trial: OptunaTrial, param: Param, occasion: str) -> Value:
        asked = self._asked.get(param.name)
        if asked is not None:
            return asked.suggest(trial)
        return domain_of(param).draw(random.Random(f"{param.name}:{self._seed}:{occasion}"))

    def record(self, number: int, config: Config, attributes: Mapping[str, str]) -> None:
        """Add trial `number` as running."""
        from optuna.trial import TrialState, create_trial

        trial = create_trial(
            state=TrialState.RUNNING, system_attrs=dict(attributes), **self._values_of(config)
        )
        with quiet():
            self._study.add_trial(trial)
        self._numbers[number] = self._length
        self._length += 1

    def _values_of(self, config: Config) -> dict[str, Any]:
        """What Optuna would have suggested, and from what, as `create_trial` takes them."""
        asked = {name: asked for name, asked in self._asked.items() if name in config}
        return {
            "params": {name: asked[name].suggestion(config[name]) for name in asked},
            "distributions": {name: asked[name].distribution() for name in asked},
        }

    def tell(self, number: int, scores: Sequence[float] | None) -> None:
        """End trial `number` with its scores, smaller is better; None for a failure."""
        from optuna.trial import TrialState

        state = TrialState.FAIL if scores is None else TrialState.COMPLETE
        with quiet():
            self._study.tell(self._numbers[number], scores, state=state)

    def prune(self, number: int, reported: Sequence[tuple[int, float]]) -> None:
        """End trial `number` early; what it had `reported` by then teaches the samplers."""
        from optuna.trial import Trial, TrialState

        position = self._numbers[number]
        running = self._study.get_trials(deepcopy=False)[position]
        with quiet():
            trial = Trial(self._study, running._trial_id)
            for step, value in reported:
                trial.report(value, step)
            self._study.tell(position, state=TrialState.PRUNED)

    def attributes(self, number: int) -> Attributes:
        """What the sampler noted on trial `number`."""
        return dict(self._study.get_trials(deepcopy=False)[self._numbers[number]].system_attrs)
