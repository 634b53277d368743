"""From a plain mapping to a `Sweep`: every key of a sweep file, its default and its bounds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from search_spaces.values import shown
from sweeps.errors import SweepError
from sweeps.names import SWEEP_NAME
from sweeps.plain_data import plain
from sweeps.reading.budget import read_budget
from sweeps.reading.checkpoint import read_checkpoint
from sweeps.reading.confirmation import check_confirmation
from sweeps.reading.evaluation import read_evaluate, read_metrics
from sweeps.reading.notify import read_notify
from sweeps.reading.objectives import check_several, measuring, read_objectives
from sweeps.reading.section import Section
from sweeps.reading.space import read_space
from sweeps.reading.subject import folder_of, grouped, needs_folder, read_subject, read_task
from sweeps.reading.warm_start import check_warm_start, read_warm_start
from sweeps.sweep import SearchChoice, SubjectChoice, Sweep, TaskChoice
from sweeps.trial import Config

WHERE = ("workers", "gpus", "gpu_share", "executor", "address", "store", "ledger", "tracking_uri")
"""Flags of commands, which people look for in files."""

KEYS = (
    "version",
    "name",
    "folder",
    "task",
    "model",
    "estimator",
    "function",
    "search",
    "objective",
    "evaluate",
    "budget",
    "checkpoint",
    "notify",
    "trainer",
    "seed",
    "space",
    "constraints",
)
VERSION = 1
LARGEST_SEED = 2**31 - 1
ENDLESS_BACKENDS = ("random", "optuna")
NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


def read_sweep(document: Mapping[str, Any], folder: str = "") -> Sweep:
    """The sweep that a description stands for.

    `folder` is where the user's modules and files are looked for unless the description says, by
    default the working folder.

    Names of tasks, trainers and backends, and whether the backend can search the space, are checked
    as well, without importing what they run on. Raises SweepError or SpaceError, whose path starts
    at the top of the description.
    """
    top = _top(document)
    subject = read_subject(top)
    task = grouped(read_task(top, subject), top.section("evaluate"))
    space = read_space(top, subject)
    search = _search(top.values.get("search", "grid"))
    metrics = read_metrics(top.section("evaluate"))
    objective, *further = read_objectives(top.values.get("objective", {}), subject.kind, metrics)
    evaluate = read_evaluate(top.section("evaluate"), objective, subject.kind)
    name = _name(top, task, subject, search)
    folder = folder_of(top, folder) if needs_folder(task, subject, metrics) else ""
    task = _pinned(task, folder)
    sweep = Sweep(
        name=name,
        task=task,
        space=space,
        search=search,
        objective=objective,
        evaluate=measuring(evaluate, tuple(further), subject.kind),
        budget=read_budget(top.section("budget")),
        trainer=top.text("trainer", "auto"),
        seed=top.whole("seed", 0, low=0, high=LARGEST_SEED),
        subject=subject,
        checkpoint=read_checkpoint(top, subject.kind),
        folder=folder,
        further=tuple(further),
        notify=read_notify(top),
        document=_document(top.values, name, folder, task),
    )
    _check(sweep)
    return sweep


def _top(document: Mapping[str, Any]) -> Section:
    """The description as a section of itself, with no key but those that are read."""
    top = Section.of(plain(document), ())
    _refuse_places(top)
    top.only(KEYS)
    _check_version(top)
    return top


def _check(sweep: Sweep) -> None:
    """What is right by itself, and wrong together."""
    _check_end(sweep)
    _check_once(sweep)
    check_confirmation(sweep)
    check_several(sweep)
    check_warm_start(sweep)
    _check_names(sweep)


def _name(top: Section, task: TaskChoice, subject: SubjectChoice, search: SearchChoice) -> str:
    if "name" in top.values:
        return SWEEP_NAME.read(top.values["name"], ("name",))
    return _default_name(task, subject, search)


def _default_name(task: TaskChoice, subject: SubjectChoice, search: SearchChoice) -> str:
    """What is tuned or what it is tuned on, and how: `my_model-optuna`."""
    files = [str(task.options[key]) for key in ("csv", "parquet") if key in task.options]
    what = Path(files[0]).stem if files else task.name
    if subject.kind != "network":
        what = subject.path.partition(":")[0].rpartition(".")[2]
    return f"{NOT_IN_NAMES.sub('-', what)[:60].strip('.-_ ') or 'sweep'}-{search.backend}"


def _pinned(task: TaskChoice, folder: str) -> TaskChoice:
    """A table with the digest of its file, so that a sweep is resumed on the same rows only."""
    if task.name != "table":
        return task
    from sweeps.tasks.table_options import pinned

    return pinned(task, folder)


def _document(
    values: Mapping[str, Any], name: str, folder: str, task: TaskChoice
) -> dict[str, Any]:
    """What was given, in a fixed order: what the ledger keeps and `sweeps resume` reads again."""
    named = {"version": VERSION, "name": name, **values}
    if folder:
        named["folder"] = folder
    if "digest" in task.options:
        named["task"] = {**values["task"], "digest": task.options["digest"]}
    return {key: named[key] for key in KEYS if key in named and named[key] != {}}


def _refuse_places(top: Section) -> None:
    for key in top.values:
        if key in WHERE:
            flag = f"--{key.replace('_', '-')}"
            message = f"a file says what is searched, not where it runs: `sweeps run FILE {flag} …`"
            raise SweepError(message, (key,), about_key=True)


def _check_version(top: Section) -> None:
    version = top.values.get("version", VERSION)
    if version != VERSION or not isinstance(version, int) or isinstance(version, bool):
        raise top.wrong("version", f"is not a version that is read here; write {VERSION}")


def _search(value: Any) -> SearchChoice:
    section = Section.of({"backend": value} if isinstance(value, str) else value, ("search",))
    own = ("backend", "trials", "batch", "seed_trials", "warm_start")
    return SearchChoice(
        backend=section.text("backend", "grid"),
        trials=section.whole("trials", 0, low=1) if "trials" in section.values else None,
        batch=section.whole("batch", 0, low=1, high=100_000) if "batch" in section.values else None,
        seed_trials=_seed_trials(section.values.get("seed_trials", [])),
        warm_start=read_warm_start(section.values.get("warm_start", [])),
        options={key: inner for key, inner in section.values.items() if key not in own},
    )


def _seed_trials(value: Any) -> tuple[Config, ...]:
    path = ("search", "seed_trials")
    if not isinstance(value, list):
        raise SweepError(f"{shown(value)} is not a list of configurations", path)
    return tuple(Section.of(given, (*path, index)).values for index, given in enumerate(value))


def _check_end(sweep: Sweep) -> None:
    """Refuse a search that would never end."""
    search = sweep.search
    ends = (search.trials, sweep.budget.minutes, sweep.budget.epochs)
    if any(end is not None for end in ends):
        return
    if search.backend in ENDLESS_BACKENDS and (sweep.space.continuous or sweep.defined_as_it_runs):
        varied = ", ".join(sweep.space.continuous) or sweep.subject.path
        message = (
            f"{search.backend} search never runs out of values for {varied}: "
            "set `search.trials` or `budget.minutes`"
        )
        raise SweepError(message, ("search",))


def _check_once(sweep: Sweep) -> None:
    """An Optuna objective runs once a trial: each run would ask for other values."""
    for name in ("folds", "repeats"):
        if sweep.defined_as_it_runs and getattr(sweep.evaluate, name) > 1:
            message = "an Optuna objective defines its space once a trial; leave it out"
            raise SweepError(message, ("evaluate", name))


def _check_names(sweep: Sweep) -> None:
    """Ask those who know the names; none of them imports what it runs on for that."""
    from sweeps.backends.choose import backend_for
    from sweeps.pruning.choose import check_pruner
    from sweeps.tasks.choose import task_for
    from sweeps.tasks.table_options import refuse_unfit
    from sweeps.trainers.choose import trainer_for

    task_for(sweep.task, sweep.folder)
    refuse_unfit(sweep.task, sweep.subject)
    try:
        trainer_for(sweep.trainer, sweep.subject, sweep.folder)
    except ValueError as error:
        raise SweepError(str(error), ("trainer",)) from error
    backend_for(sweep.search, sweep.space).check(sweep.space)
    check_pruner(sweep)
