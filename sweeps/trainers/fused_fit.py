"""Trains many networks as one program: a small one leaves a machine idle, a pack of them does not.

Plain data decides which fits go together; JAX is imported when the first of them is trained.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sweeps.problem import Problem
from sweeps.recipe import Recipe
from sweeps.tasks.inputs import is_sparse
from sweeps.tasks.task import head_of
from sweeps.trainers.admission import columns_of, missing_metric, recipes_of
from sweeps.trainers.fused.bucket import Precision, Sizes, bucket_of, pieces_in
from sweeps.trainers.fused.courses import Course, courses_of
from sweeps.trainers.fused.packing import packs_of, too_large
from sweeps.trainers.time_limit import TimeLimit
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
        sizes = sizes_of(problem)
        if isinstance(sizes, Failure):
            return [Pack((fit,)) for fit in fits]
        read = list(zip(fits, recipes_of(fits, problem), strict=True))
        packs = [Pack((fit,)) for fit, recipe in read if isinstance(recipe, Failure)]
        readable = [(fit, recipe) for fit, recipe in read if isinstance(recipe, Recipe)]
        courses = courses_of(readable, problem.draw_of)
        bucketed = [(bucket_of(course.recipe, sizes, self.precision), course) for course in courses]
        return packs + [
            Pack(tuple(fit for course in pack for fit in course.fits))
            for pack in packs_of(bucketed)
        ]

    def refusals(self, fits: Sequence[Fit], problem: Problem) -> list[str | None]:
        """Why each fit cannot be fused; None where it can, or where nobody could train it."""
        sizes = sizes_of(problem)
        return [
            None
            if isinstance(recipe, Failure) or isinstance(sizes, Failure)
            else self._refusal(recipe, sizes)
            for recipe in recipes_of(fits, problem)
        ]

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        """The fits at once, in lanes of equal programs.

        A configuration that is no recipe or cannot be fused (`bad_configuration`), a task that
        cannot give its rows (`user_error`), a figure that is not finite (`diverged`), a network
        that the memory is not enough for by itself (`out_of_memory`), what JAX breaks down on
        (`crashed`) and time that is up (`timed_out`) are outcomes; anything else raises, an OSError
        about a checkpoint too.

        Time is wall time while any lane of the pack trains; lanes side by side spend it together.
        Loading JAX and rows and compiling programs are not counted.
        """
        started = time.perf_counter()
        limit = TimeLimit(pack.fits)
        sizes = sizes_of(problem)
        outcomes: dict[int, Outcome] = {}
        places, admitted = [], []
        read = zip(pack.fits, recipes_of(pack.fits, problem), strict=True)
        for place, (fit, recipe) in enumerate(read):
            failure = self._failure(fit, recipe, sizes, problem)
            if failure is not None:
                seconds = time.perf_counter() - started
                outcomes[place] = Outcome(fit, {}, {}, seconds, error=failure)
            elif isinstance(recipe, Recipe):
                places.append(place)
                admitted.append((fit, recipe))
        if admitted and isinstance(sizes, Sizes):
            courses = courses_of(admitted, problem.draw_of)
            trained = self._trained(courses, sizes, problem, progress, limit)
            outcomes |= {places[at]: outcome for at, outcome in trained}
        return limit.told([outcomes[place] for place in range(len(pack.fits))])

    def _failure(
        self, fit: Fit, recipe: Recipe | Failure, sizes: Sizes | Failure, problem: Problem
    ) -> Failure | None:
        """Why the fit cannot be trained at all."""
        if isinstance(recipe, Failure):
            return recipe
        data = columns_of(fit.fold, fit.repeat, problem)
        if isinstance(data, Failure):
            return data
        if isinstance(sizes, Failure):
            return sizes
        refusal = self._refusal(recipe, sizes)
        if refusal is None:
            return missing_metric(problem)
        return Failure("bad_configuration", f"trainer: fused cannot train this: {refusal}")

    def _refusal(self, recipe: Recipe, sizes: Sizes) -> str | None:
        return too_large(bucket_of(recipe, sizes, self.precision))

    def _trained(
        self,
        courses: Sequence[Course],
        sizes: Sizes,
        problem: Problem,
        progress: Progress | None,
        limit: TimeLimit,
    ) -> list[tuple[int, Outcome]]:
        from sweeps.trainers.fused.training import trained

        bucketed = [(bucket_of(course.recipe, sizes, self.precision), course) for course in courses]
        return trained(bucketed, problem, progress, limit)


def sizes_of(problem: Problem) -> Sizes | Failure:
    """What of a problem shapes programs, or why its rows cannot be had."""
    data = columns_of(0, 0, problem)
    if isinstance(data, Failure):
        return data
    parts = [part for part in (data.train, data.val, data.test) if part is not None]
    sparse = [part.x for part in parts if is_sparse(part.x)]
    test_rows = len(data.test.y)
    rows = sum(len(part.y) for part in parts)
    return Sizes(
        features=data.train.x.shape[1],
        outputs=problem.task.outputs,
        head=head_of(problem.task),
        rows=rows,
        train_rows=rows - test_rows,
        pieces=sum(pieces_in(x.indptr) for x in sparse),
        valued=any(not (x.data == 1).all() for x in sparse),
        weighted=data.train.weights is not None,
    )
