"""Workers with a part of a GPU, with libraries that only note what they are told."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from sweeps.executors import gpus
from sweeps.executors.placement import SHARE, VISIBLE
from sweeps.trainers.models import gpu_memory


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What made-up TensorFlow and PyTorch are told; the process has a quarter of GPU 3."""
    told: list[Any] = []
    config = SimpleNamespace(
        LogicalDeviceConfiguration=lambda memory_limit: memory_limit,
        list_physical_devices=lambda kind: [f"/physical_device:{kind}:0"],
        set_logical_device_configuration=lambda gpu, limits: told.append((gpu, limits)),
    )
    cuda = SimpleNamespace(is_available=lambda: True, set_per_process_memory_fraction=told.append)
    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace(config=config))
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    monkeypatch.setattr(gpus, "megabytes_of", {"3": 80000}.get)
    monkeypatch.setenv(SHARE, "0.25")
    monkeypatch.setenv(VISIBLE, "3")
    gpu_memory.cap.cache_clear()
    yield told
    gpu_memory.cap.cache_clear()


def test_tensorflow_is_told_a_limit_once(told: list[Any]) -> None:
    gpu_memory.cap("tensorflow")
    gpu_memory.cap("tensorflow")
    assert told == [("/physical_device:GPU:0", [18000])]


def test_tensorflow_grows_where_nobody_says_how_large_the_gpu_is(
    told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VISIBLE, "4")
    gpu_memory.cap("tensorflow")
    assert told == []


def test_pytorch_is_told_a_fraction(told: list[Any]) -> None:
    gpu_memory.cap("torch")
    assert told == [0.225]


@pytest.mark.parametrize("share", ["1", None])
def test_who_has_the_whole_gpu_is_told_nothing(
    told: list[Any], monkeypatch: pytest.MonkeyPatch, share: str | None
) -> None:
    monkeypatch.setenv(SHARE, share) if share else monkeypatch.delenv(SHARE)
    for backend in ("tensorflow", "torch", "jax"):
        gpu_memory.cap(backend)
    assert told == []
