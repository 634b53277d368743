"""Whether everything that a sweep needs is in order on this machine, part by part."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sweeps import __version__
from sweeps.cli.wording import count, size
from sweeps.errors import LedgerError, LedgerVersionError
from sweeps.executors.environment import standing
from sweeps.store import Store
from sweeps.surroundings import MISSING, package_versions
from sweeps.trainers.choose import trainer_for
from sweeps.trainers.fused import program_cache
from tracking import store_uri


@dataclass(frozen=True)
class Finding:
    """One part: `said` for a person, `facts` as plain data for a program.

    `trouble` is what is wrong with it and the way out, None when it is in order.
    """

    name: str
    said: str
    facts: Any
    trouble: str | None = None


def check_up(store: Store, tracking_uri: str | None) -> list[Finding]:
    """Look at everything. JAX is started, and a ledger that is there is opened."""
    return [_programs(), _devices(), _store(store), _tracking(tracking_uri), _packages()]


def versions() -> dict[str, str]:
    """Of Python and of the packages that results may depend on, by name."""
    return package_versions() | {"keras-sweeps": __version__}


def _programs() -> Finding:
    kept = program_cache.kept()
    trouble = None
    try:
        _write_into(kept.folder)
    except OSError as error:
        trouble = (
            f"compiled programs cannot be kept in {kept.folder} ({error.strerror}), so every run "
            f"compiles them again: set {program_cache.VARIABLE} to a folder that can be written"
        )
    said = f"{kept.programs:,} in {kept.folder}, {size(kept.bytes)}"
    facts = asdict(kept) | {"folder": str(kept.folder), "writable": trouble is None}
    return Finding("compiled programs", said, facts, trouble)


def _devices() -> Finding:
    from sweeps.trainers.fused.devices import devices

    try:
        with standing(trainer_for("auto").environment):
            found = devices()
    except Exception as error:  # noqa: BLE001 - JAX and its plugins may raise anything
        reason = f"{type(error).__name__}: {error}"
        trouble = f"JAX cannot be used ({reason}): install keras-sweeps again in a new environment"
        return Finding("devices", "none", [], trouble)
    said = ", ".join(
        device.name if device.cores is None else f"{device.name}, {count(device.cores, 'core')}"
        for device in found
    )
    return Finding("devices", said, [asdict(device) for device in found])


def _store(store: Store) -> Finding:
    facts: dict[str, Any] = {"folder": str(store.folder), "sweeps": 0}
    if not (store.folder / "ledger.db").exists():
        return _new_store(store, facts)
    from sweeps.ledger import Ledger

    try:
        ledger = Ledger.open(store.ledger_url)
    except LedgerError as error:
        trouble = str(error)
        if not isinstance(error, LedgerVersionError):
            trouble += "; move it away, or use another --store folder"
        return Finding("store", f"{store.folder}, which cannot be used", facts, trouble)
    try:
        facts["sweeps"] = len(ledger.sweeps())
    finally:
        ledger.close()
    return Finding("store", f"{store.folder}, {count(facts['sweeps'], 'sweep')}", facts)


def _new_store(store: Store, facts: Mapping[str, Any]) -> Finding:
    trouble = None
    try:
        _write_into(store.folder)
    except OSError as error:
        trouble = (
            f"no store can be made at {store.folder} ({error.strerror}): work in a folder that can "
            "be written, or give one with --store"
        )
    return Finding("store", f"none at {store.folder} yet, the first run makes it", facts, trouble)


def _tracking(uri: str | None) -> Finding:
    place = store_uri.resolve(uri)
    shown = store_uri.without_credentials(place)
    folder = store_uri.database_folder(place)
    trouble = None
    try:
        if folder is not None:
            _write_into(folder)
    except OSError as error:
        trouble = (
            f"MLflow cannot keep runs at {shown} ({error.strerror}): give another place with "
            "--tracking-uri or MLFLOW_TRACKING_URI"
        )
    return Finding("MLflow", shown, {"tracking_uri": shown}, trouble)


def _packages() -> Finding:
    found = versions()
    missing = [name for name, version in found.items() if version == MISSING]
    if not missing:
        return Finding("packages", "all installed", found)
    trouble = f"not installed: {', '.join(missing)}; install keras-sweeps again"
    return Finding("packages", f"{len(missing)} missing", found, trouble)


def _write_into(folder: Path) -> None:
    """Raise OSError unless files can be made in the folder, or in what there is of its parents."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    with tempfile.TemporaryFile(dir=there):
        pass
