"""Modules of installed packages: what lies where the service was started is none."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from sweeps.errors import SweepError, SweepFileError
from sweeps.reading.sweep import read_sweep
from sweeps.service.admission.admit import admit, check_admitted
from sweeps.service.admission.installed import installed
from sweeps.service.settings import Allowed
from sweeps.user_code.user_code import NOWHERE

ESTIMATOR = "estimator: sklearn.svm:SVC\ntask: penguins\nspace: {C: [0.1, 1.0]}\n"
NAMED = Allowed(code=("sklearn.svm:SVC",))


@pytest.fixture
def cwd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the service was started; `work` and `spaced.work` are there, and nowhere else."""
    for place in ("work.py", "spaced/work.py"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text("def SVC(config): ...\n")
    monkeypatch.chdir(tmp_path)
    # How `.` was understood where another test of this process had begun.
    sys.path_importer_cache.pop(".", None)
    return tmp_path


@pytest.mark.parametrize(
    "module", ["sklearn.svm", "sklearn", "json.decoder", "sklearn.svm._libsvm"]
)
def test_modules_of_packages_are_found_and_not_imported(module: str, cwd: Path) -> None:
    loaded = set(sys.modules)
    file = installed(module)
    assert file is not None
    assert file.is_file()
    assert set(sys.modules) == loaded


@pytest.mark.parametrize("module", ["sklearn.nothing", "nothing", "json.decoder.py", "sys.path"])
def test_what_is_not_there_is_not_found(module: str) -> None:
    assert installed(module) is None


@pytest.mark.parametrize("module", ["work", "spaced.work"])
@pytest.mark.parametrize("written", ["", ".", "{cwd}", "{cwd}/", "{cwd}/../{name}"])
def test_the_working_folder_is_not_installed(
    module: str, written: str, cwd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = written.format(cwd=cwd, name=cwd.name)
    monkeypatch.setattr(sys, "path", [place, *sys.path])
    assert installed(module) is None
    assert installed("sklearn.svm") is not None


def test_what_the_working_folder_hides_is_not_meant(
    cwd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cwd / "sklearn").mkdir()
    (cwd / "sklearn/__init__.py").touch()
    (cwd / "sklearn/svm.py").write_text("SVC = 1\n")
    assert installed("sklearn.svm") is not None
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    assert installed("sklearn.svm") is None


def test_packages_may_be_installed_below_the_working_folder(
    cwd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = cwd / ".venv" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "theirs.py").touch()
    monkeypatch.setattr(sys, "path", ["", str(packages), *sys.path])
    assert installed("theirs") == packages / "theirs.py"


DEEP = "estimator: spread.inner.deep.mod:SVC\ntask: penguins\nspace: {C: [0.1, 1.0]}\n"


def test_namespace_packages_may_be_as_deep_as_they_are(
    cwd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And in two places of the import path."""
    here, there = cwd / "here", cwd / "there"
    for place, module in ((here, "flat"), (there, "mod")):
        (place / "spread/inner/deep").mkdir(parents=True)
        (place / f"spread/inner/deep/{module}.py").write_text("class SVC: ...\n")
    monkeypatch.setattr(sys, "path", [*sys.path, str(here), str(there)])
    loaded = set(sys.modules)
    assert installed("spread.inner.deep.flat") == here / "spread/inner/deep/flat.py"
    assert installed("spread.inner.deep.mod") == there / "spread/inner/deep/mod.py"
    for none in ("spread", "spread.inner", "spread.inner.deep", "spread.inner.mod", "spread.x.y"):
        assert installed(none) is None
    for listed in ("spread.inner.deep.mod:SVC", "spread.inner.deep.mod:*"):
        assert admit(DEEP.encode(), "s.yaml", (), Allowed(code=(listed,))).folder == NOWHERE
    with pytest.raises(SweepFileError, match="its operator would have to register"):
        text = DEEP.replace("deep.mod", "deep.gone").encode()
        admit(text, "s.yaml", (), Allowed(code=("spread.inner.deep.gone:SVC",)))
    assert set(sys.modules) == loaded


def test_an_estimator_of_a_package_needs_no_folder_of_code(cwd: Path) -> None:
    sweep = admit(ESTIMATOR.encode(), "s.yaml", (), NAMED)
    assert sweep.folder == NOWHERE
    check_admitted(read_sweep(sweep.document), NAMED)
    # What a service has made of a file may be submitted to it again.
    again = admit(f"folder: {NOWHERE}\n{ESTIMATOR}".encode(), "s.yaml", (), NAMED)
    assert again.folder == NOWHERE


@pytest.mark.parametrize("listed", ["work:SVC", "work:*", "spaced.work:SVC"])
@pytest.mark.parametrize("folder", ["", "folder: .\n", f"folder: {NOWHERE}\n", "folder: {cwd}\n"])
@pytest.mark.parametrize("on_path", [False, True])
def test_without_a_folder_of_code_the_working_folder_is_none(
    listed: str, folder: str, on_path: bool, cwd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if on_path:
        monkeypatch.setattr(sys, "path", [str(cwd), *sys.path])
    named = listed.replace("*", "SVC")
    text = folder.replace("{cwd}", str(cwd)) + ESTIMATOR.replace("sklearn.svm:SVC", named)
    with pytest.raises(SweepFileError, match="its operator would have to register"):
        admit(text.encode(), "s.yaml", (), Allowed(code=(listed,)))


@pytest.mark.parametrize("folder", ["elsewhere", "..", "/", os.sep + "tmp"])
def test_a_folder_that_is_none_of_the_services_is_no_way_around_it(folder: str, cwd: Path) -> None:
    with pytest.raises(SweepFileError, match="is none: its operator would have to register one"):
        admit(f"folder: {folder}\n{ESTIMATOR}".encode(), "s.yaml", (), NAMED)


def test_what_is_installed_no_longer_is_seen_when_the_sweep_begins(
    cwd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = admit(ESTIMATOR.encode(), "s.yaml", (), NAMED)
    gone = replace(sweep, subject=replace(sweep.subject, path="work:SVC"))
    monkeypatch.setattr(sys, "path", [str(cwd), *sys.path])
    with pytest.raises(SweepError, match="no module of an installed package"):
        check_admitted(gone, Allowed(code=("work:SVC",)))
    with pytest.raises(SweepError, match="not among the code that this service runs"):
        check_admitted(sweep, Allowed())
