"""What is said of code that is not there, before anything of it is run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from sweeps.discovery.discover import completed
from sweeps.discovery.presence import check_present
from sweeps.errors import SweepError

RAISES = "raise RuntimeError('this module is not to be run')\n"
MODULE = RAISES + "import json\ndef build(hp): ...\nclass Kind: make = 1\nif True:\n    late = 2\n"


@pytest.fixture
def folder(tmp_path: Path) -> str:
    (tmp_path / "their_code.py").write_text(MODULE)
    (tmp_path / "their_hidden.py").write_text("from their_code import *\n")
    (tmp_path / "their_broken.py").write_text("import json\ndef build(hp:\n    pass\n")
    (tmp_path / "their_package").mkdir()
    (tmp_path / "their_package" / "inner.py").write_text(MODULE)
    (tmp_path / "their_package" / "deep").mkdir()
    (tmp_path / "their_package" / "deep" / "inner.py").write_text(MODULE)
    return str(tmp_path)


@pytest.mark.parametrize(
    "path",
    [
        "their_code:build",
        "their_code:Kind.make",
        "their_code:json",
        "their_code:late",
        "their_hidden:anything",
        "their_package.inner:build",
        "their_package.deep.inner:build",
        "sklearn.svm:SVC",
        "math:sqrt",
        "__main__:build",
    ],
)
def test_what_may_be_there_passes(folder: str, path: str) -> None:
    check_present(path, folder, ("model",))


def test_what_was_written_a_moment_ago_is_there(tmp_path: Path) -> None:
    """Python's finder takes a folder with the time of its last look for the same as then."""
    with pytest.raises(SweepError):
        check_present("their_new:build", str(tmp_path), ("model",))
    then = tmp_path.stat()
    (tmp_path / "their_new.py").write_text(MODULE)
    os.utime(tmp_path, ns=(then.st_atime_ns, then.st_mtime_ns))
    check_present("their_new:build", str(tmp_path), ("model",))


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("their_cod:build", r"their_cod: no module of that name in .* or among the installed"),
        ("their_code.inner:build", r"their_code\.inner: no module of that name"),
        ("their_package.iner:build", r"their_package\.iner: no module of that name"),
        ("their_package.deep.iner:build", r"their_package\.deep\.iner: no module of that name"),
        ("their_package.deep.inner:none", r"no 'none' in .*deep/inner\.py; known here: build"),
        ("their_code:biuld", r"no 'biuld' in .*their_code\.py; did you mean 'build'"),
        ("their_package.inner:none", r"no 'none' in .*inner\.py; known here: build, Kind, late"),
        ("their_broken:build", r"cannot be imported: SyntaxError: .*\(their_broken\.py, line 2\)"),
    ],
)
def test_what_cannot_be_there_is_refused_at_its_place(folder: str, path: str, said: str) -> None:
    with pytest.raises(SweepError, match=said) as caught:
        check_present(path, folder, ("model",))
    assert caught.value.path == ("model",)
    assert ("def build(hp:" in caught.value.lines) == (path == "their_broken:build")


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"estimator": "their_code:biuld"}, ("estimator",)),
        ({"function": {"path": "their_code:biuld"}}, ("function", "path")),
        ({"task": {"load": "their_code:biuld"}}, ("task", "load")),
    ],
)
def test_all_code_of_a_sweep_is_looked_for(
    folder: str, document: dict[str, Any], place: tuple[str, ...]
) -> None:
    with pytest.raises(SweepError, match="no 'biuld'") as caught:
        completed(document, folder)
    assert caught.value.path == place
