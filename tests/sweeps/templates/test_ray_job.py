"""KubeRay's RayJob as a file: its kinds, its fields, and what it starts."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sweeps import __version__
from sweeps.reading.sweep_file import load_sweep
from tests.sweeps.templates.linting import commands, documents, parse, text_of

KNOWN: dict[str, set[str]] = {
    "RayJob": {
        "entrypoint",
        "shutdownAfterJobFinishes",
        "ttlSecondsAfterFinished",
        "backoffLimit",
        "rayClusterSpec",
    },
    "cluster": {"rayVersion", "authOptions", "headGroupSpec", "workerGroupSpecs"},
    "head": {"rayStartParams", "template"},
    "workers": {
        "groupName",
        "replicas",
        "minReplicas",
        "maxReplicas",
        "rayStartParams",
        "template",
    },
    "container": {"name", "image", "env", "ports", "resources", "volumeMounts"},
}
"""Fields of ray.io/v1 and of a container, as KubeRay's reference names them."""


@pytest.fixture(scope="module")
def config() -> dict[str, Any]:
    return documents(text_of("ray-job"))[0]


@pytest.fixture(scope="module")
def job() -> dict[str, Any]:
    return documents(text_of("ray-job"))[1]


def test_its_kinds_and_fields_are_kuberays(config: dict[str, Any], job: dict[str, Any]) -> None:
    assert (config["apiVersion"], config["kind"]) == ("v1", "ConfigMap")
    assert (job["apiVersion"], job["kind"]) == ("ray.io/v1", "RayJob")
    assert set(job["spec"]) <= KNOWN["RayJob"]
    cluster = job["spec"]["rayClusterSpec"]
    assert set(cluster) == KNOWN["cluster"]
    assert cluster["authOptions"] == {"mode": "token"}
    assert set(cluster["headGroupSpec"]) == KNOWN["head"]
    for group in cluster["workerGroupSpecs"]:
        assert set(group) == KNOWN["workers"]
        assert group["minReplicas"] <= group["replicas"] <= group["maxReplicas"]


def test_head_and_workers_are_of_one_image_and_its_ray(job: dict[str, Any]) -> None:
    cluster = job["spec"]["rayClusterSpec"]
    pods = [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]
    containers = [one for pod in pods for one in pod["template"]["spec"]["containers"]]
    assert {one["image"] for one in containers} == {f"keras-sweeps-ray:{__version__}"}
    assert all(set(one) <= KNOWN["container"] for one in containers)
    assert all(one["resources"]["limits"] == one["resources"]["requests"] for one in containers)
    assert f"rayproject/ray:{cluster['rayVersion']}-py311" in text_of("ray-job")


def test_it_starts_what_is_mounted(config: dict[str, Any], job: dict[str, Any]) -> None:
    head = job["spec"]["rayClusterSpec"]["headGroupSpec"]["template"]["spec"]
    (mount,) = head["containers"][0]["volumeMounts"]
    (volume,) = head["volumes"]
    assert volume == {"name": mount["name"], "configMap": {"name": config["metadata"]["name"]}}
    start = job["spec"]["entrypoint"].removeprefix("bash ")
    assert start == f"{mount['mountPath']}/start.sh"
    assert set(config["data"]) == {"sweep.yaml", "start.sh"}


def test_its_script_and_its_commands_can_be_read(config: dict[str, Any]) -> None:
    script = config["data"]["start.sh"]
    assert [parse(words) for words in commands(config)] == ["resume", "run"]
    assert all(words[-2:] == ["--executor", "ray"] for words in commands(config))
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash here")
    done = subprocess.run([bash, "-n"], input=script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_its_sweep_is_one(config: dict[str, Any], job: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "sweep.yaml"
    file.write_text(config["data"]["sweep.yaml"])
    sweep = load_sweep(file)
    head = job["spec"]["rayClusterSpec"]["headGroupSpec"]["template"]["spec"]["containers"][0]
    named = {one["name"]: one.get("value") for one in head["env"]}
    assert named["SWEEP"] == sweep.name
