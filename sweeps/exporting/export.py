"""Exports the best of a sweep into a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from sweeps import remembering
from sweeps.executors.environment import standing
from sweeps.executors.executor import executor_for
from sweeps.exporting.choosing import refit_of
from sweeps.exporting.inputs import spec_of
from sweeps.exporting.manifest import ExportError, Manifest
from sweeps.ledger import Ledger
from sweeps.parts import problem_of
from sweeps.problem import Problem
from sweeps.reading import read_sweep
from sweeps.store import Store
from sweeps.surroundings import package_versions
from sweeps.sweep import Sweep
from sweeps.trainers.choose import trainer_for
from sweeps.trainers.refitting.refit import Refitted, refitted
from sweeps.trial import Fit, Result
from sweeps.yaml_text import yaml_text

CONFIGURATION = "configuration.yaml"


@dataclass(frozen=True)
class Exported:
    """What was written: the folder, its description, and the trial that it comes from."""

    folder: Path
    manifest: Manifest
    best: Result


def export(
    sweep_id: str, folder: Path, store: Store, say: Callable[[str], None] = print
) -> Exported:
    """Train the best configuration of a sweep again, on all training rows, into a new folder.

    The model is trained in a worker process. The folder appears when all is in it. Raises
    LookupError for an unknown sweep, ExportError when no trial has a score or the folder exists,
    UnexportableError and RefitError as `refitted` does.
    """
    if folder.exists():
        raise ExportError(f"{folder} exists and is left as it is; name another folder")
    sweep, best = _found(sweep_id, store)
    problem = problem_of(sweep)
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(mkdtemp(prefix=".export-", dir=folder.parent))
    try:
        manifest = _filled(scratch, sweep, sweep_id, best, problem, say)
        scratch.chmod(0o755)
        scratch.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return Exported(folder, manifest, best)


def _found(sweep_id: str, store: Store) -> tuple[Sweep, Result]:
    with closing(Ledger.open(store.ledger_url)) as ledger:
        row = ledger.sweep(sweep_id)
        sweep = read_sweep(ledger.document(row.sweep_id))
        best = remembering.best_of(sweep, ledger.results(row.sweep_id))
    if best is None or best.score is None:
        raise ExportError(f"no trial of sweep {sweep_id} has a score: there is nothing to export")
    return sweep, best


def _filled(
    folder: Path,
    sweep: Sweep,
    sweep_id: str,
    best: Result,
    problem: Problem,
    say: Callable[[str], None],
) -> Manifest:
    config = dict(best.trial.config)
    (folder / CONFIGURATION).write_text(yaml_text(config), encoding="utf-8")
    fit, whole = refit_of(problem, best)
    kept = Refitted({}, {})
    if sweep.subject.kind != "function":
        say(f"training trial {best.trial.number} again, on all training rows")
        kept = _trained(sweep, fit, whole, folder)
    has_rows = bool(kept.files)
    manifest = Manifest(
        sweep=sweep_id,
        trial=best.trial.number,
        objective=sweep.objective.metric,
        score=best.score or 0.0,
        kind=problem.task.kind if has_rows else "regression",
        classes=problem.task.classes if has_rows else (),
        files=kept.files,
        metrics=kept.metrics,
        epochs=fit.budget,
        inputs=spec_of(problem.task, problem.task.rows(0).x_train, folder) if has_rows else None,
        keras=kept.keras,
        trusted=kept.trusted,
        subject=sweep.subject.path,
        folder=sweep.folder,
        versions=package_versions(),
    )
    manifest.write(folder)
    return manifest


def _trained(sweep: Sweep, fit: Fit, problem: Problem, folder: Path) -> Refitted:
    """In a process of its own: the user's code runs there, and Keras has one backend a process."""
    environment = trainer_for(sweep.trainer, sweep.subject, sweep.folder).environment
    with standing(environment):
        executor = executor_for(1, environment)
        try:
            return executor.submit(refitted, sweep.subject.kind, fit, problem, str(folder)).result()
        finally:
            executor.shutdown(cancel_futures=True)
