"""Whether the metrics of a sweep can be measured on its task at all."""

from __future__ import annotations

from search_spaces.errors import Path
from sweeps.errors import SweepError
from sweeps.metrics.catalog import METRICS, Metric, names_of
from sweeps.sweep import Evaluate, Objective
from sweeps.tasks.task import Kind


def refuse_unsuitable(objective: Objective, evaluate: Evaluate, kind: Kind) -> None:
    """Raise SweepError for classes' metrics on a regression, and the other way round.

    The objective comes first: its own metric is among those that are evaluated.
    """
    named = names_of(evaluate.metrics)
    decisive = {**METRICS, **named}.get(objective.measure)
    if decisive is not None and not _suits(decisive, kind):
        raise _unsuitable(objective.metric, kind, f"{objective.split}_", ("objective",))
    for position, (name, metric) in enumerate(named.items()):
        if not _suits(metric, kind):
            raise _unsuitable(name, kind, "", ("evaluate", "metrics", position))


def _unsuitable(name: str, kind: Kind, prefix: str, path: Path) -> SweepError:
    others = ", ".join(prefix + one for one, metric in METRICS.items() if _suits(metric, kind))
    message = f"{name} means nothing on a {kind} task; measured there: {others}"
    return SweepError(message, path)


def _suits(metric: Metric, kind: Kind) -> bool:
    return metric.kinds is None or kind in metric.kinds
