"""A module of an installed package never stands in for that of a folder of code."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from sweeps.errors import SweepError, SweepFileError
from sweeps.service.admission.admit import check_admitted
from sweeps.service.admission.code import is_allowed
from sweeps.service.settings import Allowed
from sweeps.user_code.user_code import NOWHERE
from tests.sweeps.service.premises import FUNCTION, Premises

TEXT = FUNCTION.replace("my_model", "clash")
HOSTILE = "from os import system as build\n"
LISTED = [("clash:*",), ("clash:build",)]


@pytest.fixture
def premises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Premises:
    """`clash` is in the folder of code and, as something else, in an installed package."""
    made = Premises.at(tmp_path)
    installed = tmp_path / "site-packages"
    installed.mkdir()
    (installed / "clash.py").write_text(HOSTILE)
    (tmp_path / "code/clash.py").write_text("def build(config): ...\n")
    monkeypatch.setattr(sys, "path", [*sys.path, str(installed)])
    monkeypatch.chdir(tmp_path / "cwd")
    return replace(made, allowed=replace(made.allowed, code=LISTED[0]))


@pytest.mark.parametrize("written", ["", "folder: .\n", f"folder: {NOWHERE}\n"])
def test_whoever_submits_gets_that_of_the_folder(written: str, premises: Premises) -> None:
    sweep = premises.admit(written + TEXT)
    assert sweep.folder == str(premises.root / "code")
    check_admitted(sweep, premises.allowed)


@pytest.mark.parametrize("listed", LISTED)
def test_nobody_looks_for_it_in_a_folder_that_has_it_not(
    listed: tuple[str, ...], premises: Premises
) -> None:
    made = replace(premises, allowed=replace(premises.allowed, code=listed))
    with pytest.raises(SweepFileError, match="not that of this service's folder of code would be"):
        made.admit(f"folder: project\n{TEXT}")


@pytest.mark.parametrize("written", ["", "folder: .\n", f"folder: {NOWHERE}\n"])
@pytest.mark.parametrize("listed", LISTED)
@pytest.mark.parametrize("besides", [False, True])
def test_a_folder_that_is_not_mounted_may_have_it(
    written: str, listed: tuple[str, ...], besides: bool, premises: Premises
) -> None:
    (premises.root / "code/clash.py").unlink()
    missing = (premises.root / "missing",)
    folders = (premises.root / "code", *missing) if besides else missing
    allowed = replace(premises.allowed, code=listed, code_folders=folders)
    with pytest.raises(SweepFileError, match="a folder of code of this service is not there"):
        replace(premises, allowed=allowed).admit(written + TEXT)


def test_what_one_folder_has_is_not_asked_of_one_that_is_missing(premises: Premises) -> None:
    folders = (premises.root / "missing", premises.root / "code")
    made = replace(premises, allowed=replace(premises.allowed, code_folders=folders))
    assert made.admit(TEXT).folder == str(premises.root / "code")


def test_all_of_a_module_is_told_by_what_is_imported(premises: Premises) -> None:
    assert is_allowed("clash:build", premises.allowed, str(premises.root / "code"))
    assert not is_allowed("clash:build", premises.allowed, NOWHERE)
    assert not is_allowed("clash:build", premises.allowed, str(premises.root / "data"))


def test_of_two_folders_the_one_that_is_looked_in_tells(premises: Premises) -> None:
    other = premises.root / "other"
    other.mkdir()
    (other / "clash.py").write_text(HOSTILE)
    folders = (premises.root / "code", other)
    made = replace(premises, allowed=replace(premises.allowed, code_folders=folders))
    with pytest.raises(SweepFileError, match="not among the code that this service runs"):
        made.admit(f"folder: {other}\n{TEXT}")
    assert made.admit(TEXT).folder == str(premises.root / "code")


@pytest.mark.parametrize("listed", [("split.clash:*",), ("split.clash:build",)])
def test_a_folder_that_is_no_package_gives_way_to_an_installed_package(
    listed: tuple[str, ...], premises: Premises
) -> None:
    """So Python has it: nobody is told of one file and given the other."""
    theirs = premises.root / "site-packages/split"
    for place, text in (
        (premises.root / "code/split", "def build(config): ..."),
        (theirs, HOSTILE),
    ):
        place.mkdir()
        (place / "clash.py").write_text(text)
    made = replace(premises, allowed=replace(premises.allowed, code=listed))
    text = TEXT.replace("clash", "split.clash")
    assert made.admit(text).folder == str(premises.root / "code")
    (theirs / "__init__.py").touch()
    with pytest.raises(SweepFileError, match="not that of this service's folder of code would be"):
        made.admit(text)


def test_a_package_goes_before_a_file_of_its_name(premises: Premises) -> None:
    (premises.root / "code/clash").mkdir()
    (premises.root / "code/clash/__init__.py").write_text(HOSTILE)
    with pytest.raises(SweepFileError, match="not among the code that this service runs"):
        premises.admit(TEXT)


@pytest.mark.parametrize("listed", LISTED)
def test_it_is_looked_at_again_when_the_sweep_begins(
    listed: tuple[str, ...], premises: Premises
) -> None:
    allowed = replace(premises.allowed, code=listed)
    sweep = replace(premises, allowed=allowed).admit(TEXT)
    with pytest.raises(SweepError, match="not that of this service's folder of code would be"):
        check_admitted(replace(sweep, folder=NOWHERE), allowed)
    with pytest.raises(SweepError, match="not that of this service's folder of code would be"):
        check_admitted(replace(sweep, folder=str(premises.root / "code/project")), allowed)
    (premises.root / "code").rename(premises.root / "unmounted")
    with pytest.raises(SweepError, match="a folder of code of this service is not there"):
        check_admitted(replace(sweep, folder=NOWHERE), allowed)
    with pytest.raises(SweepError, match="is none of the folders of code"):
        check_admitted(sweep, allowed)


def test_without_a_folder_of_code_it_is_that_of_the_package(premises: Premises) -> None:
    made = replace(premises, allowed=Allowed(code=("clash:build",)))
    sweep = made.admit(TEXT)
    assert sweep.folder == NOWHERE
    check_admitted(sweep, made.allowed)
    with pytest.raises(SweepFileError, match="not among the code that this service runs"):
        replace(premises, allowed=Allowed(code=("clash:*",))).admit(TEXT)
