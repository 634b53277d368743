from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from sweeps import checkpoints
from sweeps.checkpoints import CheckpointError
from tracking.failure_points import VARIABLE

ARRAYS: dict[str, checkpoints.Array] = {
    "weights": np.linspace(0, 1, 7, dtype=np.float32).reshape(7, 1),
    "step": np.array(12, dtype=np.int64),
    "empty": np.zeros((0, 3), dtype=np.float32),
}
STATE = {"epoch": 3, "loss": [0.1, 1 / 3], "best": None}


def saved(folder: Path) -> Path:
    path = folder / "deep" / "trial-3.npz"
    checkpoints.save(path, ARRAYS, STATE)
    return path


def test_comes_back_bit_for_bit(tmp_path: Path) -> None:
    found = checkpoints.load(saved(tmp_path))
    assert found is not None
    assert found.state == STATE
    assert found.arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert found.arrays[name].dtype == array.dtype
        assert found.arrays[name].shape == array.shape
        assert found.arrays[name].tobytes() == array.tobytes()


def test_a_missing_one_is_none(tmp_path: Path) -> None:
    assert checkpoints.load(tmp_path / "nothing.npz") is None


def test_removing_twice_is_fine(tmp_path: Path) -> None:
    path = saved(tmp_path)
    checkpoints.remove(path)
    checkpoints.remove(path)
    assert checkpoints.load(path) is None


def test_saving_again_replaces_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = saved(tmp_path)
    checkpoints.save(path, {}, {"epoch": 9})
    found = checkpoints.load(path)
    assert found is not None
    assert found.state == {"epoch": 9}
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9, 0.999])
def test_a_torn_one_is_told_apart(tmp_path: Path, share: float) -> None:
    path = saved(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(CheckpointError, match=r"trial-3\.npz: not a checkpoint"):
        checkpoints.load(path)


def test_a_flipped_byte_is_told_apart(tmp_path: Path) -> None:
    path = saved(tmp_path)
    whole = bytearray(path.read_bytes())
    position = whole.index(ARRAYS["weights"].tobytes()) + 9
    whole[position] ^= 0xFF
    path.write_bytes(bytes(whole))
    with pytest.raises(CheckpointError):
        checkpoints.load(path)


@pytest.mark.parametrize("flip", [0x01, 0x80, 0xFF])
def test_whichever_byte_is_flipped_it_is_whole_or_told_apart(tmp_path: Path, flip: int) -> None:
    path = saved(tmp_path)
    whole = path.read_bytes()
    told = 0
    for position in range(len(whole)):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ flip]) + whole[position + 1 :])
        try:
            found = checkpoints.load(path)
        except CheckpointError:
            told += 1
            continue
        assert found is not None
        assert found.state == STATE
        assert {name: array.tobytes() for name, array in found.arrays.items()} == {
            name: array.tobytes() for name, array in ARRAYS.items()
        }
    assert told > len(whole) / 2


def test_foreign_files_are_told_apart(tmp_path: Path) -> None:
    other = tmp_path / "other.npz"
    np.savez(other, a=np.zeros(3))
    with pytest.raises(CheckpointError, match=r"other\.npz"):
        checkpoints.load(other)
    single = tmp_path / "single.npy"
    np.save(single, np.zeros(3))
    with pytest.raises(CheckpointError, match=r"single\.npy"):
        checkpoints.load(single)
    pickled = tmp_path / "pickled.npz"
    np.savez(pickled, a=np.array([{}], dtype=object))
    with pytest.raises(CheckpointError, match=r"pickled\.npz"):
        checkpoints.load(pickled)


def test_another_version_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "FORMAT", "sweeps-checkpoint-0")
    path = saved(tmp_path)
    monkeypatch.undo()
    with pytest.raises(CheckpointError, match="'sweeps-checkpoint-0', expected"):
        checkpoints.load(path)


def test_a_failed_write_keeps_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path)

    def full(*_args: object, **_kwargs: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "open", full)
    with pytest.raises(OSError, match="no space left"):
        checkpoints.save(path, {}, {})
    monkeypatch.undo()
    found = checkpoints.load(path)
    assert found is not None
    assert found.state == STATE
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("action", ["raise", "kill"])
def test_what_ends_it_before_the_end_keeps_the_old_one(tmp_path: Path, action: str) -> None:
    path = saved(tmp_path)
    script = (
        "import sys; from pathlib import Path; from sweeps import checkpoints\n"
        "checkpoints.save(Path(sys.argv[1]), {}, {'epoch': 9})"
    )
    environment = {**os.environ, VARIABLE: f"checkpoint:{action}"}
    ended = subprocess.run(
        [sys.executable, "-c", script, path], env=environment, capture_output=True, check=False
    )
    assert ended.returncode == {"raise": 1, "kill": -signal.SIGKILL}[action]
    found = checkpoints.load(path)
    assert found is not None
    assert found.state == STATE


def test_a_disk_that_is_full_says_so_and_nothing_else(tmp_path: Path) -> None:
    """Held to by a limit on the size of files: NumPy and zipfile are in the middle of writing."""
    path = saved(tmp_path)
    script = (
        "import resource, signal, sys; from pathlib import Path; import numpy as np\n"
        "from sweeps import checkpoints\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "try: checkpoints.save(Path(sys.argv[1]), {'w': np.ones(100_000)}, {})\n"
        "except OSError as error: print(error.errno)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, path], capture_output=True, text=True, check=False
    )
    assert (ended.stdout, ended.stderr) == (f"{errno.EFBIG}\n", "")
    assert list(path.parent.iterdir()) == [path]
    assert checkpoints.load(path) is not None


def test_what_cannot_be_held_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        checkpoints.save(tmp_path / "bad.npz", {}, {"loss": float("nan")})
    with pytest.raises(ValueError, match="odd: objects"):
        checkpoints.save(tmp_path / "bad.npz", {"odd": np.array([{}])}, {})
    assert list(tmp_path.iterdir()) == []
