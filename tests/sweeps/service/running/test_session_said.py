from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.service.running import session_said
from sweeps.service.running.session_said import said_after, size_of, tail


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "a.log"


def test_what_was_never_written_is_empty(log: Path) -> None:
    assert (tail(log, None), size_of(log), said_after(log, 10)) == ("", 0, ([], 0))


def test_lines_come_once_and_whole(log: Path) -> None:
    log.write_text("one\ntwo\nhal")
    lines, offset = said_after(log, 0)
    assert lines == ["one", "two"]
    assert said_after(log, offset) == ([], offset)
    log.write_text("one\ntwo\nhalf\n")
    assert said_after(log, offset) == (["half"], size_of(log))


def test_a_log_that_was_begun_anew_is_read_from_its_start(log: Path) -> None:
    log.write_text("new\n")
    assert said_after(log, 1000) == (["new"], 4)


def test_of_a_long_log_the_end_is_read(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_said, "MOST_BYTES", 10)
    log.write_text("first line\nxy\nab\ncd\n")
    assert tail(log, None) == "xy\nab\ncd\n"
    lines, offset = said_after(log, 0)
    assert (lines[-2:], offset) == (["ab", "cd"], size_of(log))


def test_what_is_no_text_is_shown_as_such(log: Path) -> None:
    log.write_bytes(b"caf\xe9\n")
    assert tail(log, 1) == "caf\ufffd\n"
    assert said_after(log, 0)[0] == ["caf\ufffd"]
