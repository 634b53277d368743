"""Runs an existing Optuna objective: `objective(trial)`, which defines its space as it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sweeps.draws import fit_seed
from sweeps.problem import Problem
from sweeps.sweep import SubjectChoice
from sweeps.trainers.functions.returned import metrics_of
from sweeps.trainers.own.fits import (
    ONE_THREAD,
    FailedError,
    Measured,
    alone,
    trained,
)
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Defined, Failure, Fit, Outcome
from sweeps.user_code.user_code import UserCodeError, blamed, load

if TYPE_CHECKING:
    from optuna.trial import Trial


@dataclass(frozen=True)
class ObjectiveFit:
    """Calls `objective(trial) -> float` with Optuna's own trial, of a study made for it alone.

    `suggest_…`, `report`, `should_prune` and attributes are Optuna's; with several objectives it
    returns as many numbers, and Optuna prunes nothing. A trial that is pruned has no
    score; what it reported by then teaches the sampler and the pruner.
    """

    choice: SubjectChoice
    folder: str = ""

    @property
    def environment(self) -> Mapping[str, str]:
        """One thread a worker, where the user has not said otherwise."""
        return dict(ONE_THREAD)

    def processes(self, cores: int) -> int:
        """One a core."""
        return cores

    def pack(self, fits: Sequence[Fit], problem: Problem) -> list[Pack]:  # noqa: ARG002
        """Each fit alone."""
        return alone(fits)

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:  # noqa: ARG002
        """One call after the other.

        Pruning is `pruned`; what the objective raises, or returns that is no number, `user_error`.
        """
        return [self._outcome(fit, pack.knowledge or {}, problem) for fit in pack.fits]

    def _outcome(self, fit: Fit, knowledge: Mapping[str, Any], problem: Problem) -> Outcome:
        found: list[Defined] = []
        # Without a configuration beforehand, all trials would have the same seed.
        own = replace(fit, seed=fit_seed(fit.seed, str(fit.trial.number), 0, 0))

        def measure(fit: Fit, problem: Problem) -> Measured:
            return self._measured(fit, knowledge, problem, found)

        (outcome,) = trained(Pack((own,)), problem, measure, "optuna")
        outcome = replace(outcome, fit=fit)
        if not found:
            return outcome
        history = {"reported": tuple(value for _, value in found[0].reported)}
        kept = history if found[0].reported else {}
        return replace(outcome, defined=found[0], history=kept)

    def _measured(
        self, fit: Fit, knowledge: Mapping[str, Any], problem: Problem, found: list[Defined]
    ) -> Measured:
        from optuna.exceptions import TrialPruned

        from sweeps.trainers.functions.optuna_study import asked, defined

        path, names = self.choice.path, problem.metrics
        objective = load(path, self.folder)
        goals = [one.goal for one in problem.objectives]
        with asked(knowledge, fit.trial.number, goals) as trial:
            values: list[float] = []
            try:
                with blamed(path):
                    figures = metrics_of(objective(trial), names, path)
                values = [figures[name] for name in names if name in figures]
            except UserCodeError as error:
                if isinstance(error.__cause__, TrialPruned):
                    raise FailedError(_pruned(trial, error.__cause__)) from error
                raise
            finally:
                found.append(defined(trial, values if len(values) == len(names) else ()))
        return Measured(figures)


def _pruned(trial: Trial, error: Exception) -> Failure:
    """Why a trial gave up: after which step, with which value."""
    frozen = trial.study.get_trials(deepcopy=False)[trial.number]
    said = f": {error}" if str(error) else ""
    if frozen.last_step is None:
        return Failure("pruned", f"pruned before it had reported anything{said}")
    last = frozen.intermediate_values[frozen.last_step]
    return Failure("pruned", f"pruned at step {frozen.last_step} with {last:g}{said}")
