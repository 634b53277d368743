"""The folders of an operator, and what lies beside them, for one test of admission."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sweeps.service.admission.admit import admit
from sweeps.service.settings import Allowed
from sweeps.sweep import Sweep

TABLE = "a,b,target\n" + "".join(f"{n},{n % 3},{n % 2}\n" for n in range(40))
MODEL = """\
import os
from os import system

WEIGHT = 2

def build(config):
    return config["x"]

def measure(y_true, y_pred):
    return 1.0

def rows():
    return [[1.0], [2.0]], [0, 1]

class Builder:
    def make(self): ...

def callbacks(): ...
"""
CODE = ("my_model:build", "my_model:measure", "my_model:rows", "my_model:callbacks")
SPACE = "space: {x: [1, 2]}\n"
OWN = "model: my_model:build\ntask: penguins\nspace: {units: [1, 2]}\n"
NETWORK = "space: {width: [16, 32]}\n"
TABLED = f"{NETWORK}task: {{csv: %s, target: target}}\n"
FUNCTION = f"function: my_model:build\nobjective: {{goal: maximize}}\n{SPACE}"


@dataclass(frozen=True)
class Premises:
    """`data` and `code` are registered, `outside` is not; `allowed` is what the operator says."""

    root: Path
    allowed: Allowed

    @classmethod
    def at(cls, root: Path) -> Premises:
        """With a table, a study and a module, and links that lead out."""
        for name in ("data/inner", "code/project", "outside", "cwd"):
            (root / name).mkdir(parents=True)
        for place in ("data/table.csv", "data/inner/table.csv", "outside/secret.csv"):
            (root / place).write_text(TABLE)
        for place in ("code/my_model.py", "code/project/ours.py", "outside/theirs.py"):
            (root / place).write_text(MODEL)
        for place in ("data/study.db", "outside/study.db"):
            sqlite3.connect(root / place).close()
            (root / place).touch()
        (root / "data/out.csv").symlink_to(root / "outside/secret.csv")
        (root / "data/nowhere.csv").symlink_to(root / "outside/nothing.csv")
        (root / "data/folder").symlink_to(root / "outside")
        (root / "data/loop.csv").symlink_to(root / "data/loop.csv")
        (root / "data/self").symlink_to("/proc/self")
        (root / "code/linked.py").symlink_to(root / "outside/theirs.py")
        allowed = Allowed(
            data_folders=(root / "data",),
            code_folders=(root / "code",),
            code=(*CODE, "ours:build", "linked:build", "gone:build", "nowhere:f"),
            notify_hosts=("hooks.example.org", "localhost:8123"),
            notify_commands=("/usr/bin/logger", "/bin/true"),
        )
        return cls(root, allowed)

    def admit(self, text: str, *overrides: str) -> Sweep:
        """The sweep of a file."""
        return admit(text.encode(), "s.yaml", overrides, self.allowed)
