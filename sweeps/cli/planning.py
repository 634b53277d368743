"""`sweeps plan`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from sweeps.cli import pricing
from sweeps.cli.endings import BAD_INPUT, guarded
from sweeps.cli.options import AsJson, Overrides, SweepFileArgument
from sweeps.cli.screen import say
from sweeps.cli.where_flags import AUTOMATIC, WhereOption
from sweeps.errors import SweepFileError, printable
from sweeps.trial import Config
from sweeps.wording import as_json as json_text
from sweeps.wording import count, duration, inline

if TYPE_CHECKING:
    from sweeps.plan import Plan


MOST_LOOKS = 12

NoPrice = Annotated[
    bool, typer.Option("--no-price", help="Train nothing to find out what it would cost.")
]


@guarded
def plan(
    file: SweepFileArgument,
    overrides: Overrides = None,
    where: WhereOption = AUTOMATIC,
    no_price: NoPrice = False,
    as_json: AsJson = False,
) -> None:
    """Show what a sweep would do, and what it would cost.

    How many trials there are, the first and the last ones, duplicates and what constraints refuse;
    and what was found in a table of your own. Then a little of it is trained, for its price on this
    machine: time, core-hours, memory, disk and rows of MLflow. What is above the sweep's budget is
    refused. Nothing is kept of that, and --no-price leaves it out.
    """
    from sweeps.plan import plan_sweep
    from sweeps.reading.sweep_file import SweepFile
    from sweeps.tasks.table_described import described, facts

    place = where.place
    try:
        source = SweepFile.open(file, overrides or ())
        sweep = source.sweep()
        with source.blamed():
            found = plan_sweep(sweep)
            data = {**found.to_dict(), **facts(sweep)} if as_json else {}
            table = [] if as_json else described(sweep)
    except SweepFileError as error:
        if not as_json:
            raise
        say([json_text({"file": printable(str(file)), "valid": False, "error": str(error)})])
        raise typer.Exit(BAD_INPUT) from error
    if not as_json:
        say([*_told(found), *table])
    told = None if no_price else pricing.priced(sweep, place)
    if as_json:
        say([json_text(data if told is None else {**data, **told.data})])
    if told is not None:
        told.end(as_json=as_json)


def _told(plan: Plan) -> list[str]:
    return [
        f"{plan.name}: {plan.backend}, {_trials(plan)}",
        *_space(plan),
        *_brackets(plan),
        *_pruner(plan),
        *_likeness(plan),
        *_configs("first", plan.first),
        *_configs("last", _unseen(plan)),
    ]


def _trials(plan: Plan) -> str:
    limit = "" if plan.minutes is None else f", at most {duration(60 * plan.minutes)}"
    if plan.trials is None or plan.fits is None:
        return f"as many trials as fit into {duration(60 * (plan.minutes or 0))}"
    about = "about " if plan.about else ""
    trials = f"{about}{count(plan.trials, 'trial')}{_fewer(plan, plan.trials)}"
    if plan.confirmations:
        trials += f" and {count(plan.confirmations, 'confirmation')}"
    return f"{trials}, {count(plan.fits, 'fit')}{limit}"


def _fewer(plan: Plan, trials: int) -> str:
    """Why there are fewer trials than were asked for; nothing when there are not."""
    if plan.asked is None or trials >= plan.asked:
        return ""
    if plan.brackets:
        return f" ({plan.asked:,} asked for, the brackets have {trials:,})"
    if plan.space.allowed is None or (trials < plan.space.allowed and not plan.about):
        return f" ({plan.asked:,} asked for, budget.epochs ends it before)"
    allowed = "allowed point" if plan.space.refused else "point"
    about = "about " if plan.about else ""
    return f" ({plan.asked:,} asked for, the space has {about}{count(trials, allowed)})"


def _space(plan: Plan) -> list[str]:
    space = plan.space
    points = "points without end" if space.points is None else count(space.points, "point")
    names = f" ({', '.join(plan.continuous)} continuous)" if plan.continuous else ""
    reasons = [f"  {refusal.points:,} by {refusal.reason}" for refusal in space.reasons]
    if space.exact:
        refused = f"{space.refused or 0:,} refused by constraints"
        return [f"space: {points}{names}, {refused}", *reasons]
    share = f"about {100 * space.refused_share:.1f} % refused by constraints"
    return [f"space: {points}{names}, {share} (sampled: {space.looked_at:,} points)", *reasons]


def _brackets(plan: Plan) -> list[str]:
    return [
        "bracket: "
        + ", then ".join(f"{rung.trials} at {count(rung.epochs, 'epoch')}" for rung in bracket)
        for bracket in plan.brackets
    ]


def _pruner(plan: Plan) -> list[str]:
    if plan.pruner is None:
        return []
    if not plan.looks:
        return [f"pruner: {plan.pruner}, asked after every fold and repeat{_spared(plan)}"]
    first = ", ".join(f"{epoch:,}" for epoch in plan.looks[:MOST_LOOKS])
    rest = f", … {plan.looks[-1]:,}" if len(plan.looks) > MOST_LOOKS else ""
    return [f"pruner: {plan.pruner}, asked after epochs {first}{rest}{_spared(plan)}"]


def _spared(plan: Plan) -> str:
    if not plan.spared:
        return ""
    if plan.trials is not None and plan.trials <= plan.spared:
        return f"; it learns from {plan.spared} finished trials, so none of these would be pruned"
    return f"; the first {plan.spared} trials are trained to their end, for it to learn from"


def _likeness(plan: Plan) -> list[str]:
    found = plan.likeness
    if not found.compared:
        return ["configurations are chosen as results come in"]
    which = "" if found.complete else f" (sampled: the first {count(found.read, 'trial')})"
    said = [f"duplicates: {found.duplicates:,} among {_compared(plan)}"]
    if found.alike:
        alike = f"{found.alike:,} train the same network in the same way as an earlier trial"
        said.append(f"alike: {alike}{which}")
    if found.unusable:
        said.append(
            f"unusable: {found.unusable:,} would fail{which}, the first one: {found.reason}"
        )
    return said


def _compared(plan: Plan) -> str:
    """How many configurations were looked at, and that they are not all when they are not."""
    found = plan.likeness
    if found.complete or found.compared == plan.trials:
        return count(found.compared, "configuration")
    # Hyperband's trials are more than its configurations: promoted ones are trials again.
    known = plan.trials is not None and not plan.brackets
    of_all = f" of {'about ' if plan.about else ''}{plan.trials:,}" if known else ""
    if not of_all:
        return f"the first {count(found.compared, 'configuration')}"
    return f"the first {found.compared:,}{of_all} configurations"


def _unseen(plan: Plan) -> Sequence[Config]:
    """The last configurations, without those that are among the first."""
    if plan.trials is None or plan.about:
        return plan.last
    rest = plan.trials - len(plan.first)
    return plan.last[max(0, len(plan.last) - rest) :]


def _configs(title: str, configs: Sequence[Config]) -> list[str]:
    return [f"{title}:", *(f"  {inline(config)}" for config in configs)] if configs else []
