from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.tasks.published_files import FILES, keras_home, missing


def test_the_folder_is_the_one_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    monkeypatch.setenv("KERAS_HOME", "~/data")
    assert keras_home() == Path("/home/anna/data")


def test_the_folder_is_in_the_home_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    monkeypatch.delenv("KERAS_HOME", raising=False)
    assert keras_home() == Path("/home/anna/.keras")


@pytest.mark.parametrize("name", FILES)
def test_everything_is_missing_from_an_empty_folder(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert missing(name) == [f"datasets/{file}" for file in FILES[name]]


@pytest.mark.parametrize("name", FILES)
def test_every_file_has_a_whole_sha256(name: str) -> None:
    assert all(len(digest) == 64 and int(digest, 16) for digest in FILES[name].values())
