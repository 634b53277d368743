from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sweeps.errors import SweepFileError
from sweeps.plan import plan_sweep
from sweeps.reading.sweep_file import SweepFile
from tests.sweeps.attacks import STRANGE_FILES, Attack, attacks
from tests.sweeps.attacks_on_text import GOOD

ALL = list(attacks())
ROOT = Path(__file__).parents[2]
COMMANDS = ("validate", "plan", "run")
MOST_SECONDS = 20
"""Of waiting. All of them take about a second; this tells a hang from a slow machine."""
MOST_MEMORY = 200
"""MB."""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refusal(file: str, overrides: tuple[str, ...] = ()) -> str:
    with pytest.raises(SweepFileError) as caught:
        source = SweepFile.open(Path(file), overrides)
        sweep = source.sweep()
        with source.blamed():
            plan_sweep(sweep)
    return str(caught.value)


def is_clear(line: str, says: str) -> bool:
    place, _, message = line.partition(": ")
    placed = place.startswith(("s.yaml", "--set"))
    return placed and line.isprintable() and says in message and len(line) < 1000


@pytest.mark.parametrize("attack", ALL, ids=[attack.name for attack in ALL])
def test_every_attack_is_refused_in_one_clear_line(attack: Attack, here: Path) -> None:
    Path("s.yaml").write_bytes(attack.content)
    line = refusal("s.yaml", attack.overrides)
    assert is_clear(line, attack.says), line


@pytest.mark.parametrize("name", STRANGE_FILES)
def test_what_is_no_file_is_refused_and_not_waited_for(name: str, here: Path) -> None:
    make, says = STRANGE_FILES[name]
    make(here / "s.yaml")
    if name == "a file that may not be read" and os.access("s.yaml", os.R_OK):
        pytest.skip("root may read every file")
    assert is_clear(refusal("s.yaml"), says)


def test_what_the_attacks_are_built_on_is_a_good_sweep(here: Path) -> None:
    Path("s.yaml").write_text(GOOD)
    assert SweepFile.open(Path("s.yaml")).sweep().space.count == 2
    Path("s.yaml").write_text(f"\ufeff{GOOD}")
    assert SweepFile.open(Path("s.yaml")).sweep().space.count == 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty folder to work in, and one beside it for the files, which nothing may change."""
    where = tmp_path_factory.mktemp("attacked")
    (where / "files").mkdir()
    (where / "here").mkdir()
    yield where
    assert sorted(path.name for path in where.iterdir()) == ["files", "here"]


PROGRAM = """
import atexit, sys
def report():
    peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    open(sys.argv[1], "w").write(peak.split()[1])
atexit.register(report)
from sweeps.cli.app import main
main(sys.argv[2:])
"""


def command(folder: Path, name: str, file: Path, overrides: tuple[str, ...]) -> tuple[str, int]:
    """What the command says on standard error, and how much memory it had at its peak, in MB."""
    settings = [word for text in overrides for word in ("--set", text)]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, folder / "files" / "peak", name, file, *settings],
        cwd=folder / "here",
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=MOST_SECONDS,
    )
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert not list((folder / "here").iterdir())
    return done.stderr, int((folder / "files" / "peak").read_text()) // 1024


@pytest.mark.slow
@pytest.mark.parametrize("attack", ALL, ids=[attack.name for attack in ALL])
def test_every_attack_on_the_commands(attack: Attack, folder: Path) -> None:
    file = folder / "files" / "s.yaml"
    file.write_bytes(attack.content)
    # Of the many numbers that are none, `run` is the one that could begin to write.
    for name in COMMANDS if attack.says else ("run",):
        said, megabytes = command(folder, name, file, attack.overrides)
        assert said.count("\n") == 1, said
        assert said.rstrip("\n").isprintable()
        assert attack.says in said
        assert megabytes < MOST_MEMORY, (name, megabytes)


@pytest.mark.slow
@pytest.mark.parametrize("name", STRANGE_FILES)
def test_what_is_no_file_given_to_the_commands(name: str, folder: Path) -> None:
    file = folder / "files" / name
    make, says = STRANGE_FILES[name]
    make(file)
    if name == "a file that may not be read" and os.access(file, os.R_OK):
        pytest.skip("root may read every file")
    for command_name in COMMANDS:
        said, _ = command(folder, command_name, file, ())
        assert says in said
        assert said.count("\n") == 1
