from __future__ import annotations

from pathlib import Path

from sweeps.checkpoint_keeper import CheckpointKeeper


def test_only_what_may_be_continued_stays(tmp_path: Path) -> None:
    for name in ("1-0-0.npz", "1-0-1.npz", "12-0-0.npz", "2-0-0.npz"):
        (tmp_path / name).touch()
    CheckpointKeeper(tmp_path).keep_only({12, 2})
    assert {path.name for path in tmp_path.iterdir()} == {"12-0-0.npz", "2-0-0.npz"}


def test_nothing_stays_when_all_is_done(tmp_path: Path) -> None:
    folder = tmp_path / "abc123"
    keeper = CheckpointKeeper(folder)
    keeper.keep_only(set())
    keeper.clear()
    folder.mkdir()
    (folder / "1-0-0.npz").touch()
    keeper.clear()
    assert not folder.exists()
