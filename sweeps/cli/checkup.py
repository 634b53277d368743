"""Whether everything that a sweep needs is in order on this machine, part by part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from sweeps import __version__
from sweeps.cli.device_check import devices
from sweeps.cli.finding import Finding, write_into
from sweeps.cli.gpu_check import gpus_here
from sweeps.cli.ray_check import ray
from sweeps.cli.room import disk, memory
from sweeps.cli.store_check import store
from sweeps.cli.tracking_check import tracking
from sweeps.store import Store
from sweeps.surroundings import MISSING, package_versions
from sweeps.trainers.fused import program_cache
from sweeps.wording import size
from tracking import store_uri

PACKAGES = "packages"


def check_up(place: Store, tracking_uri: str | None) -> Iterator[Finding]:
    """Look at everything, part by part. JAX is started, and a ledger that is there is opened."""
    yield programs()
    yield devices()
    yield gpus_here()
    yield ray()
    yield disk(_folders(place, tracking_uri))
    yield memory()
    yield store(place)
    yield tracking(tracking_uri)
    yield packages()


def versions() -> dict[str, str]:
    """Of Python and of the packages that results may depend on, by name."""
    return package_versions() | {"keras-sweeps": __version__}


def programs() -> Finding:
    """Where compiled programs are kept, and how many there are."""
    kept = program_cache.kept()
    trouble = None
    try:
        write_into(kept.folder)
    except OSError as error:
        trouble = (
            f"compiled programs cannot be kept in {kept.folder} ({error.strerror}), so every run "
            f"compiles them again: set {program_cache.VARIABLE} to a folder that can be written"
        )
    said = f"{kept.programs:,} in {kept.folder}, {size(kept.bytes)}"
    facts = asdict(kept) | {"folder": str(kept.folder), "writable": trouble is None}
    return Finding("compiled programs", said, facts, trouble)


def packages() -> Finding:
    """The packages that results may depend on, with their versions."""
    found = versions()
    missing = [name for name, version in found.items() if version == MISSING]
    if not missing:
        return Finding(PACKAGES, "all installed", found)
    trouble = f"not installed: {', '.join(missing)}; install keras-sweeps again"
    return Finding(PACKAGES, f"{len(missing)} missing", found, trouble)


def _folders(place: Store, tracking_uri: str | None) -> dict[str, Path]:
    """What sweeps write to on this machine."""
    folders = {"store": place.folder}
    mlflow = store_uri.database_folder(store_uri.resolve(tracking_uri))
    if mlflow is not None:
        folders["MLflow"] = mlflow
    return folders | {"compiled programs": program_cache.folder()}
