from __future__ import annotations

from pathlib import Path

import pytest

from sweeps import checkpoints
from sweeps.checkpoint_keeper import CheckpointKeeper, under_way


def test_only_what_may_be_continued_stays(tmp_path: Path) -> None:
    for name in ("1-0-0.npz", "1-0-1.npz", "12-0-0.npz", "2-0-0.npz"):
        (tmp_path / name).touch()
    CheckpointKeeper(tmp_path).keep_only({12, 2}, under_way={1, 2})
    assert {path.name for path in tmp_path.iterdir()} == {"12-0-0.npz", "2-0-0.npz"}


def test_a_fit_on_its_way_is_kept_as_long_as_its_trial_is(tmp_path: Path) -> None:
    kept = [under_way(tmp_path, number, fold=2, repeat=1) for number in (1, 2, 12)]
    for path in (*kept, tmp_path / "2-1-2.npz"):
        path.touch()
    CheckpointKeeper(tmp_path).keep_only({1, 2, 12}, under_way={1})
    assert set(tmp_path.iterdir()) == {kept[0], tmp_path / "2-1-2.npz"}


def test_what_a_killed_session_was_writing_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, after = tmp_path / "1-0-0.npz", tmp_path / "12-0-0.npz"
    checkpoints.save(path, {}, {})
    with monkeypatch.context() as patch:
        # What no dead process does.
        patch.setattr(Path, "unlink", lambda *_, **__: None)
        patch.setattr(Path, "replace", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            checkpoints.save(after, {}, {})
    assert len(list(tmp_path.iterdir())) == 2
    keeper = CheckpointKeeper(tmp_path)
    keeper.keep_only({1, 12}, under_way=set())
    assert len(list(tmp_path.iterdir())) == 2, "it may be being written"
    keeper.remove_halves()
    assert list(tmp_path.iterdir()) == [path]
    CheckpointKeeper(tmp_path / "none").remove_halves()


def test_nothing_stays_when_all_is_done(tmp_path: Path) -> None:
    folder = tmp_path / "abc123"
    keeper = CheckpointKeeper(folder)
    keeper.keep_only(set(), under_way=set())
    keeper.clear()
    folder.mkdir()
    (folder / "1-0-0.npz").touch()
    keeper.clear()
    assert not folder.exists()
