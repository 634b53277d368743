"""The study that an Optuna objective runs in: made anew for each trial, from what is known."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sweeps.backends.optuna_quiet import quiet
from sweeps.backends.optuna_samplers import SamplerSettings, population_of
from sweeps.plain_data import plain
from sweeps.pruning.choice import read_pruner
from sweeps.pruning.making import pruner_of
from sweeps.sweep import Goal
from sweeps.trial import Defined

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.study import Study
    from optuna.trial import FrozenTrial, Trial


@contextmanager
def asked(knowledge: Mapping[str, Any], number: int, goals: Sequence[Goal]) -> Iterator[Trial]:
    """Trial `number`, in a study that has what is known of the trials before it.

    What was found before the sweep stands in front. Those that nothing is known of yet stand there
    as running, so that numbers are right.
    """
    with quiet():
        study = _study(knowledge, number, goals)
        if number < len(knowledge["seed_trials"]):
            study.enqueue_trial(knowledge["seed_trials"][number])
        yield study.ask()


def defined(trial: Trial, values: Sequence[float]) -> Defined:
    """What came of a trial, in plain data; without `values` it has failed.

    Raises TypeError for choices that JSON cannot hold.
    """
    import optuna

    frozen = trial.study.get_trials(deepcopy=False)[trial.number]
    distributions = {
        name: json.dumps(json.loads(optuna.distributions.distribution_to_json(one)))
        for name, one in frozen.distributions.items()
    }
    reported = tuple(sorted(frozen.intermediate_values.items()))
    several = tuple(values) if len(values) > 1 else ()
    first = values[0] if values else None
    params = {str(name): plain(value) for name, value in frozen.params.items()}
    return Defined(params, distributions, first, reported, several)


def _study(knowledge: Mapping[str, Any], number: int, goals: Sequence[Goal]) -> Study:
    import optuna

    settings = SamplerSettings(**knowledge["sampler"])
    told = {one["number"]: one for one in knowledge["told"]}
    priors = knowledge["priors"]
    ranges = _ranges([*priors, *told.values()])
    study = optuna.create_study(
        directions=list(goals),
        sampler=settings.make(
            knowledge["seed"], str(number), population_of(knowledge["batch"], ranges)
        ),
        pruner=pruner_of(read_pruner(knowledge["pruner"])),
    )
    trials = [*priors, *(told.get(earlier) for earlier in range(number))]
    study.add_trials([_frozen(one) for one in trials])
    return study


def _ranges(told: Any) -> int:
    """How many parameters the trials have had at most: the dimensions of CMA-ES."""
    return max((len(one["defined"]["params"]) for one in told if one["defined"]), default=1)


def _frozen(told: Mapping[str, Any] | None) -> FrozenTrial:
    """An earlier trial as Optuna keeps it."""
    from optuna.trial import TrialState, create_trial

    if told is None:
        return create_trial(state=TrialState.RUNNING)
    known = told["defined"]
    if known is None or told["reason"] not in (None, "pruned"):
        return create_trial(state=TrialState.FAIL)
    reported = dict(known["reported"])
    pruned = told["reason"] == "pruned"
    values = list(known["values"]) or [known["value"]]
    return create_trial(
        state=TrialState.PRUNED if pruned else TrialState.COMPLETE,
        values=_last(reported) if pruned else values,
        params=dict(known["params"]),
        distributions=_distributions(known["distributions"]),
        intermediate_values=reported,
    )


def _last(reported: Mapping[int, float]) -> list[float] | None:
    """What a trial that was pruned is worth: the value of its last step."""
    return [reported[max(reported)]] if reported else None


def _distributions(texts: Mapping[str, str]) -> dict[str, BaseDistribution]:
    from optuna.distributions import json_to_distribution

    return {name: json_to_distribution(text) for name, text in texts.items()}
