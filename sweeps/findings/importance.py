"""How much each parameter mattered: PED-ANOVA, by Optuna, for trials of any backend."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from math import isfinite
from typing import TYPE_CHECKING

from sweeps.backends.optuna_domains import Asked
from sweeps.backends.optuna_quiet import quiet
from sweeps.findings.observed import Observed, observed
from sweeps.found import Found
from sweeps.sweep import Objective

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

FEWEST = 10
"""With fewer trials any answer is one of chance."""

TOP_SHARE = 0.1
FEWEST_ON_TOP = 5
"""Trials that count as good ones: Optuna advises to have at least so many of them."""


def importances(found: Found, objective: Objective | None = None) -> Mapping[str, float]:
    """Shares that sum to 1, the largest first, for the parameters that some trial had.

    A parameter matters as far as its values among the best tenth of the trials (at least five)
    differ from those among all of them: PED-ANOVA (Watanabe et al., https://arxiv.org/abs/2304.10255)
    and, for conditional parameters, https://arxiv.org/abs/2601.20800, as Optuna computes them.
    Trials that diverged or were pruned count as bad ones. Empty with fewer than ten trials that
    have a score, where all are equally good, or where nothing varies. `objective` is by default the
    sweep's first.
    """
    seen = observed(found, objective)
    if seen.scored < FEWEST or len(set(seen.values)) < 2:
        return {}
    raw = _evaluated(seen)
    total = sum(raw.values())
    return {name: value / total for name, value in raw.items()} if total > 0 else {}


def _evaluated(seen: Observed) -> Mapping[str, float]:
    import optuna

    top = max(TOP_SHARE, FEWEST_ON_TOP / len(seen.values))
    with quiet(), warnings.catch_warnings():
        # What it has to say about ties and about rarely active parameters changes nothing.
        warnings.simplefilter("ignore", UserWarning)
        study = optuna.create_study()
        study.add_trials(_frozen(seen))
        evaluator = optuna.importance.PedAnovaImportanceEvaluator(target_quantile=top)
        return evaluator.evaluate(study)


def _frozen(seen: Observed) -> list[FrozenTrial]:
    """The trials as Optuna keeps them; the bad ones are worse than all others."""
    from optuna.trial import create_trial

    asked = {name: Asked(name, domain) for name, domain in seen.domains.items()}
    distributions = {name: one.distribution() for name, one in asked.items()}
    worst = max(value for value in seen.values if isfinite(value)) + 1.0
    frozen = []
    for config, value in zip(seen.configs, seen.values, strict=True):
        active = [name for name in asked if name in config]
        frozen.append(
            create_trial(
                value=value if isfinite(value) else worst,
                params={name: asked[name].suggestion(config[name]) for name in active},
                distributions={name: distributions[name] for name in active},
            )
        )
    return frozen
