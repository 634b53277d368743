"""Whole sweeps on a simulated cluster: what breaks there changes nothing about their results."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sweeps import coordinator, parts
from sweeps.cli.telling import exit_code
from sweeps.executors import ray_cluster
from sweeps.executors.ray.hired import Hired
from sweeps.executors.ray_cluster import RayCluster
from sweeps.problem import Problem
from sweeps.reading.sweep import read_sweep
from sweeps.reading.sweep_file import load_sweep
from sweeps.tasks.task import Rows
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Outcome, Result
from sweeps.watcher import Summary
from tests.sweeps.bench import DOCUMENT, Bench
from tests.sweeps.durability.places import EMPTY, Place, check_whole, essence
from tests.sweeps.executors.ray.simulated import NoClusterError, Simulated
from tests.sweeps.fakes import FakeTrainer, RecordingWatcher
from tests.sweeps.made_up import MadeUp
from tests.sweeps.test_same_everywhere import (
    FOLDS,
    LEARNING,
    MEDIAN,
    WILCOXON,
    check_greedy,
    sweep,
    told,
)
from tests.sweeps.tiny_task import TinyTask
from tracking.mlflow_tracker import MlflowTracker

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

CODE = """
import random
import time

import beside


def objective(config):
    time.sleep(beside.SECONDS)
    return -((config["x"] - 1.5) ** 2) + 0.1 * random.random()
