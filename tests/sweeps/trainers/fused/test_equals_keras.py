"""In float64 the fused trainer is Keras: weights, histories and figures, up to rounding."""

from __future__ import annotations

from concurrent.futures import Executor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sweeps.recipe import ACTIVATIONS
from sweeps.tasks.task import Head
from sweeps.trainers.fused_fit import FusedFit
from sweeps.trainers.trainer import Pack
from tests.sweeps.trainers.fused import keras_reference
from tests.sweeps.trainers.fused.cases import (
    assert_equal,
    case_of,
    fit_to_keep,
    problem_with,
    some_slow,
)
from tests.sweeps.trainers.fused.examples import NAMED, ON_OTHER_ROWS, Config
from tests.sweeps.trainers.fused.random_examples import members, programs
from tests.sweeps.trainers.fused.tasks import HeadTask, WeighedWords, Words

MEMBERS = 4

at_random = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],  # shrinking would compile a program for every attempt
    suppress_health_check=list(HealthCheck),
)


def hold_against_keras(
    head: Head,
    configs: list[Config],
    keras64: Executor,
    folder: Path,
    split: str = "val",
    rows: type[HeadTask] = HeadTask,
) -> None:
    problem = problem_with(head, split, rows)
    fits = [
        fit_to_keep(config, folder, seed=3 + at, name=str(at)) for at, config in enumerate(configs)
    ]
    answers = [keras64.submit(keras_reference.train, case_of(fit, problem)) for fit in fits]
    outcomes = FusedFit("float64").train(Pack(tuple(fits)), problem, None)
    for outcome, answer in zip(outcomes, answers, strict=True):
        assert_equal(outcome, answer.result())


@pytest.mark.parametrize("name", some_slow(NAMED, every=6))
def test_every_option(name: str, keras64: Executor, tmp_path: Path) -> None:
    head, config = NAMED[name]
    hold_against_keras(head, [config], keras64, tmp_path)


@pytest.mark.parametrize("split", ["train", "test"])
def test_every_watched_split(split: str, keras64: Executor, tmp_path: Path) -> None:
    head, config = NAMED["stopping: on accuracy, restored"]
    hold_against_keras(head, [config], keras64, tmp_path, split)


@pytest.mark.parametrize("name", some_slow(ON_OTHER_ROWS, every=8))
def test_other_rows(name: str, keras64: Executor, tmp_path: Path) -> None:
    rows, head, configs = ON_OTHER_ROWS[name]
    hold_against_keras(head, list(configs), keras64, tmp_path, rows=rows)


def _hold_a_random_program(
    activation: str, data: st.DataObject, keras64: Executor, folder: Path
) -> None:
    head, program = data.draw(programs([activation]))
    rows = data.draw(st.sampled_from([HeadTask, Words, WeighedWords]))
    configs = [data.draw(members(head, program)) for _ in range(MEMBERS)]
    hold_against_keras(head, configs, keras64, folder, rows=rows)


@pytest.mark.slow
@pytest.mark.parametrize("activation", ACTIVATIONS)
@settings(at_random, max_examples=5)
@given(data=st.data())
def test_random_combinations(
    activation: str,
    data: st.DataObject,
    keras64: Executor,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    _hold_a_random_program(activation, data, keras64, tmp_path_factory.mktemp("ends"))
