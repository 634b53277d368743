"""The user's own code: found beside the sweep file, and blamed with the user's own lines."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sweeps.errors import SweepError
from sweeps.user_code.user_code import UserCodeError, blamed, check_path, load


@pytest.fixture(autouse=True)
def import_path() -> Iterator[None]:
    """The path and the modules as they were."""
    path, modules = list(sys.path), {*sys.modules}
    yield
    sys.path[:] = path
    for name in {*sys.modules} - modules:
        del sys.modules[name]


def written(folder: Path, name: str, text: str) -> str:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    return str(folder)


def test_a_module_of_the_folder_is_found_and_finds_its_neighbours(tmp_path: Path) -> None:
    written(tmp_path, "own_neighbour.py", "answer = 41\n")
    folder = written(
        tmp_path, "own_code.py", "import own_neighbour\nclass A:\n  b = own_neighbour.answer + 1\n"
    )
    assert load("own_code:A.b", folder) == 42


def test_two_folders_with_the_same_module_each_get_their_own(tmp_path: Path) -> None:
    one = written(tmp_path / "one", "own_code.py", "name = 'one'\n")
    two = written(tmp_path / "two", "own_code.py", "name = 'two'\n")
    assert [load("own_code:name", folder) for folder in (one, two, one)] == ["one", "two", "one"]


def test_an_installed_package_is_found_without_a_folder() -> None:
    import fractions

    assert load("fractions:Fraction", "") is fractions.Fraction


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("no_such_module:build", "no module of that name in .* or among the installed packages"),
        ("own_code:bulid", "no 'bulid' in .*own_code.py; did you mean 'build'"),
        ("own_code:build.there", "no 'there'"),
    ],
)
def test_what_is_not_there_is_named(path: str, message: str, tmp_path: Path) -> None:
    folder = written(tmp_path, "own_code.py", "def build(): ...\n")
    with pytest.raises(UserCodeError, match=message):
        load(path, folder)


def test_an_error_while_importing_shows_the_users_lines_alone(tmp_path: Path) -> None:
    folder = written(tmp_path, "own_code.py", "def rate():\n    return 1 / 0\nrate()\n")
    with pytest.raises(UserCodeError, match="own_code: cannot be imported: ZeroDivision") as caught:
        load("own_code:rate", folder)
    assert "return 1 / 0" in caught.value.lines
    assert "importlib" not in caught.value.lines
    assert "user_code.py" not in caught.value.lines


def test_a_package_that_the_users_module_lacks_is_not_the_users_module(tmp_path: Path) -> None:
    folder = written(tmp_path, "own_code.py", "import no_such_package\n")
    with pytest.raises(UserCodeError, match="No module named 'no_such_package'") as caught:
        load("own_code:build", folder)
    assert "import no_such_package" in caught.value.lines


def test_a_syntax_error_shows_the_line(tmp_path: Path) -> None:
    folder = written(tmp_path, "own_code.py", "def build(:\n")
    with pytest.raises(UserCodeError, match="SyntaxError") as caught:
        load("own_code:build", folder)
    assert "def build(:" in caught.value.lines
    assert "importlib" not in caught.value.lines


def test_what_code_raises_is_blamed_on_it_and_crosses_processes(tmp_path: Path) -> None:
    folder = written(tmp_path, "own_code.py", "def build():\n    raise KeyError('units')\n")
    build = load("own_code:build", folder)
    with pytest.raises(UserCodeError) as caught, blamed("own_code:build"):
        build()
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.failure.reason == "user_error"
    assert again.failure.message == "own_code:build: KeyError: 'units'"
    assert "raise KeyError('units')" in again.failure.traceback
    assert "test_user_code" in again.failure.traceback or "own_code.py" in again.failure.traceback


def test_too_little_memory_is_not_the_codes_fault() -> None:
    with pytest.raises(MemoryError), blamed("own_code:build"):
        raise MemoryError


@pytest.mark.parametrize(
    "given", ["build", "a:b:c", "a b:c", "../a:b", "a:", ":b", 3, None, "a:b()"]
)
def test_paths_that_are_none_are_refused(given: object) -> None:
    with pytest.raises(SweepError, match="module:name") as caught:
        check_path(given, ("model",))
    assert caught.value.path == ("model",)


def test_a_path_may_lead_into_packages_and_classes() -> None:
    assert check_path("package.module:Class.method", ("model",)) == "package.module:Class.method"
