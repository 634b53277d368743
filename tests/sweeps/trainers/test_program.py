from __future__ import annotations

import gc
import os

import numpy as np
import pytest

from sweeps.optimizers import Adam
from sweeps.recipe import Layer
from sweeps.tasks.task import Part
from sweeps.trainers import program as programs
from sweeps.trainers.keras_fit import ENVIRONMENT
from sweeps.trainers.network import Blueprint
from sweeps.trainers.program import Program, program_for
from sweeps.trainers.tensorflow_import import load


@pytest.fixture(autouse=True)
def environment() -> None:
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)


def blueprint(*units: int, dropout: float = 0.0) -> Blueprint:
    layers = tuple(Layer(width, dropout=dropout) for width in units)
    return Blueprint(2, 3, "softmax", layers, "relu", Adam())


def train_once(program: Program) -> list[np.ndarray]:
    weights = [np.full(weight.shape, 0.1, np.float32) for weight in program.weights()]
    program.reset(weights, seed=1)
    x = np.linspace(-1, 1, 12, dtype=np.float32).reshape(6, 2)
    rows = program.rows(Part(x, np.array([0, 1, 2, 0, 1, 2])))
    program.train_epoch(rows, np.arange(6, dtype=np.int32), np.full(3, 0.1, np.float32), 2)
    program.predictions(rows)
    return program.state()


def test_a_program_is_used_again_and_starts_afresh() -> None:
    shape = blueprint(5, 4, dropout=0.5)
    with program_for(shape) as program:
        first = train_once(program)
    with program_for(shape) as again:
        assert again is program
        second = train_once(again)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_a_kept_program_trains_as_a_new_one_does() -> None:
    shape = blueprint(5, 4, dropout=0.5)
    with program_for(shape) as program:
        train_once(program)
        kept, new = train_once(program), train_once(Program(shape))
    assert all(np.array_equal(a, b) for a, b in zip(kept, new, strict=True))


def test_programs_are_kept_while_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "ROOM", 5)
    programs._drop_all()
    with program_for(blueprint(3)) as small:
        pass
    with program_for(blueprint(3, 3)):
        pass
    with program_for(blueprint(3)) as kept:
        assert kept is small
    with program_for(blueprint(4)), monkeypatch.context():
        pass
    with program_for(blueprint(3)) as again:
        assert again is not small


@pytest.mark.slow
def test_dropped_programs_leave_nothing_behind() -> None:
    """Every trained network used to stay in memory for good, as it does after `model.fit`."""
    load()
    from tensorflow.python.framework.func_graph import FuncGraph

    def graphs() -> int:
        gc.collect()
        return sum(isinstance(found, FuncGraph) for found in gc.get_objects())

    programs._drop_all()
    before = graphs()
    for width in (3, 4):
        with program_for(blueprint(width, dropout=0.5)) as program:
            train_once(program)
    assert graphs() > before
    del program
    programs._drop_all()
    assert graphs() == before


def test_tensorflow_rewrites_other_graphs_as_before() -> None:
    tf, _ = load()
    with program_for(blueprint(3)):
        assert tf.config.optimizer.get_experimental_options()["disable_meta_optimizer"]
    assert not tf.config.optimizer.get_experimental_options()["disable_meta_optimizer"]
