from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.live import at_work_file
from sweeps.live.at_work_file import AtWorkFile, read_at_work
from sweeps.watcher import Watcher
from tests.sweeps.watcher_contract import MANY, SINGLE, WatcherContract


class TestContract(WatcherContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self._path = tmp_path / "at_work" / "abc.json"

    def watcher(self) -> Watcher:
        return AtWorkFile(self._path, lambda line: None)


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def file(tmp_path: Path, lines: list[str]) -> AtWorkFile:
    return AtWorkFile(tmp_path / "at_work" / "abc.json", lines.append)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "at_work" / "abc.json"


def test_what_is_written_is_read(file: AtWorkFile, path: Path) -> None:
    file.training([SINGLE, MANY])
    assert read_at_work(path) == [SINGLE, MANY]
    file.close()
    assert read_at_work(path) == []
    assert list(path.parent.iterdir()) == []


def test_not_more_often_than_every_second(
    file: AtWorkFile, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(at_work_file, "clock", lambda: now)
    file.training([SINGLE])
    file.training([MANY])
    assert read_at_work(path) == [SINGLE]
    now = 101.0
    file.training([MANY])
    assert read_at_work(path) == [MANY]
    file.training([])
    assert read_at_work(path) == [], "nobody at work is said at once"


def test_a_folder_that_cannot_be_written_is_said_once(tmp_path: Path, lines: list[str]) -> None:
    (tmp_path / "at_work").write_text("in the way")
    file = AtWorkFile(tmp_path / "at_work" / "abc.json", lines.append)
    file.training([SINGLE])
    file.training([])
    (line,) = lines
    assert line.startswith("`sweeps watch` is not told what workers train: ")


@pytest.mark.parametrize("text", ["", "[", "[3]", '[{"slot": 1}]', "{}", '{"a": 1}'])
def test_what_another_version_has_written_says_nothing(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text)
    assert read_at_work(path) == []
