from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.cli import device_check
from sweeps.trainers.fused import devices
from sweeps.trainers.fused.devices import Device

VERSION = (
    "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  {}.95.05  Release Build\n"
    "GCC version:  gcc version 12.2.0 (Debian 12.2.0-14)\n"
)


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a driver says its version; none does so far."""
    monkeypatch.delenv("JAX_PLATFORMS", raising=False)
    monkeypatch.setattr(devices, "devices", lambda: [Device("cpu", "CPU", 2)])
    monkeypatch.setattr(device_check, "DRIVER", tmp_path / "version")
    return tmp_path / "version"


def test_no_driver_no_hint(driver: Path) -> None:
    assert device_check.devices().hint is None


@pytest.mark.parametrize(("version", "extra"), [("550", "cuda12"), ("580", "cuda13")])
def test_a_driver_that_jax_does_not_use(driver: Path, version: str, extra: str) -> None:
    driver.write_text(VERSION.format(version))
    found = device_check.devices()
    assert found.trouble is None
    assert found.hint == (
        f"there is an NVIDIA driver, but JAX does not use it: pip install 'jax[{extra}]'"
    )


def test_who_told_jax_what_to_use_is_not_told_better(
    driver: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.write_text(VERSION.format("580"))
    monkeypatch.setenv("JAX_PLATFORMS", "cpu")
    assert device_check.devices().hint is None


def test_a_gpu_that_is_used_needs_no_hint(driver: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    driver.write_text(VERSION.format("580"))
    monkeypatch.setattr(devices, "devices", lambda: [Device("gpu", "NVIDIA H200")])
    found = device_check.devices()
    assert (found.said, found.hint) == ("NVIDIA H200", None)
