"""Nothing that comes from elsewhere is unpickled, or read in another way that runs code."""

from __future__ import annotations

import ast
from pathlib import Path

from tracking.ui import ui_environment

ROOT = Path(__file__).parents[3]
UNSAFE = {"pickle", "cloudpickle", "dill", "marshal", "shelve", "joblib", "yaml"}
CALLS = {"eval", "exec", "compile", "__import__"}
PLACES = ("service", "client", "ledger", "reading")
FILES = ("wire.py", "result_json.py")


def sources() -> list[Path]:
    sweeps = ROOT / "sweeps"
    within = [path for place in PLACES for path in (sweeps / place).rglob("*.py")]
    # Ray speaks to its own cluster, to which nobody gets without that cluster's token.
    within = [path for path in within if "ray" not in path.relative_to(sweeps).parts]
    return [*within, *(sweeps / name for name in FILES)]


def test_no_unsafe_format_is_read() -> None:
    wrong = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name.split(".")[0] for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [(node.module or "").split(".")[0]]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                wrong += [f"{path.name}: {node.func.id}"] if node.func.id in CALLS else []
            wrong += [f"{path.name}: {name}" for name in names if name in UNSAFE]
    assert len(sources()) > 40
    assert wrong == []


def test_mlflow_beside_unpickles_nothing() -> None:
    environment = ui_environment("sqlite:///x.db")
    assert environment["MLFLOW_ALLOW_PICKLE_DESERIALIZATION"] == "false"
    assert environment["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] == "false"
