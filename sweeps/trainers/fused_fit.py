"""Trains many networks as one program: a small one leaves a machine idle, a pack of them does not.

Plain data decides which fits go together; JAX is imported when the first of them is trained.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sweeps.problem import Problem
from sweeps.recipe import Recipe
from sweeps.tasks.task import head_of
from sweeps.trainers.admission import recipe_of, rows_of
from sweeps.trainers.fused.bucket import Precision, Sizes, bucket_of
from sweeps.trainers.fused.courses import Course, courses_of
from sweeps.trainers.fused.packing import packs_of, too_large
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Failure, Fit, Outcome

ENVIRONMENT = {
    # Take a GPU's memory as it is needed, not three quarters of it at the start.
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


@dataclass(frozen=True)
class FusedFit:
    """Trains the whole recipe family, many fits at once, on the CPU or on the GPUs that JAX sees.

    Equal to `KerasFit` but for rounding: same draws, same formulas, same history.
    """

    precision: Precision = "float32"

    @property
    def environment(self) -> Mapping[str, str]:
        """What must stand before JAX is imported."""
        return dict(ENVIRONMENT)

    def processes(self, cores: int) -> int:  # noqa: ARG002
        """One: its threads use all cores, and share compiled programs."""
        return 1

    def pack(self, fits: Sequence[Fit], problem: Problem) -> list[Pack]:
        """Fits of one bucket together; those that cannot be trained come alone."""
        admitted, packs = [], []
        sizes = sizes_of(problem)
        for fit in fits:
            recipe = recipe_of(fit, problem)
            if isinstance(recipe, Failure) or isinstance(sizes, Failure):
                packs.append(Pack((fit,)))
            else:
                admitted.append((fit, recipe))
        if isinstance(sizes, Failure):
            return packs
        courses = courses_of(admitted)
        bucketed = [(bucket_of(course.recipe, sizes, self.precision), course) for course in courses]
        packs += [
            Pack(tuple(fit for course in pack for fit in course.fits))
            for pack in packs_of(bucketed)
        ]
        return packs

    def refusal(self, fit: Fit, problem: Problem) -> str | None:
        """Why this fit cannot be fused; None when it can, or when nobody could train it."""
        recipe, sizes = recipe_of(fit, problem), sizes_of(problem)
        if isinstance(recipe, Failure) or isinstance(sizes, Failure):
            return None
        return self._refusal(recipe, sizes)

    def _refusal(self, recipe: Recipe, sizes: Sizes) -> str | None:
        return too_large(bucket_of(recipe, sizes, self.precision))

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        """The fits at once, in lanes of equal programs.

        A configuration that is no recipe or cannot be fused (`bad_configuration`), a task that
        cannot give its rows (`user_error`), a figure that is not finite (`diverged`) and what JAX
        has no memory for (`crashed`) are outcomes; anything else raises.
        """
        started = time.perf_counter()
        outcomes: dict[int, Outcome] = {}
        places, admitted = [], []
        for place, fit in enumerate(pack.fits):
            found = self._admitted(fit, problem)
            if isinstance(found, Failure):
                seconds = time.perf_counter() - started
                outcomes[place] = Outcome(fit, {}, {}, seconds, error=found)
            else:
                places.append(place)
                admitted.append((fit, found))
        if admitted:
            trained = self._trained(courses_of(admitted), problem, progress)
            outcomes |= {places[at]: outcome for at, outcome in trained}
        return [outcomes[place] for place in range(len(pack.fits))]

    def _admitted(self, fit: Fit, problem: Problem) -> Recipe | Failure:
        recipe = recipe_of(fit, problem)
        if isinstance(recipe, Failure):
            return recipe
        data = rows_of(fit.fold, fit.repeat, problem)
        if isinstance(data, Failure):
            return data
        sizes = sizes_of(problem)
        assert isinstance(sizes, Sizes), "a problem whose rows were had has sizes"
        refusal = self._refusal(recipe, sizes)
        if refusal is not None:
            return Failure("bad_configuration", f"trainer: fused cannot train this: {refusal}")
        return recipe

    def _trained(
        self, courses: Sequence[Course], problem: Problem, progress: Progress | None
    ) -> list[tuple[int, Outcome]]:
        from sweeps.trainers.fused.training import trained

        sizes = sizes_of(problem)
        assert isinstance(sizes, Sizes), "a problem whose rows were had has sizes"
        bucketed = [(bucket_of(course.recipe, sizes, self.precision), course) for course in courses]
        return trained(bucketed, problem, progress)


def sizes_of(problem: Problem) -> Sizes | Failure:
    """What of a problem shapes programs, or why its rows cannot be had."""
    data = rows_of(0, 0, problem)
    if isinstance(data, Failure):
        return data
    held = 0 if data.val is None else len(data.val.y)
    return Sizes(
        features=data.train.x.shape[1],
        outputs=problem.task.outputs,
        head=head_of(problem.task),
        rows=len(data.train.y) + held + len(data.test.y),
        train_rows=len(data.train.y) + held,
    )
