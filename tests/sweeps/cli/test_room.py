from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from sweeps.cli.room import disk, memory

Usage = Callable[[Path], SimpleNamespace]


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    return {"store": tmp_path / "not" / "yet", "MLflow": tmp_path}


def test_folders_on_one_disk_are_told_together(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=5_100_000_000))
    found = disk(folders)
    assert (found.said, found.trouble) == ("5.1 GB free for store and MLflow", None)
    assert found.facts == {"store": 5_100_000_000, "mlflow": 5_100_000_000}


def test_a_disk_that_is_almost_full(
    folders: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=120_000_000))
    assert disk(folders).trouble == (
        f"only 120 MB free for store and MLflow ({tmp_path}/not/yet): free some space, a sweep "
        "cannot go on when the disk is full"
    )


def test_every_disk_is_told_by_itself(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Devices are another file system wherever there are devices."""
    if Path("/dev").stat().st_dev == folders["MLflow"].stat().st_dev:
        pytest.skip("no second file system")
    free = {Path("/dev"): 1_000_000}
    monkeypatch.setattr(
        shutil, "disk_usage", lambda place: SimpleNamespace(free=free.get(place, 5_000_000_000))
    )
    found = disk(folders | {"programs": Path("/dev")})
    assert found.said == "5.0 GB free for store and MLflow; 1.0 MB free for programs"
    assert found.trouble is not None
    assert found.trouble.startswith("only 1.0 MB free for programs (/dev)")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    free = SimpleNamespace(available=8_000_000_000)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: free)


def grouped(folder: Path, names: tuple[str, str, str], limit: str) -> None:
    folder.mkdir(exist_ok=True)
    most, used, files = names
    (folder / most).write_text(f"{limit}\n")
    (folder / used).write_text("1700000000\n")
    (folder / "memory.stat").write_text(f"anon 5\n{files} 200000000\n")


@pytest.mark.parametrize(
    ("folder", "names"),
    [
        ("", ("memory.max", "memory.current", "inactive_file")),
        ("memory", ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")),
    ],
)
@pytest.mark.parametrize(
    ("limit", "free"),
    [("4000000000", 2_500_000_000), ("9223372036854771712", 8_000_000_000), ("1", 0)],
)
@pytest.mark.usefixtures("machine")
def test_a_container_has_its_share_of_memory(
    tmp_path: Path, folder: str, names: tuple[str, str, str], limit: str, free: int
) -> None:
    grouped(tmp_path / folder, names, limit)
    found = memory(tmp_path)
    assert found.facts == {"free": free}
    assert (found.trouble is None) == (free > 0)


@pytest.mark.usefixtures("machine")
def test_memory_without_limits(tmp_path: Path) -> None:
    assert memory(tmp_path).said == "8.0 GB free"
    grouped(tmp_path, ("memory.max", "memory.current", "inactive_file"), "max")
    assert memory(tmp_path).said == "8.0 GB free"


def test_hardly_any_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = SimpleNamespace(available=90_000_000)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: free)
    assert memory(tmp_path).trouble == (
        "only 90 MB of memory free: end some programs before training"
    )
