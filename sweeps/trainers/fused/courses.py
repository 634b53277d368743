"""Courses of training: one network trained once, for every fit that it can serve."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from sweeps.decays import Cosine
from sweeps.recipe import Recipe
from sweeps.trainers.under_way import paths_of
from sweeps.trial import Fit

_Way = tuple[object, ...]


@dataclass(frozen=True)
class Course:
    """Fits that are points on one way: equal but for how many epochs they take.

    Training for 30 epochs contains training for 1 to 29, as long as nothing on the way depends on
    where it ends. `fits` are in the order of their budgets, `places` says where they were given.
    `rows` is equal for courses that see equal rows. `kept` are the checkpoints that it may go on
    from, where they are there.
    """

    recipe: Recipe
    fits: tuple[Fit, ...]
    places: tuple[int, ...]
    rows: tuple[int, int]
    kept: tuple[str, ...] = ()

    @property
    def first(self) -> Fit:
        """The fit that ends first; seed, fold, repeat and checkpoint are the same for all."""
        return self.fits[0]

    @property
    def epochs(self) -> int:
        """Epochs to train in all."""
        return self.fits[-1].budget

    def steps(self, rows: int) -> int:
        """Steps of an epoch over so many rows."""
        return math.ceil(rows / self.recipe.batch_size)


def courses_of(fits: Iterable[tuple[Fit, Recipe]], draw_of: Callable[[int], int]) -> list[Course]:
    """The fewest courses that serve all fits, in the order in which each is first asked for.

    A recipe's epochs are left to the fits: of a course's recipes the first is kept. `draw_of` is
    the problem's: repeats of equal draws see equal rows.
    """
    recipes: dict[_Way, Recipe] = {}
    ways: dict[_Way, list[tuple[int, Fit]]] = {}
    for place, (fit, recipe) in enumerate(fits):
        way = _way(fit, recipe)
        recipes.setdefault(way, recipe)
        ways.setdefault(way, []).append((place, fit))
    return [_course(recipes[way], placed, draw_of) for way, placed in ways.items()]


def horizon(recipe: Recipe) -> int | None:
    """The epochs that the schedule spans, None when it does not depend on them."""
    return recipe.epochs if isinstance(recipe.decay, Cosine) else None


def _course(recipe: Recipe, placed: list[tuple[int, Fit]], draw_of: Callable[[int], int]) -> Course:
    placed = sorted(placed, key=lambda one: one[1].budget)
    fits = tuple(fit for _, fit in placed)
    rows = fits[0].fold, draw_of(fits[0].repeat)
    return Course(recipe, fits, tuple(place for place, _ in placed), rows, paths_of(fits))


def _way(fit: Fit, recipe: Recipe) -> _Way:
    stopping = recipe.early_stopping
    restores = stopping is not None and stopping.restore_best
    return (
        fit.seed,
        fit.fold,
        fit.repeat,
        fit.resume_from,
        replace(recipe, epochs=0),
        horizon(recipe),
        fit.budget if restores else None,
    )
