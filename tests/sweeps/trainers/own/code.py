"""Modules of a user's own, written for one test and forgotten after it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import pytest

from sweeps import coordinator
from sweeps.ledger.ledger import Ledger
from sweeps.problem import Problem
from sweeps.reading.sweep import read_sweep
from sweeps.store import Store
from sweeps.sweep import SubjectChoice
from sweeps.tasks.task import Array, Raw
from sweeps.trainers.choose import trainer_for
from sweeps.trainers.trainer import Pack
from sweeps.trial import Fit, Outcome, Result
from sweeps.watcher import Summary
from tests.sweeps.fakes import MemoryTracker
from tests.sweeps.tiny_task import TinyTask

MODULE = "own_code"


class UnscaledTask(TinyTask):
    """Its rows as they are, so that scaling is left to whoever is trained on them."""

    def scaled(self, fitted_on: Raw, *parts: Raw) -> tuple[Array, ...]:
        return tuple(part.astype("float32") for part in parts)


class Code:
    """One module, `own_code`, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, text: str) -> None:
        (self.folder / f"{MODULE}.py").write_text(dedent(text))

    @property
    def module(self) -> ModuleType:
        """As this process has it, after it was trained inline."""
        return importlib.import_module(MODULE)

    def train(self, kind: str, name: str, fit: Fit, problem: Problem, **options: str) -> Outcome:
        path = name if ":" in name else f"{MODULE}:{name}"
        choice = SubjectChoice(kind, path, options)  # type: ignore[arg-type]
        trainer = trainer_for("auto", choice, str(self.folder))
        (outcome,) = trainer.train(Pack((fit,)), problem, None)
        assert outcome.fit == fit
        assert outcome.trainer == kind
        assert outcome.history == {}
        return outcome

    def run(self, document: Mapping[str, Any], **options: Any) -> tuple[Summary, list[Result]]:
        """A whole sweep, and its results."""
        store = Store.at(self.folder / "store")
        sweep = read_sweep({"folder": str(self.folder), **document})
        summary = coordinator.run(sweep, store=store, tracker=MemoryTracker, **options)
        ledger = Ledger.open(store.ledger_url)
        try:
            return summary, ledger.results(summary.sweep_id)
        finally:
            ledger.close()


@pytest.fixture
def code(tmp_path: Path) -> Iterator[Code]:
    path, modules = list(sys.path), {*sys.modules}
    yield Code(tmp_path)
    sys.path[:] = path
    for name in {*sys.modules} - modules:
        if name.partition(".")[0] == MODULE:
            del sys.modules[name]
