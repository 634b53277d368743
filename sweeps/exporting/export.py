"""Exports the best of a sweep into a folder of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from sweeps.executors.environment import standing
from sweeps.executors.executor import WorkerDiedError, executor_for
from sweeps.executors.raised import RemoteError
from sweeps.exporting.choosing import chosen, refit_of
from sweeps.exporting.learned import is_prepared_beforehand, spec_of
from sweeps.exporting.manifest import ExportError, Manifest
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.records import ACTIVE
from sweeps.parts import problem_of
from sweeps.problem import Problem
from sweeps.reading.sweep import read_sweep
from sweeps.store import Store
from sweeps.surroundings import package_versions
from sweeps.sweep import Sweep
from sweeps.trainers.choose import trainer_for
from sweeps.trainers.refitting.refit import (
    RefitError,
    Refitted,
    UnexportableError,
    attempted,
)
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
    sweep_id: str,
    folder: Path,
    store: Store,
    say: Callable[[str], None] = print,
    trial: int | None = None,
) -> Exported:
    """Train the best configuration of a sweep again, on all training rows, into a new folder.

    That of another `trial` where one is named: with several objectives there is no best one.
    The model is trained in a worker process. The folder appears when all is in it. Raises
    LookupError for an unknown sweep; ExportError when no trial has a score, or the folder exists or
    cannot be written; UnexportableError and RefitError as `refitted` does; SpaceError for data that
    cannot be read any more, or has changed.
    """
    if os.path.lexists(folder):
        raise ExportError(f"{folder} exists and is left as it is; name another folder")
    sweep, best = _found(sweep_id, store, say, trial)
    problem = problem_of(sweep)
    with _made(folder) as scratch:
        manifest = _filled(scratch, sweep, sweep_id, best, problem, say)
    return Exported(folder, manifest, best)


@contextmanager
def _made(folder: Path) -> Iterator[Path]:
    """A folder beside it, which takes its place at the end; however that fails, nothing is left."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(mkdtemp(prefix=".export-", dir=folder.parent))
        try:
            yield scratch
            scratch.chmod(0o755)
            scratch.rename(folder)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        raise ExportError(f"{folder} cannot be written: {error.strerror or error}") from error


def _found(
    sweep_id: str, store: Store, say: Callable[[str], None], trial: int | None
) -> tuple[Sweep, Result]:
    with closing(Ledger.open(store.ledger_url)) as ledger:
        row = ledger.sweep(sweep_id)
        sweep = read_sweep(ledger.document(row.sweep_id))
        best = chosen(sweep, ledger.results(row.sweep_id), row.sweep_id, trial)
    if row.state in ACTIVE and trial is None:
        say(f"sweep {sweep_id} is {row.state}: this is its best so far, of {row.done:,} trials")
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
    kept, inputs = Refitted({}, {}), None
    if sweep.subject.kind != "function":
        rows = problem.task.rows(0).x_train
        inputs = spec_of(problem.task, rows, folder)
        if is_prepared_beforehand(problem.task):
            say("`preprocessing: published` cannot be repeated: predict takes rows scaled already")
        say(f"training trial {best.trial.number} again, on all {rows.shape[0]:,} training rows")
        kept = _trained(sweep, fit, whole, folder)
    manifest = Manifest(
        sweep=sweep_id,
        trial=best.trial.number,
        config=config,
        objective=sweep.objective.metric,
        score=best.score or 0.0,
        kind="regression" if inputs is None else problem.task.kind,
        classes=() if inputs is None else problem.task.classes,
        files=kept.files,
        metrics=kept.metrics,
        epochs=fit.budget,
        inputs=inputs,
        keras=kept.keras,
        logits=kept.logits,
        trusted=kept.trusted,
        subject=sweep.subject.path,
        folder=sweep.folder,
        versions=package_versions(),
    )
    manifest.write(folder)
    return manifest


def _trained(sweep: Sweep, fit: Fit, problem: Problem, folder: Path) -> Refitted:
    """In a process of its own: the user's code runs there, and Keras has one backend a process.

    However this one is interrupted, that one is ended with it.
    """
    environment = trainer_for(sweep.trainer, sweep.subject, sweep.folder).environment
    with standing(environment):
        executor = executor_for(1, environment)
        try:
            made = executor.submit(attempted, sweep.subject.kind, fit, problem, str(folder))
            found = made.result()
        except RemoteError as error:
            raise RefitError(str(error), error.raised.trace) from error
        except WorkerDiedError as error:
            raise RefitError(f"training the best trial again: {error}") from error
        finally:
            executor.kill()
            executor.shutdown()
    if isinstance(found, RefitError | UnexportableError):
        raise found
    return found
