"""The Pareto front of a sweep with several objectives, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from sweeps.cli.screen import say, table
from sweeps.sweep import Sweep
from sweeps.trial import Config, Result
from sweeps.wording import count, figure, inline

MOST_ROWS = 40


def show_front(sweep: Sweep, front: Sequence[Result], done: int) -> None:
    """One trial a line, best by the first objective first: figures and what varies among them."""
    goals = ", ".join(f"{one.metric} ({one.goal})" for one in sweep.objectives)
    say([f"front of {goals}: {len(front):,} of {count(done, 'trial')}, which no other one beats"])
    metrics = [one.metric for one in sweep.objectives]
    varying = _varying([one.trial.config for one in front])
    shown = front[:MOST_ROWS]
    table(
        ("trial", *metrics, "configuration"),
        (
            (
                str(one.trial.number),
                *(figure(one.metrics[metric]) for metric in metrics),
                inline(
                    {name: one.trial.config[name] for name in varying if name in one.trial.config}
                ),
            )
            for one in shown
        ),
    )
    if len(front) > len(shown):
        say([f"and {count(len(front) - len(shown), 'trial')} more: --json has all of them"])


def _varying(configs: Sequence[Config]) -> list[str]:
    """Names of the parameters that not all of these have the same value of, in their order."""
    names = dict.fromkeys(name for config in configs for name in config)
    return [
        name
        for name in names
        if len({repr(config.get(name)) for config in configs}) > 1 or len(configs) == 1
    ]
