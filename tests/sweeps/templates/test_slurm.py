"""The Slurm templates as scripts: run by bash, with stand-ins for everything that they call."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.sweeps.templates.linting import parse, text_of
from tests.sweeps.templates.stand_ins import Cluster

SCRIPTS = ("slurm", "slurm-ray")

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_first_turn_begins_the_sweep_under_the_jobs_name(name: str, tmp_path: Path) -> None:
    cluster = Cluster(tmp_path)
    assert cluster.run(text_of(name)) == 0
    first, second = cluster.calls("sweeps")
    assert first == ["status", "slurm-4711"]
    assert second[:4] == ["run", "my.yaml", "--set", "name=slurm-4711"]
    assert [parse(first), parse(second)] == ["status", "run"]
    assert not any(call[0] == "requeue" for call in cluster.calls("scontrol"))


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_later_turn_goes_on_with_it(name: str, tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, known=True, code=1)
    assert cluster.run(text_of(name)) == 1
    _, second = cluster.calls("sweeps")
    assert second[:2] == ["resume", "slurm-4711"]
    assert parse(second) == "resume"


@pytest.mark.parametrize("name", SCRIPTS)
def test_when_time_is_nearly_over_the_sweep_is_told_and_the_job_waits_for_its_next_turn(
    name: str, tmp_path: Path
) -> None:
    cluster = Cluster(tmp_path, hold=True)
    assert cluster.run(text_of(name), end_it=True) == 143
    assert cluster.calls("scontrol")[-1] == ["requeue", "4711"]


def test_each_gpu_of_a_node_has_a_worker(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, variables={"CUDA_VISIBLE_DEVICES": "2,3"})
    cluster.run(text_of("slurm"))
    run = cluster.calls("sweeps")[1]
    assert run[-2:] == ["--gpus", "2,3"]
    parse(run)


def test_gpus_of_rays_nodes_are_used(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, variables={"SLURM_GPUS_ON_NODE": "2"})
    cluster.run(text_of("slurm-ray"))
    run = cluster.calls("sweeps")[1]
    assert run[-2:] == ["--gpu-share", "1"]
    parse(run)


@pytest.mark.parametrize("nodes", [1, 3])
def test_ray_is_started_on_all_nodes(nodes: int, tmp_path: Path) -> None:
    names = ("localhost", "second", "third")[:nodes]
    cluster = Cluster(tmp_path, nodes=names)
    cluster.run(text_of("slurm-ray"))
    at = "127.0.0.1:24711"
    assert cluster.calls("sweeps")[1][-4:] == ["--executor", "ray", "--address", at]
    steps = [" ".join(call) for call in cluster.calls("srun")]
    heads = [step for step in steps if "--nodes=1 --nodelist=localhost ray start --head " in step]
    others = [step for step in steps if f" ray start --address={at} " in step]
    assert len(steps) == len(heads) + len(others)
    assert len(heads) == 1
    assert "--node-ip-address=127.0.0.1 --port=24711" in heads[0]
    assert len(others) == (nodes > 1)
    assert all(f"--nodes={nodes - 1} --exclude=localhost ray" in step for step in others)


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize("variable", ["SWEEPS_LEDGER", "MLFLOW_TRACKING_URI"])
def test_without_servers_nothing_begins(name: str, variable: str) -> None:
    given = {"SWEEPS_LEDGER": "x", "MLFLOW_TRACKING_URI": "x", "PATH": os.environ["PATH"]}
    del given[variable]
    done = subprocess.run(
        ["bash", "-s"], input=text_of(name), env=given, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert f"{variable}: is " in done.stderr


@pytest.mark.slow
def test_ray_knows_the_options_that_it_is_started_with(tmp_path: Path) -> None:
    scripts = pytest.importorskip("ray.scripts.scripts", reason="Ray is not installed")
    cluster = Cluster(tmp_path, nodes=("localhost", "second"))
    cluster.run(text_of("slurm-ray"))
    calls = cluster.calls("ray")
    assert [name for name, *_ in calls].count("start") == 2
    for name, *words in calls:
        scripts.cli.commands[name].make_context(name, words)
