"""How large a worker may grow on made-up machines."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from sweeps.executors import memory

GIGABYTE = 2**30


@pytest.fixture(autouse=True)
def sixty_four(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with 64 GB."""
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=64 * GIGABYTE))


@pytest.mark.parametrize(("workers", "megabytes"), [(1, 32768), (2, 16384), (8, 4096)])
def test_workers_may_keep_half_of_the_memory_together(
    tmp_path: Path, workers: int, megabytes: int
) -> None:
    assert memory.most_megabytes(workers, tmp_path) == megabytes


def test_many_workers_are_not_replaced_after_every_call(tmp_path: Path) -> None:
    assert memory.most_megabytes(1000, tmp_path) == memory.LEAST


@pytest.mark.parametrize("name", memory.LIMITS)
@pytest.mark.parametrize(
    ("limit", "megabytes"),
    [(f"{8 * GIGABYTE}\n", 4096), ("max\n", 32768), (str(2**62), 32768), ("", 32768)],
)
def test_a_container_has_its_share_of_the_memory(
    tmp_path: Path, name: str, limit: str, megabytes: int
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(limit)
    assert memory.most_megabytes(1, tmp_path) == megabytes
