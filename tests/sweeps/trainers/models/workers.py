"""Processes in which Keras runs on one backend or another; a process has one."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from sweeps.executors.processes import Processes
from sweeps.problem import Problem
from sweeps.trainers.model_fit import ModelFit
from sweeps.trainers.trainer import Pack
from sweeps.trial import Fit, Outcome

ENDLESS = 10**6


class Workers:
    """One process a backend, started when it is first needed and kept for the session."""

    def __init__(self) -> None:
        self._processes: dict[str, Processes] = {}

    def on(self, backend: str) -> Processes:
        if backend not in self._processes:
            environment = ModelFit(backend).environment
            worker = Processes(1, environment, calls_per_worker=ENDLESS, megabytes=ENDLESS)
            with pytest.MonkeyPatch.context() as patch:
                # Other tests leave variables of theirs in this process.
                for name in environment:
                    patch.delenv(name, raising=False)
                worker.submit(os.getpid).result()
            self._processes[backend] = worker
        return self._processes[backend]

    def call(self, backend: str, function: Callable[..., Any], *args: Any) -> Any:
        future: Future[Any] = self.on(backend).submit(function, *args)
        return future.result()

    def train(
        self, fit: Fit, problem: Problem, backend: str = "jax", fusing: Any = "never"
    ) -> Outcome:
        trainer = ModelFit(backend, fusing)
        (outcome,) = self.call(backend, trainer.train, Pack((fit,)), problem, None)
        assert outcome.fit == fit
        return outcome  # type: ignore[no-any-return]

    def close(self) -> None:
        for worker in self._processes.values():
            worker.shutdown()
