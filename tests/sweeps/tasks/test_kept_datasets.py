from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from search_spaces import SpaceError
from sweeps.cache_folder import VARIABLE
from sweeps.errors import SweepError
from sweeps.parts import Parts
from sweeps.reading.sweep import read_sweep
from sweeps.tasks import kept_datasets, published_files
from sweeps.tasks.kept_datasets import arrays_of

ROOT = Path(__file__).parents[3]
NOWHERE = "http://127.0.0.1:9"
"""A proxy that refuses at once: nothing is ever fetched."""

Prepare = Callable[[Path, Path], None]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of Keras's, and nothing kept so far."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "keras"


@pytest.fixture
def published(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file `small.npz` of a data set `small`, as Keras would have fetched it."""
    file = home / "datasets" / "small.npz"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"what Keras publishes")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    files = {"small": {"small.npz": digest}}
    monkeypatch.setattr(published_files, "FILES", files)
    monkeypatch.setattr(kept_datasets, "FILES", files)
    return file


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """In place of a process with Keras, one that puts an array there; gives the homes it had."""
    homes: list[Path] = []

    def run(name: str, place: Path, home: Path) -> None:
        homes.append((home / "datasets").resolve())
        np.savez(place, y=np.arange(3))

    monkeypatch.setattr(kept_datasets, "_run", run)
    return homes


def test_keras_loads_once_and_from_its_own_folder(published: Path, loads: list[Path]) -> None:
    assert arrays_of("small")["y"].tolist() == [0, 1, 2]
    assert arrays_of("small")["y"].tolist() == [0, 1, 2]
    assert loads == [published.parent]


def test_keras_could_not_delete_a_file_that_is_there(
    published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes: list[Path] = []
    monkeypatch.setattr(kept_datasets, "_run", lambda _name, _place, home: homes.append(home))
    with pytest.raises(SweepError, match="cannot be read back"):
        arrays_of("small")
    assert published.parent.parent not in homes
    assert not homes[0].exists()


def test_what_is_kept_is_read_without_keras_or_its_folder(
    published: Path, loads: list[Path]
) -> None:
    arrays_of("small")
    published.unlink()
    assert arrays_of("small")["y"].tolist() == [0, 1, 2]
    assert len(loads) == 1


def test_a_kept_file_that_is_torn_is_made_again(published: Path, loads: list[Path]) -> None:
    arrays_of("small")
    (kept,) = (Path(os.environ[VARIABLE]) / "datasets").iterdir()
    for torn in (kept.read_bytes()[:-40], b"", b"nothing of the kind"):
        kept.write_bytes(torn)
        assert arrays_of("small")["y"].tolist() == [0, 1, 2]
    assert len(loads) == 4


def test_a_broken_file_is_named_and_left_alone(published: Path, loads: list[Path]) -> None:
    published.write_bytes(b"half of what")
    with pytest.raises(SweepError) as refused:
        arrays_of("small")
    assert str(refused.value) == (
        f"task: small: {published} (12 bytes) is broken: it is not the file that Keras publishes; "
        "delete it, and it is downloaded again"
    )
    assert published.read_bytes() == b"half of what"
    assert loads == []


def test_a_sweep_says_where_its_file_names_what_is_broken(home: Path) -> None:
    (home / "datasets").mkdir(parents=True)
    (home / "datasets" / "imdb.npz").write_bytes(b"half of it")
    sweep = read_sweep({"task": "imdb", "space": {"width": 8}})
    with pytest.raises(SpaceError, match=r"imdb.npz .* is broken") as refused:
        Parts.of(sweep)
    assert refused.value.path == ("task",)


def test_a_folder_that_cannot_be_written_to_is_named(
    published: Path, loads: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(SweepError, match=rf"{tmp_path}/cache.*set SWEEPS_CACHE_DIR to a folder"):
        arrays_of("small")


def test_what_keras_says_of_a_file_that_it_cannot_load_is_passed_on(
    published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_datasets, "_run", lambda *_: "OSError: No space left on device")
    with pytest.raises(SweepError, match=r"small: Keras cannot load it from .*: No space left"):
        arrays_of("small")


def test_the_process_with_keras_finds_this_package_and_no_gpu(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started: list[dict[str, str]] = []

    def run(command: list[str], env: dict[str, str], **_: object) -> object:
        started.append(env)
        return subprocess.CompletedProcess(command, -9, "", "")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(SweepError, match="exit code -9"):
        arrays_of("imdb")
    assert started[0]["KERAS_HOME"] == str(home)
    assert started[0]["JAX_PLATFORMS"] == "cpu"
    assert {str(Path(path).absolute()) for path in sys.path} <= {
        *started[0]["PYTHONPATH"].split(os.pathsep)
    }


def test_a_missing_data_set_is_one_line_that_says_how_to_get_it(home: Path, tmp_path: Path) -> None:
    script = (
        "from sweeps.sweep import TaskChoice\n"
        "from sweeps.tasks.choose import task_for\n"
        "try: task_for(TaskChoice('imdb')).rows(0)\n"
        "except ValueError as error: print(error)\n"
    )
    proxies = {f"{kind}_proxy": NOWHERE for kind in ("http", "https", "HTTP", "HTTPS")}
    environment = os.environ | proxies | {"PYTHONPATH": str(ROOT), "no_proxy": "", "NO_PROXY": ""}
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.stderr == ""
    (line,) = ended.stdout.splitlines()
    assert line.startswith(f"task: imdb: no datasets/imdb.npz in {home}, and no download (")
    assert "Connection refused" in line
    assert line.endswith(
        "run it once with a network, or set KERAS_HOME to a folder that has datasets/imdb.npz"
    )
