"""Whether a sweep's trials are ended early, by which pruner and at which steps."""

from __future__ import annotations

from search_spaces import Choice, Int, Space
from sweeps.discovery.source import trains_itself
from sweeps.errors import SweepError
from sweeps.pruning.choice import PLACE, PrunerChoice, read_pruner
from sweeps.pruning.steps import Steps
from sweeps.subjects.own_code import EPOCHS
from sweeps.sweep import SearchChoice, Sweep

KEY = "pruner"
PARTS = "wilcoxon"
"""The only pruner whose steps are parts: a fold of a repeat is one."""

MOST_LOOKS = 1000
"""At one trial: each costs a checkpoint and a look at all others."""

RUN_IN_ONE_GO = ("estimator", "function")


def pruner_for(search: SearchChoice) -> PrunerChoice | None:
    """The pruner that the search names. Raises SweepError for one that Hyperband is given."""
    if KEY not in search.options:
        return None
    if search.backend == "hyperband":
        message = "hyperband ends trials early itself: leave it out, or search with `optuna`"
        raise SweepError(message, PLACE, about_key=True)
    return read_pruner(search.options[KEY])


def steps_for(sweep: Sweep) -> Steps | None:
    """The pruner that is asked between a trial's stages; None where trials are trained in one go.

    An Optuna objective asks its pruner itself, from within.
    """
    choice = None if sweep.defined_as_it_runs else pruner_for(sweep.search)
    return None if choice is None else Steps(choice, most_epochs(sweep.space))


def prunes_by_parts(sweep: Sweep) -> bool:
    """Whether trials are ended between their parts, each of which is trained in full."""
    steps = steps_for(sweep)
    return steps is not None and steps.choice.kind == PARTS


def trials_before_pruning(sweep: Sweep) -> int:
    """How many trials are trained to their end first, for the pruner to learn from."""
    steps = steps_for(sweep)
    return 0 if steps is None else steps.finished_before


def check_pruner(sweep: Sweep) -> None:
    """Raise SweepError for a pruner that could never end a trial of this sweep."""
    steps = steps_for(sweep)
    if steps is None:
        return
    kind, place = steps.choice.kind, (*PLACE, steps.choice.kind)
    if kind == PARTS:
        if max(1, sweep.evaluate.folds) * sweep.evaluate.repeats < 2:
            message = (
                "it compares the parts of trials, and each has one: write `evaluate: {folds: 5}` "
                "or `{repeats: 5}`, or prune by epochs with `pruner: median`"
            )
            raise SweepError(message, PLACE)
        return
    why = _never_kept(sweep)
    if why is not None:
        message = (
            f"{kind} is asked between epochs, and {why}: "
            "leave it out, or write `pruner: wilcoxon` with `evaluate: {folds: 5}`"
        )
        raise SweepError(message, PLACE)
    if steps.first >= steps.most:
        message = (
            f"it is asked after epoch {steps.first} for the first time, and trials have "
            f"{steps.most} at most: nothing would ever be pruned"
        )
        raise SweepError(message, place if isinstance(sweep.search.options[KEY], dict) else PLACE)
    if steps.looks > MOST_LOOKS:
        message = (
            f"it would be asked {steps.looks:,} times a trial, each time with a checkpoint: "
            f"{MOST_LOOKS:,} are the most, set `interval_steps`"
        )
        raise SweepError(message, place)


def _never_kept(sweep: Sweep) -> str | None:
    """Why training could not go on from one stage to the next; None where it can be."""
    subject = sweep.subject
    if subject.kind in RUN_IN_ONE_GO:
        return f"{'an' if subject.kind == 'estimator' else 'a'} {subject.kind} is run in one go"
    begins_anew = "begins at epoch 0 each time, since no checkpoint holds what"
    if subject.kind == "model" and "callbacks" in subject.options:
        return f"a model with `callbacks` {begins_anew} they remember"
    if subject.kind == "model" and trains_itself(subject.path, sweep.folder):
        return f"a model with a `fit` of its own {begins_anew} it remembers"
    return None


def most_epochs(space: Space) -> int:
    """The most epochs that a trial may have; as many as by default where they are computed."""
    param = next((param for param in space.params if param.name == "epochs"), None)
    domain = None if param is None else param.domain
    if isinstance(domain, Int):
        return domain.high
    if isinstance(domain, Choice):
        return max((value for value in domain.choices if isinstance(value, int)), default=EPOCHS)
    return EPOCHS
