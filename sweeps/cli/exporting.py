"""`sweeps export` and `sweeps predict`."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from search_spaces import SpaceError
from sweeps.cli.chosen import LATEST, opened
from sweeps.cli.endings import FAILED, BadInputError, complain, guarded, show_lines
from sweeps.cli.options import AsJson, SweepId, TrackingUri
from sweeps.cli.screen import say
from sweeps.cli.store_flags import HERE, StoreFlags, StoreOption
from sweeps.wording import as_json as json_text
from sweeps.wording import figure, lines

if TYPE_CHECKING:
    from sweeps.exporting.export import Exported

Folder = Annotated[Path, typer.Option("-o", "--output", metavar="FOLDER", help="A folder to make.")]
WhichTrial = Annotated[
    int | None,
    typer.Option(
        "--trial",
        metavar="N",
        min=0,
        help="That trial, not the best one; needed where there are several objectives.",
    ),
]
Register = Annotated[
    str | None,
    typer.Option(
        "--register",
        metavar="NAME",
        help="Register the model with MLflow under this name, as its version with the alias "
        "`best`.",
    ),
]


@guarded
def export(
    sweep_id: SweepId = LATEST,
    folder: Folder = Path("best"),
    trial: WhichTrial = None,
    register: Register = None,
    store: StoreOption = HERE,
    tracking_uri: TrackingUri = None,
) -> None:
    """Train the best configuration again, and keep its model.

    On all training rows, into a folder. With it: the configuration, the preprocessing and the label
    names. `sweeps predict` uses it.
    """
    with opened(store) as shelf:
        row = shelf.sweep(sweep_id)
        kind = shelf.sweep_of(row).subject.kind
    if register is not None:
        _check_registry(register, row.sweep_id, tracking_uri, kind)
    made = _exported(row.sweep_id, folder, store, trial)
    best = made.best
    say([f"{folder}: trial {best.trial.number} of sweep {row.sweep_id}"])
    say(lines(best.trial.config))
    say(lines({name: figure(value) for name, value in made.manifest.metrics.items()}))
    if made.manifest.inputs is None:
        say(["the configuration alone: a function leaves no model"])
        return
    say([f"predict: sweeps predict {folder} {_example(made.manifest)}"])
    if register is not None:
        _register(made.folder, register, row.sweep_id, tracking_uri)


def _exported(sweep_id: str, folder: Path, store: StoreFlags, trial: int | None) -> Exported:
    """Train it again, and keep it. What cannot be ends the command."""
    from sweeps.exporting.export import export as exported
    from sweeps.exporting.manifest import ExportError
    from sweeps.trainers.refitting.refit import RefitError, UnexportableError

    try:
        with _ended_by_sigterm():
            return exported(
                sweep_id, folder, store.chosen, say=lambda line: say([line]), trial=trial
            )
    except (ExportError, UnexportableError) as error:
        raise BadInputError(str(error)) from error
    except RefitError as error:
        complain(str(error))
        show_lines(error.lines)
        raise typer.Exit(FAILED) from error


def _example(manifest: Any) -> str:
    return "rows.npy" if manifest.inputs.form == "arrays" else "rows.csv"


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Within it, SIGTERM ends this process as an exception does, so that it leaves nothing behind.

    Ctrl-C does so anyway.
    """

    def leave(number: int, frame: object) -> None:  # noqa: ARG001 - what `signal` calls
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _check_registry(name: str, sweep_id: str, tracking_uri: str | None, kind: str) -> None:
    """What would come too late after minutes of training."""
    if kind == "function":
        raise BadInputError("--register: a function leaves no model to register")
    if not name.strip() or any(character in name for character in "/:"):
        raise BadInputError(f"--register: {name!r} is no name for a model: leave out / and :")
    from tracking.registry import known_run

    known_run(sweep_id, tracking_uri)


def _register(folder: Path, name: str, sweep_id: str, tracking_uri: str | None) -> None:
    from sweeps.exporting.registering import registered

    version = registered(folder, name, sweep_id, tracking_uri)
    say([f"MLflow: models:/{name}@best is version {version}"])


@guarded
def predict(
    folder: Annotated[
        Path, typer.Argument(help="A folder that `sweeps export` wrote.", metavar="FOLDER")
    ],
    rows: Annotated[
        Path,
        typer.Argument(help="New rows: CSV, Parquet or .npy, as in training.", metavar="ROWS"),
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="A CSV file to write."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Predict new rows with an exported model.

    A label or a number for each, and probabilities where the model has them.
    """
    from sweeps.exporting.exported import ExportedModel
    from sweeps.exporting.kept_estimators import UntrustedError
    from sweeps.exporting.manifest import ExportError
    from sweeps.trainers.refitting.loading import ModelFileError

    try:
        model = ExportedModel.load(folder)
        found = _predicted(model, model.rows_in(rows))
    except SpaceError as error:
        raise BadInputError(error.message) from error
    except (ExportError, UntrustedError, ModelFileError) as error:
        raise BadInputError(str(error)) from error
    except ValueError as error:
        raise BadInputError(f"{rows}: {error}") from error
    except OSError as error:
        raise BadInputError(f"{rows} cannot be read: {error.strerror or error}") from error
    _tell(found, output, as_json)


def _tell(found: Any, output: Path | None, as_json: bool) -> None:
    if output is not None:
        try:
            found.to_csv(output, index=False)
        except OSError as error:
            raise BadInputError(f"{output} cannot be written: {error.strerror or error}") from error
    if as_json:
        say([json_text(found.to_dict(orient="records"))])
    elif output is None:
        found.to_csv(sys.stdout, index=False)
    else:
        say([f"wrote {output}: {len(found):,} rows"])


def _predicted(model: Any, rows: Any) -> Any:
    """A table with a row for each: the prediction, and the probability of each label."""
    import pandas

    predicted = model.predict(rows)
    if predicted.ndim == 2:
        names = [f"prediction {place}" for place in range(1, predicted.shape[1] + 1)]
        return pandas.DataFrame(predicted, columns=names)
    found = {"prediction": predicted}
    if model.has_probabilities:
        shares = model.predict_proba(rows)
        for place, label in enumerate(model.classes):
            found[f"probability of {label}"] = shares[:, place]
    return pandas.DataFrame(found)
