"""What a sweep ran with: package versions and the commit of the code around it."""

from __future__ import annotations

import platform
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version

PACKAGES = (
    "keras-sweeps",
    "jax",
    "jaxlib",
    "tensorflow",
    "keras",
    "keras-tuner",
    "optuna",
    "scikit-learn",
    "mlflow",
    "numpy",
    "pandas",
    "sqlalchemy",
)

MISSING = "not installed"


def package_versions() -> dict[str, str]:
    """The versions of Python and of the packages that results may depend on."""
    return dict(_versions())


@cache
def _versions() -> dict[str, str]:
    """Looked up once: while this process runs, it has loaded what it has loaded."""
    found = {"python": platform.python_version(), "platform": platform.platform()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = MISSING
    return found


def git_commit() -> dict[str, str]:
    """The commit of the working folder as the tag MLflow shows it under; empty outside of git."""
    try:
        answer = subprocess.run(
            ["git", "rev-parse", "HEAD"], capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return {}
    commit = answer.stdout.strip()
    return {"mlflow.source.git.commit": commit} if answer.returncode == 0 and commit else {}
