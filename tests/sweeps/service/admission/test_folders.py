"""Paths that are meant to lead out of the folders that an operator registered."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sweeps.errors import SweepFileError
from sweeps.service.admission.folders import below
from tests.sweeps.service.premises import TABLED, Premises


@pytest.fixture
def premises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Premises:
    made = Premises.at(tmp_path)
    monkeypatch.chdir(tmp_path / "cwd")
    return made


TRICKS = {
    "above": "../outside/secret.csv",
    "down and above": "inner/../../outside/secret.csv",
    "above and back": "../data/table.csv",
    "absolute": "{root}/outside/secret.csv",
    "absolute and above": "{root}/data/../outside/secret.csv",
    "a name that begins like the folder's": "{root}/data2/secret.csv",
    "two slashes": "//{root}/outside/secret.csv",
    "three slashes": "///etc/passwd",
    "a dot": "./../outside/secret.csv",
    "a link": "out.csv",
    "a link to nothing": "nowhere.csv",
    "a link of a folder": "folder/secret.csv",
    "a link of a folder, by its whole path": "{root}/data/folder/secret.csv",
    "a link to the process": "self/environ",
    "the process": "/proc/self/environ",
    "its folder": "/proc/self/cwd/../data/table.csv",
    "its file": "/proc/self/fd/0",
    "home": "~/secret.csv",
    "somebody's home": "~nobody/secret.csv",
    "nobody's home": "~no-such-user/secret.csv",
    "a device": "/dev/zero",
    "an address": "https://hooks.example.org/table.csv",
    "a file's address": "file:///etc/passwd",
    "a store's address": "s3://bucket/table.csv",
    "a pipe": "|cat /etc/passwd",
    "backslashes": "..\\\\outside\\\\secret.csv",
    "encoded": "%2e%2e/outside/secret.csv",
    "twice encoded": "..%252foutside/secret.csv",
    "wide dots": "\\uff0e\\uff0e/outside/secret.csv",
    "another case": "{root}/DATA/table.csv",
    "the folder itself": ".",
    "a folder": "inner",
    "a loop": "loop.csv",
    "a file as a folder": "table.csv/table.csv",
    "a long name": "x" * 5_000,
    "many folders": "a/" * 2_000,
    "a variable": "${HOME}/secret.csv",
    "spaces": "   ",
}
LEADS_NOWHERE = ("no file", "none of the data folders", "is not a name")


@pytest.mark.parametrize("name", TRICKS)
def test_no_trick_leads_out(name: str, premises: Premises) -> None:
    typed = TRICKS[name].replace("{root}", str(premises.root))
    with pytest.raises(SweepFileError) as caught:
        premises.admit(TABLED % f'"{typed}"')
    assert any(words in str(caught.value) for words in LEADS_NOWHERE), caught.value
    assert "task.csv" in str(caught.value)
    for place in below(typed, premises.allowed.data_folders):
        assert place.is_relative_to(premises.root / "data")


def test_whether_something_is_there_makes_no_difference_outside(premises: Premises) -> None:
    """No oracle: a file, a folder, nothing and what may not be read get the same words."""
    outside = premises.root / "outside"
    (outside / "locked").mkdir(mode=0)
    for pattern in ("{root}/outside/%s", "../outside/%s", "folder/%s", "~/%s"):
        said = set()
        for name in ("secret.csv", "nothing.csv", "locked/x.csv", "."):
            typed = (pattern % name).replace("{root}", str(premises.root))
            with pytest.raises(SweepFileError) as caught:
                premises.admit(TABLED % f"'{typed}'")
            said.add(str(caught.value).rpartition("' is ")[2])
        assert len(said) == 1, said


def test_nothing_outside_is_looked_at(premises: Premises, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    for name in ("stat", "lstat", "readlink", "open", "listdir", "scandir"):
        real = getattr(os, name)

        def noting(path: object, *rest: object, real: object = real, **named: object) -> object:
            looked.append(str(path))
            return real(path, *rest, **named)  # type: ignore[operator]

        monkeypatch.setattr(os, name, noting)
    for typed in ("../outside/secret.csv", f"{premises.root}/outside/secret.csv", "~/x.csv"):
        assert below(typed, premises.allowed.data_folders) == []
    assert below("inner/table.csv", premises.allowed.data_folders)
    assert any("inner" in path for path in looked)
    assert not [path for path in looked if path.startswith(f"{premises.root}/outside")]


def test_a_folder_may_be_registered_through_a_link(premises: Premises) -> None:
    link = premises.root / "link"
    link.symlink_to(premises.root / "data")
    real = premises.root / "data/inner/table.csv"
    assert below("inner/table.csv", [link]) == [real]
    assert below(f"{link}/inner/table.csv", [link]) == [real]
    assert below(str(real), [link]) == [real]


def test_of_several_folders_the_one_that_has_the_file(premises: Premises) -> None:
    """And no folder above the registered ones comes with them."""
    folders = (premises.root / "data/inner", premises.root / "data")
    assert [place.name for place in below("table.csv", folders)] == ["table.csv", "table.csv"]
    assert below(str(premises.root), folders) == []
