"""From a plain mapping to a `Sweep`: every key of a sweep file, its default and its bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from search_spaces import Space, SpaceError
from search_spaces.values import shown
from sweeps.errors import SweepError
from sweeps.names import CONSTRAINT_NAME, SWEEP_NAME
from sweeps.plain_data import plain
from sweeps.section import Section
from sweeps.sweep import Budget, Evaluate, Goal, Objective, SearchChoice, Sweep, TaskChoice
from sweeps.trial import Config

KEYS = (
    "version",
    "name",
    "task",
    "search",
    "objective",
    "evaluate",
    "budget",
    "trainer",
    "seed",
    "space",
    "constraints",
)
VERSION = 1
SPLITS = ("val", "test", "train")
METRICS = tuple(f"{split}_{measure}" for split in SPLITS for measure in ("accuracy", "loss"))
LARGEST_SEED = 2**31 - 1
ENDLESS_BACKENDS = ("random", "optuna")
MOST_FITS = 10_000
MOST_MINUTES = 10_000_000.0
MOST_SECONDS = 60 * MOST_MINUTES


def read_sweep(document: Mapping[str, Any]) -> Sweep:
    """The sweep that a description stands for.

    Names of tasks, trainers and backends, and whether the backend can search the space, are checked
    as well, without importing what they run on. Raises SweepError or SpaceError, whose path starts
    at the top of the description.
    """
    top = Section.of(plain(document), ()).only(KEYS)
    _check_version(top)
    task = _task(top.required("task", "task: penguins"))
    space = _space(top)
    search = _search(top.values.get("search", "grid"))
    objective = _objective(top.values.get("objective", {}))
    given = top.values.get("name", f"{task.name}-{search.backend}")
    name = SWEEP_NAME.read(given, ("name",)) if "name" in top.values else given
    sweep = Sweep(
        name=name,
        task=task,
        space=space,
        search=search,
        objective=objective,
        evaluate=_evaluate(top.section("evaluate"), objective),
        budget=_budget(top.section("budget")),
        trainer=top.text("trainer", "auto"),
        seed=top.whole("seed", 0, low=0, high=LARGEST_SEED),
        document=_document(top.values, name),
    )
    _check_end(sweep)
    _check_names(sweep)
    return sweep


def _document(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What was given, in a fixed order: what the ledger keeps and `sweeps resume` reads again."""
    named = {"version": VERSION, "name": name, **values}
    return {key: named[key] for key in KEYS if key in named and named[key] != {}}


def _check_version(top: Section) -> None:
    version = top.values.get("version", VERSION)
    if version != VERSION or not isinstance(version, int) or isinstance(version, bool):
        raise top.wrong("version", f"is not a version that is read here; write {VERSION}")


def _task(value: Any) -> TaskChoice:
    if isinstance(value, str):
        return TaskChoice(value)
    section = Section.of(value, ("task",))
    section.required("name", "name: penguins")
    options = {key: inner for key, inner in section.values.items() if key != "name"}
    return TaskChoice(section.text("name", ""), options)


def _space(top: Section) -> Space:
    description = Section.of(top.required("space", "space: {width: [16, 32]}"), ("space",))
    if not description.values:
        message = "nothing is in it: name at least one parameter, such as `width: [16, 32]`"
        raise SweepError(message, ("space",))
    constraints = top.section("constraints")
    for name in constraints.values:
        CONSTRAINT_NAME.read(name, (*constraints.path, name), is_key=True)
    try:
        return Space.read(description.values, constraints.values)
    except SpaceError as error:
        if error.path[:1] == ("constraints",):
            raise
        inside = (part for name in error.path for part in _split(name))
        raise SpaceError(error.message, ("space", *inside)) from error


def _split(part: str | int) -> tuple[str | int, ...]:
    """A parameter's name in a path, as the keys it stands under in the file."""
    return tuple(part.split(".")) if isinstance(part, str) else (part,)


