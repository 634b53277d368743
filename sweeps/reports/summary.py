"""What a sweep found, in a few lines: for the top of its page and its note in MLflow."""

from __future__ import annotations

from sweeps.cli.costs import hours
from sweeps.reports.material import Material, score_of
from sweeps.trial import Result
from sweeps.wording import count, duration, figure, inline, shown


def counts(material: Material) -> str:
    """How many trials there are, and what became of them."""
    row = material.found.row
    others = {
        "pruned": row.pruned,
        "failed": row.failed,
        "under way": row.running,
        "cancelled": row.cancelled,
    }
    said = ", ".join(f"{number:,} {word}" for word, number in others.items() if number)
    again = f"; and {count(row.confirmations, 'confirmation')}" if row.confirmations else ""
    return f"{row.done:,} done{f', {said}' if said else ''}{again}"


def facts(material: Material) -> dict[str, str]:
    """What the sweep is and how far it is, a line each."""
    sweep, row = material.found.sweep, material.found.row
    subject = sweep.subject.path or sweep.task.label
    goals = ", ".join(f"{one.goal} {one.metric}" for one in sweep.objectives)
    said = {
        "sweep": row.sweep_id,
        "search": f"{sweep.search.backend} on {subject}",
        "objective": goals,
        "state": shown(row.state) + (f", {row.cause}" if row.cause else ""),
        "trials": counts(material),
        "time": duration(row.spent_seconds),
    }
    spent = hours(row.core_seconds, row.gpu_seconds)
    return said if spent is None else said | {"cost": spent}


def best_line(material: Material) -> str:
    """The best trial of the search, or how many are on the front."""
    if material.several:
        return f"{count(len(material.front), 'trial')} on the Pareto front"
    if material.best is None:
        return "no trial has a score"
    return described(material.best, material.metric)


def described(result: Result, metric: str) -> str:
    """A trial with its score and configuration on one line."""
    config = inline(result.trial.config)
    return f"trial {result.trial.number}, {metric} {figure(score_of(result))}: {config}"