"""
SWEEP = """
function: written:objective
objective: {metric: score, goal: maximize}
seed: 5
search: {backend: random, trials: 60, batch: 12}
space: {x: {low: -3.0, high: 3.0}}
"""


@pytest.fixture
def new_place(tmp_path: Path) -> Callable[[str], Place]:
    """Makes places for the sweep of a function that stands beside its file."""
    MlflowTracker(f"sqlite:///{tmp_path / EMPTY}").close()

    def make(name: str) -> Place:
        place = Place.made(tmp_path / name, SWEEP)
        (place.folder / "written.py").write_text(CODE)
        (place.folder / "beside.py").write_text("SECONDS = 0.1\n")
        return place

    return make


def run(place: Place, **options: Any) -> Summary:
    sweep = load_sweep(place.folder / "sweep.yaml")
    tracker = partial(MlflowTracker, place.uri)
    return coordinator.run(sweep, store=place.store, tracker=tracker, **options)


def test_ten_workers_and_a_node_are_killed_and_nothing_is_missing(
    cluster: Simulated, new_place: Callable[[str], Place]
) -> None:
    chance = random.Random(11)
    moments = sorted(chance.sample(range(2, 56, 3), 10))
    killed: list[int] = []
    finished: list[Result] = []

    def strike(result: Result) -> None:
        finished.append(result)
        if len(finished) == 30:
            cluster.lose(cluster.nodes[-1])
        if len(finished) in moments and (workers := cluster.workers()):
            victim = chance.choice(workers)
            victim.kill()
            killed.append(victim.pid)

    broken, unbroken = new_place("broken"), new_place("unbroken")
    watcher = RecordingWatcher(strike)
    try:
        summary = run(broken, executor="ray", address=cluster.address, watcher=watcher)
    finally:
        cluster.add(cpus=2, gpus=1)
    assert (summary.ending, summary.done, summary.failed) == ("finished", 60, 0), watcher.lines
    assert len(killed) >= 8, "at most moments there is a worker to be killed"
    run(unbroken)
    check_whole(broken, unbroken)


def test_without_its_head_a_sweep_is_interrupted_and_finishes_elsewhere(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        cluster = Simulated()
    except NoClusterError as error:
        pytest.skip(str(error))
    cluster.add(cpus=2)
    monkeypatch.setattr(ray_cluster, "KNOCKS", 2)
    monkeypatch.setattr(ray_cluster, "KNOCK_EVERY", 0.3)
    bench.train_with(MadeUp(seconds=0.2))
    finished: list[Result] = []

    def behead(result: Result) -> None:
        finished.append(result)
        if len(finished) == 5:
            cluster.lose_head()

    sweep = read_sweep({**DOCUMENT, "search": {"backend": "random", "trials": 24, "batch": 6}})
    try:
        summary = bench.run(
            sweep, executor="ray", address=cluster.address, watcher=RecordingWatcher(behead)
        )
    finally:
        cluster.close()
    assert (summary.ending, summary.failed, exit_code(summary)) == ("interrupted", 0, 130)
    assert summary.cause is not None
    assert "the head of the Ray cluster at" in summary.cause
    assert 5 <= summary.done < 24
    bench.train_with(MadeUp())
    resumed = bench.resume(summary.sweep_id)
    assert (resumed.ending, resumed.done) == ("finished", 24)
    straight = bench.run(sweep)
    assert [essence(one) for one in bench.results(summary.sweep_id)] == [
        essence(one) for one in bench.results(straight.sweep_id)
    ]


@dataclass(frozen=True)
class Counted(TinyTask):
    """Notes in a file which process loads its rows."""

    notes: str = ""

    def rows(self, split: int) -> Rows:
        with Path(self.notes).open("a") as file:
            file.write(f"{os.getpid()}\n")
        return super().rows(split)


@dataclass(frozen=True)
class Looking(FakeTrainer):
    """Scores are what the rows add up to; says where they lie."""

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        data = problem.data(0, 0)
        total = {problem.objective.metric: float(data.train.x.sum())}
        notes = {"own": str(data.train.x.flags.writeable), "task": problem.task.digest()}
        return [Outcome(fit, total, {}, 0.1, notes=notes) for fit in pack.fits]


def test_rows_are_loaded_once_and_read_by_all_from_the_nodes_memory(
    cluster: Simulated, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = Counted(notes=str(tmp_path / "notes"))
    monkeypatch.setattr(parts, "task_for", lambda *_: task)
    bench.train_with(Looking())
    sweep = read_sweep({**DOCUMENT, "search": {"backend": "random", "trials": 20, "batch": 20}})
    executor = RayCluster(cluster.address, workers=None, gpu_share=None, environment={})
    try:
        bench.run(sweep)
        inline = len(Path(task.notes).read_text().split())
        summary = bench.run(sweep, executor=executor)
    finally:
        executor.shutdown()
    results = bench.results(summary.sweep_id)
    assert len(results) == 20
    assert {result.notes["own"] for result in results} == {"False"}, "shared memory is read-only"
    assert {result.notes["task"] for result in results} == {task.digest()}
    loaded = Path(task.notes).read_text().split()
    assert set(loaded) == {str(os.getpid())}, "workers load nothing themselves"
    assert len(loaded) <= 2 * inline + 1, "once more for the simple model, and not for each trial"


@pytest.fixture
def halves(cluster: Simulated) -> Iterator[RayCluster]:
    executor = RayCluster(cluster.address, workers=None, gpu_share=0.5, environment={})
    yield executor
    executor.shutdown()


def test_inline_and_on_ray_are_the_same_trial_by_trial(bench: Bench, halves: RayCluster) -> None:
    """Folds and failures, pruning after stages and after folds, and too little memory on a GPU."""
    failing, by_folds = (
        FakeTrainer(failing=frozenset({2})),
        sweep(**WILCOXON, evaluate={"folds": 5}),
    )
    trained = (
        (failing, sweep(**LEARNING, **FOLDS)),
        (MadeUp(), sweep(**MEDIAN)),
        (MadeUp(), by_folds),
    )
    for trainer, document in trained:
        bench.train_with(trainer)
        assert told(bench, document, executor=halves) == told(bench, document)
    bench.train_with(FakeTrainer())
    check_greedy(bench, halves)


def test_checkpoints_are_carried_where_nodes_do_not_see_the_store(
    bench: Bench, halves: RayCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_seen(_: Hired, __: Path) -> bool:
        return False

    monkeypatch.setattr(Hired, "_sees", not_seen)
    bench.train_with(MadeUp())
    for document in (sweep(**HYPERBAND), sweep(**MEDIAN)):
        found, expected = told(bench, document, executor=halves), told(bench, document)
        assert found == expected
    assert any(result.pruned for result in found.values())


HYPERBAND: dict[str, Any] = {
    "space": {"width": {"low": 1, "high": 500}, "epochs": 4},
    "search": {"backend": "hyperband", "factor": 2},
}
