"""From a plain mapping to the objective and the evaluation of a sweep."""

from __future__ import annotations

from typing import Any, cast

from search_spaces.errors import Path
from search_spaces.values import shown
from sweeps.errors import SweepError
from sweeps.metrics.catalog import METRICS, Metric, metric_for, names_of, nearest_metric
from sweeps.metrics.keras_names import keras_class
from sweeps.reading.confirmation import read_repeats
from sweeps.reading.section import Section
from sweeps.sweep import Evaluate, Goal, Objective, SubjectKind
from sweeps.user_code.user_code import check_path

SPLITS = ("val", "test", "train")
DEFAULT = "accuracy"
KEYS = (
    "folds",
    "repeats",
    "confirm_top",
    "search_repeats",
    "validation",
    "resplit",
    "stratified",
    "shuffle",
    "groups",
    "metrics",
)
MOST_METRICS = 50
MOST_ROWS = 10**9
GOALS = ("maximize", "minimize")
COUNTS = ("parameters", "epochs")
"""Figures that no row is needed for; the fewer the better."""
MEASURED_ANYWAY = [name for name, metric in METRICS.items() if metric.source == "trainer"]


def read_objective(
    value: Any, kind: SubjectKind, measured: tuple[str, ...], path: Path = ("objective",)
) -> Objective:
    """The objective. `measured` is what `evaluate.metrics` names besides loss and accuracy.

    One of several (its path says so) may be a count as well.
    """
    section = Section.of({"metric": value} if isinstance(value, str) else value, path)
    section.only(("metric", "goal"))
    metric = section.text("metric", "value" if kind == "function" else Objective.metric)
    goal = _known_goal(section, metric, kind, measured)
    if goal is None:
        return Objective(metric, _given_goal(section, metric))
    if section.one_of("goal", goal, GOALS) != goal:
        way_out = f"write `goal: {goal}` or leave it out"
        raise section.wrong("goal", f"finds the worst network, judged by {metric}: {way_out}")
    return Objective(metric, goal)


def _known_goal(
    section: Section, metric: str, kind: SubjectKind, measured: tuple[str, ...]
) -> Goal | None:
    """Which way the metric is better, None where the sweep file must say so."""
    split, _, measure = metric.partition("_")
    known = {**METRICS, **names_of(measured)}
    if split in SPLITS and measure in known:
        return known[measure].goal
    if split in SPLITS and keras_class(measure) is not None:
        return metric_for(measure).goal
    # A function may return any names, and a compiled model has metrics of its own.
    if kind == "function" or (kind == "model" and "goal" in section.values):
        return None
    if metric in COUNTS:
        if len(section.path) > 1:
            return "minimize"
        message = f"{metric} alone says nothing of how good a model is: write"
        raise SweepError(f"{message} `objective: [val_accuracy, {metric}]`", section.path)
    meant = metric if split in SPLITS else f"val_{metric}"
    near = nearest_metric(meant, known, [f"{one}_" for one in SPLITS])
    raise SweepError(
        f"unknown value {shown(metric)}; {near}{_own_metric(kind)}",
        (*section.path, "metric") if "metric" in section.values else section.path,
    )


def _own_metric(kind: SubjectKind) -> str:
    """How to be judged by what nobody here knows."""
    if kind == "model":
        return "; a metric that the model is compiled with needs `goal: maximize` or `minimize`"
    return "; a function of your own stands under `evaluate: {metrics: [my_metrics:name]}`"


def _given_goal(section: Section, metric: str) -> Goal:
    if "goal" not in section.values:
        message = f"say which way {metric} is better: {{metric: {metric}, goal: maximize}}"
        raise SweepError(message, section.path)
    return cast(Goal, section.one_of("goal", "maximize", GOALS))


def read_metrics(section: Section) -> tuple[str, ...]:
    """`evaluate.metrics`: names of ours, of Keras's, and `module:function` of the user's."""
    given = section.values.get("metrics", [])
    path = (*section.path, "metrics")
    if not isinstance(given, list) or len(given) > MOST_METRICS:
        raise SweepError(f"{shown(given)} is not a list of at most {MOST_METRICS} metrics", path)
    names: list[str] = []
    for position, text in enumerate(given):
        metric = _read_metric(text, (*path, position))
        if metric.name in names:
            raise SweepError(f"{metric.name} is given twice", (*path, position))
        names.append(metric.name)
    return tuple(given)


def _read_metric(text: object, path: tuple[str | int, ...]) -> Metric:
    if not isinstance(text, str):
        raise SweepError(f"{shown(text)} is not the name of a metric", path)
    if ":" in text:
        check_path(text, path)
    try:
        metric = metric_for(text)
    except ValueError as error:
        raise SweepError(str(error), path) from error
    if metric.source == "user" and metric.name in MEASURED_ANYWAY:
        message = f"{text} would be logged as {metric.name}, which trainers measure themselves"
        raise SweepError(f"{message}: give the function another name", path)
    return metric


def read_evaluate(
    section: Section, objective: Objective, kind: SubjectKind = "network"
) -> Evaluate:
    """How often and on which rows; the objective's own metric is measured as well."""
    section.only(KEYS)
    folds = _folds(section, objective)
    repeats = read_repeats(section, folds)
    validation, first = _validation(section)
    stratified = section.flag("stratified", False) if "stratified" in section.values else None
    shuffle = section.flag("shuffle", True)
    _check_drawing(section, folds, first)
    return Evaluate(
        folds=folds,
        repeats=repeats.search,
        validation=validation,
        resplit=section.flag("resplit", False),
        first=first,
        stratified=stratified,
        shuffle=shuffle,
        metrics=_measured(section, objective, kind),
        confirm_top=repeats.top,
        confirm_repeats=repeats.confirm,
    )


def _check_drawing(section: Section, folds: int, first: int | None) -> None:
    """Refuse what would be left undone where rows are drawn another way."""
    stratified = section.values.get("stratified", False)
    if stratified and not section.values.get("shuffle", True):
        raise section.wrong("shuffle", "contradicts stratified: leave one of them out")
    if stratified and first is not None:
        raise section.wrong("stratified", "contradicts validation: its first rows are not drawn")
    if stratified and not folds and "groups" in section.values:
        raise section.wrong("stratified", "keeps groups whole in folds only: set `folds`")
    if not section.values.get("shuffle", True) and not folds and first is None:
        raise section.wrong("shuffle", "needs folds, or `validation: {first: 1000}`")


def _measured(section: Section, objective: Objective, kind: SubjectKind) -> tuple[str, ...]:
    """What to measure besides what the trainers of that subject measure anyway."""
    metrics = read_metrics(section)
    if kind == "function":
        if metrics:
            why = "have no effect: a function returns its own figures, any of which is an objective"
            raise section.wrong("metrics", why)
        return ()
    measure = objective.measure
    anyway = MEASURED_ANYWAY if kind == "network" else ["loss"]
    known = measure in METRICS or keras_class(measure) is not None
    if not known or measure in anyway or measure in names_of(metrics):
        return metrics
    return (*metrics, measure)


def _folds(section: Section, objective: Objective) -> int:
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
    return folds


def _validation(section: Section) -> tuple[float, int | None]:
    """A share of the rows, or `{first: 10000}`: so many of the first."""
    if not isinstance(section.values.get("validation"), dict):
        return section.number_between("validation", Evaluate.validation, 0.0, 1.0), None
    inner = section.section("validation").only(("first",))
    inner.required("first", "first: 10000")
    return Evaluate.validation, inner.whole("first", 1, low=1, high=MOST_ROWS)
