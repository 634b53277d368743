"""`sweeps export` and `sweeps predict`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from search_spaces import SpaceError
from sweeps.cli.chosen import LATEST, opened
from sweeps.cli.endings import BadInputError, guarded
from sweeps.cli.options import AsJson, StoreOption, SweepId, TrackingUri
from sweeps.cli.screen import say
from sweeps.cli.wording import as_json as json_text
from sweeps.cli.wording import figure, lines
from sweeps.store import Store


@guarded
def export(
    sweep_id: SweepId = LATEST,
    folder: Annotated[
        Path, typer.Option("-o", "--output", metavar="FOLDER", help="A folder to make.")
    ] = Path("best"),
    register: Annotated[
        str | None,
        typer.Option(
            "--register",
            metavar="NAME",
            help="Register the model with MLflow under this name, as its version with the alias "
            "`best`.",
        ),
    ] = None,
    store: StoreOption = None,
    tracking_uri: TrackingUri = None,
) -> None:
    """Train the best configuration again, on all training rows, and keep its model in a folder.

    With it: the configuration, the preprocessing and the label names. `sweeps predict` uses it.
    """
    from sweeps.exporting.export import export as exported
    from sweeps.exporting.manifest import ExportError
    from sweeps.trainers.refitting.refit import RefitError, UnexportableError

    with opened(store) as shelf:
        found = shelf.sweep(sweep_id).sweep_id
    try:
        made = exported(found, folder, Store.at(store), say=lambda line: say([line]))
    except (ExportError, RefitError, UnexportableError) as error:
        raise BadInputError(str(error)) from error
    best = made.best
    say([f"{folder}: trial {best.trial.number} of sweep {found}", *lines(best.trial.config)])
    say(lines({name: figure(value) for name, value in made.manifest.metrics.items()}))
    if made.manifest.files:
        say([f"predict: sweeps predict {folder} rows.csv"])
    if register is not None:
        _register(made.folder, register, found, tracking_uri)


def _register(folder: Path, name: str, sweep_id: str, tracking_uri: str | None) -> None:
    from sweeps.exporting.registering import registered

    version = registered(folder, name, sweep_id, tracking_uri)
    say([f"MLflow: models:/{name}@best is version {version}"])


@guarded
def predict(
    folder: Annotated[Path, typer.Argument(help="A folder that `sweeps export` wrote.")],
    rows: Annotated[
        Path,
        typer.Argument(help="New rows: CSV, Parquet or .npy, as in training."),
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="A CSV file to write."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Predict new rows with an exported model: a label or a number each, and probabilities."""
    from sweeps.exporting.exported import ExportedModel
    from sweeps.exporting.manifest import ExportError

    try:
        model = ExportedModel.load(folder)
        found = _predicted(model, model.rows_in(rows))
    except SpaceError as error:
        raise BadInputError(error.message) from error
    except (ExportError, ValueError) as error:
        raise BadInputError(str(error)) from error
    except OSError as error:
        raise BadInputError(f"{rows} cannot be read: {error.strerror or error}") from error
    if as_json:
        say([json_text(found.to_dict(orient="records"))])
    elif output is None:
        found.to_csv(sys.stdout, index=False)
    else:
        found.to_csv(output, index=False)
        say([f"wrote {output}: {len(found):,} rows"])


def _predicted(model: Any, rows: Any) -> Any:
    """A table with a row for each: the prediction, and the probability of each label."""
    import pandas

    found = {"prediction": model.predict(rows)}
    if model.manifest.kind == "classification" and model.has_probabilities:
        shares = model.predict_proba(rows)
        for place, label in enumerate(model.manifest.classes):
            found[f"probability of {label}"] = shares[:, place]
    return pandas.DataFrame(found)
