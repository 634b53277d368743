from __future__ import annotations

import pytest

from sweeps.cli import gpu_check
from sweeps.executors import gpus
from sweeps.executors.gpus import Gpu

TWO = [
    Gpu("NVIDIA H200", ("0", "GPU-5b7d0b1e"), 143771),
    Gpu("MIG 1g.10gb", ("MIG-11110b1e",)),
]


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpus, "seen", lambda: TWO)


def test_no_gpu_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpus, "seen", list)
    monkeypatch.setattr(gpu_check, "COUNT", "raise AssertionError('nothing to ask TensorFlow')")
    found = gpu_check.gpus_here()
    assert (found.said, found.facts) == ("none that nvidia-smi shows", [])
    assert (found.trouble, found.hint) == (None, None)


def test_gpus_are_told_as_they_may_be_named(two: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_check, "COUNT", "print(2)")
    found = gpu_check.gpus_here()
    assert found.said == "0: NVIDIA H200, 151 GB, MIG-11110b1e: MIG 1g.10gb"
    assert found.hint is None
    assert found.facts[0]["names"] == ("0", "GPU-5b7d0b1e")


@pytest.mark.parametrize("answer", ["print(0)", "raise SystemExit(1)", "import no_such_package"])
def test_a_tensorflow_that_uses_none_is_said(
    two: None, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setattr(gpu_check, "COUNT", answer)
    hint = gpu_check.gpus_here().hint
    assert hint is not None
    assert hint.startswith("TensorFlow uses no GPU: ")


def test_a_tensorflow_that_does_not_answer_uses_none(
    two: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu_check, "COUNT", "import threading; threading.Event().wait()")
    monkeypatch.setattr(gpu_check, "SECONDS", 0.1)
    assert gpu_check.gpus_here().hint is not None
