"""What follows from the flags about where, and what they cannot mean."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

import pytest

from sweeps import cores
from sweeps.executors import where as where_module
from sweeps.executors.placement import VISIBLE
from sweeps.executors.processes import Processes
from sweeps.executors.where import Where, slots_for
from tests.sweeps.fakes import FakeTrainer


class Asked(FakeTrainer):
    """Wants three workers."""

    def processes(self, cores: int) -> int:
        return 3


@pytest.fixture(autouse=True)
def nobody_says_what_is_visible(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


@pytest.mark.parametrize(
    ("placed", "count"),
    [
        ({}, 0),
        ({"workers": None}, 3),
        ({"workers": 5}, 5),
        ({"gpus": "0,1"}, 2),
        ({"gpus": [0, 1], "gpu_share": 0.25}, 8),
        ({"gpus": "0", "gpu_share": 1 / 3}, 3),
        ({"gpus": "0", "gpu_share": 0.3}, 3),
        ({"gpus": "0, 1", "workers": 1}, 1),
        ({"gpus": "none", "workers": None}, 3),
        ({"gpus": "none"}, 0),
    ],
)
def test_as_many_workers_as_were_asked_for_or_as_gpus_have_room_for(
    placed: Any, count: int
) -> None:
    assert Where.of(placed).count(Asked()) == count


@pytest.mark.parametrize(
    ("placed", "said"),
    [
        ({"workers": -1}, "workers: -1 is less than 0"),
        ({"gpu_share": 0.0, "gpus": "0"}, "gpu_share: 0 is no part of a GPU: above 0, up to 1"),
        ({"gpu_share": -0.5, "gpus": "0"}, "gpu_share: -0.5 is no part"),
        ({"gpu_share": 1.5, "gpus": "0"}, "gpu_share: 1.5 is no part"),
        ({"gpu_share": float("nan"), "gpus": "0"}, "gpu_share: nan is no part"),
        ({"gpu_share": 0.3}, "gpu_share: 0.3 of which GPU? Name them with `gpus`"),
        ({"gpu_share": 0.3, "gpus": "none"}, "gpu_share: 0.3 of which GPU?"),
        ({"workers": 0, "gpus": "0"}, "workers: 0 trains in this process"),
        ({"workers": 3, "gpus": "0,1"}, "workers: 3 is more than the GPUs have room for, 2 x 1"),
        (
            {"workers": 5, "gpus": "0", "gpu_share": 0.25},
            "workers: 5 is more than the GPUs have room for, 1 x 4",
        ),
        ({"gpus": "0,0"}, "gpus: '0' is named twice"),
        ({"gpus": "0,"}, "gpus: a name is empty"),
        ({"address": "ray://head:10001"}, "address: ray://head:10001 is of a Ray cluster"),
    ],
)
def test_what_cannot_be_is_said_with_its_value(placed: Any, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(said)}"):
        Where.of(placed)


def test_ray_is_asked_for_what_it_can_give(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(where_module, "find_spec", lambda name: name)
    assert Where.of({"gpu_share": 0.5, "address": "auto"}, "ray").workers is None
    with pytest.raises(ValueError, match=r"^workers: 0 trains in this process, not on Ray"):
        Where.of({"workers": 0}, "ray")
    with pytest.raises(ValueError, match=r"^gpus: Ray chooses them"):
        Where.of({"gpus": "0"}, "ray")
    monkeypatch.setattr(where_module, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"^executor: Ray is not installed: pip install"):
        Where.of({}, "ray")


@pytest.mark.parametrize(
    ("mine", "gpu"),
    [
        ("2, 3", "3"),
        ("GPU-5b7d", "GPU-5b7d90c1"),
        ("GPU-5b7d90c1,GPU-77aa01f2", "GPU-77aa"),
        ("MIG-5b7d90c1", "MIG-5b7d90c1"),
        ("0,-1", "0"),
    ],
)
def test_gpus_that_this_process_was_given_may_be_named(
    monkeypatch: pytest.MonkeyPatch, mine: str, gpu: str
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", mine)
    assert Where.of({"gpus": gpu}).gpus == (gpu,)


@pytest.mark.parametrize(
    ("mine", "gpu"),
    [
        ("2, 3", "0"),
        ("2, 3", "GPU-5b7d"),
        ("", "3"),
        ("", "GPU-5b7d"),
        ("-1", "0"),
        ("1,-1,0", "0"),
        ("NoDevFiles", "0"),
        ("GPU-5b7d", "0"),
        ("GPU-5b7d,GPU-77aa", "GPU-5b7e"),
    ],
)
def test_gpus_that_this_process_was_not_given_are_refused(
    monkeypatch: pytest.MonkeyPatch, mine: str, gpu: str
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", mine)
    with pytest.raises(
        ValueError, match=f"^{re.escape(f'gpus: {gpu} is none of {VISIBLE}={mine}')}"
    ):
        Where.of({"gpus": gpu})


@pytest.mark.parametrize(
    ("placed", "expected"),
    [
        ({"workers": 3}, {"CUDA_VISIBLE_DEVICES": "5", "OMP_NUM_THREADS": "2", "NPROC": "2"}),
        ({"workers": 1, "gpus": "none"}, {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}),
    ],
)
def test_workers_are_told_their_threads_and_whether_they_have_a_gpu(
    monkeypatch: pytest.MonkeyPatch, placed: Any, expected: Mapping[str, str | None]
) -> None:
    monkeypatch.setattr(cores, "usable", lambda: 6)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "5")
    for name in ("JAX_PLATFORMS", *cores.OF_LIBRARIES, cores.THREADS):
        monkeypatch.delenv(name, raising=False)
    slots = slots_for(Where.of(placed), FakeTrainer(), print)
    assert isinstance(slots, Processes)
    try:
        told = slots.submit(_variables, list(expected)).result()
    finally:
        slots.shutdown()
    assert told == expected


def _variables(names: list[str]) -> dict[str, str | None]:
    return {name: os.environ.get(name) for name in names}