def _search(value: Any) -> SearchChoice:
    section = Section.of({"backend": value} if isinstance(value, str) else value, ("search",))
    own = ("backend", "trials", "batch", "seed_trials")
    return SearchChoice(
        backend=section.text("backend", "grid"),
        trials=section.whole("trials", 0, low=1) if "trials" in section.values else None,
        batch=section.whole("batch", 0, low=1, high=100_000) if "batch" in section.values else None,
        seed_trials=_seed_trials(section.values.get("seed_trials", [])),
        options={key: inner for key, inner in section.values.items() if key not in own},
    )


def _seed_trials(value: Any) -> tuple[Config, ...]:
    path = ("search", "seed_trials")
    if not isinstance(value, list):
        raise SweepError(f"{shown(value)} is not a list of configurations", path)
    return tuple(Section.of(given, (*path, index)).values for index, given in enumerate(value))


def _objective(value: Any) -> Objective:
    section = Section.of({"metric": value} if isinstance(value, str) else value, ("objective",))
    section.only(("metric", "goal"))
    metric = section.text("metric", Objective.metric)
    if metric not in METRICS:
        raise section.unknown("metric", METRICS)
    goal = "minimize" if metric.endswith("loss") else "maximize"
    if section.one_of("goal", goal, ("maximize", "minimize")) != goal:
        way_out = f"write `goal: {goal}` or leave it out"
        raise section.wrong("goal", f"finds the worst network, judged by {metric}: {way_out}")
    return Objective(metric, cast(Goal, goal))


def _evaluate(section: Section, objective: Objective) -> Evaluate:
    section.only(("folds", "repeats", "validation", "resplit"))
    folds = section.whole("folds", 0, low=0, high=1000)
    if folds == 1:
        raise section.wrong("folds", "fold leaves no rows to train on; 0 means no folds")
    if folds and objective.split != "val":
        metric = f"val_{objective.metric.partition('_')[2]}"
        raise section.wrong(
            "folds", f"folds are judged on rows left out of train: set `objective: {metric}`"
        )
    if folds and "validation" in section.values:
        why = f"has no effect: {folds} folds carve the validation rows themselves; leave it out"
        raise section.wrong("validation", why)
    repeats = section.whole("repeats", 1, low=1, high=MOST_FITS)
    if max(1, folds) * repeats > MOST_FITS:
        why = f"repeats of {folds} folds are more than {MOST_FITS:,} fits for every trial"
        raise section.wrong("repeats", why)
    return Evaluate(
        folds=folds,
        repeats=repeats,
        validation=section.number_between("validation", Evaluate.validation, 0.0, 1.0),
        resplit=section.flag("resplit", False),
    )


def _budget(section: Section) -> Budget:
    section.only(("minutes", "trial_seconds"))
    return Budget(
        minutes=_limit(section, "minutes", MOST_MINUTES),
        trial_seconds=_limit(section, "trial_seconds", MOST_SECONDS),
    )


def _limit(section: Section, key: str, most: float) -> float | None:
    """A time above 0, or none where nothing is said."""
    return section.number_between(key, 0.0, 0.0, most) if key in section.values else None


def _check_end(sweep: Sweep) -> None:
    """Refuse a search that would never end."""
    search = sweep.search
    if search.trials is not None or sweep.budget.minutes is not None:
        return
    if search.backend in ENDLESS_BACKENDS and sweep.space.continuous:
        varied = ", ".join(sweep.space.continuous)
        message = (
            f"{search.backend} search never runs out of values for {varied}: "
            "set `search.trials` or `budget.minutes`"
        )
        raise SweepError(message, ("search",))


def _check_names(sweep: Sweep) -> None:
    """Ask those who know the names; none of them imports what it runs on for that."""
    from sweeps.backends.choose import backend_for
    from sweeps.tasks.choose import task_for
    from sweeps.trainers.choose import trainer_for

    task_for(sweep.task)
    try:
        trainer_for(sweep.trainer)
    except ValueError as error:
        raise SweepError(str(error), ("trainer",)) from error
    backend_for(sweep.search, sweep.space).check(sweep.space)
