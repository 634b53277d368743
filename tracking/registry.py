"""Models in MLflow's registry: a folder becomes a version, with a signature and an alias."""

from __future__ import annotations

import shutil
import warnings
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from tracking.mlflow_store import MlflowStore
from tracking.mlflow_tracker import MlflowTracker
from tracking.quiet import quieten
from tracking.store_uri import resolve
from tracking.tracker import TrackingError

ALIAS = "best"
PLACE = "model"
"""What the places of models among the artifacts of a sweep's parent run begin with."""


@dataclass(frozen=True)
class ModelFolder:
    """A folder with a model, and how MLflow loads it: `loader` is a module with `_load_pyfunc`.

    `example` is a row as the model takes them and `outputs` what it says to that; None where there
    is no signature. `loose` are columns whose types MLflow leaves to the model to check.
    """

    folder: Path
    loader: str
    requirements: tuple[str, ...]
    example: Any = None
    outputs: Any = None
    loose: tuple[str, ...] = ()


def known_run(sweep_id: str, uri: str | None) -> str:
    """The parent run of a sweep.

    Raises TrackingError for a store that cannot be asked or does not know the sweep.
    """
    quieten()
    with closing(MlflowTracker(uri)) as tracker:
        found = tracker.find(sweep_id)
    if found is None:
        raise TrackingError(
            f"MLflow knows no run of sweep {sweep_id}: send it first with `sweeps sync {sweep_id}`"
        )
    return found[1]


def register(model: ModelFolder, name: str, sweep_id: str, uri: str | None) -> str:
    """Log the folder under the sweep's parent run and register it; the version's number.

    Each version has a place of its own among the artifacts, so that later ones leave it as it is.
    Raises TrackingError as `known_run` does.
    """
    run_id = known_run(sweep_id, uri)
    store = MlflowStore(resolve(uri))
    with store.asked(f"registering {name!r}"), TemporaryDirectory(prefix="sweeps-") as scratch:
        saved = Path(scratch) / f"{PLACE}-{uuid4().hex[:8]}"
        _save(model, saved)
        return _registered(resolve(uri), run_id, saved, name)


def _registered(uri: str, run_id: str, folder: Path, name: str) -> str:
    """Log a saved model's folder to a run, register it and move the alias; the version's number."""
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    client = MlflowClient(tracking_uri=uri)
    client.log_artifacts(run_id, str(folder), folder.name)
    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    source = f"runs:/{run_id}/{folder.name}"
    version = client.create_model_version(name, source=source, run_id=run_id).version
    client.set_registered_model_alias(name, ALIAS, version)
    return str(version)


def _save(model: ModelFolder, place: Path) -> None:
    with warnings.catch_warnings():
        # It warns of its own code, and asks for an example to run, which has been done.
        warnings.simplefilter("ignore")
        import mlflow.pyfunc

        mlflow.pyfunc.save_model(
            path=str(place),
            loader_module=model.loader,
            data_path=str(model.folder),
            signature=_signature(model),
            pip_requirements=list(model.requirements),
        )
    shutil.rmtree(place / "__pycache__", ignore_errors=True)


def _signature(model: ModelFolder) -> Any:
    """What rows look like, as MLflow checks it."""
    from mlflow.models import ModelSignature, infer_signature
    from mlflow.types.schema import AnyType, ColSpec, Schema

    if model.example is None:
        return None
    found = infer_signature(model.example, model.outputs)
    if not model.loose:
        return found
    columns = [
        ColSpec(AnyType(), one.name) if one.name in model.loose else one for one in found.inputs
    ]
    return ModelSignature(Schema(columns), found.outputs)
