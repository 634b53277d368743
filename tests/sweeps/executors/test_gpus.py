"""GPUs of made-up machines, as the driver's own tool would list them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.executors import gpus
from sweeps.executors.gpus import Gpu, NoSuchGpuError

LISTED = """\
GPU 0: NVIDIA H200 (UUID: GPU-5b7d0b1e-4a3c-9f10-2c55-0d6a7b8c9d01)
GPU 1: NVIDIA A100-SXM4-80GB (UUID: GPU-77aa0b1e-4a3c-9f10-2c55-0d6a7b8c9d02)
  MIG 1g.10gb     Device  0: (UUID: MIG-11110b1e-4a3c-9f10-2c55-0d6a7b8c9d03)
"""
SIZES = "0, 143771\n1, [N/A]\n"
TOOL = """#!/bin/sh
case "$1" in -L) cat {0}/listed;; *) cat {0}/sizes;; esac
"""


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the tool lies; there are no other drivers."""
    monkeypatch.setattr(gpus, "DRIVERS", (tmp_path / "kfd",))
    (tmp_path / "listed").write_text(LISTED)
    (tmp_path / "sizes").write_text(SIZES)
    tool = tmp_path / "nvidia-smi"
    tool.write_text(TOOL.format(tmp_path))
    tool.chmod(0o755)
    monkeypatch.setattr(gpus, "which", lambda name: str(tool))
    return tmp_path


def test_all_gpus_are_listed_and_the_parts_that_they_were_cut_into(driver: Path) -> None:
    assert gpus.seen() == [
        Gpu("NVIDIA H200", ("0", "GPU-5b7d0b1e-4a3c-9f10-2c55-0d6a7b8c9d01"), 143771),
        Gpu("NVIDIA A100-SXM4-80GB", ("1", "GPU-77aa0b1e-4a3c-9f10-2c55-0d6a7b8c9d02")),
        Gpu("MIG 1g.10gb", ("MIG-11110b1e-4a3c-9f10-2c55-0d6a7b8c9d03",)),
    ]


@pytest.mark.parametrize("name", ["0", "1", "GPU-5b7d", "MIG-11110b1e-4a3c-9f10-2c55-0d6a7b8c9d03"])
def test_a_gpu_goes_by_its_number_and_by_the_beginning_of_its_uuid(driver: Path, name: str) -> None:
    gpus.check([name])


@pytest.mark.parametrize("name", ["7", "GPU-0", "01", "", "H200"])
def test_what_is_not_there_is_named_with_what_is(driver: Path, name: str) -> None:
    with pytest.raises(NoSuchGpuError) as caught:
        gpus.check(["0", name])
    assert str(caught.value).startswith(f"gpus: {name} is none of this machine's: 0, 1, MIG-1111")


def test_a_machine_without_a_driver_has_none(driver: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpus, "which", lambda name: None)
    assert gpus.seen() == []
    with pytest.raises(NoSuchGpuError, match="gpus: 0: this machine has no GPU that nvidia-smi"):
        gpus.check(["0"])
    gpus.check([])


def test_a_driver_that_does_not_answer_shows_none(driver: Path) -> None:
    (driver / "nvidia-smi").write_text("#!/bin/sh\necho 'GPU 0: X (UUID: GPU-1)'; exit 9\n")
    assert gpus.seen() == []


def test_where_gpus_may_be_that_nobody_lists_any_name_may_be_right(
    driver: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpus, "which", lambda name: None)
    (driver / "kfd").touch()
    gpus.check(["0"])


@pytest.mark.parametrize(
    ("name", "megabytes"), [("0", 143771), ("GPU-5b7d", 143771), ("1", None), ("7", None)]
)
def test_the_memory_of_a_gpu_is_known_where_the_driver_says_it(
    driver: Path, name: str, megabytes: int | None
) -> None:
    assert gpus.megabytes_of(name) == megabytes
