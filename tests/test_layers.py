"""The arrows of the house: who may import whom, read from the syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("search_spaces", "tracking", "sweeps")
MAY_IMPORT = {
    "search_spaces": {"search_spaces"},
    "tracking": {"tracking"},
    "sweeps": {"search_spaces", "tracking", "sweeps"},
}
OWNERS = {
    "tensorflow": {"sweeps/trainers/"},
    "keras": {
        "sweeps/trainers/",
        "sweeps/tasks/keras_datasets.py",
        "sweeps/discovery/recording.py",
        "sweeps/experiments/",
    },
    "jax": {"sweeps/trainers/fused/", "sweeps/trainers/models/fused/"},
    "keras_tuner": {
        "sweeps/backends/",
        "sweeps/discovery/recording.py",
        "sweeps/trainers/models/",
    },
    "optuna": {
        "sweeps/pruning/",
        "sweeps/backends/",
        "sweeps/findings/importance.py",
        "sweeps/trainers/functions/optuna_study.py",
        "sweeps/trainers/objective_fit.py",
        "sweeps/warm_start/from_study.py",
    },
    "mlflow": {"tracking/"},
    "matplotlib": {"sweeps/reports/"},
    "sqlalchemy": {
        "sweeps/ledger/",
        "sweeps/warm_start/from_study.py",
        "tracking/sqlite_pace.py",
    },
    "ruamel": {"sweeps/reading/strict_yaml.py", "sweeps/yaml_text.py"},
    "typer": {"sweeps/cli/"},
    "rich": {"sweeps/cli/", "sweeps/reports/"},
    "scikeras": {"sweeps/exporting/scikeras_pipeline.py"},
    "skops": {"sweeps/exporting/"},
    "palmerpenguins": {"sweeps/tasks/penguins.py"},
    "pyarrow": {"sweeps/tasks/table_parquet.py"},
    "ray": {"sweeps/executors/ray/", "sweeps/service/ray/"},
    "fastapi": {"sweeps/service/"},
    "starlette": {"sweeps/service/"},
    "uvicorn": {"sweeps/service/"},
    "pydantic": {"sweeps/service/"},
    "prometheus_client": {"sweeps/service/"},
    "httpx": {"sweeps/client/"},
    "flask": {"sweeps/service/beside/auth.py"},
    "werkzeug": {"sweeps/service/beside/auth.py"},
}


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in the file; relative imports are refused."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides which way an arrow runs"
            yield node.module or ""


@pytest.mark.parametrize("package", OURS)
def test_imports_run_one_way(package: str) -> None:
    assert sources(package), f"{package} has no sources"
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources(package)
        for name in imported(path)
        if name.split(".")[0] in OURS and name.split(".")[0] not in MAY_IMPORT[package]
    ]
    assert wrong == []


def test_search_spaces_need_the_standard_library_only() -> None:
    import sys

    known = sys.stdlib_module_names | {"search_spaces"}
    wrong = [
        f"{path.name} imports {name}"
        for path in sources("search_spaces")
        for name in imported(path)
        if name.split(".")[0] not in known
    ]
    assert wrong == []


def test_heavy_packages_have_one_owner() -> None:
    wrong = [
        f"{place} imports {name}"
        for package in OURS
        for path in sources(package)
        for name in imported(path)
        if (place := path.relative_to(ROOT).as_posix())
        and (owners := OWNERS.get(name.split(".")[0]))
        and not place.startswith(tuple(owners))
    ]
    assert wrong == []


def test_nothing_but_the_packages_stands_at_the_top() -> None:
    folders = {
        path.name for path in ROOT.iterdir() if path.is_dir() and (path / "__init__.py").exists()
    }
    assert folders == {"search_spaces", "sweeps", "tracking", "tests"}
