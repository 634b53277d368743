"""What a sweep's description stands for: backend, task, trainer and plan, built and checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from search_spaces import SpaceError
from sweeps.backends.backend import Backend
from sweeps.backends.choose import backend_for, told_before
from sweeps.backends.prior import Prior
from sweeps.backends.within_epochs import WithinEpochs
from sweeps.metrics.suitability import refuse_unsuitable
from sweeps.plan import Plan, plan_sweep
from sweeps.problem import Problem
from sweeps.spent_epochs import planned
from sweeps.subjects.choose import subject_for
from sweeps.sweep import Sweep
from sweeps.tasks.choose import task_for
from sweeps.trainers.choose import trainer_for
from sweeps.trainers.trainer import Trainer


@dataclass(frozen=True)
class Parts:
    """What a sweep's description stands for, built."""

    sweep: Sweep
    backend: Backend
    problem: Problem
    trainer: Trainer
    plan: Plan
    split_hash: str

    @classmethod
    def of(cls, sweep: Sweep) -> Parts:
        """Build everything that can be built before anything is written.

        Raises SpaceError or ValueError for names and options that nobody knows, for a space that
        its backend cannot search or that its constraints refuse altogether, for an evaluation that
        the task's rows do not allow, and for metrics that mean nothing on them.
        """
        problem = problem_of(sweep)
        parts = cls(
            sweep=sweep,
            backend=backend_of(sweep, problem),
            problem=problem,
            trainer=trainer_for(sweep.trainer, sweep.subject, sweep.folder),
            plan=plan_sweep(sweep),
            split_hash=_split_hash(problem),
        )
        if sweep.subject.kind != "function":  # which returns figures of its own
            for objective in sweep.objectives:
                refuse_unsuitable(objective, sweep.evaluate, problem.task.kind)
        return parts


def backend_of(sweep: Sweep, problem: Problem, priors: Sequence[Prior] = ()) -> Backend:
    """Who chooses a sweep's trials, within its budget, knowing what was found before."""
    chosen = backend_for(sweep.search, sweep.space, len(sweep.objectives))
    backend = told_before(chosen, priors)
    if sweep.budget.epochs is None:
        return backend
    return WithinEpochs(backend, sweep.budget.epochs, partial(planned, problem=problem))


def problem_of(sweep: Sweep) -> Problem:
    """What a sweep's fits are trained and judged on."""
    return Problem(
        task=task_for(sweep.task, sweep.folder),
        evaluate=sweep.evaluate,
        objective=sweep.objective,
        further=sweep.further,
        seed=sweep.seed,
        subject=subject_for(sweep.subject, sweep.folder),
        folder=sweep.folder,
    )


def _split_hash(problem: Problem) -> str:
    try:
        return problem.split_hash()
    except SpaceError:  # what is wrong with the rows themselves says where it stands
        raise
    except ValueError as error:
        raise SpaceError(f"the rows cannot be split like this: {error}", ("evaluate",)) from error
